"""A metric of our own: how often the number said is close to the true one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CountWithin:
    """Share of answers whose first number is at most `at` away from the true one; no number is not close."""

    at: float
    higher_is_better: bool = True
    proportion: bool = True
    resampled: bool = True

    @property
    def name(self) -> str:
        """Reads back as this metric."""
        return f"ward/count_within@{self.at:g}"

    @property
    def signature(self) -> str:
        """How the number is made."""
        return f"ward/count_within|at:{self.at:g}|number:first|v:1"

    def prepare(self, targets: Sequence[Answer]) -> "CountWithin":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> tuple[float, float]:
        """(close or not, 1): what a sample adds to numerator and denominator."""
        said = re.search(r"\d+", answer.text) if answer else None
        close = said is not None and abs(int(said[0]) - int(target.text)) <= self.at
        return float(close), 1.0

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The mean, once for every row of weights."""
        sums = statistics.sums(weights)
        return {"": sums[:, 0] / sums[:, 1]}
