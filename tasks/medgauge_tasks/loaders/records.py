"""Strict reading of record files: what is broken is named by file, place, field, expected and actual.

A record is one object of a JSON array or one line of a JSON-lines file. Nothing is repaired here. A record that
the data set's card lists under `known_bad` is left out and reported; any other broken one ends the run.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from medgauge.errors import BadRecord, Incomplete, MedGaugeError, shorten
from medgauge.tasks import Card
from medgauge.types import Media, Split, Xyxy


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record stands: line `line` of a JSON-lines file, or record `number` (from 1) of a JSON array."""

    file: Path
    line: int | None = None
    number: int | None = None

    def __str__(self) -> str:
        return f"line {self.line}" if self.number is None else f"record {self.number}"

    def fail(self, field: str, expected: str, actual: object) -> NoReturn:
        """Raises BadRecord for one field of the record that stands here."""
        file = self.file if self.number is None else f"{self.file}: record {self.number} of the array"
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
        """The image that the field names below `folder`; refused where the name leads out of it."""
        name = self.text(field)
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
            self.fail(field, "a path that stays inside the data folder", name)
        return find(f"{folder}/{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The good records of a file, and one line for each record that was left out on purpose."""

    records: tuple[Record, ...]
    excluded: tuple[str, ...] = ()


def read_records(card: Card, file: Path, id_field: str) -> Records:
    """Read a `.jsonl` file (one object a line) or a JSON array, and check what every record must obey.

    Ids (text or whole numbers, compared as text) are unique. Records whose id the card lists under `known_bad`
    are left out. Raises BadRecord, or Incomplete when the file is missing.
    """
    good: list[Record] = []
    excluded: list[str] = []
    seen: dict[str, Place] = {}
    for place, values in _objects(card, file):
        id = _id(place, values, id_field)
        if id in seen:
            place.fail(id_field, f"an id that no other record has (it stands in {seen[id]} too)", id)
        seen[id] = place
        if id in card.known_bad:
            excluded.append(f"{card.name}: {file.name}, {place}, {id_field} {id}: {card.known_bad[id]}")
            continue
        _check_values(place, "", values)
        good.append(Record(place=place, id=id, values=values))
    return Records(records=tuple(good), excluded=tuple(excluded))


def data_folder(card: Card, data_dir: Path | None, name: str, marker: str) -> Path:
    """The folder that holds `marker`: `data_dir/name`, or `data_dir` itself. Raises Incomplete."""
    if data_dir is None:
        raise Incomplete(f"{card.name} needs --data-dir, a folder with {name}/{marker}. {source(card)}")
    for folder in (data_dir / name, data_dir):
        if (folder / marker).is_file():
            return folder
    raise Incomplete(f"{data_dir / name / marker} is missing. {source(card)}")


def source(card: Card) -> str:
    """One sentence: where the data set is got, and on what terms."""
    return f"{card.title} is got at {card.url or 'the address in its citation'} ({card.access}; {card.licence})."


def check_split(card: Card, split: Split) -> None:
    """Raises MedGaugeError when the data set has no such split."""
    if split not in card.splits:
        raise MedGaugeError(f"{card.name} has no {split!r} split; it has {', '.join(card.splits)}")


def _objects(card: Card, file: Path) -> Iterator[tuple[Place, dict[str, Any]]]:
    text = _read(card, file)
    if file.suffix == ".jsonl":
        places = [(Place(file=file, line=n), line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        rows = [(place, _parse(place, line)) for place, line in places]
    else:
        array = _parse(Place(file=file), text)
        if not isinstance(array, list):
            Place(file=file).fail("(whole file)", "a JSON array", array)
        rows = [(Place(file=file, number=n), values) for n, values in enumerate(array, 1)]
    for place, values in rows:
        if not isinstance(values, dict):
            place.fail("(record)", "a JSON object", values)
        yield place, values


def _read(card: Card, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing. {source(card)}") from None
    except OSError as error:
        raise Incomplete(f"{file} cannot be read ({error.strerror}). {source(card)}") from error
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "(whole file)", "UTF-8 text", f"byte {error.start}: {error.reason}") from error


def _parse(place: Place, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        at = Place(file=place.file, line=place.line or error.lineno)
        at.fail("(record)", "JSON", f"{error.msg}, column {error.colno}")
    except RecursionError:
        place.fail("(record)", "JSON that is not nested so deeply", text)
    except ValueError as error:
        place.fail("(record)", "JSON that can be read without guessing", str(error))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} comes twice in one object")
    return values


def _id(place: Place, values: Mapping[str, Any], id_field: str) -> str:
    if id_field not in values:
        place.fail(id_field, "an id", "no such field")
    id = values[id_field]
    if isinstance(id, bool) or not isinstance(id, str | int) or not str(id).strip():
        place.fail(id_field, "an id: text or a whole number", id)
    _check_values(place, id_field, id)
    return str(id).strip()


def _check_values(place: Place, field: str, value: object) -> None:
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
            _check_values(place, f"{field}.{name}" if field else str(name), part)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _check_values(place, f"{field}[{index}]", part)


def _is_number(value: object) -> bool:
    """A float, or a whole number that a float holds exactly."""
    return isinstance(value, float) or (type(value) is int and abs(value) < 2**53)
