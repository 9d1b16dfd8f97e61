"""Words for a picture by its modality and organ, in both languages."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, RootModel

from medgauge.strict_yaml import read_yaml
from medgauge.types import Language, Sample


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    picture: str
    image: str
    scan: str


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    modality: tuple[str, ...]
    organ: tuple[str, ...] = ()
    en: _Words
    zh: _Words


class _Table(RootModel[dict[str, _Row]]):
    model_config = ConfigDict(strict=True, frozen=True)


@cache
def _rows() -> tuple[_Row, ...]:
    text = (files("medgauge_tasks") / "pictures.yaml").read_text("utf-8")
    return tuple(read_yaml(text, "pictures.yaml", _Table).root.values())


def picture_table() -> list[Mapping[str, Any]]:
    """The whole table, for the hash of prompts that use it."""
    return [row.model_dump() for row in _rows()]


def picture_words(sample: Sample, language: Language) -> Mapping[str, str]:
    """Fields `picture` ("an OCT image"), `image` ("OCT image") and `scan` for the sample's modality and organ.

    The first row that fits is taken; the last fits all. A picture is not named when its modality is among the
    sample's choices, because then the prompt would tell the answer.
    """
    modality, organ = (sample.tags.get(tag, "").strip().lower() for tag in ("modality", "organ"))
    rows = _rows()
    told = {choice.strip().lower() for choice in sample.choices}
    named = {name for row in rows for name in row.modality}
    if told & named:
        modality = ""
    for row in rows[:-1]:
        if modality in row.modality and (not row.organ or organ in row.organ):
            return _words(row, language)
    return _words(rows[-1], language)


def _words(row: _Row, language: Language) -> Mapping[str, str]:
    words: dict[str, str] = (row.en if language == "en" else row.zh).model_dump()
    return words
