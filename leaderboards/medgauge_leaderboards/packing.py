"""Per-sample statistics as short text, exactly: a bit a sample where a metric says right or wrong."""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from medgauge.errors import MedGaugeError
from medgauge.strict import STRICT
from medgauge.types import FloatArray
from medgauge_leaderboards.sides import Measured

MOST_DISTINCT = 4096
"""Columns with more different values than this are kept as they are."""
MOST_BYTES = 1 << 30
"""What a column may unpack to: a small file must not fill the memory."""
MOST_ROWS = 1 << 24
"""What a metric may have in all its samples together, for the same reason."""
KINDS = ("undefined", "vector", "rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Numbers as indices into their different values, or as 64-bit floats where those are too many."""

    __pydantic_config__: ClassVar = STRICT

    values: tuple[float, ...] | None
    """None: `data` holds the floats themselves."""
    bits: int
    data: str
    """Base 85 of zlib; empty where every number is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The statistics of one metric over all samples in their order."""

    __pydantic_config__: ClassVar = STRICT

    n: int
    kinds: Column
    """For every sample 0 undefined, 1 one vector, 2 rows."""
    counts: Column
    """Rows of every sample."""
    columns: tuple[Column, ...]


def pack(stats: Sequence[Measured]) -> Packed:
    """Statistics to text; `unpack` gives the very same numbers."""
    shapes = [_shape(one) for one in stats]
    rows = [row for _, own in shapes for row in own]
    width = len(rows[0]) if rows else 0
    table = np.array(rows, dtype=np.float64).reshape(len(rows), width)
    return Packed(
        n=len(stats),
        kinds=_column(np.array([kind for kind, _ in shapes], dtype=np.float64)),
        counts=_column(np.array([len(own) for _, own in shapes], dtype=np.float64)),
        columns=tuple(_column(table[:, i]) for i in range(width)),
    )


def unpack(packed: Packed) -> list[Measured]:
    """Statistics from text. Raises MedGaugeError where it is damaged."""
    try:
        kinds, counts = _layout(packed)
        total = int(counts.sum())
        if total and not packed.columns:
            raise ValueError("rows without numbers")
        columns = [_numbers(column, total) for column in packed.columns]
    except (ValueError, IndexError, zlib.error, OverflowError) as error:
        raise MedGaugeError(f"packed statistics are damaged: {error}") from error
    rows = list(zip(*(column.tolist() for column in columns), strict=True)) if columns else [()] * total
    ends = np.cumsum(counts)
    return [
        None if kind == 0 else rows[end - 1] if kind == 1 else tuple(rows[end - count : end])
        for kind, count, end in zip(kinds.tolist(), counts.tolist(), ends.tolist(), strict=True)
    ]


def _layout(packed: Packed) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Kind and rows of every sample. Raises ValueError where they cannot be."""
    if not 0 <= packed.n <= MOST_ROWS:
        raise ValueError(f"{packed.n} samples")
    kinds, counts = _numbers(packed.kinds, packed.n), _numbers(packed.counts, packed.n)
    if not np.isin(kinds, range(len(KINDS))).all():
        raise ValueError("a kind that there is not")
    if (counts < 0).any() or (counts != np.floor(counts)).any() or counts.sum() > MOST_ROWS:
        raise ValueError("impossible counts")
    if ((kinds < 2) & (counts != kinds)).any():
        raise ValueError("counts that do not fit the kinds")
    return kinds.astype(np.intp), counts.astype(np.intp)


def _shape(stats: Measured) -> tuple[int, list[tuple[float, ...]]]:
    if stats is None:
        return 0, []
    rows = [row for row in stats if isinstance(row, tuple)]
    if rows or not stats:
        return 2, rows
    return 1, [tuple(float(x) for x in stats if not isinstance(x, tuple))]


def _column(numbers: FloatArray) -> Column:
    values, index = np.unique(numbers, return_inverse=True)
    if len(values) <= 1:
        return Column(values=tuple(values.tolist()), bits=0, data="")
    if len(values) > min(MOST_DISTINCT, len(numbers) // 2 + 2):
        return Column(values=None, bits=64, data=_text(numbers.astype("<f8").tobytes()))
    bits = int(len(values) - 1).bit_length()
    cells = (index.reshape(-1, 1) >> np.arange(bits)) & 1
    return Column(values=tuple(values.tolist()), bits=bits, data=_text(np.packbits(cells.astype(np.uint8)).tobytes()))


def _numbers(column: Column, n: int) -> FloatArray:
    if column.values is None:
        floats = np.frombuffer(_bytes(column.data, 8 * n), dtype="<f8", count=n).astype(np.float64)
        if not np.isfinite(floats).all():
            raise ValueError("a number that is not finite")
        return floats
    values = np.array(column.values, dtype=np.float64)
    if column.bits == 0:
        if n and len(values) != 1:
            raise ValueError(f"{len(values)} values for a column of one")
        return np.repeat(values, n)
    if not 1 <= column.bits <= 16:
        raise ValueError(f"{column.bits} bits")
    raw = np.frombuffer(_bytes(column.data, (n * column.bits + 7) // 8), dtype=np.uint8)
    cells = np.unpackbits(raw)[: n * column.bits].reshape(n, column.bits).astype(np.intp)
    index: NDArray[np.intp] = cells @ (1 << np.arange(column.bits))
    made: FloatArray = values[index]
    return made


def _text(data: bytes) -> str:
    return base64.b85encode(zlib.compress(data, 9)).decode("ascii")


def _bytes(text: str, size: int) -> bytes:
    if size > MOST_BYTES:
        raise ValueError(f"{size} bytes in a column")
    stream = zlib.decompressobj()
    data = stream.decompress(base64.b85decode(text), size + 1)
    if len(data) != size or not stream.eof or stream.unused_data:
        raise ValueError(f"not the {size} bytes of a column")
    return data
