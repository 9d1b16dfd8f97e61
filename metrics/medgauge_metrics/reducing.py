"""The two shapes that most metrics have: a mean over samples, and a ratio of counts pooled over samples.

A metric is a value: its name, how it is made, and a function of one answer and one target. No answer is measured as
an empty one. Whether a statistic is undefined follows from the target alone, so that every model has the same n.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector

NO_ANSWER = Answer()
Value: TypeAlias = Callable[[Answer, Answer], float | None]
"""(answer, target) to the sample's value; None where the target leaves it undefined."""
Counts: TypeAlias = tuple[float, float, float]
"""True positives, number predicted, number in the reference."""
Count: TypeAlias = Callable[[Answer, Answer], Counts | None]


def sums(statistics: Statistics, weights: FloatArray, columns: int) -> FloatArray:
    """(B, units) weights to (B, columns) sums; zeros where no sample is defined."""
    if statistics.values.size == 0:
        return np.zeros((weights.shape[0], columns))
    return statistics.sums(weights)


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Elementwise division, NaN where the denominator is not positive."""
    result = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMean:
    """The mean over samples of a value; vector (value, 1)."""

    name: str
    signature: str
    value: Value
    proportion: bool = False
    higher_is_better: bool | None = True
    resampled: bool = True

    def prepare(self, targets: Sequence[Answer]) -> "SampleMean":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(value, 1), or None where the target leaves the value undefined."""
        value = self.value(answer or NO_ANSWER, target)
        return None if value is None else (float(value), 1.0)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The weighted mean."""
        total = sums(statistics, weights, 2)
        return {"": ratio(total[:, 0], total[:, 1])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """Precision, recall or F1 of counts pooled over samples; vector (true positives, predicted, reference).

    Undefined where the pooled reference is empty; nothing predicted against something is 0.
    """

    name: str
    signature: str
    count: Count
    of: Literal["f1", "precision", "recall"] = "f1"

    @property
    def proportion(self) -> bool:
        """A ratio of sums is not a proportion of samples."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "Pooled":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(true positives, predicted, reference) of one sample; a sample without reference still counts."""
        return self.count(answer or NO_ANSWER, target)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """`2 TP / (predicted + reference)`, `TP / predicted` or `TP / reference`."""
        hits, predicted, reference = sums(statistics, weights, 3).T
        if self.of == "recall":
            return {"": ratio(hits, reference)}
        values = ratio(hits, predicted) if self.of == "precision" else ratio(2 * hits, predicted + reference)
        values = np.where(reference > 0, np.nan_to_num(values), np.nan)
        return {"": values}


def threshold(at: float) -> float:
    """`at` if it can be an IoU threshold. Raises ValueError."""
    if not 0 < at <= 1:
        raise ValueError(f"an IoU threshold lies above 0 and not above 1, got {at:g}")
    return at
