"""Records from a JSON array or from JSON lines, with the place of each for error messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medgauge import codec
from medgauge.errors import BadRecord, Incomplete


def read_records(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and object of every record: the line in JSON lines, the position from 1 in an array.

    NaN, infinity, a record that is no object and bytes that are not UTF-8 raise BadRecord; a missing file
    raises Incomplete. A last line without a line feed is read as well.
    """
    if not file.is_file():
        raise Incomplete(f"no file {file}")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "whole file", "UTF-8", str(error)) from error
    numbered = _array(text, file) if text.lstrip().startswith("[") else _lines(text, file)
    for number, record in numbered:
        if not isinstance(record, dict):
            raise BadRecord(file, number, "whole record", "a JSON object", record)
        yield number, record


def _array(text: str, file: Path) -> Iterator[tuple[int, Any]]:
    yield from enumerate(codec.loads(text, file), start=1)


def _lines(text: str, file: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, codec.loads(line, file, number)
