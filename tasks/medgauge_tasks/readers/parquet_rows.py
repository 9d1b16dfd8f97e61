"""Parquet, as the Hugging Face hub keeps tables."""

from collections.abc import Sequence
from pathlib import Path

from medgauge.errors import Incomplete
from medgauge_tasks.readers.record import Place, Rows

BATCH = 256
"""Rows that are held at once; pictures may stand in them."""


def read_parquet(file: Path, columns: Sequence[str] | None = None) -> Rows:
    """Every row, with the named columns alone or with all; nulls are None, an embedded picture is a dict with `bytes`.

    Raises Incomplete when the file is missing, BadRecord when it is no Parquet or lacks a column.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    whole = Place(file=file)
    if not file.is_file():
        raise Incomplete(f"{file} is missing.")
    try:
        with ParquetFile(file) as table:
            there = table.schema_arrow.names
            for column in columns or ():
                if column not in there:
                    whole.fail("(columns)", f"a column {column!r}", there)
            number = 0
            for batch in table.iter_batches(batch_size=BATCH, columns=columns):
                for values in batch.to_pylist():
                    number += 1
                    yield Place(file=file, number=number, part="the table"), values
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        whole.fail("(whole file)", "a Parquet file", str(error))
