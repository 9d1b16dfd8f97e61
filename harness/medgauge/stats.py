"""Numbers with intervals, and paired differences, from per-sample statistics alone.

One mechanism: statistics belong to groups (patient, study, image), a seeded weight matrix resamples groups, a
metric reduces weighted sums. Groups are numbered over all samples of a task, defined or not, so that every model
and every metric meets the same weights, and all differences are paired.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeAlias

import numpy as np

from medgauge.errors import NotComparable
from medgauge.intervals import (
    LEVEL,
    LOPSIDED,
    MANY_GROUPS,
    MIN_GROUPS,
    Missing,
    agresti_min,
    effective_groups,
    effective_n,
    percentiles,
    unusable,
    widening,
    wilson,
)
from medgauge.protocols import Metric, Statistics
from medgauge.trials import Reduce, by_trial, mean_of, split
from medgauge.types import FloatArray, Rows, Score, Vector

RESAMPLES = 2_000
SEED = 20_241_018
BLOCK = 4_000_000
"""Cells of a matrix of weights, by group or by row, held at once."""
Method: TypeAlias = Literal["bootstrap", "wilson", "agresti-min"]
Grouped: TypeAlias = tuple[str, Vector | Rows | None]
"""A sample's group, and its statistics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number, its 95 % interval and how many stand behind it."""

    value: float | None
    """None where the metric is undefined on these samples."""
    low: float | None = None
    high: float | None = None
    se: float | None = None
    """Standard error, from the same resamples as the interval."""
    bias: float | None = None
    """Mean of the resamples minus the value: what a small set adds to a number that is not linear in its samples."""
    n: int
    """Samples, all of them."""
    n_undefined: int = 0
    """Samples whose target leaves the metric undefined (a box metric on a picture without a box)."""
    n_groups: int
    """Groups in which the metric is defined."""
    interval: Method | None = None
    no_interval: Missing | None = None
    """Why there is none; None where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a difference: a metric as prepared on the side's targets, and its scores in the order of pairs."""

    metric: Metric
    scores: Sequence[Score]


def description(count: int = RESAMPLES) -> str:
    """How intervals are made, as a signature."""
    return (
        f"bootstrap|by:group|resamples:{count}|seed:{SEED}|rng:pcg64|level:{LEVEL}|few:t-kish|uneven:jackknife|"
        f"min:{MIN_GROUPS}|p:wilson|dp:agresti-min|v:2"
    )


def estimates(metric: Metric, scores: Sequence[Score], count: int = RESAMPLES) -> dict[str, Estimate]:
    """Every number that the metric reduces these scores to; the main one under ''.

    Of several trials, the mean. A percentile interval from a bootstrap over groups; for proportions near 0 or 1, or
    with under 100 groups, Wilson's with the effective sample size.
    """
    passes = [[(score.group, score.stats[metric.name]) for score in one] for one in by_trial(scores)]
    statistics, sizes = [_gather(one) for one in passes], _sizes(passes[0])
    reduce = mean_of([partial(reduced, metric, one) for one in statistics])
    made = bootstrapped(reduce, sizes, len(passes[0]), count if metric.resampled else 0)
    if metric.proportion:
        sums = np.sum([one.per_unit() for one in statistics], axis=0)
        made[""] = _with_wilson(made[""], sums[sizes > 0])
    return made


def paired_difference(metric: Metric, a: Sequence[Score], b: Sequence[Score], count: int = RESAMPLES) -> Estimate:
    """`a` minus `b` of the metric's main number on the same samples, with a paired bootstrap interval.

    Raises NotComparable unless both hold the same samples, in the same groups, defined alike.
    """
    return difference(Side(metric=metric, scores=a), Side(metric=metric, scores=aligned(metric, a, b)), count)


def aligned(metric: Metric, a: Sequence[Score], b: Sequence[Score]) -> list[Score]:
    """`b` in the order of `a`. Raises NotComparable like `paired_difference`."""
    by_id = {_identity(score): score for score in b}
    if len(by_id) != len(a) or any(_identity(score) not in by_id for score in a):
        raise NotComparable(f"{metric.name}: {len(a)} and {len(b)} scores are not over the same samples")
    paired = [by_id[_identity(score)] for score in a]
    for one, other in zip(a, paired, strict=True):
        if (one.group, one.stats[metric.name] is None) != (other.group, other.stats[metric.name] is None):
            raise NotComparable(f"{metric.name}: sample {one.key.id!r} has another group or target in the other run")
    return paired


