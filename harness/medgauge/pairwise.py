"""All pairs of models over the same samples at once: paired differences, their intervals and tests.

A model's weighted numbers are made once and not once a pair. The weights and the assignments that are drawn are those
of `stats.paired_difference` and `significance.compare_groups`, so that a pair's numbers are the ones that it has alone.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.intervals import MANY_GROUPS, agresti_min, effective_groups
from medgauge.protocols import Metric, Statistics
from medgauge.significance import SLACK, assignments, mean_differences, sign_flip_bound, swap_passes
from medgauge.stats import RESAMPLES, Estimate, bootstrapped, reduced
from medgauge.trials import mean_of
from medgauge.types import FloatArray

Test: TypeAlias = Literal["sign-flip", "bootstrap-t"]
Side: TypeAlias = Sequence[Statistics]
"""A model's statistics in each of its passes over the samples."""
Numbers: TypeAlias = Callable[[FloatArray], FloatArray]
"""(B, units) weights to the main numbers of M models, (B, M), all of them less one number that they share."""
Pair: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairwise:
    """M models under one metric, each against each; `[i, j]` is i minus j, whichever end of the metric is good."""

    values: FloatArray
    """(M,) main numbers, the mean over passes; NaN where undefined."""
    difference: FloatArray
    """(M, M), antisymmetric; NaN where either number is undefined."""
    low: FloatArray
    high: FloatArray
    """(M, M), the ends of the differences' 95 % intervals; NaN where there is none, as on the diagonal."""
    p: FloatArray
    """(M, M), two-sided and not adjusted, symmetric; 1 on the diagonal and wherever no test can be made."""
    tested: NDArray[np.bool_]
    """(M, M), symmetric: whether p is that of a test."""
    test: Test


def pairwise(metric: Metric, sides: Sequence[Side], sizes: FloatArray, n: int, count: int = RESAMPLES) -> Pairwise:
    """Compare all pairs of `sides`, which hold the same samples in the same order and groups, defined alike.

    `sizes`, (units,), is how many samples of each group the metric is defined on; `n` is how many samples there are.
    Intervals are those of `stats.paired_difference`. Models may have passed over the samples unequally often.

    Where the number of every model is a plain mean, p is that of `significance.compare_groups`, by flips of signs. Its
    10,000 assignments give no p under 0.0001, with which Holm's adjustment over more than 500 pairs finds nothing. So
    where none of them reaches the observed difference, p is `sign_flip_bound` if that is less. It stays a valid p:
    under 1/10,001 the bound alone decides, which no data exceed, and from there on the flips alone.

    Under other metrics p is Student's, of the difference over the standard error from the resamples, with one degree of
    freedom less than there are effective groups. `compare_groups` swaps groups there. Swaps of a ranking metric's
    thousand pairs would take hours, and have the same floor, with no bound below it. Only a pair whose every resample
    gives the same difference, which leaves no standard error, is tested by swaps all the same. Without an interval
    (under ten effective groups) there is no test, and a metric that is not resampled has neither.

    Raises ValueError where the sides cannot be over these samples.
    """
    _check(metric, sides, sizes, n)
    number = partial(_reduced, metric, sides)
    values = number(np.ones((1, len(sizes))))[0] if sizes.any() else np.full(len(sides), np.nan)
    values[~np.isfinite(values)] = np.nan
    defined = np.flatnonzero(np.isfinite(values)).tolist()
    pairs = [(i, j) for i in defined for j in defined if i < j]
    sums = _group_sums(metric, sides)
    made = _estimates(number if sums is None else partial(_averaged, sums, sizes), pairs, sizes, n, count, metric)
    if metric.proportion:
        made |= _with_agresti_min(sides, sizes, made)
    p = np.full((len(sides), len(sides)), np.nan)
    if metric.resampled and pairs:
        p = _students(metric, sides, made, sizes) if sums is None else _flipped(sums)
    tested = np.isfinite(p) & np.isin(np.arange(len(sides)), defined)[:, None] & np.isin(np.arange(len(sides)), defined)
    np.fill_diagonal(tested, False)
    difference, low, high = _squares(values, made)
    test: Test = "bootstrap-t" if sums is None else "sign-flip"
    return Pairwise(
        values=values, difference=difference, low=low, high=high, p=np.where(tested, p, 1.0), tested=tested, test=test
    )


