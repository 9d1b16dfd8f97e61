"""Tokens, and n-grams or subsequences that answers share with their references, counted one by one or in batches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from medgauge_metrics.encoding import Encoded, encode
from medgauge_metrics.ngrams import ORDERS, levels
from medgauge_metrics.numbering import Integers, running

References: TypeAlias = tuple[tuple[str, ...], ...]
"""The texts of the references of each sample."""
_LONG = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Of N answers, each against up to R references; a reference that is not there has no tokens."""

    written: Integers
    """(N,): tokens of the answer."""
    references: Integers
    """(N, R): tokens of each reference."""
    shared: Integers
    """(N, R, orders): n-grams of each order that the answer shares with each reference; or one longest subsequence."""
    clipped: Integers
    """(N, orders): n-grams of the answer, each counted as often as the reference holds it that holds it most often."""

    @property
    def shortest(self) -> Integers:
        """(N,): tokens of the shortest reference; 0 where no reference has any."""
        least = np.where(self.references > 0, self.references, _LONG).min(axis=1)
        return np.where(least == _LONG, 0, least)

    @property
    def closest(self) -> Integers:
        """(N,): tokens of the reference that is closest in length to the answer, the shorter of two; 0 where none."""
        there = self.references > 0
        away = np.where(there, np.abs(self.references - self.written[:, None]), _LONG)
        near = there & (away == away.min(axis=1, keepdims=True))
        least = np.where(near, self.references, _LONG).min(axis=1)
        return np.where(least == _LONG, 0, least)


def count_one(written: Sequence[str], references: Sequence[Sequence[str]]) -> Counts:
    """N-grams of one answer and its references, given as tokens."""
    shared = np.zeros((1, max(1, len(references)), ORDERS), dtype=np.int64)
    clipped = np.zeros((1, ORDERS), dtype=np.int64)
    for order in range(ORDERS):
        said, known = ngrams(written, order + 1), [ngrams(words, order + 1) for words in references]
        shared[0, : len(known), order] = [(said & grams).total() for grams in known]
        most: Counter[tuple[str, ...]] = Counter()
        for grams in known:
            most |= grams
        clipped[0, order] = (said & most).total()
    return Counts(written=np.array([len(written)]), references=_padded(references), shared=shared, clipped=clipped)


def subsequence_of_one(written: Sequence[str], references: Sequence[Sequence[str]]) -> Counts:
    """Tokens of the longest common subsequence of one answer and each reference."""
    longest = np.zeros((1, max(1, len(references)), 1), dtype=np.int64)
    longest[0, : len(references), 0] = [LCSseq.similarity(written, words) for words in references]
    return Counts(
        written=np.array([len(written)]), references=_padded(references), shared=longest, clipped=longest.max(axis=1)
    )


@lru_cache(maxsize=2)
def count_all(tokeniser: str, written: tuple[str, ...], references: References) -> Counts:
    """`count_one` of every sample. The last batches are kept: all metrics of a task count the same texts."""
    encoded, first = encode_all(tokeniser, written, references)
    lengths = lengths_of(encoded, first)
    shared = np.zeros((len(written), lengths.shape[1] - 1, ORDERS), dtype=np.int64)
    clipped = np.zeros((len(written), ORDERS), dtype=np.int64)
    for chunk in levels(encoded, first):
        low, high = int(chunk[0].sample[0]), int(chunk[0].sample[-1]) + 1
        for order, level in enumerate(chunk):
            said, known = np.where(level.token >= 0, level.counts[0], 0), level.counts[1:]
            for reference, times in enumerate(known):
                shared[low:high, reference, order] = _summed(level.sample - low, np.minimum(said, times), high - low)
            if len(known) > 1:
                most = np.minimum(said, known.max(axis=0))
                clipped[low:high, order] = _summed(level.sample - low, most, high - low)
            elif len(known):
                clipped[low:high, order] = shared[low:high, 0, order]
    return Counts(written=lengths[:, 0], references=lengths[:, 1:], shared=shared, clipped=clipped)


@lru_cache(maxsize=2)
def subsequences_of_all(tokeniser: str, written: tuple[str, ...], references: References) -> Counts:
    """`subsequence_of_one` of every sample."""
    from rapidfuzz.process import cpdist

    encoded, first = encode_all(tokeniser, written, references)
    lengths = lengths_of(encoded, first)
    longest = np.zeros((len(written), lengths.shape[1] - 1, 1), dtype=np.int64)
    texts = encoded.strings()
    sample = np.repeat(np.arange(len(written)), np.diff(first))
    text = np.arange(len(texts)) - first[sample]
    known = np.flatnonzero(text)
    answers = [texts[index] for index in first[sample[known]].tolist()]
    found = cpdist(answers, [texts[index] for index in known.tolist()], scorer=LCSseq.similarity, dtype=np.int64)
    longest[sample[known], text[known] - 1, 0] = found
    return Counts(
        written=lengths[:, 0], references=lengths[:, 1:], shared=longest, clipped=longest.max(axis=1, initial=0)
    )


@lru_cache(maxsize=2)
def encode_all(tokeniser: str, written: tuple[str, ...], references: References) -> tuple[Encoded, Integers]:
    """All texts, sample by sample, and the index of each sample's first, its answer: (samples + 1,)."""
    texts = [text for said, known in zip(written, references, strict=True) for text in (said, *known)]
    return encode(texts, tokeniser), running((1 + len(known) for known in references), len(references))


def ngrams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    """How often each run of `order` words stands in a text."""
    return Counter(zip(*(words[i:] for i in range(order)), strict=False))


def _padded(references: Sequence[Sequence[str]]) -> Integers:
    return np.array([[len(words) for words in references] or [0]], dtype=np.int64)


def lengths_of(encoded: Encoded, first: Integers) -> Integers:
    """(samples, 1 + references): tokens of each answer and its references; one reference at least."""
    samples = len(first) - 1
    sample = np.repeat(np.arange(samples), np.diff(first))
    text = np.arange(len(sample)) - first[sample]
    lengths = np.zeros((samples, max(2, int(text.max(initial=0)) + 1)), dtype=np.int64)
    lengths[sample, text] = np.diff(encoded.starts)
    return lengths


def _summed(sample: Integers, values: NDArray[np.int32], samples: int) -> Integers:
    return np.bincount(sample, weights=values, minlength=samples).astype(np.int64)
