"""Randomised trees as plain arrays, each grown without a quarter of the pictures, so that every training row also has
a held-out prediction: calibration needs no second fit.

Everything the vision baseline learns is a regression on targets between 0 and 1: one-hot answers, labels that are
there or not, words of a report, overlap with a box.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray

FOLDS = 4
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """T trees over F columns with K outputs; nodes of all trees lie in one table."""

    roots: Indices
    """(T,)"""
    folds: Indices
    """(T,) the fold that each tree has not seen."""
    column: Indices = field(repr=False)
    cut: FloatArray = field(repr=False)
    lower: Indices = field(repr=False)
    upper: Indices = field(repr=False)
    value: FloatArray = field(repr=False)
    """(nodes, K)"""

    def predict(self, rows: FloatArray) -> FloatArray:
        """(N, F) to (N, K): the mean of all trees."""
        leaves = self._leaves(rows, self.roots)
        result: FloatArray = self.value[leaves].mean(axis=1)
        return result

    def held_out(self, rows: FloatArray, folds: Indices) -> FloatArray:
        """(N, F) training rows and their (N,) folds to (N, K): the mean of the trees that have not seen the row."""
        result = np.zeros((len(rows), self.value.shape[1]))
        for fold in range(FOLDS):
            mine, trees = folds == fold, self.folds == fold
            if mine.any():
                result[mine] = self.value[self._leaves(rows[mine], self.roots[trees])].mean(axis=1)
        return result

    def _leaves(self, rows: FloatArray, roots: Indices) -> Indices:
        """(N, trees): the leaf that each row falls into. A leaf leads to itself."""
        values = np.asarray(rows, dtype=np.float32)
        node = np.broadcast_to(roots, (len(rows), len(roots))).copy()
        line = np.arange(len(rows))[:, None]
        while True:
            following = np.where(values[line, self.column[node]] <= self.cut[node], self.lower[node], self.upper[node])
            if (following == node).all():
                return node
            node = following


def grow(
    rows: FloatArray,
    targets: FloatArray,
    folds: Indices,
    *,
    trees: int = 40,
    leaf: int = 1,
    share: float = 0.3,
    seed: int = 0,
) -> Forest:
    """Trees from (N, F) rows and (N, K) targets; `share` of the columns are tried at every split."""
    from sklearn import config_context
    from sklearn.tree import ExtraTreeRegressor

    data, goals = np.ascontiguousarray(rows, dtype=np.float32), np.ascontiguousarray(targets, dtype=np.float64)
    random = np.random.RandomState(seed)
    grown = []
    with config_context(skip_parameter_validation=True):
        for number in range(trees):
            seen = folds != number % FOLDS
            seen = seen if seen.any() else ~seen
            tree = ExtraTreeRegressor(min_samples_leaf=leaf, max_features=share, random_state=random)
            grown.append(tree.fit(data[seen], goals[seen], check_input=False).tree_)
    starts = np.cumsum([0, *(tree.node_count for tree in grown)])[:-1]
    own = [np.arange(tree.node_count) for tree in grown]
    inner = [tree.children_left >= 0 for tree in grown]
    return Forest(
        roots=starts,
        folds=np.arange(trees) % FOLDS,
        column=np.concatenate([np.where(i, t.feature, 0) for i, t in zip(inner, grown, strict=True)]),
        cut=np.concatenate([t.threshold for t in grown]),
        lower=np.concatenate(
            [np.where(i, t.children_left, o) + s for i, t, o, s in zip(inner, grown, own, starts, strict=True)]
        ),
        upper=np.concatenate(
            [np.where(i, t.children_right, o) + s for i, t, o, s in zip(inner, grown, own, starts, strict=True)]
        ),
        value=np.concatenate([t.value[:, :, 0] for t in grown]),
    )


def folds_of(groups: list[str], seed: int = 0) -> Indices:
    """(N,) folds such that rows of one group share one; as even as may be."""
    names = sorted(set(groups))
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(names))
    fold = {names[index]: place % FOLDS for place, index in enumerate(order)}
    return np.asarray([fold[group] for group in groups], dtype=np.intp)
