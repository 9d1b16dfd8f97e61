"""Paired differences of many metrics between two models, from one draw of the bootstrap's weights.

The weights depend on the groups alone, and drawing them is what takes the time: every metric of a task meets the
same matrix, block by block.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from medgauge.intervals import (
    LOPSIDED,
    MANY_GROUPS,
    MIN_GROUPS,
    Missing,
    agresti_min,
    effective_groups,
    percentiles,
    unusable,
    widening,
)
from medgauge.protocols import Metric, Statistics
from medgauge.stats import Estimate, gather, jackknife, reduced, resamples
from medgauge.types import FloatArray, Score

RESAMPLES = 10_000
ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Scores of two models over the same samples in the same order (`stats.aligned`), in one or several passes.

    Of several passes the mean is compared.
    """

    old: tuple[Sequence[Score], ...]
    new: tuple[Sequence[Score], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """New minus old."""

    estimate: Estimate
    """The difference with its two-sided interval at 1 - alpha."""
    old: float | None
    new: float | None
    lower: float | None
    """One-sided bounds at 1 - alpha, each by itself; None where there is no interval."""
    upper: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contrast:
    """One metric on both sides: statistics in each pass, and the samples of each group on which it is defined."""

    metric: Metric
    old: tuple[Statistics, ...]
    new: tuple[Statistics, ...]
    sizes: FloatArray

    def side(self, statistics: Sequence[Statistics], weights: FloatArray) -> FloatArray:
        numbers = [reduced(self.metric, one, weights)[""] for one in statistics]
        mean: FloatArray = numbers[0] if len(numbers) == 1 else np.mean(numbers, axis=0)
        return mean

    def difference(self, weights: FloatArray) -> dict[str, FloatArray]:
        return {"": self.side(self.new, weights) - self.side(self.old, weights)}


def paired(
    metrics: Sequence[Metric], matched: Matched, *, alpha: float = ALPHA, count: int = RESAMPLES
) -> dict[str, Paired]:
    """Every metric's difference. Each metric is defined on the same samples of both sides."""
    contrasts = {metric.name: _contrast(metric, matched) for metric in metrics}
    values = {name: _values(one) for name, one in contrasts.items()}
    why: dict[str, Missing | None] = {name: _missing(one, values[name]) for name, one in contrasts.items()}
    drawn: dict[str, list[FloatArray]] = {name: [] for name, reason in why.items() if reason is None}
    units = next(iter(contrasts.values())).old[0].units if contrasts else 0
    for weights in resamples(units, count) if drawn else ():
        for name, parts in drawn.items():
            parts.append(contrasts[name].difference(weights)[""])
    return {
        name: _without(one, values[name], reason, len(matched.new[0]))
        if (reason := why[name]) is not None
        else _with(one, values[name], np.concatenate(drawn[name]), len(matched.new[0]), alpha)
        for name, one in contrasts.items()
    }


def _contrast(metric: Metric, matched: Matched) -> _Contrast:
    old, new = (tuple(gather(metric, scores) for scores in side) for side in (matched.old, matched.new))
    number = {group: i for i, group in enumerate(sorted({score.group for score in matched.new[0]}))}
    owner = [number[score.group] for score in matched.new[0] if score.stats[metric.name] is not None]
    sizes = np.bincount(np.array(owner, dtype=np.intp), minlength=len(number)).astype(np.float64)
    return _Contrast(metric=metric, old=old, new=new, sizes=sizes)


def _values(one: _Contrast) -> tuple[float | None, float | None, float | None]:
    """Old, new, and new minus old."""
    if not one.sizes.any():
        return None, None, None
    ones = np.ones((1, len(one.sizes)))
    old, new = (float(one.side(side, ones)[0]) for side in (one.old, one.new))
    return tuple(x if np.isfinite(x) else None for x in (old, new, new - old))  # type: ignore[return-value]


def _missing(one: _Contrast, values: tuple[float | None, float | None, float | None]) -> Missing | None:
    """Why no interval is drawn at all."""
    if values[2] is None:
        return "undefined"
    if not one.metric.resampled:
        return "by-design"
    return "few-groups" if effective_groups(one.sizes) < MIN_GROUPS else None


def _base(one: _Contrast, value: float | None, n: int) -> Estimate:
    defined = int(one.sizes.sum())
    return Estimate(value=value, n=n, n_undefined=n - defined, n_groups=int(np.count_nonzero(one.sizes)))


def _without(
    one: _Contrast, values: tuple[float | None, float | None, float | None], reason: Missing, n: int
) -> Paired:
    made = replace(_base(one, values[2], n), no_interval=reason)
    return Paired(estimate=made, old=values[0], new=values[1], lower=None, upper=None)


def _with(
    one: _Contrast, values: tuple[float | None, float | None, float | None], drawn: FloatArray, n: int, alpha: float
) -> Paired:
    base, value = _base(one, values[2], n), float(values[2] or 0.0)
    levels = (1 - alpha, 1 - 2 * alpha)
    reason = unusable(drawn, value)
    if reason is None:
        groups = effective_groups(one.sizes)
        lopsided = groups < LOPSIDED * base.n_groups
        wider = widening(drawn, groups, jackknife(one.difference, one.sizes)[""] if lopsided else None)
        (low, high), (lower, upper) = (percentiles(drawn, value, groups, wider, level) for level in levels)
        se, bias = wider * float(np.nanstd(drawn)), float(np.nanmean(drawn)) - value
        made = replace(base, low=low, high=high, se=se, bias=bias, interval="bootstrap")
    else:
        made, lower, upper = replace(base, no_interval=reason), None, None
    counts = _counts(one)
    if counts is not None and (base.n_groups < MANY_GROUPS or counts[:2].sum() <= 0.1 * counts[2].sum()):
        # the bootstrap's interval is too narrow with few groups, or few discordant pairs
        lost, won, totals = counts
        (low, high), (lower, upper) = (agresti_min(lost, won, totals, level=level) for level in levels)
        made = replace(made, low=low, high=high, interval="agresti-min", no_interval=None)
    return Paired(estimate=made, old=values[0], new=values[1], lower=lower, upper=upper)


def _counts(one: _Contrast) -> FloatArray | None:
    """Pairs lost, won and all, by group, (3, K), of a proportion; None of any other metric."""
    if not one.metric.proportion:
        return None
    made = np.zeros((3, len(one.sizes)))
    for old, new in zip(one.old, one.new, strict=True):
        change = new.values[:, 0] - old.values[:, 0]
        for row, mask in enumerate((change < 0, change > 0, np.ones(len(change), dtype=bool))):
            made[row] += np.bincount(new.owner[mask], minlength=len(one.sizes))
    return made[:, one.sizes > 0]


def changed(metric: Metric, old: Sequence[Score], new: Sequence[Score], rtol: float = 1e-9) -> list[int]:
    """Places at which the statistics of two aligned sequences of scores differ."""
    return [
        i
        for i, (x, y) in enumerate(zip(old, new, strict=True))
        if not _same(x.stats[metric.name], y.stats[metric.name], rtol)
    ]


def _same(x: object, y: object, rtol: float) -> bool:
    if x == y:
        return True
    if x is None or y is None:
        return False
    one, other = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=rtol, atol=0))
