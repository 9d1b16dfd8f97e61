"""What a reader of box markup finds, before any scale is applied, and what a kind of markup is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Quad: TypeAlias = tuple[float, float, float, float]
"""Four numbers in the order in which they were written."""
Span: TypeAlias = tuple[int, int]
"""Start and end in a text, in characters."""
Named: TypeAlias = tuple[str, Sequence[Sequence[str]]]
"""A name and its boxes, each as the numbers that are to be written for it."""

LARGEST = 1e15
"""Numbers beyond this are no coordinates; they are refused before any arithmetic."""
NUMBER = r"[+-]?(?:\d{1,15}(?:\.\d{1,30})?(?:e[+-]?\d{1,4})?|nan|inf(?:inity)?)"
"""What is read as a number; one that is not finite makes its box invalid, not unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A name and the quads written for it; `start` and `end` span the name and the markup."""

    label: str
    quads: tuple[Quad, ...]
    spans: tuple[Span, ...]
    """For each of `quads`, where its numbers stand."""
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All markup of a text, and how many pieces of it hold no readable box."""

    written: tuple[Written, ...] = ()
    malformed: int = 0


class Markup(Protocol):
    """One way to put names and numbers into a text. Two that are equal cannot be told apart."""

    def read(self, text: str) -> Reading:
        """All markup of a text, in one pass: linear in its length, and never an exception."""
        ...

    def write(self, mentions: Sequence[Named]) -> str:
        """Names with their boxes."""
        ...
