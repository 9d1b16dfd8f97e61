"""Random numbers that are the same on every machine and numpy release.

Only the uniform doubles of PCG64 are used; everything else is arithmetic on them, because numpy promises a
stable stream for the bit generator but not for its distributions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np

from medgauge.types import FloatArray

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dice:
    """A seeded source of numbers."""

    generator: np.random.Generator

    @classmethod
    def seeded(cls, *entropy: int) -> "Dice":
        """The source for a tuple of non-negative integers."""
        return cls(generator=np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy))))

    def uniform(self, low: float, high: float) -> float:
        """One number in [low, high)."""
        return low + (high - low) * float(self.generator.random())

    def jitter(self, spread: float) -> float:
        """One number in [-spread, spread)."""
        return self.uniform(-spread, spread)

    def array(self, *shape: int) -> FloatArray:
        """Uniform numbers in [0, 1)."""
        return self.generator.random(shape)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self.generator.random() * len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """All options in random order."""
        return [options[i] for i in np.argsort(self.generator.random(len(options)), kind="stable")]

    def grain(self, height: int, width: int) -> FloatArray:
        """(height, width) noise without correlation, mean 0, variance 1, close to normal."""
        total: FloatArray = self.generator.random((3, height, width)).sum(axis=0)
        return (total - 1.5) * 2.0

    def clouds(self, height: int, width: int, cell: float, squeeze: float = 1.0) -> FloatArray:
        """(height, width) smooth noise, mean near 0, about within [-1, 1].

        `cell` is the width of a cloud in pixels, `cell * squeeze` its height.
        """
        rows, columns = _blend(height, cell * squeeze), _blend(width, cell)
        coarse = self.generator.random((rows.shape[1], columns.shape[1])) * 2 - 1
        return rows @ coarse @ columns.T


@cache
def _blend(n: int, cell: float) -> FloatArray:
    """(n, knots) weights that interpolate knots `cell` pixels apart with a smooth step."""
    place = np.arange(n) / cell
    left = np.floor(place).astype(np.intp)
    t = place - left
    t = t * t * (3 - 2 * t)
    weights = np.zeros((n, int(left[-1]) + 2))
    weights[np.arange(n), left] = 1 - t
    weights[np.arange(n), left + 1] = t
    return weights
