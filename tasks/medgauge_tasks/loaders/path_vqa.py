"""PathVQA as the hub keeps it: Parquet in shards, the pictures inside, no ids.

Source: He et al., PathVQA, arXiv:2003.10286, in the copy of flaviagiammarino/path-vqa, which left out the rows that
came twice. A sample's id is the row's number in its split; questions about one picture are one group.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Sample, Split
from medgauge_tasks.loaders.embedded import keep
from medgauge_tasks.loaders.polar import polar_of
from medgauge_tasks.loaders.records import card_folder, check_split, records_of, sourced
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.loaders.rendered import canvas
from medgauge_tasks.readers.parquet_rows import read_parquet
from medgauge_tasks.readers.record import Place, Record, Rows

COLUMNS = ("image", "question", "answer")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The questions of one split, shard after shard. Raises BadRecord and Incomplete."""
    check_split(card, split)
    pattern = f"data/{split}-*.parquet"
    folder = card_folder(card, data_dir, pattern)
    root = canvas(card, folder).root
    with sourced(card):
        read = records_of(card, _rows(sorted(folder.glob(pattern)), root), "id")
    return Loaded(root=root, samples=tuple(_sample(card, r, root) for r in read.records), excluded=read.excluded)


def picture_bytes(place: Place, field: str, cell: Any) -> bytes:
    """The file that a cell of the hub's type `Image` holds. Raises BadRecord when it holds a path alone."""
    picture = cell.get("bytes") if isinstance(cell, dict) else None
    if not isinstance(picture, bytes) or not picture:
        place.fail(field, "a picture's bytes", cell)
    return picture


def _rows(files: list[Path], root: Path) -> Rows:
    """Every row with a number of its own; the picture is written out and gives its path, so that none is held."""
    for number, (place, values) in enumerate(_chained(files), 1):
        path = keep(root, picture_bytes(place, "image", values["image"]))
        yield place, {**values, "id": number, "image": path}


def _chained(files: list[Path]) -> Iterator[tuple[Place, dict[str, Any]]]:
    for file in files:
        yield from read_parquet(file, COLUMNS)


def _sample(card: Card, record: Record, root: Path) -> Sample:
    answer = record.text("answer")
    polar = polar_of(answer, "en")
    kind = "closed" if polar else "open"
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        question=record.text("question"),
        media=(probe(record.text("image"), root),),
        target=Answer(text=answer, polar=polar),
        tags={"kind": kind, "polar": "yes" if polar else "no", **card_tags(card)},
        group=record.text("image").partition(".")[0],
    )
