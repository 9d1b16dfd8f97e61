"""All scores of a row in a few bytes a sample, for scripts that load from disk.

A packed row is base64 of gzip of four planes of n bytes: letters of the status, letters of the verdict, and the lower
and upper bytes of the codes of the primary metric's values. The letters are those of `columns`. What codes stand for
is a `Scale`, one for all rows of a board that the same metric measured alike, so that equal codes are equal values.
"""

import base64
import gzip
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray

NONE = 65_535
"""The code of a sample on which the metric has no value."""
Codes = NDArray[np.uint16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What codes stand for."""

    levels: FloatArray
    """(k,) ascending: code i is the value levels[i]. Empty where there are too many different values."""
    low: float
    high: float
    """Ends of the range; where there are no levels, code i is low + i / 65,534 of it, the nearest to the value."""

    @property
    def step(self) -> float:
        """Values that differ by less may have one code; 0 where codes are exact."""
        return 0.0 if len(self.levels) else (self.high - self.low) / (NONE - 1)


def scale_of(rows: Sequence[FloatArray]) -> Scale:
    """The scale of the values of some rows; NaN is no value."""
    known = [row[np.isfinite(row)] for row in rows]
    levels = np.unique(np.concatenate([np.unique(row) for row in known])) if known else np.empty(0)
    if not len(levels):
        return Scale(levels=levels, low=0.0, high=0.0)
    fits = len(levels) <= NONE
    return Scale(levels=levels if fits else np.empty(0), low=float(levels[0]), high=float(levels[-1]))


def encode(values: FloatArray, scale: Scale) -> Codes:
    """(n,) values to codes. Raises ValueError for a value outside the scale."""
    made = np.full(len(values), NONE, dtype=np.uint16)
    known = np.isfinite(values)
    own = values[known]
    if len(own) and (own.min() < scale.low or own.max() > scale.high):
        raise ValueError(f"values from {own.min()} to {own.max()} outside the scale {scale.low} to {scale.high}")
    if len(scale.levels):
        found = np.searchsorted(scale.levels, own)
        if not np.array_equal(scale.levels[found], own):
            raise ValueError("a value is none of the scale's levels; make the scale of all rows that share it")
        made[known] = found
    elif scale.step:
        made[known] = np.rint((own - scale.low) / scale.step)
    return made


def decode(codes: Codes, scale: Scale) -> FloatArray:
    """(n,) codes to values, NaN where there is none."""
    made = np.full(len(codes), np.nan)
    known = codes != NONE
    made[known] = scale.levels[codes[known]] if len(scale.levels) else scale.low + codes[known] * scale.step
    return made


def pack(status: str, verdict: str, codes: Codes) -> str:
    """The packed row."""
    planes = (status.encode("ascii"), verdict.encode("ascii"), (codes & 255).astype(np.uint8), codes >> 8)
    if {len(plane) for plane in planes} != {len(codes)}:
        raise ValueError(f"{len(status)} statuses and {len(verdict)} verdicts of {len(codes)} samples")
    return packed(b"".join([planes[0], planes[1], planes[2].tobytes(), planes[3].astype(np.uint8).tobytes()]))


def unpack(text: str) -> tuple[str, str, Codes]:
    """Statuses, verdicts and codes of a packed row."""
    planes = np.frombuffer(unpacked(text), dtype=np.uint8).reshape(4, -1)
    codes = planes[2].astype(np.uint16) | planes[3].astype(np.uint16) << 8
    return planes[0].tobytes().decode("ascii"), planes[1].tobytes().decode("ascii"), codes


def packed_levels(scale: Scale) -> str:
    """The levels as packed little-endian doubles."""
    return packed(scale.levels.astype("<f8").tobytes())


def packed(data: bytes) -> str:
    """base64 of gzip; the same bytes give the same text at all times."""
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode("ascii")


def unpacked(text: str) -> bytes:
    """What `packed` was given."""
    return gzip.decompress(base64.b64decode(text, validate=True))