def difference(one: Side, other: Side, count: int = RESAMPLES) -> Estimate:
    """`one` minus `other` of the main numbers, over the pairs in which both are defined.

    Pairs stand at the same place in both sides and belong to the same group.
    """
    pairs = [
        (x.group, x.stats[one.metric.name], y.stats[other.metric.name])
        for x, y in zip(one.scores, other.scores, strict=True)
    ]
    passes = split([score.key.trial for score in one.scores], pairs)
    left = [_gather([(group, x if y is not None else None) for group, x, y in each]) for each in passes]
    right = [_gather([(group, y if x is not None else None) for group, x, y in each]) for each in passes]
    minuend = mean_of([partial(reduced, one.metric, statistics) for statistics in left])
    subtrahend = mean_of([partial(reduced, other.metric, statistics) for statistics in right])

    def reduce(weights: FloatArray) -> dict[str, FloatArray]:
        return {"": minuend(weights)[""] - subtrahend(weights)[""]}

    sizes = _sizes([(group, x if y is not None else None) for group, x, y in passes[0]])
    resampled = one.metric.resampled and other.metric.resampled
    made = bootstrapped(reduce, sizes, len(passes[0]), count if resampled else 0)[""]
    return _with_agresti_min(made, pairs) if one.metric.proportion and other.metric.proportion else made


def gather(metric: Metric, scores: Sequence[Score]) -> Statistics:
    """The rows of one metric with the group that owns each. Groups are those of all scores, in sorted order."""
    return _gather([(score.group, score.stats[metric.name]) for score in scores])


