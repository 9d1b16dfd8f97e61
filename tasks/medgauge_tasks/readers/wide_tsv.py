"""Tables of tabs whose cells may hold whole pictures, read row by row: one such table has gigabytes."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from medgauge.errors import Incomplete
from medgauge_tasks.readers.record import Place, Rows

LONGEST = 2**28
"""Characters of one cell; the module `csv` takes 131,072 unless it is told."""


def read_wide_tsv(file: Path, columns: Sequence[str]) -> Rows:
    """Every row as texts by the named columns; quotes as CSV has them. Raises Incomplete and BadRecord."""
    whole = Place(file=file)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream, delimiter="\t", strict=True)
            header = _next(rows) or []
            lacking = next((column for column in columns if column not in header), None)
            if lacking is not None:
                whole.fail("(header)", f"a column {lacking!r}", header)
            at = {column: header.index(column) for column in columns}
            place = Place(file=file, line=rows.line_num + 1)
            while (cells := _next(rows)) is not None:
                if len(cells) != len(header):
                    place.fail("(row)", f"{len(header)} cells, as many as the header has", len(cells))
                yield place, {column: cells[index] for column, index in at.items()}
                place = Place(file=file, line=rows.line_num + 1)
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing.") from None
    except (csv.Error, UnicodeDecodeError) as error:
        whole.fail("(whole file)", "a table of tabs as CSV writes it, in UTF-8", str(error))


def _next(rows: Iterator[list[str]]) -> list[str] | None:
    """The next row. The limit of cells is the whole module's, so it is put back at once."""
    usual = csv.field_size_limit(LONGEST)
    try:
        return next(rows, None)
    finally:
        csv.field_size_limit(usual)
