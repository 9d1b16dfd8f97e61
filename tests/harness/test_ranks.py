"""Rank sets where some models have no value, or the same, or are alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from medgauge.ranks import RankSet, adjusted, rank_sets, ranked, significantly_better
from medgauge.types import FloatArray


def drawn(models: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Differences and p-values of models, some of which are equal."""
    generator = np.random.default_rng(seed)
    values = generator.integers(0, 5, models).astype(float)
    raw = np.triu(generator.random((models, models)) ** 6, k=1)
    return values[:, None] - values, raw + raw.T + np.eye(models)


@given(st.integers(1, 7), st.sets(st.integers(0, 6)), st.integers(0, 1000))
def test_models_without_a_value_have_no_ranks_and_change_those_of_no_other(
    models: int, without: set[int], seed: int
) -> None:
    differences, p = drawn(models, seed)
    rest = [i for i in range(models) if i not in without]
    expected = rank_sets(differences[np.ix_(rest, rest)], p[np.ix_(rest, rest)])
    gone = [i for i in range(models) if i in without]
    differences[gone] = differences[:, gone] = np.nan
    p[gone] = p[:, gone] = 1.0
    made = ranked(differences, p)
    assert [made[i] for i in rest] == expected
    assert all(made[i] is None for i in gone)
    better = significantly_better(differences, p)
    assert not better[gone].any()
    assert not better[:, gone].any()
    for place, i in enumerate(rest):
        assert expected[place].best == 1 + better[:, i].sum()


def test_a_model_without_a_value_never_ranks_first() -> None:
    nan = np.nan
    differences = np.array([[nan, nan, nan], [nan, 0.0, 0.4], [nan, -0.4, 0.0]])
    p = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.04], [1.0, 0.04, 1.0]])
    assert ranked(differences, p) == [None, RankSet(best=1, worst=1), RankSet(best=2, worst=2)]
    assert ranked(np.full((2, 2), nan), np.ones((2, 2))) == [None, None]


def test_one_model_is_first_and_equal_ones_share_all_ranks() -> None:
    assert ranked(np.zeros((1, 1)), np.ones((1, 1))) == [RankSet(best=1, worst=1)]
    assert ranked(np.zeros((3, 3)), np.ones((3, 3))) == [RankSet(best=1, worst=3)] * 3
    assert ranked(np.zeros((3, 3)), np.zeros((3, 3))) == [RankSet(best=1, worst=3)] * 3, "no difference is no better"
    assert ranked(np.zeros((0, 0)), np.ones((0, 0))) == []


@given(st.integers(2, 7), st.integers(0, 1000))
def test_adjusted_is_holms_over_the_pairs_that_have_a_difference(models: int, seed: int) -> None:
    differences, p = drawn(models, seed)
    differences[0, 1] = differences[1, 0] = np.nan
    made = adjusted(differences, p)
    pairs = [(i, j) for i in range(models) for j in range(i + 1, models) if (i, j) != (0, 1)]
    theirs = multipletests([p[pair] for pair in pairs], method="holm")[1] if pairs else []
    assert [made[pair] for pair in pairs] == pytest.approx(list(theirs), abs=1e-12)
    assert (made == made.T).all()
    assert made[0, 1] == made[0, 0] == 1
