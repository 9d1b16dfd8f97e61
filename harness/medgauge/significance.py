"""Is one model better than another on the same samples? Randomisation over groups, and McNemar's exact test.

Under the null hypothesis that the two models are exchangeable within a group, the group's statistics may change
sides. `p = (k + 1) / (M + 1)` for k of M such assignments that give at least the observed difference (Phipson and
Smyth, 2010); where there are no more than M, all are taken, and p is exact. Sources: Fisher (1935) for sign flips;
Noreen (1989), "approximate randomization", for numbers that are no means; McNemar (1947).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from medgauge.protocols import Metric, Statistics
from medgauge.stats import BLOCK, SEED, gather, hit, reduced
from medgauge.types import FloatArray, Score

ASSIGNMENTS = 10_000
SLACK = 1e-9
"""Relative: differences closer than this to the observed one count as equal to it, whatever the rounding."""
Randomisation: TypeAlias = Literal["sign-flip", "swap"]


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
    """Two-sided test of `a` against `b`, aligned scores over the same samples (`stats.aligned`).

    Sign flips of the groups' differences where the metric is a plain mean of one value a sample, otherwise swaps
    of the groups' statistics. On a mean both are the same test; the first is faster.
    """
    left, right = gather(metric, a), gather(metric, b)
    differences = mean_differences(metric, left, right)
    if differences is not None:
        return Significance(test="sign-flip", p=sign_flip(differences, count))
    return Significance(test="swap", p=swap(metric, left, right, count))


def sign_flip(differences: FloatArray, count: int = ASSIGNMENTS, seed: int = SEED) -> float:
    """Two-sided p of the sum of paired differences, (K,), one a group, under flips of their signs."""
    observed = abs(float(differences.sum()))
    floor = observed - SLACK * float(np.abs(differences).sum())
    extreme = total = 0
    for swapped in assignments(len(differences), count, seed):
        extreme += int(np.count_nonzero(np.abs((1 - 2 * swapped) @ differences) >= floor))
        total += len(swapped)
    return (extreme + 1) / (total + 1)


def swap(metric: Metric, a: Statistics, b: Statistics, count: int = ASSIGNMENTS, seed: int = SEED) -> float:
    """Two-sided p of the difference of the main numbers when groups change sides, statistics and all.

    `a` and `b` have the same units. An assignment that leaves a number undefined counts as extreme.
    """
    both = _side_by_side(a, b)
    observed = abs(float(_differences(metric, both, np.zeros((1, a.units)))[0]))
    extreme = total = 0
    for swapped in assignments(a.units, count, seed):
        drawn = np.abs(_differences(metric, both, swapped))
        extreme += int(np.count_nonzero(~(drawn < observed - SLACK * max(1.0, observed))))
        total += len(swapped)
    return (extreme + 1) / (total + 1)


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
