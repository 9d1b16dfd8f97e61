"""Adjusted p-values of several tests."""

from collections.abc import Sequence

import numpy as np

from medgauge.types import FloatArray


def holm(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """Holm's (1979) step-down adjustment, (m,): the chance of any false alarm stays at the level."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _unsorted(stepped, order)


def benjamini_hochberg(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """Benjamini and Hochberg's (1995) step-up adjustment, (m,): the expected share of false alarms among the found."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    stepped = np.minimum.accumulate(scaled[::-1])[::-1]
    return _unsorted(stepped, order)


def _unsorted(stepped: FloatArray, order: np.ndarray) -> FloatArray:
    adjusted = np.empty(len(stepped))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
