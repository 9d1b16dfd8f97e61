"""Scorers of others, over records: for comparing with their published tables, never ranked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Numbered: TypeAlias = Sequence[tuple[int, Mapping[str, Any]]]
"""Records with the line (or place in the array) where each stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a scorer prints for a file."""

    metrics: Mapping[str, float | None]
    """Names as the scorer has them, nested ones joined by `/`; None where it crashes or prints no finite number."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Why a number is None or not given, by its name; `*` for what concerns all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordProtocol:
    """A scorer as a value."""

    title: str
    tasks: tuple[str, ...]
    score: Callable[[str, Numbered, str], Printed]
    """(task, records, file name for errors) to numbers. Raises BadRecord."""
