"""Records as the released evaluators read them: `pred_answer, gt_answer`, or `answer, gt, hw`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from medgauge.errors import BadRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An answer in words and its reference."""

    number: int
    """Of the record in its file, for messages."""
    said: str | None
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An answer with boxes, its reference with tags, and the size of the image."""

    number: int
    said: str | None
    right: str
    height: float
    """Pixels."""
    width: float
    """Pixels."""


def read_pair(record: Mapping[str, Any], number: int, file: str) -> Pair:
    """A record of words. Raises BadRecord."""
    said = _text(record, "pred_answer", number, file, none=True)
    right = _text(record, "gt_answer", number, file)
    return Pair(number=number, said=said, right=right or "")


def read_picture(record: Mapping[str, Any], number: int, file: str) -> Picture:
    """A record of boxes. Raises BadRecord."""
    said = _text(record, "answer", number, file, none=True)
    right = _text(record, "gt", number, file)
    height, width = _size(record, number, file)
    return Picture(number=number, said=said, right=right or "", height=height, width=width)


def _text(record: Mapping[str, Any], field: str, number: int, file: str, none: bool = False) -> str | None:
    """The text of a field; null alone where there may be no answer."""
    expected = "a text, or null for no answer" if none else "a text"
    if field not in record:
        raise BadRecord(file, number, field, expected, f"only {', '.join(map(repr, record))}" if record else "nothing")
    value = record[field]
    if isinstance(value, str) or (none and value is None):
        return value
    raise BadRecord(file, number, field, expected, value)


def _size(record: Mapping[str, Any], number: int, file: str) -> tuple[float, float]:
    expected = "[height, width] of the image in pixels, two positive numbers"
    given = record.get("hw")
    numbers = given if isinstance(given, list) else []
    sizes = [_pixels(one) for one in numbers]
    if len(sizes) != 2 or not all(sizes):
        raise BadRecord(file, number, "hw", expected, given if "hw" in record else "nothing")
    return sizes[0], sizes[1]


def _pixels(value: object) -> float:
    """A positive finite number, or 0 for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    try:
        pixels = float(value)
    except OverflowError:
        return 0.0
    return pixels if isfinite(pixels) and pixels > 0 else 0.0
