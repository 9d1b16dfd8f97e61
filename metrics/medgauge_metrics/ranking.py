"""How well real scores put samples with a label before those without: areas under ROC and precision-recall curves.

From real scores only (`Answer.scores`: probabilities, log-odds): where no answer of a set has any, the number is
undefined, and hard labels never stand in for scores. An answer without a score beside answers that have one ranks
worst: before all others where the label does not hold, after all others where it does. A mean over labels runs over
those with samples on both sides, in a slice or a resample over those that have both there.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Rows
from medgauge_metrics.confusion import label_space, labels_of, space
from medgauge_metrics.reducing import NO_ANSWER, ratio

Area: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
"""Weights of the positives and of the negatives of each distinct score, rising, each (G, B), to an area, (B,)."""
_COLUMNS = 3
_BLOCK = 64
"""Resamples taken at once, so that a block stays in the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A mean over labels of an area under a curve; a row (scored, score, positive) of each label in turn per sample."""

    name: str
    how: str
    """The curve, in the signature."""
    area: Area
    labels: tuple[str, ...] | None = None
    """The label space, sorted; None until `prepare`."""

    @property
    def signature(self) -> str:
        """The curve, what is done without scores, number and hash of the labels."""
        return f"{self.name}|scores:real|unscored:worst|{self.how}|labels:{space(self.labels)}|agg:macro|v:1"

    @property
    def proportion(self) -> bool:
        """An area."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "Ranking":
        """Freeze the label space."""
        return replace(self, labels=label_space(targets))

    def measure(self, answer: Answer | None, target: Answer) -> Rows | None:
        """One row; None where the target has no labels. A score that is not finite is none.

        Raises ValueError before `prepare`, and for a target with a label that `prepare` was not shown.
        """
        if self.labels is None:
            raise ValueError(f"{self.name}: call prepare with all targets first")
        wanted = labels_of(target, "sets")
        if wanted is None:
            return None
        unknown = wanted.difference(self.labels)
        if unknown:
            raise ValueError(f"{self.name}: prepared without the labels {sorted(unknown)}")
        scores = (answer or NO_ANSWER).scores or {}
        row: list[float] = []
        for label in self.labels:
            score = float(scores.get(label, math.nan))
            scored = math.isfinite(score)
            row += [float(scored), score if scored else 0.0, float(label in wanted)]
        return (tuple(row),)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The mean under `''`, each label's area under its name. Ties are exact: samples of one score are one step."""
        names = self.labels or ()
        areas = np.full((weights.shape[0], len(names)), np.nan)
        scored = statistics.values[:, 0::_COLUMNS] > 0
        if scored.any():
            known = (weights[:, statistics.owner[scored.any(axis=1)]] > 0).any(axis=1)
            for i in range(len(names)):
                areas[:, i] = np.where(known, self._areas(statistics, _COLUMNS * i, weights), np.nan)
        defined = np.isfinite(areas)
        mean = ratio(np.where(defined, areas, 0.0).sum(axis=1), defined.sum(axis=1).astype(np.float64))
        return {**{label: areas[:, i] for i, label in enumerate(names)}, "": mean}

    def _areas(self, statistics: Statistics, first: int, weights: FloatArray) -> FloatArray:
        """The area, (B,), of the label whose first column is `first`; NaN without samples on both sides."""
        positive_sums, negative_sums = _by_score(statistics, first)
        found: list[FloatArray] = []
        for start in range(0, len(weights), _BLOCK):
            block = np.ascontiguousarray(weights[start : start + _BLOCK].T)
            positives, negatives = positive_sums @ block, negative_sums @ block
            both = (positives.sum(axis=0) > 0) & (negatives.sum(axis=0) > 0)
            found.append(np.where(both, self.area(positives, negatives), np.nan))
        return np.concatenate(found)


def _by_score(statistics: Statistics, first: int) -> tuple[Any, Any]:
    """Sparse (G, units) sums of positives and of negatives at each distinct score, rising.

    `first` is the label's first column. Without a score, positives come before all others and negatives after them.
    Neighbouring scores without a positive are one group: no threshold between them matters.
    """
    from scipy.sparse import csr_array

    scored, score, positive = statistics.values[:, first : first + _COLUMNS].T
    ranked = np.where(scored > 0, score, np.where(positive > 0, -np.inf, np.inf))
    distinct, step = np.unique(ranked, return_inverse=True)
    holds = np.bincount(step, weights=positive, minlength=len(distinct)) > 0
    group = np.cumsum(holds | np.r_[False, holds[:-1]])[step]
    shape = (int(group.max()) + 1, statistics.units)
    on, off = np.flatnonzero(positive > 0), np.flatnonzero(positive <= 0)
    positives, negatives = (
        csr_array((np.ones(len(rows)), (group[rows], statistics.owner[rows])), shape=shape) for rows in (on, off)
    )
    return positives, negatives


def _roc(positives: FloatArray, negatives: FloatArray) -> FloatArray:
    """The share of pairs in the right order, ties half."""
    below = np.cumsum(negatives, axis=0)
    below -= negatives / 2
    won = np.einsum("gb,gb->b", positives, below)
    return ratio(won, positives.sum(axis=0) * negatives.sum(axis=0))


def _average_precision(positives: FloatArray, negatives: FloatArray) -> FloatArray:
    """The sum over falling scores of precision times the gain in recall, without interpolation."""
    hits = np.cumsum(positives[::-1], axis=0)
    taken = np.cumsum(negatives[::-1], axis=0)
    taken += hits
    precision = np.divide(hits, taken, out=hits, where=taken > 0)
    return ratio(np.einsum("gb,gb->b", precision, positives[::-1]), positives.sum(axis=0))


def auroc() -> Ranking:
    """Area under the ROC curve, macro over labels; one label against the rest where a sample has one."""
    return Ranking(name="auroc", how="ties:half", area=_roc)


def auprc() -> Ranking:
    """Area under the precision-recall curve as average precision (not the trapezoid), macro over labels."""
    return Ranking(name="auprc", how="average-precision", area=_average_precision)
