"""Names and boxes out of a text, as the released patterns find them. Time is linear in the length of the text."""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from medgauge_metrics.compat.medrega.stops import Crash, NotKnown

Box: TypeAlias = tuple[float, float, float, float]
"""x1, y1, x2, y2 as written, on a scale of 999."""

_ONE = r"\[\d++,\s*+\d++,\s*+\d++,\s*+\d++\]"
_BOXES = re.compile(rf"\[{_ONE}(?:,\s*+{_ONE})*+\]")
"""Possessive: nothing is tried twice. What follows a repeated part can never begin inside it."""
_NUMBER = re.compile(r"[0-9]+")
_PYTHON = frozenset("0123456789,[] \t\n\r\f")
_DIGITS = 400
"""More digits than any double has before its point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """A name and its boxes."""

    name: str
    """In lower case; of an answer all the text since the bracket before, not stripped."""
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an answer says."""

    objects: tuple[Object, ...]
    failed: bool
    """Reading ended with an exception, for which the released code puts a box of four zeros without a name."""


def read_answer(text: str | None) -> Said:
    """The objects of an answer, up to the first whose boxes are no Python (`010`, digits of another script)."""
    if text is None:
        return Said(objects=(), failed=True)
    objects: list[Object] = []
    for name, written in find_answer(text):
        boxes = _boxes(written)
        if boxes is None:
            return Said(objects=tuple(objects), failed=True)
        objects.append(Object(name=name.lower(), boxes=boxes))
    return Said(objects=tuple(objects), failed=False)


def find_answer(text: str) -> Iterator[tuple[str, str]]:
    r"""What `([^\[\]]*)(\[\[\d+,\s*...\]\])` finds: a name, which holds no bracket, and the boxes behind it.

    The original pattern takes quadratic time on a long text without boxes: every start runs to the next bracket.
    """
    at = 0
    for found in _BOXES.finditer(text):
        bracket = max(text.rfind("[", at, found.start()), text.rfind("]", at, found.start()))
        yield text[max(at, bracket + 1) : found.start()], found[0]
        at = found.end()


def read_reference(text: str, record: int) -> tuple[Object, ...]:
    """The objects of a reference. Raises Crash where its boxes are no literal, NotKnown where they are no boxes."""
    objects: list[Object] = []
    for name, written in find_reference(text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = ast.literal_eval(written)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
            raise Crash(type(error).__name__, "the boxes of the reference", record) from error
        boxes = tuple(_nested(value)) if isinstance(value, list) else (None,)
        if None in boxes:
            raise NotKnown("the reference holds something else than a list of boxes", record)
        objects.append(Object(name=name.lower(), boxes=tuple(box for box in boxes if box)))
    return tuple(objects)


def find_reference(text: str) -> Iterator[tuple[str, str]]:
    """What `<ref>(.*?)</ref><box>(.*?)</box>` finds, on one line each; the original takes cubic time."""
    for line in text.split("\n"):
        at = 0
        while (name := line.find("<ref>", at)) >= 0:
            middle = line.find("</ref><box>", name + 5)
            end = line.find("</box>", middle + 11) if middle >= 0 else -1
            if end < 0:
                break
            yield line[name + 5 : middle], line[middle + 11 : end]
            at = end + 6


def _boxes(written: str) -> tuple[Box, ...] | None:
    """What `ast.literal_eval` makes of boxes that the pattern has found; None where it raises.

    Also None for a number that no double holds.
    """
    if not _PYTHON.issuperset(written):
        return None
    numbers: list[float] = []
    for digits in _NUMBER.findall(written):
        bare = digits.lstrip("0")
        if bare and (bare != digits or len(bare) > _DIGITS):
            return None
        numbers.append(float(bare or 0))
    if float("inf") in numbers:
        return None
    return tuple(zip(numbers[::4], numbers[1::4], numbers[2::4], numbers[3::4], strict=True))


def _nested(value: list[Any]) -> Iterator[Box | None]:
    """The boxes of lists in lists, however deep; None for anything else. The outermost list is no box."""
    for item in value:
        if not isinstance(item, list | tuple):
            yield None
        elif len(item) == 4 and all(isinstance(one, int | float) and not isinstance(one, bool) for one in item):
            try:
                yield float(item[0]), float(item[1]), float(item[2]), float(item[3])
            except OverflowError:
                yield None
        else:
            yield from _nested(list(item))