def reduced(metric: Metric, statistics: Statistics, weights: FloatArray) -> dict[str, FloatArray]:
    """`metric.reduce`, over blocks of the weights, because a ranking metric weighs every row."""
    step = max(1, BLOCK // max(1, len(statistics.values)))
    parts = [metric.reduce(statistics, weights[start : start + step]) for start in range(0, len(weights), step)]
    return {name: _joined(parts, name) for name in parts[0]}


def hit(stats: Vector | Rows) -> float:
    """The 0 or 1 of a sample of a proportion. Raises TypeError for the rows of a ranking metric."""
    value = stats[0]
    if isinstance(value, tuple):
        raise TypeError(f"a proportion adds (0 or 1, 1) for a sample, got the rows {stats!r:.80}")
    return value


def resamples(groups: int, count: int = RESAMPLES, seed: int = SEED) -> Iterator[FloatArray]:
    """Blocks of a (count, groups) matrix: how often each group is drawn in each bootstrap resample."""
    generator = np.random.Generator(np.random.PCG64(seed))
    step = max(1, min(count, BLOCK // groups))
    for start in range(0, count, step):
        size = min(step, count - start)
        drawn = generator.integers(0, groups, size=(size, groups)) + groups * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups).astype(np.float64)


MOST_LEFT_OUT = 1_000
"""Times that a jackknife leaves something out, at most."""


def jackknife(reduce: Reduce, sizes: FloatArray) -> dict[str, float]:
    """Standard error of every number from leaving out one group at a time (Efron and Stein, 1981).

    Of many groups the largest stand alone and the others are left out by the handful, so that time stays linear.
    """
    owning = np.flatnonzero(sizes)
    owning = owning[np.argsort(-sizes[owning], kind="stable")]
    alone, groups = MOST_LEFT_OUT // 2, min(len(owning), MOST_LEFT_OUT)
    place = np.arange(len(owning))
    handful = np.where(place < alone, place, alone + (place - alone) % max(1, groups - alone))
    step = max(1, BLOCK // len(sizes))
    left_out: dict[str, list[FloatArray]] = {}
    for start in range(0, groups, step):
        size = min(step, groups - start)
        weights = np.ones((size, len(sizes)))
        chosen = (handful >= start) & (handful < start + size)
        weights[handful[chosen] - start, owning[chosen]] = 0
        for name, values in reduce(weights).items():
            left_out.setdefault(name, []).append(values)
    whole = reduce(np.ones((1, len(sizes))))
    return {
        name: float(np.sqrt((groups - 1) / groups * np.nansum((np.concatenate(values) - whole[name][0]) ** 2)))
        for name, values in left_out.items()
    }


def _gather(grouped: Sequence[Grouped]) -> Statistics:
    number = {group: index for index, group in enumerate(sorted({group for group, _ in grouped}))}
    rows = [(number[group], row) for group, stats in grouped if stats is not None for row in _rows(stats)]
    width = len(rows[0][1]) if rows else 0
    values = np.array([row for _, row in rows], dtype=np.float64).reshape(len(rows), width)
    owner = np.array([index for index, _ in rows], dtype=np.intp)
    return Statistics(values=values, owner=owner, units=len(number))


def _sizes(grouped: Sequence[Grouped]) -> FloatArray:
    """Samples on which the metric is defined, for every group, (units,)."""
    counts = Counter(group for group, stats in grouped if stats is not None)
    return np.array([counts[group] for group in sorted({group for group, _ in grouped})], dtype=np.float64)


def bootstrapped(reduce: Reduce, sizes: FloatArray, n: int, count: int) -> dict[str, Estimate]:
    """Every number with its interval from `count` resamples, 0 where there is to be none; `n` counts all samples."""
    defined = int(sizes.sum())
    base = Estimate(value=None, n=n, n_undefined=n - defined, n_groups=int(np.count_nonzero(sizes)))
    if not defined:
        return {"": replace(base, no_interval="undefined")}
    values = {name: float(value[0]) for name, value in reduce(np.ones((1, len(sizes)))).items()}
    effective = effective_groups(sizes)
    why: Missing | None = "by-design" if count == 0 else "few-groups" if effective < MIN_GROUPS else None
    if not any(map(np.isfinite, values.values())):
        why = "undefined"
    if why is not None:
        return {
            name: replace(base, value=_finite(value), no_interval=why if np.isfinite(value) else "undefined")
            for name, value in values.items()
        }
    draws = [reduce(weights) for weights in resamples(len(sizes), count)]
    errors = jackknife(reduce, sizes) if effective < LOPSIDED * base.n_groups else {}
    return {
        name: _estimate(replace(base, value=_finite(value)), _joined(draws, name), effective, errors.get(name))
        for name, value in values.items()
    }


def _joined(draws: Sequence[Mapping[str, FloatArray]], name: str) -> FloatArray:
    return np.concatenate([draw[name] for draw in draws])


def _estimate(base: Estimate, drawn: FloatArray, groups: float, jackknifed: float | None) -> Estimate:
    value = np.nan if base.value is None else base.value
    why = unusable(drawn, value)
    if why is not None:
        return replace(base, no_interval=why)
    wider = widening(drawn, groups, jackknifed)
    low, high = percentiles(drawn, value, groups, wider)
    se, bias = wider * float(np.nanstd(drawn)), float(np.nanmean(drawn)) - value
    return replace(base, low=low, high=high, se=se, bias=bias, interval="bootstrap")


def _with_wilson(estimate: Estimate, sums: FloatArray) -> Estimate:
    """Wilson's interval where the bootstrap's is too narrow; `sums`, (K, 2), are hits and samples by group."""
    p = estimate.value
    if p is None or not _resampled(estimate) or (estimate.n_groups >= MANY_GROUPS and 0.1 <= p <= 0.9):
        return estimate
    low, high = wilson(p, effective_n(sums[:, 0], sums[:, 1]))
    return replace(estimate, low=low, high=high, interval="wilson", no_interval=None)


def _with_agresti_min(
    estimate: Estimate, pairs: Sequence[tuple[str, Vector | Rows | None, Vector | Rows | None]]
) -> Estimate:
    """Agresti and Min's interval where the bootstrap's is too narrow: with few groups, or few discordant pairs."""
    hits = [(group, hit(x), hit(y)) for group, x, y in pairs if x is not None and y is not None]
    signs = [(group, x > y, y > x) for group, x, y in hits]
    discordant = sum(won or lost for _, won, lost in signs)
    if not _resampled(estimate) or (estimate.n_groups >= MANY_GROUPS and discordant > 0.1 * len(signs)):
        return estimate
    number = {group: index for index, group in enumerate(sorted({group for group, _, _ in signs}))}
    counts = np.zeros((3, len(number)))
    for group, won, lost in signs:
        counts[:, number[group]] += (lost, won, 1)
    low, high = agresti_min(*counts)
    return replace(estimate, low=low, high=high, interval="agresti-min", no_interval=None)


def _resampled(estimate: Estimate) -> bool:
    return estimate.no_interval in (None, "no-variation", "unstable")


def _identity(score: Score) -> tuple[str, str, str, int]:
    return score.key.task, score.key.id, score.key.language, score.key.trial


def _rows(stats: Vector | Rows) -> Rows:
    """One row for an additive metric, all rows for a ranking one (none is legal)."""
    rows = tuple(row for row in stats if isinstance(row, tuple))
    return rows if rows or not stats else (tuple(x for x in stats if not isinstance(x, tuple)),)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
