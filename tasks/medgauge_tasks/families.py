"""What a task family is: functions that put questions, read answers and read foreign records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from medgauge.errors import MedGaugeError
from medgauge.protocols import BoxFormat, Style
from medgauge.types import Family, Language, Output, Parsed, Request, Sample

NO_OPTIONS: Mapping[str, str] = MappingProxyType({})
"""Options of a card that sets none."""


class Ask(Protocol):
    """Puts questions."""

    def __call__(
        self, sample: Sample, style: Style, outputs: Sequence[Output], *, options: Mapping[str, str] = NO_OPTIONS
    ) -> Request | None:
        """The next turn of a sample, or None when it has been asked all."""
        ...


class Parse(Protocol):
    """Reads answers."""

    def __call__(
        self,
        sample: Sample,
        outputs: Sequence[Output],
        box_format: BoxFormat,
        *,
        options: Mapping[str, str] = NO_OPTIONS,
    ) -> Parsed:
        """The answer in the outputs; the sample's target is empty."""
        ...


class ReadRecord(Protocol):
    """Reads foreign records."""

    def __call__(
        self,
        record: Mapping[str, Any],
        language: Language,
        box_format: BoxFormat,
        *,
        options: Mapping[str, str] = NO_OPTIONS,
        file: str = "records",
        line: int = 1,
    ) -> tuple[Sample, str]:
        """A `{"prediction", "reference"}` record as a sample and the words to parse. Raises BadRecord."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyKit:
    """One family as a value. `options` everywhere are those of the card."""

    name: Family
    next_request: Ask
    parse: Parse
    metrics: Callable[[Mapping[str, str]], tuple[str, ...]]
    """Card options to the names of the metrics that every task of the family has."""
    read_record: ReadRecord


def option(options: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """A card's option with a closed list of values, the first of which is the default. Raises MedGaugeError."""
    value = options.get(name, allowed[0])
    if value not in allowed:
        raise MedGaugeError(f"option {name!r}: expected one of {', '.join(allowed)}, got {value!r}")
    return value
