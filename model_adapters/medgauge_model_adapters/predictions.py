"""A file of recorded predictions: a JSON array, or JSON lines, of objects with at least `id` and `text`."""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, cast, get_args

from medgauge.codec import clean_text
from medgauge.errors import BadRecord, MedGaugeError
from medgauge.types import Finish, Key, Language

_KNOWN = ("id", "text", "task", "language", "trial", "turn", "finish", "error", "scores")
_SPACE = re.compile(r"\s*+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One recorded answer. Task and language are None where the file does not say them."""

    id: str
    text: str
    task: str | None = None
    language: Language | None = None
    trial: int = 0
    turn: int = 0
    finish: Finish = "stop"
    error: str | None = None
    scores: Mapping[str, float] | None = None

    def fits(self, key: Key) -> bool:
        """Whether nothing that is named speaks against the key; id, trial and turn are looked up before."""
        return self.task in (None, key.task) and self.language in (None, key.language)

    @property
    def named(self) -> int:
        """How many of task and language are named."""
        return (self.task is not None) + (self.language is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """One JSON value and the place it came from."""

    file: Path
    line: int
    data: Any

    def bad(self, field: str, expected: str) -> NoReturn:
        actual = self.data.get(field, "nothing") if isinstance(self.data, dict) else self.data
        raise BadRecord(self.file, self.line, field, expected, actual)


def read_predictions(file: Path) -> tuple[tuple[Prediction, ...], str]:
    """All predictions of a file in order, and the sha256 of its bytes.

    Raises BadRecord (file, line, field, expected, actual) for a field that is missing, unknown or of the wrong kind,
    for a key that comes twice, and for NaN; MedGaugeError when the file cannot be read.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise MedGaugeError(f"replay: cannot read {file}: {error.strerror or error}") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadRecord(file, line, "whole line", "UTF-8", data[error.start : error.start + 8]) from error
    first: dict[tuple[object, ...], int] = {}
    predictions: list[Prediction] = []
    for record in _records(file, text):
        made = _prediction(record)
        place = (made.task, made.language, made.id, made.trial, made.turn)
        if place in first:
            record.bad("id", f"an id that comes once (it is in line {first[place]} already)")
        first[place] = record.line
        predictions.append(made)
    return tuple(predictions), hashlib.sha256(data).hexdigest()


def _records(file: Path, text: str) -> Iterator[_Record]:
    """The values of an array or of lines, with their line numbers."""
    if text.lstrip().startswith("["):
        yield from _array(file, text)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            start = _skip(line, 0)
            value, end = _parse(file, number, line, start)
            if line[end:].strip():
                raise BadRecord(file, number, "whole line", "one JSON object", line[end:].strip())
            yield _Record(file=file, line=number, data=value)


def _array(file: Path, text: str) -> Iterator[_Record]:
    """The elements of an array one by one, so that each knows its line."""
    position = _skip(text, text.index("[") + 1)
    line, counted, more = 1, 0, text[position : position + 1] != "]"
    while more:
        line, counted = line + text.count("\n", counted, position), position
        value, end = _parse(file, line, text, position)
        yield _Record(file=file, line=line, data=value)
        position = _skip(text, end)
        more = text[position : position + 1] == ","
        if more:
            position = _skip(text, position + 1)
    rest = text[position:]
    if not rest.startswith("]") or rest[1:].strip():
        raise BadRecord(file, line + text.count("\n", counted, position), "whole line", "the end of the array", rest)


def _skip(text: str, position: int) -> int:
    """The next place that is no white space."""
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _parse(file: Path, line: int, text: str, position: int) -> tuple[Any, int]:
    """One JSON value from a position, and where it ends."""

    def refuse(constant: str) -> NoReturn:
        raise BadRecord(file, line, constant, "a finite number", constant)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for name, count in Counter(name for name, _ in pairs).items():
            if count > 1:
                raise BadRecord(file, line, name, "a field that comes once", f"{count} times")
        return dict(pairs)

    try:
        return json.JSONDecoder(parse_constant=refuse, object_pairs_hook=once).raw_decode(text, position)
    except json.JSONDecodeError as error:
        place = line if error.lineno == 1 else error.lineno
        around = text[error.pos : error.pos + 80]
        raise BadRecord(file, place, f"column {error.colno}", f"JSON ({error.msg})", around) from error
    except (RecursionError, ValueError) as error:
        raise BadRecord(file, line, "whole line", "JSON of a reasonable depth and size", str(error)) from error


def _prediction(record: _Record) -> Prediction:
    """The record as a prediction. Raises BadRecord."""
    data = record.data
    if not isinstance(data, dict):
        record.bad("whole line", "a JSON object")
    unknown = sorted(set(data) - set(_KNOWN))
    if unknown:
        record.bad(unknown[0], f"one of the fields {', '.join(_KNOWN)}")
    made = Prediction(
        id=_id(record),
        text=clean_text(_text(record, "text")),
        task=_text(record, "task") if "task" in data else None,
        language=cast(Language, _one_of(record, "language", get_args(Language))) if "language" in data else None,
        trial=_count(record, "trial"),
        turn=_count(record, "turn"),
        error=None if data.get("error") is None else clean_text(_text(record, "error")),
        finish=cast(Finish, _one_of(record, "finish", get_args(Finish))) if "finish" in data else _finish(data),
        scores=None if data.get("scores") is None else _scores(record),
    )
    if made.error is not None and made.finish != "failed":
        record.bad("finish", "'failed' where there is an error")
    return _from_key(made, data)


def _from_key(made: Prediction, data: Mapping[str, Any]) -> Prediction:
    """An id that is a whole key says task, language, trial and turn, unless fields do."""
    if set(data) & {"task", "language", "trial", "turn"}:
        return made
    try:
        key = Key.parse(made.id)
    except ValueError:
        return made
    return replace(made, id=key.id, task=key.task, language=key.language, trial=key.trial, turn=key.turn)


def _finish(data: Mapping[str, Any]) -> Finish:
    return "stop" if data.get("error") is None else "failed"


def _id(record: _Record) -> str:
    value = record.data.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        record.bad("id", "a text or an integer")
    return clean_text(str(value))


def _text(record: _Record, field: str) -> str:
    value = record.data.get(field)
    if not isinstance(value, str):
        record.bad(field, "a text")
    return value


def _one_of(record: _Record, field: str, allowed: tuple[str, ...]) -> str:
    value = _text(record, field)
    if value not in allowed:
        record.bad(field, f"one of {', '.join(allowed)}")
    return value


def _count(record: _Record, field: str) -> int:
    value = record.data.get(field, 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        record.bad(field, "an integer of 0 or more")
    return value


def _scores(record: _Record) -> dict[str, float]:
    value = record.data["scores"]
    if not isinstance(value, dict) or not all(map(_is_finite, value.values())):
        record.bad("scores", "an object of finite numbers")
    return {clean_text(label): float(score) for label, score in value.items()}


def _is_finite(value: object) -> bool:
    """Whether it is a number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
