"""How the peers' scorers read a record: strictly, by the names that a field may have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medgauge.errors import BadRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One record and where it stands. Every method raises BadRecord."""

    values: Mapping[str, Any]
    file: str
    line: int

    def bad(self, field: str, expected: str, actual: object) -> BadRecord:
        """The error for one field of this record."""
        return BadRecord(self.file, self.line, field, expected, actual)

    def text(self, *names: str) -> str:
        """The one text that goes by any of these names; it may be empty."""
        found = [name for name in names if name in self.values]
        if len(found) != 1:
            expected = f"one field of {', '.join(names)}" if names[1:] else "the field"
            raise self.bad(names[0], expected, found or sorted(map(str, self.values)))
        value = self.values[found[0]]
        if not isinstance(value, str):
            raise self.bad(found[0], "text", value)
        return value

    def reference(self, *names: str) -> str:
        """As `text`, and not blank."""
        value = self.text(*names)
        if not value.strip():
            raise self.bad(names[0], "text that is not empty", value)
        return value

    def choices(self, most: int) -> tuple[str, ...]:
        """The options, from 1 to `most` texts."""
        value = self.values.get("choices")
        if not isinstance(value, list) or not 0 < len(value) <= most or not all(isinstance(v, str) for v in value):
            raise self.bad("choices", f"a list of 1 to {most} texts", value)
        return tuple(value)


def same_everywhere(places: Sequence[Place], field: str) -> bool:
    """Whether the records have a field. Raises BadRecord where only some have."""
    having = [field in place.values for place in places]
    if any(having) and not all(having):
        raise places[having.index(False)].bad(field, "this field in every record, or in none", "no such field")
    return any(having)
