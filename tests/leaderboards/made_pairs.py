"""Runs of two made models that differ by a known amount, written fast enough for thousands of comparisons."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from made_runs import Item, card, write_manifest, write_run

from medgauge.store import RESULTS, SCORES, RunDirectory
from medgauge.types import Answer, Sample

CARD = card("made-vqa", "vqa", "exact_match")
RIGHT = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Samples in groups of one size, and how two models disagree on them."""

    n: int
    groups: int
    discordance: float
    """Share of the samples on which exactly one of the models is right."""
    effect: float
    """Candidate minus base, of the whole population."""
    correlation: float = 0.12
    """Of the differences of two samples of a group."""

    @property
    def size(self) -> int:
        return self.n // self.groups

    def draw(self, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """What base and candidate get right, each (n,) of 0 and 1; group after group.

        A sample shares its group's draw of -1, 0 or 1 with a chance of the root of the correlation.
        """
        chances = [(self.discordance - self.effect) / 2, 1 - self.discordance, (self.discordance + self.effect) / 2]
        common = np.repeat(generator.choice([-1, 0, 1], self.groups, p=chances), self.size)
        own = generator.choice([-1, 0, 1], self.n, p=chances)
        difference = np.where(generator.random(self.n) < np.sqrt(self.correlation), common, own)
        equal = (generator.random(self.n) < RIGHT).astype(int)
        base = np.where(difference == 0, equal, (difference < 0).astype(int))
        return base, base + difference


def template(folder: Path, world: World) -> Path:
    """A finished run over the world's samples."""
    items = [
        Item(
            sample=Sample(
                id=f"{i:06}",
                task=CARD.name,
                language="en",
                question="?",
                target=Answer(text="yes"),
                group=f"g{i // world.size:05}",
            ),
            text="yes",
            answer=Answer(text="yes"),
        )
        for i in range(world.n)
    ]
    write_run(folder, "made", [(CARD, items)], ())
    (folder / "outputs.jsonl").write_text("")
    return folder


def fill(folder: Path, world: World, right: np.ndarray) -> None:
    """The run's scores become these."""
    lines = [
        f'{{"group": "g{i // world.size:05}", "key": {{"id": "{i:06}", "language": "en", "task": "{CARD.name}"}}, '
        f'"stats": {{"exact_match": [{float(value)}, 1.0]}}, "status": "scored"}}\n'
        for i, value in enumerate(right)
    ]
    (folder / SCORES).write_text("".join(lines))
    results = json.loads((folder / RESULTS).read_text())
    results["tasks"][CARD.name]["metrics"]["exact_match"]["value"] = float(right.mean())
    (folder / RESULTS).write_text(json.dumps(results))
    write_manifest(RunDirectory(folder), [CARD])


def pairs(folder: Path, world: World, count: int, seed: int = 0) -> Iterator[tuple[Path, Path]]:
    """Base and candidate, drawn again and again into the same two folders."""
    sides = template(folder / "base", world), template(folder / "candidate", world)
    generator = np.random.default_rng(seed)
    for _ in range(count):
        for side, right in zip(sides, world.draw(generator), strict=True):
            fill(side, world, right)
        yield sides
