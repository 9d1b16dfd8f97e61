"""The smallest difference that a comparison is likely to find, two-sided.

Source: the normal approximation, `(z(1 - alpha / 2) + z(power))` standard errors (Miller, 2024, arXiv 2411.00640).
"""

import numpy as np

from medgauge.intervals import clustered
from medgauge.types import FloatArray

ALPHA = 0.05
POWER = 0.8


def detectable(se: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """Minimum detectable effect of any number whose paired difference has the standard error `se`."""
    return _quantiles(alpha, power) * se


def detectable_accuracy(
    n: float, discordance: float, design_effect: float = 1.0, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Minimum detectable difference of two paired proportions on `n` samples.

    `discordance` is the share of samples on which exactly one of the two is right. The root of
    `d = z sqrt(DEFF (discordance - d^2) / n)`, which never exceeds the square root of the discordance.
    """
    scaled = _quantiles(alpha, power) ** 2 * design_effect / n
    return float(np.sqrt(scaled * discordance / (1 + scaled)))


def design_effect(differences: FloatArray, sizes: FloatArray, squares: float) -> float:
    """How much larger the variance of a mean paired difference is than if samples were independent, at least 1.

    `differences` and `sizes`, each (K,): sum of the samples' differences, and number of samples, for every group
    that has any. `squares` is the sum of the samples' squared differences.
    """
    groups, n = len(sizes), float(sizes.sum())
    mean = float(differences.sum()) / n
    independent = squares - n * mean**2
    if groups < 2 or independent <= 0:
        return 1.0
    return max(1.0, clustered(differences, sizes) / (n / (n - 1) * independent))


def _quantiles(alpha: float, power: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(1 - alpha / 2) + ndtri(power))
