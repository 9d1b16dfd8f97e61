"""What a reader of box markup finds, before any scale is applied."""

from dataclasses import dataclass
from typing import TypeAlias

Quad: TypeAlias = tuple[float, float, float, float]
"""Four finite numbers in the order in which they were written."""

LARGEST = 1e15
"""Numbers beyond this are no coordinates; they are refused before any arithmetic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A name and the quads written for it; `start` and `end` span the name and the markup."""

    label: str
    quads: tuple[Quad, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All markup of a text, and how many pieces of it hold no readable box."""

    written: tuple[Written, ...]
    malformed: int = 0
