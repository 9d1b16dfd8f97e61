"""JSON: an array of objects, one object a line, or one object that is the whole file."""

import json
from pathlib import Path
from typing import Any

from medgauge_tasks.readers.record import Place, Record, Rows, check_values, read_text


def read_json(file: Path) -> Rows:
    """Every object of a `.jsonl` file (one a line, blank lines left out), else of a JSON array.

    Values are as they stand, NaN included; see `check_values`. Raises Incomplete and BadRecord.
    """
    text = read_text(file)
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


def read_object(file: Path) -> Record:
    """The one object that the file holds, every value in it finite. Raises Incomplete and BadRecord."""
    place = Place(file=file)
    value = _parse(place, read_text(file))
    if not isinstance(value, dict):
        place.fail("(whole file)", "a JSON object", value)
    check_values(place, "", value)
    return Record(place=place, id=file.stem, values=value)


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
