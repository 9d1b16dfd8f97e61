"""Words to numbers: the same number for the same word. Short ASCII words are compared as integers, many at once."""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.uint8] | NDArray[np.uint32]
_Packed: TypeAlias = NDArray[np.uint64]

_FOREIGN = 0x80
"""The byte that stands for everything beyond ASCII."""
_ANY_FOREIGN = np.uint64(0x8080808080808080)
_MASKS: _Packed = np.array([(1 << 8 * size) - 1 for size in range(9)], dtype=np.uint64)


def numbered(tokens: Iterable[str]) -> tuple[tuple[str, ...], Integers]:
    """The distinct tokens in the order of their first appearance, and the number of each token."""
    listed = list(tokens)
    numbers = {word: number for number, word in enumerate(dict.fromkeys(listed))}
    return tuple(numbers), np.fromiter(map(numbers.__getitem__, listed), dtype=np.int64, count=len(listed))


def running(lengths: Iterable[int], count: int) -> Integers:
    """(count + 1,): 0, then the running sums."""
    starts = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.fromiter(lengths, dtype=np.int64, count=count), out=starts[1:])
    return starts


def numbered_slices(whole: str, codes: Codes, begin: Integers, end: Integers) -> tuple[tuple[str, ...], Integers]:
    """The distinct words, and the number of each word `whole[begin:end]`.

    `codes` are those of the characters of `whole`; no word has a NUL. Words of up to eight ASCII characters are one
    integer, those of up to sixteen two; the others are compared as strings.
    """
    size = end - begin
    windows = _windows(codes)
    low = windows[begin]
    low &= _MASKS[np.minimum(size, 8)]
    plain = size <= 16
    if codes.dtype != np.uint8:
        plain &= (low & _ANY_FOREIGN) == 0
    long = np.flatnonzero(plain & (size > 8))
    high = windows[begin[long] + 8] & _MASKS[size[long] - 8]
    plain[long] = (high & _ANY_FOREIGN) == 0
    long, high = long[plain[long]], high[plain[long]]
    short, other = np.flatnonzero(plain & (size <= 8)), np.flatnonzero(~plain)
    ids = np.empty(len(begin), dtype=np.int64)
    shorts, ids[short] = _ranked(low[short])
    lows, first = _ranked(low[long])
    highs, second = _ranked(high)
    pairs, ids[long] = _ranked((first * max(1, len(highs)) + second).astype(np.uint64))
    ids[long] += len(shorts)
    slices = zip(begin[other].tolist(), end[other].tolist(), strict=True)
    others, ids[other] = numbered(whole[a:b] for a, b in slices)
    ids[other] += len(shorts) + len(pairs)
    both = [divmod(pair, max(1, len(highs))) for pair in pairs.tolist()]
    return (
        *(_word(code) for code in shorts.tolist()),
        *(_word(int(lows[a])) + _word(int(highs[b])) for a, b in both),
        *others,
    ), ids


def _windows(codes: Codes) -> _Packed:
    """At every place the next eight characters, one a byte, the first the lowest."""
    marks = np.zeros(len(codes) + 16, dtype=np.uint8)
    marks[: len(codes)] = codes if codes.dtype == np.uint8 else np.minimum(codes, _FOREIGN)
    return np.ndarray((len(codes) + 9,), dtype="<u8", buffer=marks, strides=(1,))


def _ranked(values: _Packed) -> tuple[_Packed, Integers]:
    """The distinct values in order, and the index of each value among them."""
    ordered = np.sort(values)
    new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    table = ordered[new]
    return table, np.searchsorted(table, values).astype(np.int64)


def _word(code: int) -> str:
    return code.to_bytes(8, "little").rstrip(b"\0").decode("ascii")
