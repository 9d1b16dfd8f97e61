"""The n-grams of many answers and their references, counted together: one sort for all orders.

Texts come sample by sample, the answer and then its references. A chunk of samples is numbered anew, so that a sample,
four tokens and the text they stand in fit one integer; sorted, equal n-grams are neighbours, and those of a lower
order are their prefixes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge_metrics.encoding import Encoded
from medgauge_metrics.numbering import Integers

ORDERS = 4
_TOKENS = 1 << 16
"""Of a chunk, about: so much is sorted within the cache of a processor."""
_BITS = 63


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """All distinct n-grams of one order, sample by sample, and what is shorter because its text ends: G of them."""

    sample: Integers
    """(G,): whose."""
    parent: Integers
    """(G,): the index of the n-gram without its last token, one level below; 0 for single tokens."""
    token: Integers
    """(G,): the last token, as numbered in the batch; -1 where the text ends before it, and there is no n-gram."""
    counts: NDArray[np.int32]
    """(texts of a sample, G): how often it stands in the answer, and in each reference."""


Levels: TypeAlias = tuple[Level, ...]
"""Of the orders 1 to 4."""


def levels(encoded: Encoded, first: Integers) -> Iterator[Levels]:
    """The n-grams of the samples, chunk by chunk; `first` (samples + 1,) are the indices of their first texts."""
    texts = int(np.diff(first).max(initial=1))
    room = max(1, 2 * _TOKENS // texts)
    tokens = encoded.starts[first]
    low = 0
    while low < len(first) - 1:
        high = max(low + 1, int(np.searchsorted(tokens, tokens[low] + room, side="right")) - 1)
        yield from _of_samples(encoded, first, low, high)
        low = high


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chunk:
    """Some samples whose tokens are numbered from 1 among themselves."""

    low: int
    """The first sample."""
    ids: Integers
    """(tokens,): of all texts."""
    words: Integers
    """The tokens as numbered in the batch, in order."""
    lengths: Integers
    """(texts,): tokens of each."""
    sample: Integers
    """(texts,): whose, from 0."""
    text: Integers
    """(texts,): 0 for an answer, then the references."""

    @property
    def bits(self) -> int:
        """Of a token."""
        return len(self.words).bit_length()

    @property
    def side_bits(self) -> int:
        """Of the number of a text in its sample."""
        return int(self.text.max()).bit_length()

    @property
    def fits(self) -> bool:
        """Whether a sample, four tokens and a text fit one integer."""
        return int(self.sample[-1]).bit_length() + ORDERS * self.bits + self.side_bits <= _BITS


def _of_samples(encoded: Encoded, first: Integers, low: int, high: int) -> Iterator[Levels]:
    """Of the samples from `low` to `high`, in halves where they do not fit."""
    starts = encoded.starts[first[low] : first[high] + 1]
    ids = encoded.ids[starts[0] : starts[-1]]
    if not len(ids):
        return
    seen = np.zeros(len(encoded.words), dtype=np.int64)
    seen[ids] = 1
    sample = np.repeat(np.arange(high - low), np.diff(first[low : high + 1]))
    chunk = _Chunk(
        low=low,
        ids=np.cumsum(seen)[ids],
        words=np.flatnonzero(seen),
        lengths=np.diff(starts),
        sample=sample,
        text=np.arange(first[low], first[high]) - first[sample + low],
    )
    if chunk.fits:
        yield _sorted(chunk)
    elif high - low > 1:
        middle = (low + high) // 2
        yield from _of_samples(encoded, first, low, middle)
        yield from _of_samples(encoded, first, middle, high)
    else:
        yield _looked_up(chunk)


def _sorted(chunk: _Chunk) -> Levels:
    """Counted by sorting; a 0 stands behind the end of a text."""
    owner = np.repeat(np.arange(len(chunk.lengths)), chunk.lengths)
    place = np.arange(len(chunk.ids)) + (ORDERS - 1) * owner
    padded = np.zeros(len(chunk.ids) + (ORDERS - 1) * len(chunk.lengths), dtype=np.int64)
    padded[place] = chunk.ids
    keys = chunk.sample[owner]
    for offset in range(ORDERS):
        keys = (keys << chunk.bits) | padded[place + offset]
    keys = np.sort((keys << chunk.side_bits) | chunk.text[owner])
    grams, new = _runs(keys >> chunk.side_bits)
    texts = int(chunk.text.max()) + 1
    cells = (np.cumsum(new) - 1) * texts + (keys & ((1 << chunk.side_bits) - 1))
    table = np.bincount(cells, minlength=len(grams) * texts).reshape(len(grams), texts)
    times = np.ascontiguousarray(table.T, dtype=np.int32)
    words = np.append(-1, chunk.words)
    made: list[Level] = []
    for order in range(ORDERS, 0, -1):
        shorter, new = _runs(grams >> chunk.bits)
        level = Level(
            sample=(grams >> (order * chunk.bits)) + chunk.low,
            parent=np.cumsum(new) - 1 if order > 1 else np.zeros(len(grams), dtype=np.int64),
            token=words[grams & ((1 << chunk.bits) - 1)],
            counts=times,
        )
        made.append(level)
        times = np.add.reduceat(times, np.flatnonzero(new), axis=1)
        grams = shorter
    return tuple(made[::-1])


def _looked_up(chunk: _Chunk) -> Levels:
    """Counted one by one: for a sample with more distinct tokens than fit."""
    ends = np.cumsum(chunk.lengths).tolist()
    texts = [chunk.ids[end - size : end].tolist() for end, size in zip(ends, chunk.lengths.tolist(), strict=True)]
    below = [[0] * len(text) for text in texts]
    made: list[Level] = []
    for order in range(1, ORDERS + 1):
        index: dict[tuple[int, int], int] = {}
        below = [
            [index.setdefault(gram, len(index)) for gram in zip(parents, text[order - 1 :], strict=False)]
            for parents, text in zip(below, texts, strict=True)
        ]
        counts = np.zeros((len(texts), len(index)), dtype=np.int32)
        for row, grams in zip(counts, below, strict=True):
            np.add.at(row, np.array(grams, dtype=np.int64), 1)
        parent, token = np.array(list(index), dtype=np.int64).reshape(-1, 2).T
        sample = np.full(len(index), chunk.low, dtype=np.int64)
        made.append(Level(sample=sample, parent=parent, token=chunk.words[token - 1], counts=counts))
    return tuple(made)


def _runs(ordered: Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """The distinct ones of sorted numbers, and where each stands for the first time."""
    new = np.empty(len(ordered), dtype=bool)
    new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new], new
