"""The mean over samples of a value that follows from what an answer shares with its references."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.counts import Counts, count_all, count_one, subsequence_of_one, subsequences_of_all
from medgauge_metrics.numbering import Integers
from medgauge_metrics.reading import Reading, named
from medgauge_metrics.reducing import ratio, sums

Values: TypeAlias = Callable[[Counts], FloatArray]
"""Of N samples the values, NaN where the references leave it undefined: (N,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMean:
    """A mean over samples; vector (value, 1)."""

    head: str
    values: Values
    how: str
    """Of the signature: what is computed, the rule for references, the version."""
    reading: Reading
    options: tuple[tuple[str, str], ...] = ()
    """Those of the name beside tokeniser and section."""
    shared: Literal["ngrams", "subsequence"] = "ngrams"
    higher_is_better: bool | None = True

    @property
    def name(self) -> str:
        """Head and options."""
        return named(self.head, dict(self.options) | dict(self.reading.options))

    @property
    def signature(self) -> str:
        """Tokeniser, section, formula, rule for references."""
        return f"{self.name}|{self.reading.signature}|{self.how}"

    @property
    def proportion(self) -> bool:
        """A mean of values between 0 and 1."""
        return False

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "TextMean":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(value, 1), or None where the references leave the value undefined."""
        written = self.reading.tokens(self.reading.written(answer))
        references = list(map(self.reading.tokens, self.reading.references(target)))
        one = count_one if self.shared == "ngrams" else subsequence_of_one
        return _vectors(self.values(one(written, references)))[0]

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Vector | None]:
        """What `measure` gives for each pair; all metrics of a reading share one count."""
        every = count_all if self.shared == "ngrams" else subsequences_of_all
        return _vectors(self.values(every(*self.reading.batch(answers, targets))))

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The weighted mean."""
        total = sums(statistics, weights, 2)
        return {"": ratio(total[:, 0], total[:, 1])}


def best(values: FloatArray, counts: Counts, order: int = 1) -> FloatArray:
    """The best of (N, R) values over the references that are there.

    NaN where there is none, and where one is shorter than `order`: the right answer itself could not have the best.
    """
    found: FloatArray = np.where(counts.references > 0, values, -np.inf).max(axis=1)
    return np.where(counts.shortest >= order, found, np.nan)


def f1(shared: Integers, written: Integers, references: Integers) -> FloatArray:
    """Twice the shared over both numbers; 0 where nothing is shared."""
    both = written + references
    value = np.zeros(both.shape)
    np.divide(2 * shared, both, out=value, where=shared > 0)
    return value


def _vectors(values: FloatArray) -> list[Vector | None]:
    return [None if value != value else (value, 1.0) for value in values.tolist()]
