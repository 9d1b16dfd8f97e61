"""Run directories written by hand: every field a test may want to bend, numbers by the real metrics."""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from medgauge.codec import plain
from medgauge.manifest import PACKAGES
from medgauge.metrics import parse_metric
from medgauge.prepare import result_name
from medgauge.results import SCHEMA_VERSION, task_results
from medgauge.score import target_of
from medgauge.spec import ModelSpec, RunSpec, TaskSpec
from medgauge.store import MANIFEST, OUTPUTS, RESULTS, SAMPLES, SPEC, RunDirectory, StoredSample, sample_line
from medgauge.tasks import Card, Publish
from medgauge.types import Answer, Box, Key, Media, Output, Sample, Score, Status
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.reading import read_boards, workers

SIZE = (640, 400)
"""Original width, height of the made pictures; no square, so that a mixed-up axis shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A sample and what one model made of it."""

    sample: Sample
    text: str = ""
    answer: Answer | None = None
    status: Status = "scored"
    detail: dict[str, Any] = field(default_factory=dict)
    publish: Publish | None = None
    """The card's, where it is not given."""


def card(name: str, family: str, primary: str, **changes: Any) -> Card:
    base = Card(
        name=name,
        title=f"Made {name}",
        family=family,  # type: ignore[arg-type]
        languages=("en",),
        modality=("x-ray",),
        licence="CC0-1.0",
        access="embedded",
        publish="images",
        group="image",
        version=1,
        primary=primary,
        metrics=(),
        citation="Nobody (2026). Made data.",
        url="https://example.org/made",
        caveats=("Nothing here is real.",),
        loader="made:load",
    )
    return replace(base, **changes)


def write_run(
    folder: Path, model: str, items: Sequence[tuple[Card, Sequence[Item]]], metrics: Sequence[str], **changes: Any
) -> Path:
    """One finished run. `changes` are fields of RunSpec, and `fit`, `options`, `resign` (metric to signature)."""
    run = RunDirectory(folder)
    fit, options = changes.pop("fit", None), changes.pop("options", {})
    resign: dict[str, str] = changes.pop("resign", {})
    run.write(SPEC, plain(_spec(model, [card for card, _ in items], fit, options, changes)))
    samples, outputs, scores, results = [], [], [], {}
    for made, own in items:
        names = dict.fromkeys([made.primary, *made.metrics, *metrics])
        for language in made.languages:
            here = [item for item in own if item.sample.language == language]
            prepared = [parse_metric(name).prepare([target_of(item.sample) for item in here]) for name in names]
            judged = [_score(item, prepared) for item in here]
            if judged:
                key = result_name(made.name, language, made.languages)
                results[key] = task_results(made, language, judged, prepared)
            samples += [StoredSample(sample=item.sample, publish=item.publish or made.publish) for item in here]
            outputs += [_output(item) for item in here]
            scores += judged
    for entry in results.values():
        for name, signature in resign.items():
            entry["metrics"][name]["signature"] = signature
    (folder / SAMPLES).write_text("".join(sample_line(stored) for stored in samples), "utf-8")
    with run.appending_outputs() as log:
        for output in outputs:
            log.append(output)
    run.write_scores(scores)
    run.write(RESULTS, {"schema_version": SCHEMA_VERSION, "tasks": results})
    write_manifest(run, [made for made, _ in items])
    return folder


def write_manifest(run: RunDirectory, cards: Sequence[Card]) -> None:
    run.write(
        MANIFEST,
        {
            "schema_version": 1,
            "medgauge": "0.0.0",
            "files": run.hashes(),
            "cards": {made.name: plain(made) for made in cards},
            "code": {"commit": None, "dirty": None},
            "packages": {PACKAGES[0]: "1.0"},
            "device": {},
            "started": "2026-01-01T00:00:00Z",
            "finished": "2026-01-01T00:01:00Z",
            "excluded": [],
            "failed": [],
        },
    )


def boards_of(folders: Sequence[Path]) -> list[Board]:
    """The boards of some runs, as a site has them."""
    with workers(folders) as each:
        return read_boards(folders, each)[1]


def edit(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a file of a run and sign it anew, as if the run had written it so."""
    file = folder / name
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    run = RunDirectory(folder)
    run.write(MANIFEST, run.manifest() | {"files": run.hashes()})


def picture(folder: Path, seed: int, size: tuple[int, int] = SIZE) -> tuple[Media, list[Box]]:
    """A made radiograph with one or two bright lesions: its thumbnail in a run, and the true boxes."""
    generator = np.random.default_rng(seed)
    image = Image.new("L", size, 12)
    draw = ImageDraw.Draw(image)
    width, height = size
    for left in (0.14, 0.54):
        draw.ellipse((left * width, 0.1 * height, (left + 0.32) * width, 0.92 * height), fill=64)
    boxes = []
    for _ in range(1 + seed % 2):
        x, y = generator.uniform(0.18, 0.72) * width, generator.uniform(0.2, 0.7) * height
        w, h = generator.uniform(0.08, 0.16) * width, generator.uniform(0.1, 0.2) * height
        draw.ellipse((x, y, x + w, y + h), fill=int(generator.uniform(150, 230)))
        boxes.append(Box(xyxy=(round(x, 2), round(y, 2), round(x + w, 2), round(y + h, 2)), label="nodule"))
    noise = np.asarray(image, dtype=float) + generator.normal(0, 7, (height, width))
    image = Image.fromarray(np.uint8(np.clip(noise, 0, 255)))
    original = io.BytesIO()
    image.save(original, "PNG")
    sha256 = hashlib.sha256(original.getvalue()).hexdigest()
    image.thumbnail((512, 512))
    (folder / "media").mkdir(parents=True, exist_ok=True)
    image.convert("RGB").save(folder / "media" / f"{sha256}.webp", "WEBP")
    return Media(path=f"{seed}.png", sha256=sha256, size=size), boxes


def _spec(
    model: str, cards: Sequence[Card], fit: str | None, options: dict[str, str], changes: dict[str, Any]
) -> RunSpec:
    tasks = tuple(
        TaskSpec(
            name=made.name,
            version=made.version,
            family=made.family,
            languages=made.languages,
            prompts="plain",
            prompts_hash="5f1c0ffee",
            fit=fit,  # type: ignore[arg-type]
        )
        for made in cards
    )
    spec = ModelSpec(spec=model, name=model, box_format="medrega", options=options)
    return RunSpec(model=spec, tasks=tasks, **changes)


def _key(sample: Sample) -> Key:
    return Key(task=sample.task, id=sample.id, language=sample.language)


def _output(item: Item) -> Output:
    if item.status == "failed":
        return Output(key=_key(item.sample), text="", error="boom", finish="failed")
    return Output(key=_key(item.sample), text=item.text, finish="refused" if item.status == "refused" else "stop")


def _score(item: Item, metrics: Sequence[Any]) -> Score:
    return Score(
        key=_key(item.sample),
        group=item.sample.group,
        tags=item.sample.tags,
        status=item.status,
        answer=item.answer,
        stats={metric.name: metric.measure(item.answer, target_of(item.sample)) for metric in metrics},
        detail=item.detail | ({"error": "boom"} if item.status == "failed" else {}),
    )


__all__ = ["OUTPUTS", "RESULTS", "SAMPLES", "Item", "boards_of", "card", "edit", "picture", "write_run"]
