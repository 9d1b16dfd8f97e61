"""Adjusted p-values, minimum detectable effects and rank sets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

from medgauge.multiplicity import benjamini_hochberg, holm
from medgauge.power import design_effect, detectable, detectable_accuracy
from medgauge.ranks import rank_sets, significantly_better
from medgauge.significance import assignments

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(p_values)
def test_adjustments_are_statsmodels(p: list[float]) -> None:
    for ours, method in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        theirs = multipletests(p, method=method)[1]
        assert np.allclose(ours(p), theirs, rtol=0, atol=1e-12)
    assert np.allclose(benjamini_hochberg(p), scipy_stats.false_discovery_control(p), rtol=0, atol=1e-12)


@given(p_values)
def test_an_adjustment_never_lowers_and_keeps_the_order(p: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        made = adjust(p)
        assert (made >= np.array(p) - 1e-12).all()
        assert (np.diff(made[np.argsort(p, kind="stable")]) >= -1e-12).all()


def test_nothing_to_adjust() -> None:
    assert holm([]).shape == benjamini_hochberg([]).shape == (0,)


@pytest.mark.parametrize(
    ("n", "discordance", "points"),
    [
        (200, 0.05, (4.3, 6.0)),
        (200, 0.10, (6.1, 8.5)),
        (200, 0.20, (8.7, 12.1)),
        (451, 0.05, (2.9, 4.1)),
        (451, 0.10, (4.1, 5.8)),
        (451, 0.20, (5.8, 8.2)),
        (1061, 0.10, (2.7, 3.8)),
        (5000, 0.05, (0.9, 1.3)),
        (5000, 0.20, (1.8, 2.5)),
    ],
)
def test_detectable_accuracy_is_the_known_table(n: int, discordance: float, points: tuple[float, float]) -> None:
    made = [100 * detectable_accuracy(n, discordance, effect) for effect in (1, 2)]
    assert made == pytest.approx(points, abs=0.051)


@given(st.integers(20, 10_000), st.floats(0.001, 1), st.floats(1, 10), st.sampled_from([0.5, 0.8, 0.9]))
def test_detectable_accuracy_solves_its_equation(n: int, discordance: float, effect: float, power: float) -> None:
    d = detectable_accuracy(n, discordance, effect, power=power)
    se = np.sqrt(effect * (discordance - d**2) / n)
    assert d == pytest.approx(detectable(se, power=power), rel=1e-9)
    assert d < np.sqrt(discordance)


@pytest.mark.parametrize("power", [0.6, 0.8, 0.95])
def test_a_detectable_effect_is_found_with_its_power(power: float) -> None:
    made = detectable(0.02, power=power)
    theirs = NormalIndPower(ddof=0).power(made / 0.02, nobs1=1, alpha=0.05, ratio=0, alternative="two-sided")
    assert theirs == pytest.approx(power, abs=1e-4)


def test_design_effect_of_copies_is_their_number_and_of_independent_samples_one() -> None:
    signs = np.random.default_rng(1).integers(-1, 2, 300).astype(float)
    assert design_effect(signs, np.ones(300), float((signs**2).sum())) == pytest.approx(1, abs=1e-9)
    assert design_effect(5 * signs, np.full(300, 5.0), float(5 * (signs**2).sum())) == pytest.approx(5, rel=0.01)
    assert design_effect(np.array([3.0]), np.array([3.0]), 3.0) == 1.0
    assert design_effect(np.zeros(20), np.ones(20), 0.0) == 1.0


def test_ranks_of_clear_and_of_equal_models() -> None:
    values = np.array([0.9, 0.5, 0.5, 0.1])
    differences = values[:, None] - values
    sure, unsure = np.full((4, 4), 0.0001), np.ones((4, 4))
    assert [(r.best, r.worst) for r in rank_sets(differences, sure)] == [(1, 1), (2, 3), (2, 3), (4, 4)]
    assert [(r.best, r.worst) for r in rank_sets(differences, unsure)] == [(1, 4)] * 4
    assert [(r.best, r.worst) for r in rank_sets(np.zeros((1, 1)), np.ones((1, 1)))] == [(1, 1)]


def test_ranks_adjust_over_all_pairs() -> None:
    differences = np.array([[0, 1.0, 2], [-1, 0, 1], [-2, -1, 0]])
    p = np.array([[1, 0.04, 0.01], [0.04, 1, 0.04], [0.01, 0.04, 1]])
    better = significantly_better(differences, p)
    assert better.tolist() == [[False, False, True], [False, False, False], [False, False, False]]


@given(st.integers(1, 6), st.integers(0, 1000))
def test_a_rank_set_holds_the_observed_rank(models: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=models)
    raw = generator.random((models, models)) ** 3
    p = np.minimum(raw, raw.T)
    for i, made in enumerate(rank_sets(values[:, None] - values, p)):
        assert 1 <= made.best <= 1 + int((values > values[i]).sum()) <= made.worst <= models


@pytest.mark.slow
@pytest.mark.parametrize("gap", [0.0, 0.04])
def test_rank_sets_hold_all_true_ranks_at_once(gap: float) -> None:
    """Eight models over 300 groups of two. Ranks of equal models are all ranks that they share."""
    generator = np.random.default_rng(2)
    models, groups, reps = 8, 300, 200
    true = 0.6 + gap * (np.arange(models)[::-1] // 2)
    covered, widths = 0, []
    flips = 1 - 2 * np.concatenate(list(assignments(groups, count=4000)))
    for _ in range(reps):
        difficulty = generator.normal(0, 0.1, (groups, 2))
        right = generator.random((models, groups, 2)) < np.clip(true[:, None, None] + difficulty, 0, 1)
        sums = right.sum(axis=2).astype(float)
        upper = np.triu_indices(models, 1)
        d = sums[upper[0]] - sums[upper[1]]
        p = np.ones((models, models))
        extreme = (np.abs(flips @ d.T) >= np.abs(d.sum(axis=1)) - 1e-9).sum(axis=0)
        p[upper] = (extreme + 1) / (len(flips) + 1)
        p = np.minimum(p, p.T)
        means = sums.sum(axis=1)
        made = rank_sets(means[:, None] - means, p)
        best = 1 + (true > true[:, None]).sum(axis=1)
        worst = models - (true < true[:, None]).sum(axis=1)
        covered += all(r.best <= b and r.worst >= w for r, b, w in zip(made, best, worst, strict=True))
        widths.append(np.mean([r.worst - r.best + 1 for r in made]))
    print(f"rank sets, gap {gap}: simultaneous coverage {covered / reps:.3f}, mean width {np.mean(widths):.2f}")
    assert covered / reps >= 0.95 - 2.6 * np.sqrt(0.05 * 0.95 / reps)
