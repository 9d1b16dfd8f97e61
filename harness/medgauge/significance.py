"""Is one model better than another on the same samples? Randomisation over groups, and McNemar's exact test.

Under the null hypothesis that the two models are exchangeable within a group, the group's statistics may change
sides. `p = (k + 1) / (M + 1)` for k of M such assignments that give at least the observed difference (Phipson and
Smyth, 2010); where there are no more than M, all are taken, and p is exact. Sources: Fisher (1935) for sign flips;
Noreen (1989), "approximate randomization", for numbers that are no means; McNemar (1947).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from medgauge.protocols import Metric, Statistics
from medgauge.stats import BLOCK, SEED, gather, hit, reduced
from medgauge.types import FloatArray, Score

ASSIGNMENTS = 10_000
SLACK = 1e-9
"""Relative: differences closer than this to the observed one count as equal to it, whatever the rounding."""
RADEMACHER = 1 / (2 * math.erfc(1))
"""3.178, the smallest c with P(S >= x) <= c P(N >= x) for all x, of S a sum of a_i with random signs and squares that
sum to 1, and N standard normal: 1 / (4 P(N >= sqrt 2)). Bentkus and Dzindzalieta (2015), Bernoulli 21(2)."""
Randomisation: TypeAlias = Literal["sign-flip", "swap"]
Extreme: TypeAlias = Callable[[FloatArray], int]
"""(M, units) of 0 and 1, which groups change sides, to how many of the M give at least the observed difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Significance:
    """A two-sided p-value and the test that gave it."""

    test: Randomisation
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Discordant:
    """Samples on which exactly one of two models is right, and McNemar's exact test on them."""

    a_only: int
    b_only: int
    p: float
    descriptive: bool
    """The test takes samples for independent; it only describes where a group holds several."""