def _check(metric: Metric, sides: Sequence[Side], sizes: FloatArray, n: int) -> None:
    if not sides:
        raise ValueError(f"{metric.name}: there is no model; compare at least one")
    if sizes.sum() > n:
        raise ValueError(f"{metric.name}: defined on {sizes.sum():.0f} samples of {n}; give all samples as n")
    for place, side in enumerate(sides):
        units = {one.units for one in side}
        if units != {len(sizes)}:
            raise ValueError(
                f"{metric.name}: model {place} has passes over {sorted(units)} groups, expected at least one pass and "
                f"{len(sizes)} groups in each; gather its statistics from the samples that all models share"
            )
        if metric.proportion and any(not np.array_equal(one.owner, sides[0][0].owner) for one in side):
            raise ValueError(
                f"{metric.name}: the rows of model {place} belong to other groups than those of model 0; gather all "
                "models' statistics from the same samples in the same order"
            )


def _reduced(metric: Metric, sides: Sequence[Side], weights: FloatArray) -> FloatArray:
    """The main numbers of all models, (B, M)."""
    reduces = [mean_of([partial(reduced, metric, one) for one in side]) for side in sides]
    return np.stack([reduce(weights)[""] for reduce in reduces], axis=1)


def _group_sums(metric: Metric, sides: Sequence[Side]) -> FloatArray | None:
    """Every model's sums within groups less those of the first model's first pass, (M, units), the mean over passes.

    None where a number is no plain mean. As differences they are the smaller, and so is the rounding of their sums.
    """
    made = []
    for side in sides:
        parts = [mean_differences(metric, one, sides[0][0]) for one in side]
        means = [part for part in parts if part is not None]
        if len(means) < len(parts):
            return None
        made.append(np.mean(means, axis=0))
    return np.stack(made) if made else None


def _averaged(sums: FloatArray, sizes: FloatArray, weights: FloatArray) -> FloatArray:
    """The means of all models less that of the first, (B, M)."""
    with np.errstate(invalid="ignore"):
        made: FloatArray = (weights @ sums.T) / (weights @ sizes)[:, None]
    return made


def _estimates(
    numbers: Numbers, pairs: Sequence[Pair], sizes: FloatArray, n: int, count: int, metric: Metric
) -> dict[Pair, Estimate]:
    names = {f"{i} {j}": (i, j) for i, j in pairs}

    def reduce(weights: FloatArray) -> Mapping[str, FloatArray]:
        made = numbers(weights)
        return {name: made[:, i] - made[:, j] for name, (i, j) in names.items()}

    made = bootstrapped(reduce, sizes, n, count if metric.resampled else 0) if pairs else {}
    return {names[name]: one for name, one in made.items()}


def _with_agresti_min(sides: Sequence[Side], sizes: FloatArray, made: Mapping[Pair, Estimate]) -> dict[Pair, Estimate]:
    """The pairs whose bootstrap interval would be too narrow, with Agresti and Min's, as in `stats.difference`."""
    hits = [[one.values[:, 0].astype(bool) for one in side] for side in sides]
    owner, owned = sides[0][0].owner, sizes > 0
    found = {}
    for (i, j), estimate in made.items():
        if estimate.no_interval not in (None, "no-variation", "unstable"):
            continue
        passes = math.lcm(len(hits[i]), len(hits[j]))
        both = [(hits[i][k % len(hits[i])], hits[j][k % len(hits[j])]) for k in range(passes)]
        discordant = sum(int(np.count_nonzero(one != other)) for one, other in both)
        if estimate.n_groups >= MANY_GROUPS and discordant > 0.1 * passes * len(owner):
            continue
        lost = np.concatenate([owner[other & ~one] for one, other in both])
        won = np.concatenate([owner[one & ~other] for one, other in both])
        losses, wins = (np.bincount(owners, minlength=len(sizes))[owned].astype(np.float64) for owners in (lost, won))
        low, high = agresti_min(losses, wins, passes * sizes[owned])
        found[i, j] = replace(estimate, low=low, high=high, interval="agresti-min", no_interval=None)
    return found


