"""A made data set in a folder: `rows.json` and pictures, read by a loader of a dozen lines."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from medgauge.errors import Incomplete
from medgauge.media import probe
from medgauge.tasks import Card, Loaded, SourceFile, Task
from medgauge.types import Answer, Box, Parsed, Sample, Split

CARD = Card(
    name="made",
    title="A made data set",
    family="vqa",
    languages=("en",),
    modality=("x-ray",),
    licence="CC0-1.0",
    access="registration",
    publish="scores",
    group="patient",
    version=1,
    primary="exact_match",
    citation="none",
    url="https://example.org/made",
    hub="nobody/made",
    hub_revision="0f" * 20,
    folder="made_folder",
    files=(SourceFile(path="rows.json"), SourceFile(path="images/*.png")),
    splits=("train", "test"),
    counts={"train": 2, "test": 3},
    loader="made_data:load",
)


def row(number: int, split: Split = "test", **changes: Any) -> dict[str, Any]:
    """One record; picture and patient have its number."""
    base = {
        "id": f"{split}-{number}",
        "split": split,
        "image": f"images/{number}.png",
        "question": "What is it?",
        "answer": "a blob",
        "group": f"p{number}",
    }
    return base | changes


ROWS = (row(0), row(1), row(2), row(3, "train"), row(4, "train"))


def pixels(seed: int, size: tuple[int, int] = (96, 64)) -> np.ndarray:
    """Smooth noise: two seeds look nothing alike."""
    small = np.random.default_rng(seed).uniform(0, 255, (17, 17))
    return np.asarray(Image.fromarray(np.uint8(small)).resize(size, Image.Resampling.BICUBIC))


def write(data_dir: Path, rows: Sequence[dict[str, Any]] = ROWS, draw: Sequence[int] = range(5)) -> Path:
    """The folder in its source's layout, below `data_dir`."""
    folder = data_dir / CARD.folder
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "rows.json").write_text(json.dumps(list(rows)), "utf-8")
    for number in draw:
        Image.fromarray(pixels(number)).save(folder / "images" / f"{number}.png")
    return folder


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    if data_dir is None:
        raise Incomplete("no folder")
    root = data_dir / card.folder
    rows = [one for one in json.loads((root / "rows.json").read_text("utf-8")) if one["split"] == split]
    return Loaded(root=root, samples=tuple(_sample(card, one, root) for one in rows))


def _sample(card: Card, one: dict[str, Any], root: Path) -> Sample:
    boxes = tuple(Box(xyxy=tuple(map(float, box)), label=one.get("label", "blob")) for box in one.get("boxes", ()))
    target = Answer(text=one["answer"], boxes=boxes, labels=one.get("labels") and tuple(one["labels"]))
    return Sample(
        id=one["id"],
        task=card.name,
        language="en",
        question=one["question"],
        choices=tuple(one.get("choices", ())),
        media=(probe(one["image"], root),),
        target=target,
        group=one["group"],
    )


def task(**changes: Any) -> Task:
    """The data set as a task; what is asked of it does not matter here."""
    card = replace(CARD, **changes)
    return Task(
        card=card,
        load=partial(load, card),
        next_request=lambda sample, style, outputs: None,
        parse=lambda sample, outputs, box_format: Parsed(answer=None),
        metrics=(),
        prompt_sets={"plain": "abc"},
    )
