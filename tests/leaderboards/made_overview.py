"""A board of many models and columns out of nothing: no runs, no samples, only what the overview reads."""

from pathlib import Path
from typing import Any

import numpy as np
from made_runs import card

from medgauge import __version__
from medgauge.about import About, Price
from medgauge.ranks import RankSet
from medgauge.spec import ModelSpec, RunSpec, TaskSpec
from medgauge.store import RunDirectory
from medgauge.tasks import Card
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.naming import slugs
from medgauge_leaderboards.site.overview import Links, write_overview
from medgauge_leaderboards.site.pages import INDEX, Pages
from medgauge_leaderboards.site.render import environment, write_assets
from medgauge_leaderboards.site.runs import Cell, Row, Run
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.standing import Difference, NoGain, Standing
from medgauge_leaderboards.site.views import BASELINES, badges

SIZES = (None, 2.0, 4.0, 7.0, 13.0, 34.0, 72.0)
N = 400


def big_site(models: int = 50, columns: int = 30, seed: int = 0, missing: float = 0.0) -> Site:
    """Models whose values differ by chance and by skill; `missing` is the share of cells that no run has."""
    generator = np.random.default_rng(seed)
    names = [f"lab{m % 7}/model-{m:03d}" for m in range(models - 1)] + ["baseline/blind"]
    cards = [_card(c) for c in range(columns)]
    runs = [_run(name, m, cards, generator) for m, name in enumerate(names)]
    boards, standings = [], {}
    for number, made in enumerate(cards):
        own = [run for run in runs if generator.random() >= missing] or runs[:1]
        cells = tuple(_cell(run, made, 0.2 + 0.6 * runs.index(run) / models, generator) for run in own)
        boards.append(_board(f"{made.name}", cells))
        standings[made.name] = _standing(cells, generator, hidden=number % 4 == 3)
    rows = {cell.row: cell.row[0].replace("/", "-") for board in boards for cell in board.cells}
    return Site(
        title="Many models",
        runs=tuple(runs),
        boards=tuple(boards),
        standings=standings,
        shown={},
        slugs=slugs(board.key for board in boards),
        rows=rows,
        statuses=None,
    )


def write_page(site: Site, folder: Path, exports: Links = (), figures: Links = ()) -> Path:
    """The overview alone, with its scripts and styles."""
    folder.mkdir(parents=True, exist_ok=True)
    shared: dict[str, Any] = {"site": site.title, "version": __version__, "pages": site.slugs}
    shared |= {"badges": badges, "baselines": BASELINES}
    write_overview(
        site, Pages(out=folder, templates=environment(write_assets(folder / "assets")), shared=shared), exports, figures
    )
    return folder / INDEX


def _card(number: int) -> Card:
    lower = number % 10 == 9
    return card(
        f"task-{number:02d}",
        "text-to-region" if lower else "vqa",
        "fp_per_image" if lower else "exact_match",
        languages=("zh",) if number % 3 == 2 else ("en",),
        modality=(("ct", "mri"), ("x-ray",), ("ct",))[number % 3],
    )


def _run(name: str, number: int, cards: list[Card], generator: np.random.Generator) -> Run:
    tasks = tuple(
        TaskSpec(name=c.name, version=1, family=c.family, languages=c.languages, prompts="p", prompts_hash="0" * 9)
        for c in cards
    )
    priced = Price(input=float(generator.uniform(0.1, 3)), output=float(generator.uniform(0.5, 9)))
    usage = {
        "input_tokens": 10**7 + number,
        "output_tokens": int(generator.integers(10**5, 10**6)),
        "without_tokens": 0,
    }
    return Run(
        directory=RunDirectory(Path("nowhere")),
        spec=RunSpec(model=ModelSpec(spec=name, name=name, box_format="none"), tasks=tasks),
        manifest={"usage": usage | {"seconds": float(generator.uniform(100, 9000))}},
        tasks={},
        cards={c.name: c for c in cards},
        about=About(
            parameters=SIZES[number % len(SIZES)],
            open_weights=(True, False, None)[number % 3],
            licence=("Apache-2.0", "", "proprietary")[number % 3],
            price=priced if number % 2 else None,
        ),
    )


def _cell(run: Run, made: Card, skill: float, generator: np.random.Generator) -> Cell:
    value = float(np.clip(generator.normal(skill, 0.05), 0.01, 0.99))
    half = 1.96 * float(np.sqrt(value * (1 - value) / N))
    lost, failed, refused = (int(count) for count in generator.integers(0, 20, 3))
    metric = {"value": value, "low": value - half, "high": value + half, "n": N, "n_undefined": 0, "n_groups": N}
    metric |= {"signature": f"{made.primary}|v:1", "higher_is_better": made.primary != "fp_per_image"}
    result = {
        "task": made.name,
        "family": made.family,
        "language": made.languages[0],
        "primary": made.primary,
        "n": N,
        "status": {"scored": N - lost - failed - refused, "no_answer": lost, "refused": refused, "failed": failed},
        "metrics": {made.primary: metric},
    }
    assert isinstance(run.tasks, dict)
    run.tasks[made.name] = result
    spec = next(task for task in run.spec.tasks if task.name == made.name)
    return Cell(key=made.name, run=run, result=result, spec=spec)


def _board(key: str, cells: tuple[Cell, ...]) -> Board:
    ordered = tuple(sorted(cells, key=lambda cell: cell.row))
    ids = tuple(f"{i}" for i in range(N))
    return Board(
        key=key,
        cells=ordered,
        ids=ids,
        contents=ids,
        strata=ids,
        levels=("images",) * N,
        columns={},
        own={},
        tables={},
        problems=(),
    )


def _standing(cells: tuple[Cell, ...], generator: np.random.Generator, *, hidden: bool) -> Standing:
    """A pair is told apart where the values are far from each other, give or take, so that sets are no intervals."""
    differences: dict[tuple[Row, Row], Difference] = {}
    for a, one in enumerate(cells):
        for other in cells[a + 1 :]:
            change = _value(one) - _value(other)
            p = 0.001 if abs(change) > generator.uniform(0.02, 0.3) else 0.5
            sign = 1 if one.metrics[one.primary]["higher_is_better"] else -1
            for first, second, way in ((one, other, 1), (other, one, -1)):
                differences[first.row, second.row] = Difference(
                    value=way * change, low=None, high=None, p=p, p_adjusted=p, outcomes=None, sign=sign
                )
    better = {cell.row: [d for (one, _), d in differences.items() if one == cell.row] for cell in cells}
    ranks = {
        row: RankSet(best=1 + sum(d.worse for d in own), worst=len(cells) - sum(d.better for d in own))
        for row, own in better.items()
    }
    gains: dict[Row, Difference | NoGain] = {cell.row: _gain(cell, generator, hidden=hidden) for cell in cells}
    return Standing(ranks=ranks, differences=differences, gains=gains, test="sign-flip")


def _value(cell: Cell) -> float:
    return float(cell.metrics[cell.primary]["value"])


def _gain(cell: Cell, generator: np.random.Generator, *, hidden: bool) -> Difference | NoGain:
    if hidden:
        return "no-control"
    value = float(generator.normal(0.2, 0.1))
    return Difference(value=value, low=value - 0.05, high=value + 0.05, p=0.01, p_adjusted=None, outcomes=None, sign=1)
