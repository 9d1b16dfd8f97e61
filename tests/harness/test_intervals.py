"""Intervals against scipy, statsmodels and the textbook."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_metrics import Mean, hits
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import proportion_confint

from medgauge.intervals import agresti_min, effective_n, percentiles, unusable, wilson
from medgauge.stats import RESAMPLES, estimates


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_is_statsmodels(n: int, share: float) -> None:
    count = round(share * n)
    assert wilson(count / n, n) == pytest.approx(proportion_confint(count, n, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (7, 20), (20, 20), (450, 451)])
def test_wilson_is_scipys(hits: int, n: int) -> None:
    interval = scipy_stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits / n, n) == pytest.approx((interval.low, interval.high), abs=1e-12)


def test_independent_samples_have_their_own_number() -> None:
    hits, totals = np.array([1.0, 0, 1, 1, 0, 1, 0, 1, 1, 1] * 20), np.ones(200)
    assert effective_n(hits, totals) == pytest.approx(200, rel=0.01)


def test_copies_of_a_sample_add_nothing() -> None:
    hits = np.array([1.0, 0, 1, 1, 0, 1, 0, 1, 1, 1] * 20)
    once, tenfold = effective_n(hits, np.ones(200)), effective_n(10 * hits, 10 * np.ones(200))
    assert tenfold == pytest.approx(once, rel=0.02)


@pytest.mark.parametrize("n", range(10, 60))
def test_an_interval_holds_its_own_value(n: int) -> None:
    assert wilson(1.0, n)[1] == 1.0
    assert wilson(0.0, n)[0] == 0.0


def test_an_undefined_resample_does_not_delete_the_interval() -> None:
    generator = np.random.default_rng(5)
    drawn = np.append(generator.normal(0.5, 0.1, 1999), np.nan)
    low, high = percentiles(drawn, 0.5, 1000, 1.0)
    assert low == pytest.approx(0.304, abs=0.02)
    assert high == pytest.approx(0.696, abs=0.02)
    assert unusable(drawn, 0.5) is None
    assert unusable(np.append(drawn, [np.nan] * 200), 0.5) == "unstable"
    assert unusable(drawn, np.nan) == "undefined"


def test_few_groups_stretch_the_interval_but_not_past_what_was_drawn() -> None:
    drawn = np.linspace(0, 1, 2001)
    assert percentiles(drawn, 0.5, 1e9, 1.0) == pytest.approx((0.025, 0.975))
    assert percentiles(drawn, 0.5, 10, 1.0) == (0.0, 1.0)
    assert percentiles(drawn, 0.5, 1e9, 1.02) == pytest.approx((0.0155, 0.9845))


def test_agresti_min_of_independent_pairs_is_walds_on_the_table_with_half_a_pair_more() -> None:
    lost, won = np.zeros(400), np.zeros(400)
    lost[:9], won[9:30] = 1, 1
    shrunk = 399 / 400  # the design effect of independent pairs is K/(K-1)
    b, c, n = 9 * shrunk + 0.5, 21 * shrunk + 0.5, 400 * shrunk + 2
    half = scipy_stats.t.ppf(0.975, 399) * np.sqrt(b + c - (c - b) ** 2 / n) / n
    low, high = agresti_min(lost, won, np.ones(400))
    assert (low, high) == pytest.approx(((c - b) / n - half, (c - b) / n + half), rel=1e-12)
    flipped = agresti_min(won, lost, np.ones(400))
    assert flipped == pytest.approx((-high, -low), rel=1e-12)


@pytest.mark.parametrize(("lost", "won"), [(0, 20), (20, 0), (0, 0), (10, 10), (1, 0)])
def test_agresti_min_holds_its_own_value(lost: int, won: int) -> None:
    low, high = agresti_min(np.repeat([1.0, 0], [lost, 20 - lost]), np.repeat([0.0, 1], [20 - won, won]), np.ones(20))
    assert -1 <= low <= (won - lost) / 20 <= high <= 1


def test_the_bootstrap_of_unclustered_means_is_scipys() -> None:
    generator = np.random.default_rng(8)
    values = generator.normal(0.4, 0.2, 400)
    made = estimates(Mean(), hits([f"g{i:03}" for i in range(400)], values.tolist()), count=20_000)[""]
    theirs = scipy_stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(9)
    )
    wider = scipy_stats.t.ppf(0.975, 399) / scipy_stats.norm.ppf(0.975) * np.sqrt(400 / 399)
    interval = values.mean() + wider * (np.array(theirs.confidence_interval) - values.mean())
    # Monte Carlo error of a 2.5 % point of 20 000 draws: sqrt(.025 .975 / 20 000) / density, about .02 standard errors
    error = 4 * np.sqrt(2) * 0.0189 * theirs.standard_error
    assert (made.low, made.high) == pytest.approx(tuple(interval), abs=error)
    assert made.se == pytest.approx(theirs.standard_error * np.sqrt(400 / 399), rel=0.03)
    assert RESAMPLES == 2_000


def test_a_biased_number_is_in_its_own_interval() -> None:
    drawn = np.linspace(0.2, 0.3, 2000)
    assert percentiles(drawn, 0.15, 1e9, 1.0)[0] <= 0.15
    assert percentiles(drawn, 0.35, 1e9, 1.0)[1] >= 0.35


def test_draws_that_differ_by_rounding_alone_say_nothing() -> None:
    drawn = np.full(2000, 1 / 3)
    drawn[::2] += 5.6e-17
    assert unusable(drawn, 1 / 3) == "no-variation"
    assert unusable(np.append(np.zeros(1990), np.ones(10)), 0.0) == "no-variation"