def _flipped(sums: FloatArray) -> FloatArray:
    """The p of all pairs, (M, M), under flips of the signs of their groups' differences."""
    totals, squares, floor = _observed(sums)
    found, drawn = np.zeros(totals.shape), 0
    for swapped in assignments(sums.shape[1]):
        moved = swapped @ sums.T
        for i in range(len(sums) - 1):
            later = slice(i + 1, None)
            after = np.abs(totals[i, later] - 2 * (moved[:, i, None] - moved[:, later]))
            found[i, later] += np.count_nonzero(after >= floor[i, later], axis=0)
        drawn += len(swapped)
    p = (found + 1) / (drawn + 1)
    return _symmetric(np.where(found > 0, p, np.minimum(p, sign_flip_bound(totals, squares))))


def _observed(sums: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For all pairs, (M, M) above the diagonal: the sum of differences, of their squares, and what counts as extreme.

    An assignment's sum is made from two models' sums and not from their differences. It counts as extreme when it is
    as near to the observed one as the rounding of those may put it.
    """
    models, units = sums.shape
    totals, squares, floor = (np.zeros((models, models)) for _ in range(3))
    rounding = units * np.finfo(np.float64).eps * np.abs(sums).sum(axis=1)
    for i, j in zip(*np.triu_indices(models, k=1), strict=True):
        difference = sums[i] - sums[j]
        totals[i, j], squares[i, j] = difference.sum(), difference @ difference
        floor[i, j] = abs(totals[i, j]) - SLACK * np.abs(difference).sum() - rounding[i] - rounding[j]
    return totals, squares, floor


def _students(metric: Metric, sides: Sequence[Side], made: Mapping[Pair, Estimate], sizes: FloatArray) -> FloatArray:
    """The p of all pairs, (M, M), of their differences over their standard errors; NaN where there is no test."""
    from scipy.special import stdtr

    freedom = effective_groups(sizes) - 1
    p = np.full((len(sides), len(sides)), np.nan)
    for (i, j), one in made.items():
        if one.value is not None and one.se:
            p[i, j] = 2 * stdtr(freedom, -abs(one.value) / one.se)
        elif one.no_interval == "no-variation":
            p[i, j] = swap_passes(metric, _passes(sides[i], sides[j])) if one.value else 1.0
    return _symmetric(p)


def _passes(one: Side, other: Side) -> list[tuple[Statistics, Statistics]]:
    """Both sides' passes in pairs, each equally often."""
    return [(one[k % len(one)], other[k % len(other)]) for k in range(math.lcm(len(one), len(other)))]


def _symmetric(p: FloatArray) -> FloatArray:
    """What stands above the diagonal on both sides of it, and 1 on it."""
    upper = np.triu(p, k=1)
    return upper + upper.T + np.eye(len(p))


def _squares(values: FloatArray, made: Mapping[Pair, Estimate]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Differences and the ends of their intervals, each (M, M)."""
    difference = values[:, None] - values
    low, high = np.full(difference.shape, np.nan), np.full(difference.shape, np.nan)
    for (i, j), one in made.items():
        if one.value is not None:  # as the interval has it, which holds its own value
            difference[i, j], difference[j, i] = one.value, -one.value
        if one.low is not None and one.high is not None:
            low[i, j], high[i, j] = one.low, one.high
            low[j, i], high[j, i] = -one.high, -one.low
    return difference, low, high
