"""One record of a source file: where it stands, and typed access to its fields.

Nothing is repaired here: what is broken is named by file, place, field, expected and actual.
"""

import gzip
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn, TypeAlias

from medgauge.errors import BadRecord, Incomplete, shorten
from medgauge.media import LeavesFolder
from medgauge.types import Media, Xyxy


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record stands: line `line` of a file of lines, or record `number` (from 1) of what the file holds."""

    file: Path
    line: int | None = None
    number: int | None = None
    part: str = "the array"
    """What the record is counted in: the array of a JSON file, one of its lists, a table."""

    def __str__(self) -> str:
        return f"line {self.line}" if self.number is None else f"record {self.number}"

    def fail(self, field: str, expected: str, actual: object) -> NoReturn:
        """Raises BadRecord for one field of the record that stands here."""
        file = self.file if self.number is None else f"{self.file}: record {self.number} of {self.part}"
        raise BadRecord(file, self.line, field, expected, actual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record with typed access to its fields; each method raises BadRecord."""

    place: Place
    id: str
    values: Mapping[str, Any]

    def fail(self, field: str, expected: str, actual: object) -> NoReturn:
        """Raises BadRecord for one field of this record."""
        self.place.fail(field, expected, actual)

    def get(self, field: str) -> Any:
        """The field's value, of any type."""
        if field not in self.values:
            self.fail(field, "a value", "no such field")
        return self.values[field]

    def text(self, field: str) -> str:
        """A string without blanks around it, never empty."""
        value = self.get(field)
        if not isinstance(value, str):
            self.fail(field, "text", value)
        if not value.strip():
            self.fail(field, "text that is not empty", value)
        return value.strip()

    def words(self, field: str) -> str:
        """A string or a number, as text: 4 and 4.0 are both "4"."""
        value = self.get(field)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return self.text(field)

    def optional(self, field: str) -> str:
        """A string, empty where the field is missing, null or blank."""
        value = self.values.get(field)
        return self.text(field) if value is not None and value != "" and not str(value).isspace() else ""

    def number(self, field: str) -> float:
        """A finite number, or the text of one (a cell of a CSV file)."""
        value = self.get(field)
        try:
            number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            self.fail(field, "a finite number", value)
        return number

    def whole(self, field: str) -> int:
        """A whole number, or the text of one: 4, 4.0 and "4" are the same."""
        number = self.number(field)
        if not number.is_integer():
            self.fail(field, "a whole number", self.get(field))
        return int(number)

    def one_of(self, field: str, allowed: Iterable[str]) -> str:
        """A string out of a closed list, compared without the blanks around it."""
        value, known = self.text(field), sorted(allowed)
        if value not in known:
            self.fail(field, f"one of {', '.join(known)}", value)
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of different strings, none of them empty, at least one."""
        value = self.get(field)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
            self.fail(field, "a list of texts that are not empty", value)
        texts = tuple(v.strip() for v in value)
        if len(set(texts)) < len(texts):
            self.fail(field, "texts that differ from each other", value)
        return texts

    def flags(self, field: str) -> dict[str, bool]:
        """An object of names to true or false, at least one."""
        value = self.get(field)
        if not isinstance(value, dict) or not value or not all(isinstance(v, bool) for v in value.values()):
            self.fail(field, "an object of names to true or false", value)
        return dict(value)

    def numbers(self, field: str, count: int) -> tuple[float, ...]:
        """A list of that many finite numbers."""
        value = self.get(field)
        if not isinstance(value, list) or len(value) != count or not all(_is_number(v) for v in value):
            self.fail(field, f"a list of {count} numbers", value)
        return tuple(float(v) for v in value)

    def parts(self, field: str) -> list["Record"]:
        """A list of objects as records of their own, at the same place."""
        value = self.get(field)
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.fail(field, "a list of objects", value)
        return [Record(place=self.place, id=self.id, values=v) for v in value]

    def xyxy(self, field: str) -> Xyxy:
        """Four numbers x1, y1, x2, y2 in pixels with x1 < x2 and y1 < y2."""
        value = self.get(field)
        if not isinstance(value, list) or len(value) != 4 or not all(_is_number(v) for v in value):
            self.fail(field, "a list of four numbers x1, y1, x2, y2", value)
        x1, y1, x2, y2 = (float(v) for v in value)
        if not (x1 < x2 and y1 < y2):
            self.fail(field, "a rectangle with x1 < x2 and y1 < y2", value)
        return x1, y1, x2, y2

    def media(self, field: str, folder: str, find: Callable[[str], Media]) -> Media:
        """The image that the field names below `folder` (empty: the data folder); it may not lead out."""
        name = self.text(field)
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
            self.fail(field, "a path that stays inside the data folder", name)
        try:
            return find(f"{folder}/{name}" if folder else name)
        except LeavesFolder:
            self.fail(field, "a path that stays inside the data folder, which links may stand for but not leave", name)


Rows: TypeAlias = Iterator[tuple[Place, dict[str, Any]]]
"""What every reader of rows gives: where a row stands, and its values by name."""


def read_text(file: Path) -> str:
    """The whole file with its own line ends: UTF-8, with or without a byte order mark; a `.gz` file unpacked.

    Raises Incomplete and BadRecord.
    """
    try:
        stored = file.read_bytes()
        return (gzip.decompress(stored) if file.suffix == ".gz" else stored).decode("utf-8-sig")
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadRecord(file, None, "(whole file)", "a gzip file", str(error)) from error
    except OSError as error:
        raise Incomplete(f"{file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "(whole file)", "UTF-8 text", f"byte {error.start}: {error.reason}") from error


def check_values(place: Place, field: str, value: object) -> None:
    """Refuses NaN, infinity and text that is no Unicode, however deep they lie."""
    if isinstance(value, float) and not math.isfinite(value):
        place.fail(field, "a finite number", value)
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            place.fail(field, "text that UTF-8 can hold", shorten(value))
    elif isinstance(value, dict):
        for name, part in value.items():
            check_values(place, f"{field}.{name}" if field else str(name), part)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            check_values(place, f"{field}[{index}]", part)


def _is_number(value: object) -> bool:
    """A float, or a whole number that a float holds exactly."""
    return isinstance(value, float) or (type(value) is int and abs(value) < 2**53)
