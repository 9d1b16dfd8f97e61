"""CIDEr-D: weighted n-grams shared with the references, rare ones counting more (Vedantam et al. 2015)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.counts import References, encode_all, lengths_of
from medgauge_metrics.idf import Idf, idf
from medgauge_metrics.ngrams import ORDERS, levels
from medgauge_metrics.numbering import Integers
from medgauge_metrics.reading import Reading, named
from medgauge_metrics.reducing import ratio, sums

SIGMA = 6.0
"""Of the penalty on a difference in length, in tokens."""
SCALE = 10.0
_Gram: TypeAlias = tuple[str, ...]
_Weights: TypeAlias = dict[_Gram, float]


def cider_d(*, tokenizer: str = "char", section: str = "") -> "CiderD":
    """Mean CIDEr-D, from 0 to 10."""
    return CiderD(reading=Reading(tokenizer=tokenizer, section=section))


@dataclass(frozen=True, slots=True, kw_only=True)
class CiderD:
    """Mean over samples of CIDEr-D as the caption evaluation of COCO computes it; vector (value, 1).

    The weight of an n-gram is log(N / samples whose references hold it), over all N samples that `prepare` was given:
    the score of a sample follows from the whole set, and a part of it keeps the weights of the whole. Undefined where
    no reference has tokens, and everywhere where fewer than two samples have: one document tells nothing apart.
    Identical text has 10 if it has four tokens, and an n-gram of each order that not all samples hold.
    """

    reading: Reading
    idf: Idf | None = None

    @property
    def name(self) -> str:
        """`cider_d`."""
        return named("cider_d", self.reading.options)

    @property
    def signature(self) -> str:
        """Tokeniser, section, parameters, number of documents and hash of the weights."""
        weights = f"idf:{self.idf.documents}-{self.idf.digest}" if self.idf else "idf:unprepared"
        how = f"n:{ORDERS}|sigma:{SIGMA:g}|scale:{SCALE:g}|{weights}|refs:mean|agg:mean|v:1"
        return f"{self.name}|{self.reading.signature}|{how}"

    @property
    def proportion(self) -> bool:
        """A mean of values between 0 and 10."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given; the weights stay as they are."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "CiderD":
        """With the weights of the references of these targets."""
        return replace(self, idf=idf(self.reading.tokenizer, tuple(map(self.reading.references, targets))))

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(CIDEr-D, 1), or None where it is undefined. Raises ValueError before `prepare`."""
        weights = self._prepared()
        known = [words for words in map(self.reading.tokens, self.reading.references(target)) if words]
        if not known or weights.documents < 2:
            return None
        written = self.reading.tokens(self.reading.written(answer))
        return SCALE * sum(_similarity(written, words, weights) for words in known) / len(known), 1.0

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Vector | None]:
        """What `measure` gives for each pair."""
        weights = self._prepared()
        if weights.documents < 2:
            return [None] * len(targets)
        values = _similarities(*self.reading.batch(answers, targets), weights)
        return [None if value != value else (value, 1.0) for value in values.tolist()]

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The weighted mean."""
        total = sums(statistics, weights, 2)
        return {"": ratio(total[:, 0], total[:, 1])}

    def _prepared(self) -> Idf:
        if self.idf is None:
            raise ValueError(f"{self.name}: call prepare with the targets first: the weights come from them")
        return self.idf


def _similarity(written: Sequence[str], reference: Sequence[str], weights: Idf) -> float:
    """Mean over the orders of the clipped cosine, times the penalty on length."""
    cosines = [
        _cosine(said, known)
        for said, known in zip(_weighted(written, weights), _weighted(reference, weights), strict=True)
    ]
    return float(np.mean(cosines) * np.exp(-((len(written) - len(reference)) ** 2) / (2 * SIGMA**2)))


def _cosine(said: _Weights, known: _Weights) -> float:
    norms = sum(w * w for w in said.values()) * sum(w * w for w in known.values())
    shared = sum(min(weight, known[gram]) * known[gram] for gram, weight in said.items() if gram in known)
    return float(shared / np.sqrt(norms)) if norms else 0.0


def _weighted(words: Sequence[str], weights: Idf) -> list[_Weights]:
    """Of each order the n-grams of a text, each times how often it stands there and its weight."""
    found: list[_Weights] = []
    below: dict[_Gram, int] = {(): 0}
    for order in range(1, ORDERS + 1):
        counts = Counter(zip(*(words[i:] for i in range(order)), strict=False))
        grams = list(counts)
        parent = np.array([below[gram[:-1]] for gram in grams], dtype=np.int64)
        index = weights.index(order, parent, weights.numbers([gram[-1] for gram in grams]))
        values = weights.weight(order, index) * np.array([counts[gram] for gram in grams])
        found.append(dict(zip(grams, values.tolist(), strict=True)))
        below = dict(zip(grams, index.tolist(), strict=True))
    return found


def _similarities(tokeniser: str, written: tuple[str, ...], references: References, weights: Idf) -> FloatArray:
    """CIDEr-D of every sample, NaN where no reference has tokens: (N,)."""
    encoded, first = encode_all(tokeniser, written, references)
    lengths = lengths_of(encoded, first)
    cosines = np.zeros((len(written), lengths.shape[1] - 1))
    numbers = np.append(weights.numbers(encoded.words), -1)
    for chunk in levels(encoded, first):
        index: Integers = np.zeros(1, dtype=np.int64)
        for order, level in enumerate(chunk, start=1):
            index = weights.index(order, index[level.parent], numbers[level.token])
            values = np.where(level.token >= 0, weights.weight(order, index), 0.0) * level.counts
            low, samples = int(chunk[0].sample[0]), int(chunk[0].sample[-1] - chunk[0].sample[0]) + 1
            owner = level.sample - low
            norms = [np.bincount(owner, weights=row * row, minlength=samples) for row in values]
            for reference, row in enumerate(values[1:]):
                shared = np.bincount(owner, weights=np.minimum(values[0], row) * row, minlength=samples)
                product = np.sqrt(norms[0] * norms[1 + reference])
                cosine = np.divide(shared, product, out=np.zeros(samples), where=product > 0)
                cosines[low : low + samples, reference] += cosine / ORDERS
    there = lengths[:, 1:] > 0
    away = lengths[:, :1] - lengths[:, 1:]
    each = np.where(there, cosines * np.exp(-(away**2) / (2 * SIGMA**2)), 0.0)
    return SCALE * ratio(each.sum(axis=1), there.sum(axis=1).astype(float))
