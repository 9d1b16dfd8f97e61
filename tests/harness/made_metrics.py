"""Small metrics of each shape, and scores for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Key, Rows, Score, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The mean of a value; vector (value, 1)."""

    name: str = "mean"
    higher_is_better: bool | None = True
    proportion: bool = False
    resampled: bool = True
    signature: str = "mean|v:1"

    def prepare(self, targets: Sequence[Answer]) -> "Mean":
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | Rows | None:
        return (float(answer.text) if answer else 0.0, 1.0)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> dict[str, FloatArray]:
        sums = statistics.sums(weights)
        with np.errstate(invalid="ignore"):
            return {"": sums[:, 0] / sums[:, 1]}


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledF1:
    """A corpus metric: F1 of (true positives, predicted, reference)."""

    name: str = "f1"
    higher_is_better: bool | None = True
    proportion: bool = False
    resampled: bool = True
    signature: str = "f1|v:1"

    def prepare(self, targets: Sequence[Answer]) -> "PooledF1":
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | Rows | None:
        raise NotImplementedError

    def reduce(self, statistics: Statistics, weights: FloatArray) -> dict[str, FloatArray]:
        sums = statistics.sums(weights)
        return {"": 2 * sums[:, 0] / (sums[:, 1] + sums[:, 2])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Average precision of rows (score, right): no sum over samples says it."""

    name: str = "ap"
    higher_is_better: bool | None = True
    proportion: bool = False
    resampled: bool = True
    signature: str = "ap|v:1"

    def prepare(self, targets: Sequence[Answer]) -> "Ranking":
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | Rows | None:
        raise NotImplementedError

    def reduce(self, statistics: Statistics, weights: FloatArray) -> dict[str, FloatArray]:
        order = np.argsort(-statistics.values[:, 0], kind="stable")
        w = statistics.row_weights(weights)[:, order]
        right = w * statistics.values[order, 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = np.cumsum(right, axis=1) / np.cumsum(w, axis=1)
            return {"": np.nansum(right * precision, axis=1) / right.sum(axis=1)}


def scored(name: str, rows: Sequence[tuple[str, Vector | Rows | None]]) -> list[Score]:
    """A score for each (group, statistics)."""
    return [
        Score(key=Key(task="t", id=str(i), language="en"), group=group, status="scored", stats={name: stats})
        for i, (group, stats) in enumerate(rows)
    ]


def hits(groups: Sequence[str], values: Sequence[float], name: str = "mean") -> list[Score]:
    """A score for each group and value of a mean."""
    return scored(name, [(group, (float(value), 1.0)) for group, value in zip(groups, values, strict=True)])


def correlated(generator: np.random.Generator, sizes: Sequence[int], p: float, icc: float) -> list[tuple[str, float]]:
    """(group, 0 or 1) with the given mean and intraclass correlation: beta-binomial."""
    found = []
    for index, size in enumerate(sizes):
        rate = generator.beta(p * (1 - icc) / icc, (1 - p) * (1 - icc) / icc) if icc else p
        found += [(f"g{index:04}", float(generator.random() < rate)) for _ in range(size)]
    return found
