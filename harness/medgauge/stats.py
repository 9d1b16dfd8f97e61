"""Intervals and paired differences from per-sample statistics alone.

One mechanism: statistics belong to groups (patient, study, image), a seeded weight matrix resamples groups, a
metric reduces weighted sums. Metrics over the same groups see the same weights, so differences are paired.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from medgauge.errors import NotComparable
from medgauge.protocols import Metric, Statistics
from medgauge.types import FloatArray, Rows, Score, Vector

RESAMPLES = 2_000
SEED = 20_241_018
MIN_GROUPS = 10
"""Below this many effective groups no interval is given: the bootstrap's own error would be the larger one."""
Z = 1.959963984540054
BLOCK = 4_000_000
"""Cells of the weight matrix held at once."""
Method: TypeAlias = Literal["bootstrap", "wilson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number, its 95 % interval and how many stand behind it."""

    value: float | None
    """None where the metric is undefined on these samples."""
    low: float | None = None
    high: float | None = None
    n: int
    """Samples, all of them."""
    n_undefined: int = 0
    """Samples whose target leaves the metric undefined (a box metric on a picture without a box)."""
    n_groups: int
    interval: Method | None = None


def estimates(metric: Metric, scores: Sequence[Score]) -> dict[str, Estimate]:
    """Every number that the metric reduces these scores to; the main one under ''.

    A percentile interval from a bootstrap over groups; for proportions near 0 or 1, or with under 100 groups,
    Wilson's with the effective sample size. None under ten effective groups, and none where every resample gives
    the same number: that is no certainty, it is a bootstrap with nothing to say.
    """
    statistics, groups = gather(metric, scores)
    sizes = group_sizes(metric, scores)
    undefined = sum(score.stats[metric.name] is None for score in scores)
    nothing = Estimate(value=None, n=len(scores), n_undefined=undefined, n_groups=groups)
    if groups == 0:
        return {"": nothing}
    values = metric.reduce(statistics, np.ones((1, groups)))
    if effective_groups(sizes) < MIN_GROUPS or not metric.resampled:
        return {name: replace(nothing, value=_finite(value[0])) for name, value in values.items()}
    draws = [metric.reduce(statistics, weights) for weights in resamples(groups)]
    result = {}
    for name, value in values.items():
        drawn = np.concatenate([draw[name] for draw in draws])
        low, high = percentiles(drawn, float(value[0]), effective_groups(sizes))
        result[name] = replace(nothing, value=_finite(value[0]), low=low, high=high, interval=_method(low))
    if metric.proportion:
        result[""] = _with_wilson(result[""], statistics)
    return result


def paired_difference(metric: Metric, a: Sequence[Score], b: Sequence[Score]) -> Estimate:
    """`a` minus `b` of the metric's main number on the same samples, with a paired bootstrap interval.

    Raises NotComparable unless both hold the same samples, in the same groups, defined alike.
    """
    by_id = {_identity(score): score for score in b}
    if len(by_id) != len(a) or any(_identity(score) not in by_id for score in a):
        raise NotComparable(f"{metric.name}: {len(a)} and {len(b)} scores are not over the same samples")
    paired = [by_id[_identity(score)] for score in a]
    for one, other in zip(a, paired, strict=True):
        if (one.group, one.stats[metric.name] is None) != (other.group, other.stats[metric.name] is None):
            raise NotComparable(f"{metric.name}: sample {one.key.id!r} has another group or target in the other run")
    left, groups = gather(metric, a)
    right, _ = gather(metric, paired)
    undefined = sum(score.stats[metric.name] is None for score in a)
    nothing = Estimate(value=None, n=len(a), n_undefined=undefined, n_groups=groups)
    if groups == 0:
        return nothing
    ones = np.ones((1, groups))
    value = _finite(metric.reduce(left, ones)[""][0] - metric.reduce(right, ones)[""][0])
    effective = effective_groups(group_sizes(metric, a))
    if value is None or effective < MIN_GROUPS:
        return replace(nothing, value=value)
    drawn = [metric.reduce(left, w)[""] - metric.reduce(right, w)[""] for w in resamples(groups)]
    low, high = percentiles(np.concatenate(drawn), value, effective)
    return replace(nothing, value=value, low=low, high=high, interval=_method(low))


def gather(metric: Metric, scores: Sequence[Score]) -> tuple[Statistics, int]:
    """The rows of one metric with the group that owns each, and the number of groups that have any.

    Groups are numbered in sorted order, so that every model over the same groups meets the same weights.
    """
    measured = [(score.group, score.stats[metric.name]) for score in scores]
    defined = [(group, stats) for group, stats in measured if stats is not None]
    number = {group: index for index, group in enumerate(sorted({group for group, _ in defined}))}
    rows = [(number[group], row) for group, stats in defined for row in _rows(stats)]
    width = len(rows[0][1]) if rows else 0
    values = np.array([row for _, row in rows], dtype=np.float64).reshape(len(rows), width)
    owner = np.array([index for index, _ in rows], dtype=np.intp)
    return Statistics(values=values, owner=owner, units=len(number)), len(number)


def resamples(groups: int, count: int = RESAMPLES, seed: int = SEED) -> Iterator[FloatArray]:
    """Blocks of a (count, groups) matrix: how often each group is drawn in each bootstrap resample."""
    generator = np.random.Generator(np.random.PCG64(seed))
    step = max(1, min(count, BLOCK // groups))
    for start in range(0, count, step):
        size = min(step, count - start)
        drawn = generator.integers(0, groups, size=(size, groups)) + groups * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups).astype(np.float64)


def percentiles(drawn: FloatArray, value: float, groups: float) -> tuple[float | None, float | None]:
    """A 95 % interval from bootstrap draws, (B,), around `value`.

    Percentiles, stretched for few (effective) groups by Student's t and the bootstrap's missing K/(K-1), and never
    past what was drawn, so that a bounded number keeps its bounds. None when over 5 % of the draws are undefined,
    or all are the same.
    """
    from scipy.special import stdtrit

    finite = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or finite.size < 0.95 * drawn.size or np.ptp(finite) == 0:
        return None, None
    stretch = stdtrit(groups - 1, 0.975) / Z * np.sqrt(groups / (groups - 1))
    low, high = value + stretch * (np.percentile(finite, [2.5, 97.5]) - value)
    return float(max(low, finite.min())), float(min(high, finite.max()))


def group_sizes(metric: Metric, scores: Sequence[Score]) -> FloatArray:
    """Samples on which the metric is defined, per group that has any, (K,)."""
    counts = Counter(score.group for score in scores if score.stats[metric.name] is not None)
    return np.array([counts[group] for group in sorted(counts)], dtype=np.float64)


def effective_groups(sizes: FloatArray) -> float:
    """Kish's effective number of groups: K where all are alike, near 1 where one holds most samples."""
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if sizes.size else 0.0


def effective_n(hits: FloatArray, totals: FloatArray) -> float:
    """Effective sample size of a clustered proportion, from per-group hits and totals, each (K,).

    n over the design effect, with Korn and Graubard's correction for few groups. Where every sample agrees the
    design effect cannot be seen, and the effective groups alone are counted.
    """
    from scipy.special import stdtrit

    groups, n = len(totals), float(totals.sum())
    effective = effective_groups(totals)
    p = float(hits.sum()) / n
    if p in (0.0, 1.0):
        return effective
    clustered = groups / (groups - 1) * float(np.sum((hits - p * totals) ** 2)) / n**2
    design_effect = max(1.0, clustered / (p * (1 - p) / n))
    return float(n / design_effect * (stdtrit(n - 1, 0.975) / stdtrit(effective - 1, 0.975)) ** 2)


def wilson(p: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion `p` seen on `n` (effective) samples."""
    z2 = Z**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # at the ends the formula gives 0 and 1 but for rounding, and an interval must hold its own value
    return max(0.0, float(centre - half)) if p > 0 else 0.0, min(1.0, float(centre + half)) if p < 1 else 1.0


def _with_wilson(estimate: Estimate, statistics: Statistics) -> Estimate:
    p = estimate.value
    if p is None or (statistics.units >= 100 and 0.1 <= p <= 0.9):
        return estimate
    sums = statistics.per_unit()
    low, high = wilson(p, effective_n(sums[:, 0], sums[:, 1]))
    return replace(estimate, low=low, high=high, interval="wilson")


def _identity(score: Score) -> tuple[str, str, str, int]:
    return score.key.task, score.key.id, score.key.language, score.key.trial


def _rows(stats: Vector | Rows) -> Rows:
    """One row for an additive metric, all rows for a ranking one (none is legal)."""
    rows = tuple(row for row in stats if isinstance(row, tuple))
    return rows if rows or not stats else (tuple(x for x in stats if not isinstance(x, tuple)),)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _method(low: float | None) -> Method | None:
    return None if low is None else "bootstrap"
