"""A card for tests of loaders, and files that they may read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from medgauge.tasks import Card

CARD = Card(
    name="made",
    title="A made data set",
    family="vqa",
    languages=("en",),
    modality=("CT",),
    licence="CC0-1.0",
    access="public",
    publish="scores",
    group="image",
    version=1,
    primary="exact_match",
    citation="none",
    url="https://example.org/made",
    loader="a:b",
)


def card(**changes: Any) -> Card:
    return replace(CARD, **changes)


def write_lines(file: Path, records: Iterable[Mapping[str, Any] | str]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def write_array(file: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(list(records), ensure_ascii=False), encoding="utf-8")
    return file


def write_image(file: Path, size: tuple[int, int] = (8, 6)) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (10, 20, 30)).save(file)
    return file
