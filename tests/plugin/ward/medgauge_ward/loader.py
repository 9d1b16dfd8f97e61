"""Rows of `counts.csv` (picture, nodules, patient) as samples."""

import csv
from collections.abc import Mapping
from pathlib import Path

from medgauge.errors import BadRecord, Incomplete
from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Sample, Split


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The one split that there is. Raises Incomplete without a data folder, BadRecord for a broken row."""
    if data_dir is None:
        raise Incomplete(f"{card.name}: give --data-dir; the pictures are got at {card.page}")
    root = data_dir / card.folder
    with (root / "counts.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    samples = tuple(_sample(card, root, row, line) for line, row in enumerate(rows, start=2))
    return Loaded(root=root, samples=samples)


def _sample(card: Card, root: Path, row: Mapping[str, str], line: int) -> Sample:
    if not row["nodules"].isdecimal():
        raise BadRecord(root / "counts.csv", line, "nodules", "a whole number", row["nodules"])
    return Sample(
        id=row["picture"],
        task=card.name,
        language="en",
        question="How many nodules does this picture show? Answer with a number.",
        media=(probe(row["picture"], root),),
        target=Answer(text=row["nodules"]),
        tags={"kind": "open", "modality": "x-ray"},
        group=row["patient"],
    )
