"""Tests of significance against scipy, statsmodels and brute force."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_metrics import Mean, PooledF1, Ranking, hits, scored
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from medgauge.protocols import Metric
from medgauge.significance import (
    RADEMACHER,
    assignments,
    compare_groups,
    discordant,
    mcnemar,
    mean_differences,
    sign_flip,
    sign_flip_bound,
    swap,
)
from medgauge.stats import gather
from medgauge.types import FloatArray, Rows, Score, Vector

DRAWN = 20_000
"""Enough that the Monte Carlo error of a p-value stays under 0.02."""
counts = st.integers(0, 60)


@given(b=counts, c=counts)
def test_mcnemar_is_statsmodels_and_scipys(b: int, c: int) -> None:
    assert mcnemar(b, c) == pytest.approx(float(statsmodels_mcnemar([[3, b], [c, 5]], exact=True).pvalue), abs=1e-12)
    if b + c:
        assert mcnemar(b, c) == pytest.approx(scipy_stats.binomtest(b, b + c).pvalue, abs=1e-12)
    assert mcnemar(b, c) == pytest.approx(mcnemar(c, b), abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=12))
def test_few_groups_are_enumerated_and_p_is_exact(differences: list[int]) -> None:
    d = np.array(differences, dtype=float)
    all_signs = np.array(list(product((-1, 1), repeat=len(d))))
    exact = float(np.mean(np.abs(all_signs @ d) >= abs(d.sum())))
    assert sign_flip(d) == pytest.approx(exact, abs=1e-15)


def test_exact_p_is_scipys_permutation_test() -> None:
    generator = np.random.default_rng(1)
    d = generator.normal(0.4, 1, 11)
    theirs = scipy_stats.permutation_test(
        (d,), lambda x, axis: x.sum(axis=axis), permutation_type="samples", n_resamples=np.inf, vectorized=True
    )
    assert sign_flip(d) == pytest.approx(theirs.pvalue, abs=1e-12)


def test_drawn_p_is_the_exact_one_within_its_own_error() -> None:
    generator = np.random.default_rng(2)
    for shift in (0.0, 0.3, 0.6):
        d = generator.normal(shift, 1, 12)
        exact, drawn = sign_flip(d, count=2**12), sign_flip(np.append(d, np.zeros(30)), count=DRAWN)
        assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / DRAWN) + 1e-3)


def test_assignments_enumerate_once_or_draw_fairly_and_never_the_observed_one() -> None:
    every = np.concatenate(list(assignments(5, count=31)))
    assert len({tuple(row) for row in every}) == len(every) == 31
    assert every.any(axis=1).all()
    drawn = np.concatenate(list(assignments(5, count=30)))
    assert drawn.shape == (30, 5)
    many = np.concatenate(list(assignments(40, count=5000)))
    assert many.mean() == pytest.approx(0.5, abs=0.01)
    assert (many == np.concatenate(list(assignments(40, count=5000)))).all()
    assert np.concatenate(list(assignments(100, count=10))).shape == (10, 100)


def test_p_is_never_nothing_and_one_where_nothing_differs() -> None:
    assert sign_flip(np.full(50, 1.0)) == 1 / 10_001
    assert sign_flip(np.zeros(50)) == 1.0
    assert sign_flip(np.array([3.0])) == 1.0
    scores = hits([f"g{i}" for i in range(30)], [i % 2 for i in range(30)])
    assert compare_groups(Mean(), scores, scores).p == 1.0


def bound(differences: FloatArray) -> float:
    return float(sign_flip_bound(differences.sum(), (differences**2).sum()))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.integers(-4, 4), st.floats(-1, 1)), min_size=1, max_size=13))
def test_the_exact_p_is_never_over_its_bound(differences: list[float]) -> None:
    d = np.array(differences, dtype=float)
    assert sign_flip(d) <= bound(d) * (1 + 1e-9)


@given(b=st.integers(0, 400), c=st.integers(0, 400))
def test_mcnemars_p_is_never_over_the_bound(b: int, c: int) -> None:
    d = np.repeat([1.0, -1.0, 0.0], [b, c, 20])
    assert mcnemar(b, c) <= bound(d) * (1 + 1e-9)


def test_the_bound_is_as_tight_as_it_is_said_to_be() -> None:
    assert pytest.approx(1 / (4 * scipy_stats.norm.sf(np.sqrt(2))), rel=1e-12) == RADEMACHER
    assert bound(np.ones(2)) == pytest.approx(sign_flip(np.ones(2)), rel=1e-12), "equal where two groups agree"
    for n in (100, 400):
        b = n // 2 - 2 * int(np.sqrt(n))
        far = mcnemar(b, n - b)
        assert far < 1e-4
        assert far < bound(np.repeat([1.0, -1.0], [b, n - b])) < 10 * far
    assert bound(np.zeros(3)) == bound(np.ones(1)) == 1.0
    assert 0 < bound(np.ones(5000)) < 1e-300
    assert sign_flip_bound(np.array([[0.0, 30.0]]), np.array([[4.0, 30.0]])).shape == (1, 2)


def f1_rows(generator: np.random.Generator, groups: int) -> list[tuple[str, Vector]]:
    predicted, reference = generator.integers(0, 5, groups), generator.integers(1, 5, groups)
    right = np.minimum(predicted, reference) * generator.integers(0, 2, groups)
    return [(f"g{i}", (float(right[i]), float(predicted[i]), float(reference[i]))) for i in range(groups)]


def ap_rows(generator: np.random.Generator, groups: int, skill: float) -> list[tuple[str, Rows]]:
    rows: list[tuple[str, Rows]] = []
    for i in range(groups):
        size = int(generator.integers(0 if i else 1, 4))
        right = generator.integers(0, 2, size) if i else np.ones(size, int)
        rows.append((f"g{i}", tuple((float(generator.normal(skill * r)), float(r)) for r in right)))
    return rows


def brute_force(metric: Metric, a: list[Score], b: list[Score]) -> float:
    """Every way of changing sides, each scored from scratch."""

    def difference(swapped: tuple[int, ...]) -> float:
        one = [y if s else x for x, y, s in zip(a, b, swapped, strict=True)]
        other = [x if s else y for x, y, s in zip(a, b, swapped, strict=True)]
        values = []
        for side in (one, other):
            statistics = gather(metric, side)
            values.append(float(metric.reduce(statistics, np.ones((1, statistics.units)))[""][0]))
        return abs(values[0] - values[1])

    observed = difference((0,) * len(a))
    return float(np.mean([difference(s) >= observed - 1e-9 for s in product((0, 1), repeat=len(a))]))


@pytest.mark.parametrize("seed", range(6))
def test_swap_of_a_corpus_metric_is_brute_force(seed: int) -> None:
    generator = np.random.default_rng(seed)
    a, b = (scored("f1", f1_rows(generator, 8)) for _ in range(2))
    made = compare_groups(PooledF1(), a, b)
    assert made.test == "swap"
    assert made.p == pytest.approx(brute_force(PooledF1(), a, b), abs=1e-15)


@pytest.mark.parametrize("seed", range(6))
def test_swap_of_a_ranking_metric_is_brute_force(seed: int) -> None:
    generator = np.random.default_rng(seed)
    a, b = (scored("ap", ap_rows(generator, 8, skill)) for skill in (1.0, 0.0))
    made = compare_groups(Ranking(), a, b)
    assert made.test == "swap"
    assert made.p == pytest.approx(brute_force(Ranking(), a, b), abs=1e-15)


def test_swap_of_a_mean_is_the_sign_flip_of_its_groups() -> None:
    generator = np.random.default_rng(3)
    groups = [f"g{i // 3:02}" for i in range(120)]
    a, b = (hits(groups, generator.random(120) + shift) for shift in (0.1, 0.0))
    left, right = gather(Mean(), a), gather(Mean(), b)
    differences = mean_differences(Mean(), left, right)
    assert differences is not None
    assert compare_groups(Mean(), a, b).test == "sign-flip"
    assert swap(Mean(), left, right) == sign_flip(differences)


def test_a_ratio_of_two_columns_is_no_mean() -> None:
    rows: list[tuple[str, Vector]] = [(f"g{i}", (1.0, 1.0 + i % 2)) for i in range(20)]
    ratio = [gather(Mean(), scored("mean", rows))] * 2
    assert mean_differences(Mean(), *ratio) is None
    ranking: list[tuple[str, Rows]] = [(f"g{i}", ((float(i), 1.0), (0.5, 1.0))) for i in range(20)]
    assert mean_differences(Ranking(), *[gather(Ranking(), scored("ap", ranking))] * 2) is None


def test_one_silent_ranking_model_is_compared_all_the_same() -> None:
    generator = np.random.default_rng(4)
    a = scored("ap", ap_rows(generator, 20, 1.0))
    silent = scored("ap", [(score.group, ()) for score in a])
    with np.errstate(invalid="ignore"):
        p = swap(Ranking(), gather(Ranking(), a), gather(Ranking(), silent), count=200)
    assert 0 < p <= 1


def test_discordant_samples_are_counted_and_marked_where_groups_hold_several() -> None:
    a = hits(["g0", "g1", "g2", "g3"], [1, 1, 0, 0])
    b = hits(["g0", "g1", "g2", "g3"], [0, 1, 1, 1])
    split = discordant(Mean(proportion=True), a, b)
    assert split is not None
    assert (split.a_only, split.b_only, split.descriptive) == (1, 2, False)
    assert split.p == mcnemar(1, 2)
    clustered = discordant(Mean(proportion=True), hits(["g0"] * 4, [1, 1, 0, 0]), hits(["g0"] * 4, [0, 1, 1, 1]))
    assert clustered is not None
    assert clustered.descriptive
    assert discordant(Mean(), a, b) is None


def test_undefined_samples_are_no_discordant_ones() -> None:
    metric = Mean(proportion=True)
    a = scored("mean", [("g0", (1.0, 1.0)), ("g1", None)])
    b = scored("mean", [("g0", (0.0, 1.0)), ("g1", None)])
    split = discordant(metric, a, b)
    assert split is not None
    assert (split.a_only, split.b_only) == (1, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("groups", "size"), [(15, 10), (40, 5), (100, 2)])
def test_false_alarms_of_the_sign_flip_stay_at_the_level(groups: int, size: int) -> None:
    """Two equal models over clustered, partly agreeing answers; McNemar's p on samples is smaller than it may be."""
    generator = np.random.default_rng(5)
    reps, alarms, naive = 2000, 0, 0
    for seed in range(reps):
        lean = generator.beta(0.5, 0.5, groups)[:, None]
        changed = generator.random((groups, size)) < 0.3
        signs = np.where(generator.random((groups, size)) < lean, 1, -1) * changed
        alarms += sign_flip(signs.sum(axis=1).astype(float), count=999, seed=seed) <= 0.05
        naive += mcnemar(int((signs < 0).sum()), int((signs > 0).sum())) <= 0.05
    print(f"sign flip {groups} x {size}: false alarms {alarms / reps:.4f}, McNemar on samples {naive / reps:.4f}")
    assert alarms / reps <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / reps)
    assert size == 2 or naive / reps > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["f1", "ap"])
def test_false_alarms_of_the_swap_test_stay_at_the_level(kind: str) -> None:
    generator = np.random.default_rng(6)
    reps, alarms = 2000, 0
    for seed in range(reps):  # another draw each time: one set of few assignments has a level of its own
        metric: Metric = PooledF1() if kind == "f1" else Ranking()
        rows = [f1_rows(generator, 40) if kind == "f1" else ap_rows(generator, 40, 0.7) for _ in range(2)]
        a, b = (gather(metric, scored(kind, one)) for one in rows)
        alarms += swap(metric, a, b, count=499, seed=seed) <= 0.05
    print(f"swap {kind}: false alarms {alarms / reps:.4f}")
    assert alarms / reps <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / reps)
