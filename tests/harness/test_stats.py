"""Intervals against other ways to the same number, and against simulation."""

from dataclasses import replace

import numpy as np
import pytest
from made import Same
from scipy import stats as scipy_stats

from medgauge.errors import NotComparable
from medgauge.stats import effective_groups, effective_n, estimates, paired_difference, percentiles, resamples, wilson
from medgauge.types import Key, Score


def scored(hits: list[tuple[str, float]]) -> list[Score]:
    return [
        Score(
            key=Key(task="t", id=str(i), language="en"), group=group, status="scored", stats={"same": (float(hit), 1.0)}
        )
        for i, (group, hit) in enumerate(hits)
    ]


def clustered(generator: np.random.Generator, groups: int, size: int, p: float, icc: float) -> list[Score]:
    rate = generator.beta(p * (1 - icc) / icc, (1 - p) * (1 - icc) / icc, groups)
    return scored([(f"g{g:04}", float(generator.random() < rate[g])) for g in range(groups) for _ in range(size)])


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


def test_bootstrap_is_close_to_the_analytic_interval_of_a_mean() -> None:
    generator = np.random.default_rng(1)
    scores = scored([(f"g{i:05}", float(generator.random() < 0.6)) for i in range(3000)])
    made = estimates(Same(), scores)[""]
    assert made.value is not None
    assert made.low is not None
    assert made.high is not None
    half = 1.96 * np.sqrt(made.value * (1 - made.value) / 3000)
    assert made.interval == "bootstrap"
    assert made.high - made.value == pytest.approx(half, rel=0.06)
    assert made.value - made.low == pytest.approx(half, rel=0.06)


def test_no_interval_under_ten_groups() -> None:
    made = estimates(Same(), scored([(f"g{i % 9}", i % 2) for i in range(90)]))[""]
    assert (made.value, made.low, made.high, made.interval, made.n_groups) == (0.5, None, None, None, 9)


@pytest.mark.parametrize("n", range(10, 60))
def test_an_interval_holds_its_own_value(n: int) -> None:
    assert wilson(1.0, n)[1] == 1.0
    assert wilson(0.0, n)[0] == 0.0


def test_one_group_with_most_samples_is_no_ten_groups() -> None:
    lopsided = [("big", 1.0)] * 91 + [(f"g{i}", 1.0) for i in range(9)]
    made = estimates(Same(), scored(lopsided))[""]
    assert (made.n_groups, made.low) == (10, None)
    assert effective_groups(np.array([91.0, *[1.0] * 9])) == pytest.approx(1.2, abs=0.02)


def test_an_undefined_resample_does_not_delete_the_interval() -> None:
    generator = np.random.default_rng(5)
    drawn = np.append(generator.normal(0.5, 0.1, 1999), np.nan)
    low, high = percentiles(drawn, 0.5, 1000)
    assert low == pytest.approx(0.304, abs=0.02)
    assert high == pytest.approx(0.696, abs=0.02)
    assert percentiles(np.append(drawn, [np.nan] * 200), 0.5, 1000) == (None, None)


def test_few_groups_stretch_the_interval_but_not_past_what_was_drawn() -> None:
    drawn = np.linspace(0, 1, 2001)
    assert percentiles(drawn, 0.5, 1e9) == pytest.approx((0.025, 0.975))
    assert percentiles(drawn, 0.5, 10) == (0.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [10, 20, 40])
def test_coverage_of_a_skewed_mean_over_few_groups(groups: int) -> None:
    """The plain percentile interval covers 85 % at ten groups."""
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(300):
        values = generator.gamma(2.0, 0.25, groups)
        metric = Same(proportion=False)
        made = estimates(metric, scored([(f"g{i:02}", v) for i, v in enumerate(values)]))[""]
        covered += made.low is not None and made.high is not None and made.low <= 0.5 <= made.high
    assert covered / 300 >= 0.89


def test_a_perfect_score_is_not_certain() -> None:
    made = estimates(Same(), scored([(f"g{i}", 1) for i in range(40)]))[""]
    assert made.low is not None
    assert 0.85 < made.low < 0.95
    assert made.high == 1.0


def test_a_bootstrap_with_nothing_to_say_gives_no_interval() -> None:
    metric = Same(proportion=False)
    made = estimates(metric, scored([(f"g{i}", 0) for i in range(40)]))[""]
    assert (made.value, made.low, made.high, made.interval) == (0.0, None, None, None)


def test_undefined_samples_are_counted_and_stay_out() -> None:
    scores = scored([(f"g{i}", 1) for i in range(20)])
    holes = [Score(key=s.key, group=s.group, status="scored", stats={"same": None}) for s in scores[:5]]
    made = estimates(Same(), holes + scores[5:])[""]
    assert (made.n, made.n_undefined, made.n_groups, made.value) == (20, 5, 15, 1.0)
    nothing = estimates(Same(), holes)[""]
    assert (nothing.value, nothing.low, nothing.n_undefined) == (None, None, 5)


def test_weights_are_draws_of_all_groups_and_repeat() -> None:
    first, again = (np.concatenate(list(resamples(37, 500))) for _ in range(2))
    assert first.shape == (500, 37)
    assert (first.sum(axis=1) == 37).all()
    assert (first == again).all()
    assert first.var() == pytest.approx(1 - 1 / 37, rel=0.05)


def test_paired_difference_is_narrower_than_two_intervals_and_antisymmetric() -> None:
    generator = np.random.default_rng(2)
    base = [(f"g{i // 2:03}", float(generator.random() < 0.6)) for i in range(400)]
    better = [(group, max(hit, float(generator.random() < 0.1))) for group, hit in base]
    a, b = scored(better), scored(base)
    there, back = paired_difference(Same(), a, b[::-1]), paired_difference(Same(), b, a)
    assert there.value is not None
    assert there.low is not None
    assert there.low > 0
    assert back.value == pytest.approx(-there.value)
    assert back.high == pytest.approx(-there.low)
    single = estimates(Same(), a)[""]
    assert single.low is not None
    assert there.value - there.low < (single.value or 0) - single.low


def test_a_model_minus_itself_is_exactly_nothing() -> None:
    scores = scored([(f"g{i}", i % 3 == 0) for i in range(60)])
    made = paired_difference(Same(), scores, scores)
    assert (made.value, made.low, made.high) == (0.0, None, None)


def test_other_samples_are_not_comparable() -> None:
    scores = scored([(f"g{i}", 1) for i in range(20)])
    with pytest.raises(NotComparable):
        paired_difference(Same(), scores, scores[:-1])
    regrouped = [replace(score, group=f"g{(i + 1) % 20}") for i, score in enumerate(scores)]
    with pytest.raises(NotComparable, match="another group"):
        paired_difference(Same(), scores, regrouped)
    moved = [*scores[:-1], Score(key=Key(task="t", id="x", language="en"), group="g", status="scored", stats={})]
    with pytest.raises(NotComparable):
        paired_difference(Same(), scores, moved)


@pytest.mark.slow
@pytest.mark.parametrize(("groups", "size", "p"), [(96, 11, 0.8), (40, 5, 0.95), (203, 2, 0.65)])
def test_coverage_on_clustered_data(groups: int, size: int, p: float) -> None:
    """A naive binomial interval covers 73 % of the first setting (metrics.md 3.2)."""
    generator = np.random.default_rng(3)
    covered = 0
    for _ in range(300):
        made = estimates(Same(), clustered(generator, groups, size, p, 0.2))[""]
        covered += made.low is not None and made.high is not None and made.low <= p <= made.high
    assert 0.915 <= covered / 300 <= 0.985
