"""Numbers from metrics without a run: statistics built straight from answers and targets."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from medgauge.protocols import Metric, Statistics
from medgauge.types import Answer, Rows, Vector

Pair: TypeAlias = tuple[Answer | None, Answer]
"""An answer, or none, and its target."""


def rows_of(measured: Vector | Rows | None) -> Rows:
    """What one sample adds: nothing, its vector, or all its rows."""
    if not measured:
        return ()
    rows = tuple(row for row in measured if isinstance(row, tuple))
    return rows or (tuple(x for x in measured if not isinstance(x, tuple)),)


def statistics(metric: Metric, pairs: Sequence[Pair]) -> Statistics:
    """One unit for each pair; an undefined pair has no row, a ranking metric any number of them."""
    rows = [(i, row) for i, (answer, target) in enumerate(pairs) for row in rows_of(metric.measure(answer, target))]
    return Statistics(
        values=np.array([row for _, row in rows]) if rows else np.zeros((0, 0)),
        owner=np.array([i for i, _ in rows], dtype=np.intp),
        units=len(pairs),
    )


def value(metric: Metric, pairs: Sequence[Pair]) -> float:
    """The main number over all pairs, every pair a unit; NaN where it is undefined."""
    prepared = metric.prepare([target for _, target in pairs])
    return float(prepared.reduce(statistics(prepared, pairs), np.ones((1, len(pairs))))[""][0])
