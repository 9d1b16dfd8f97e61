"""Which ranks a model may have, given what is significant.

Source: Mogstad, Romano, Shaikh and Wilhelm (2024), rank sets by multiple tests of all pairs. The percentiles of
bootstrapped ranks are no such sets: between equal models they leave out the true rank more often than not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medgauge.multiplicity import holm
from medgauge.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class RankSet:
    """All ranks, best 1, that the tests leave to a model."""

    best: int
    worst: int


def ranked(differences: FloatArray, p_values: FloatArray, alpha: float = 0.05) -> list[RankSet | None]:
    """`rank_sets` among the models that have a value; None for one that has none, whose differences are all NaN."""
    models = np.flatnonzero(~np.isnan(np.diagonal(differences)))
    own = np.ix_(models, models)
    places = dict(zip(models.tolist(), rank_sets(differences[own], p_values[own], alpha), strict=True))
    return [places.get(i) for i in range(len(differences))]


def rank_sets(differences: FloatArray, p_values: FloatArray, alpha: float = 0.05) -> list[RankSet]:
    """`[1 + significantly better models, M - significantly worse ones]` for each of M models, all with a value.

    `differences[i, j]` is how much better model i is than j, (M, M) and antisymmetric: the caller turns the sign
    where lower is better. `p_values`, (M, M) and symmetric, are the raw ones of the pairs; Holm's adjustment runs
    over all pairs, so that with a chance of at least 1 - alpha every set holds its model's true rank.
    """
    better = significantly_better(differences, p_values, alpha)
    models = len(differences)
    return [RankSet(best=1 + int(better[:, i].sum()), worst=models - int(better[i].sum())) for i in range(models)]


def significantly_better(differences: FloatArray, p_values: FloatArray, alpha: float = 0.05) -> NDArray[np.bool_]:
    """(M, M): whether model i is better than j after Holm's adjustment over all pairs."""
    found: NDArray[np.bool_] = (adjusted(differences, p_values) <= alpha) & (differences > 0)
    return found


def adjusted(differences: FloatArray, p_values: FloatArray) -> FloatArray:
    """The p of all pairs after Holm's adjustment over those that have a difference, (M, M) and symmetric; else 1."""
    upper = np.triu(~np.isnan(differences), k=1)
    made = np.ones_like(p_values)
    made[upper] = holm(p_values[upper])
    return np.minimum(made, made.T)
