"""A ratio of two sums over samples whose denominator the answers decide: it has no value where they add nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.reducing import NO_ANSWER, ratio, sums

Parts: TypeAlias = Callable[[Answer, Answer], tuple[float, float] | None]
"""(answer, target) to what the sample adds to numerator and denominator; None where the target leaves it undefined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioOfSums:
    """A pooled ratio; vector (numerator, denominator)."""

    name: str
    signature: str
    parts: Parts
    higher_is_better: bool | None

    @property
    def proportion(self) -> bool:
        """Not of all samples."""
        return False

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "RatioOfSums":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(numerator, denominator), or None where the target leaves both undefined."""
        return self.parts(answer or NO_ANSWER, target)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The ratio of the sums, NaN where the denominator is 0."""
        total = sums(statistics, weights, 2)
        return {"": ratio(total[:, 0], total[:, 1])}
