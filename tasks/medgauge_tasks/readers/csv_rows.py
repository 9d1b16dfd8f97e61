"""CSV and other tables of text with a header."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from medgauge_tasks.readers.record import Place, Rows, read_text


def read_csv(
    file: Path, columns: Iterable[str] = (), *, delimiter: str = ",", names: Sequence[str] | None = None
) -> Rows:
    """Every row of a table as texts by column, at the line where the row begins.

    `columns` must be there; a column without a name (an index, or the commas that some tools leave at the end) is left
    out. Names come without the blanks around them; a table that has no header gets `names`. Blank lines are left out; a
    row that is longer or shorter than the header, a name that comes twice, and a quote that does not end raise
    BadRecord; a missing file raises Incomplete.
    """
    lines = csv.reader(io.StringIO(read_text(file), newline=""), delimiter=delimiter, strict=True)
    header = list(names) if names else None
    begins = 1
    while True:
        place = Place(file=file, line=begins)
        try:
            cells = next(lines, None)
        except csv.Error as error:
            place.fail("(row)", "cells as CSV writes them", str(error))
        begins = lines.line_num + 1
        if cells is None:
            break
        if header is None:
            header = _header(place, cells, columns)
        elif any(cell.strip() for cell in cells):
            if len(cells) != len(header):
                place.fail("(row)", f"{len(header)} cells, as many as the header has", f"{len(cells)}")
            yield place, {name: cell for name, cell in zip(header, cells, strict=True) if name}
    if header is None:
        Place(file=file).fail("(header)", "a first line with the names of the columns", "an empty file")


def _header(place: Place, cells: list[str], columns: Iterable[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    named = [name for name in names if name]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        place.fail("(header)", "every column once", twice)
    for column in columns:
        if column not in named:
            place.fail("(header)", f"a column {column!r}", named)
    return names
