"""Made pictures and tables for sources in their own layouts; no row is anybody's data."""

import csv
import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from medgauge.tasks import Loaded
from medgauge_tasks.cards import build_task

WIDTH, HEIGHT = 48, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a builder makes: the folder below --data-dir, and the samples that must come of it."""

    folder: str
    build: Callable[[Path], None]
    test: int
    train: int = 0
    told: int = 0
    """Lines about what is left out of the test split."""


def picture_bytes(seed: int, ending: str = "png", *, deep: bool = False) -> bytes:
    """A small picture unlike those of other seeds; `deep`: 16 bits a pixel."""
    grey = np.random.default_rng(seed).integers(0, 65536 if deep else 256, (5, 6))
    pixels = np.kron(grey, np.ones((8, 8))).astype(np.uint16 if deep else np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, {"jpg": "JPEG", "jpeg": "JPEG"}.get(ending, "PNG"))
    return stream.getvalue()


def put_picture(file: Path, seed: int, *, deep: bool = False) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(picture_bytes(seed, file.suffix[1:], deep=deep))


def put_csv(file: Path, rows: Sequence[Mapping[str, Any]], delimiter: str = ",") -> None:
    """A table with a header; packed where the name says so."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    data = stream.getvalue().encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)


def put_parquet(file: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow
    from pyarrow import parquet

    file.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.Table.from_pylist(rows), file)


def made(source: Source, tmp_path: Path) -> Path:
    """--data-dir with the source in it."""
    source.build(tmp_path / "data" / source.folder)
    return tmp_path / "data"


def loaded(name: str, source: Source, tmp_path: Path) -> Loaded:
    """What the card's loader makes of the test split."""
    return build_task(name).load(made(source, tmp_path), "test")