def compare_groups(metric: Metric, a: Sequence[Score], b: Sequence[Score], count: int = ASSIGNMENTS) -> Significance:
    """Two-sided test of `a` against `b`, aligned scores over the same samples (`stats.aligned`)."""
    return compare_all({metric.name: contrast(metric, [a], [b])}, count)[metric.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """How a test sees two models under one metric: how many of some assignments give at least the observed."""

    test: Randomisation
    units: int
    extreme: Extreme


def contrast(metric: Metric, a: Sequence[Sequence[Score]], b: Sequence[Sequence[Score]]) -> Contrast:
    """Aligned scores of two models, in one or several passes over the same samples, whose mean is compared.

    Sign flips of the groups' differences where the metric is a plain mean of one value a sample, otherwise swaps
    of the groups' statistics. On a mean both are the same test; the first is faster.
    """
    left, right = ([gather(metric, scores) for scores in side] for side in (a, b))
    flipped = [mean_differences(metric, one, other) for one, other in zip(left, right, strict=True)]
    means = [one for one in flipped if one is not None]
    units = left[0].units
    if len(means) == len(flipped):
        return Contrast(test="sign-flip", units=units, extreme=_flips(np.sum(means, axis=0)))
    return Contrast(test="swap", units=units, extreme=_swaps(metric, list(zip(left, right, strict=True))))


def compare_all(
    contrasts: Mapping[str, Contrast], count: int = ASSIGNMENTS, seed: int = SEED
) -> dict[str, Significance]:
    """The tests of several metrics over the same groups, under the same assignments, which are drawn once."""
    extremes = {name: one.extreme for name, one in contrasts.items()}
    groups = max((one.units for one in contrasts.values()), default=1)
    chances = _chances(extremes, groups, count, seed)
    return {name: Significance(test=one.test, p=chances[name]) for name, one in contrasts.items()}


def sign_flip(differences: FloatArray, count: int = ASSIGNMENTS, seed: int = SEED) -> float:
    """Two-sided p of the sum of paired differences, (K,), one a group, under flips of their signs."""
    return _chances({"": _flips(differences)}, len(differences), count, seed)[""]


def sign_flip_bound(totals: FloatArray, squares: FloatArray) -> FloatArray:
    """What the two-sided p under all sign flips cannot exceed, from the sum and the sum of squares of differences.

    Arrays of one shape; at most 1, and 1 where nothing differs. For any number of groups it is `RADEMACHER` times the p
    of a normal approximation, so it is of use far out in the tail, where drawn assignments only say that p is small.
    """
    from scipy.special import ndtr

    deviations = np.abs(totals) / np.sqrt(np.where(squares > 0, squares, np.inf))
    bound: FloatArray = np.clip(2 * RADEMACHER * ndtr(-deviations), np.finfo(np.float64).tiny, 1.0)
    return bound


def swap(metric: Metric, a: Statistics, b: Statistics, count: int = ASSIGNMENTS, seed: int = SEED) -> float:
    """Two-sided p of the difference of the main numbers when groups change sides, statistics and all.

    `a` and `b` have the same units. An assignment that leaves a number undefined counts as extreme.
    """
    return swap_passes(metric, [(a, b)], count, seed)


def swap_passes(
    metric: Metric, pairs: Sequence[tuple[Statistics, Statistics]], count: int = ASSIGNMENTS, seed: int = SEED
) -> float:
    """`swap` of two models that were asked in several passes, whose mean is compared."""
    return _chances({"": _swaps(metric, pairs)}, pairs[0][0].units, count, seed)[""]


def _chances(extremes: Mapping[str, Extreme], groups: int, count: int, seed: int) -> dict[str, float]:
    """The p of each: (k + 1) / (M + 1)."""
    found, total = dict.fromkeys(extremes, 0), 0
    for swapped in assignments(groups, count, seed):
        for name, extreme in extremes.items():
            found[name] += extreme(swapped)
        total += len(swapped)
    return {name: (k + 1) / (total + 1) for name, k in found.items()}


def _flips(differences: FloatArray) -> Extreme:
    total = float(differences.sum())
    floor = abs(total) - SLACK * float(np.abs(differences).sum())
    return lambda swapped: int(np.count_nonzero(np.abs(total - 2 * (swapped @ differences)) >= floor))


def _swaps(metric: Metric, pairs: Sequence[tuple[Statistics, Statistics]]) -> Extreme:
    both = [_side_by_side(a, b) for a, b in pairs]

    def drawn(swapped: FloatArray) -> FloatArray:
        made: FloatArray = np.abs(np.mean([_differences(metric, one, swapped) for one in both], axis=0))
        return made

    observed = float(drawn(np.zeros((1, pairs[0][0].units)))[0])
    floor = observed - SLACK * max(1.0, observed)
    return lambda swapped: int(np.count_nonzero(~(drawn(swapped) < floor)))


def assignments(groups: int, count: int = ASSIGNMENTS, seed: int = SEED) -> Iterator[FloatArray]:
    """Blocks of a (M, groups) matrix of 0 and 1: which groups change sides.

    M is `count`, drawn at random; where there are no more than `count` besides the observed one (all zeros), each
    comes once.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    exact = groups < 60 and 2**groups - 1 <= count
    total = 2**groups - 1 if exact else count
    step = max(1, min(total, BLOCK // max(1, groups)))
    for start in range(0, total, step):
        numbers = np.arange(start + 1, min(total, start + step) + 1)
        if exact:
            yield ((numbers[:, None] >> np.arange(groups)) & 1).astype(np.float64)
        else:
            yield generator.integers(0, 2, size=(len(numbers), groups)).astype(np.float64)


def mean_differences(metric: Metric, a: Statistics, b: Statistics) -> FloatArray | None:
    """`a` minus `b` summed within groups, (units,), where the metric is a mean of vectors (value, 1); else None."""
    if not all(_is_mean(metric, statistics) for statistics in (a, b)):
        return None
    left, right = a.per_unit(), b.per_unit()
    return left[:, 0] - right[:, 0] if np.array_equal(left[:, 1], right[:, 1]) else None


def discordant(metric: Metric, a: Sequence[Score], b: Sequence[Score]) -> Discordant | None:
    """Where aligned scores of a proportion differ; None for a metric that is none."""
    if not metric.proportion:
        return None
    pairs = [(x.group, x.stats[metric.name], y.stats[metric.name]) for x, y in zip(a, b, strict=True)]
    defined = [(group, hit(x), hit(y)) for group, x, y in pairs if x is not None and y is not None]
    a_only, b_only = sum(x > y for _, x, y in defined), sum(y > x for _, x, y in defined)
    return Discordant(
        a_only=a_only,
        b_only=b_only,
        p=mcnemar(a_only, b_only),
        descriptive=len({group for group, _, _ in defined}) < len(defined),
    )


def mcnemar(b: int, c: int) -> float:
    """McNemar's exact two-sided p of `b` against `c` discordant pairs: binomial, one half; 1 where there is none."""
    from scipy.stats import binomtest

    return float(binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0


def _is_mean(metric: Metric, statistics: Statistics) -> bool:
    rows = statistics.values
    if rows.shape[1:] != (2,) or not np.all(rows[:, 1] == 1):
        return False
    value = metric.reduce(statistics, np.ones((1, statistics.units)))[""][0]
    return bool(abs(value - rows[:, 0].mean()) <= SLACK * max(1.0, float(np.abs(rows[:, 0]).max())))


def _side_by_side(a: Statistics, b: Statistics) -> Statistics:
    """Both models' statistics over twice the units: those of `a` first."""
    width = max(a.values.shape[1], b.values.shape[1])
    values = [s.values.reshape(-1, width) for s in (a, b)]
    return Statistics(
        values=np.concatenate(values), owner=np.concatenate([a.owner, b.owner + a.units]), units=2 * a.units
    )


def _differences(metric: Metric, both: Statistics, swapped: FloatArray) -> FloatArray:
    """`a` minus `b` after groups changed sides: (B, units) of 0 and 1 to (B,)."""
    kept = 1 - swapped
    one = reduced(metric, both, np.concatenate([kept, swapped], axis=1))[""]
    return one - reduced(metric, both, np.concatenate([swapped, kept], axis=1))[""]
