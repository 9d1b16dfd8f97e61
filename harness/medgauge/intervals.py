"""Confidence intervals of numbers over groups: percentiles of a bootstrap, Wilson's, and how many groups count.

Sources: Wilson (1927); Kish (1965) for the effective number of groups; Korn and Graubard (1998) for the effective
sample size of a clustered proportion; Bell and McCaffrey (2002), CR3, for the variance where groups are unequal;
Agresti and Min (2005) for a difference of paired proportions.
"""

from typing import Literal, TypeAlias

import numpy as np

from medgauge.types import FloatArray

LEVEL = 0.95
Z = 1.959963984540054
"""The normal quantile of the level."""
MIN_GROUPS = 10
"""Below this many effective groups no interval is given: the bootstrap's own error would be the larger one."""
MANY_GROUPS = 100
"""From here on a proportion between 0.1 and 0.9 has a bootstrap interval; otherwise it has Wilson's. A difference of
paired proportions has one where more than 0.1 of the pairs are discordant; otherwise it has Agresti and Min's."""
LOPSIDED = 0.5
"""Where the effective groups are under this share of the groups, the jackknife checks the bootstrap's width."""

ROUNDING = 1e-12
"""Draws that differ by no more than this are the same number."""

Missing: TypeAlias = Literal["by-design", "few-groups", "undefined", "no-variation", "unstable"]
"""Why there is no interval: the metric is a rate over the whole set; under ten effective groups; there is no value;
(nearly) every resample gives the same number, which is no certainty; over 5 % of the resamples are undefined."""


def effective_groups(sizes: FloatArray) -> float:
    """Kish's effective number of groups of these sizes, (K,): K where all are alike, near 1 where one holds most."""
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if sizes.any() else 0.0


def effective_n(hits: FloatArray, totals: FloatArray) -> float:
    """Effective sample size of a clustered proportion, from per-group hits and totals, each (K,), totals positive.

    n over the design effect, with Korn and Graubard's correction for few groups. Where every sample agrees the
    design effect cannot be seen, and the effective groups alone are counted.
    """
    from scipy.special import stdtrit

    n, effective = float(totals.sum()), effective_groups(totals)
    p = float(hits.sum()) / n
    if p in (0.0, 1.0):
        return effective
    design_effect = max(1.0, clustered(hits, totals) / (n * p * (1 - p)))
    return float(n / design_effect * (stdtrit(n - 1, 0.975) / stdtrit(effective - 1, 0.975)) ** 2)


def wilson(p: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion `p` seen on `n` (effective) samples."""
    z2 = Z**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # at the ends the formula gives 0 and 1 but for rounding, and an interval must hold its own value
    return max(0.0, float(centre - half)) if p > 0 else 0.0, min(1.0, float(centre + half)) if p < 1 else 1.0


def agresti_min(lost: FloatArray, won: FloatArray, totals: FloatArray, *, level: float = LEVEL) -> tuple[float, float]:
    """Interval of a difference of paired proportions, from per-group counts, each (K,), totals positive.

    `lost` and `won` count the discordant pairs of each sign. Wald's interval with half a pair added to each cell of
    the table, the counts divided by the design effect of the differences, and Student's t for few groups. Where no
    pair is discordant the effective groups alone are counted.
    """
    from scipy.special import stdtrit

    n, effective = float(totals.sum()), effective_groups(totals)
    b, c = float(lost.sum()), float(won.sum())
    independent = b + c - (c - b) ** 2 / n
    design_effect = max(1.0, clustered(won - lost, totals) / independent) if independent > 0 else n / effective
    b, c, size = b / design_effect + 0.5, c / design_effect + 0.5, n / design_effect + 2
    half = stdtrit(effective - 1, (1 + level) / 2) * np.sqrt(b + c - (c - b) ** 2 / size) / size
    return max(-1.0, float((c - b) / size - half)), min(1.0, float((c - b) / size + half))


def clustered(sums: FloatArray, totals: FloatArray) -> float:
    """n^2 times the variance of a mean over n samples, from each group's sum and number of samples, (K,).

    The jackknife's over groups (CR3): a large group, which draws the mean to itself, does not hide its own residual.
    With groups of one size it is the usual K/(K-1) sum of squared residuals.
    """
    groups, n = len(totals), float(totals.sum())
    residuals = (sums - float(sums.sum()) / n * totals) / (1 - totals / n)
    return (groups - 1) / groups * float(np.sum(residuals**2))


def unusable(drawn: FloatArray, value: float) -> Missing | None:
    """Why bootstrap draws, (B,), say nothing about the error of `value`; None where they do."""
    if not np.isfinite(value):
        return "undefined"
    finite = drawn[np.isfinite(drawn)]
    if finite.size < 0.95 * drawn.size:
        return "unstable"
    low, high = np.percentile(finite, [2.5, 97.5])
    return "no-variation" if high - low <= ROUNDING * max(1.0, abs(value)) else None


def widening(drawn: FloatArray, groups: float, jackknife: float | None) -> float:
    """How much too small the draws' spread is as a standard error.

    The bootstrap misses K/(K-1) of the variance; where groups are lopsided, whatever the standard error of the
    `jackknife` has more.
    """
    missed = float(np.sqrt(groups / (groups - 1)))
    return missed if jackknife is None else max(missed, jackknife / float(np.nanstd(drawn)))


def percentiles(
    drawn: FloatArray, value: float, groups: float, wider: float, level: float = LEVEL
) -> tuple[float, float]:
    """An interval from usable bootstrap draws, (B,), around `value`.

    Percentiles, stretched for few (effective) groups by Student's t and by `wider`, and never past what was drawn,
    so that a bounded number keeps its bounds. It holds its own value, which a biased number may lie outside of.
    """
    from scipy.special import ndtri, stdtrit

    finite, upper = drawn[np.isfinite(drawn)], (1 + level) / 2
    stretch = wider * stdtrit(groups - 1, upper) / (Z if level == LEVEL else float(ndtri(upper)))
    low, high = value + stretch * (np.percentile(finite, [100 - 100 * upper, 100 * upper]) - value)
    return float(min(value, max(low, finite.min()))), float(max(value, min(high, finite.max())))
