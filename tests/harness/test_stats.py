"""Intervals against other ways to the same number, and against simulation."""

from dataclasses import replace

import numpy as np
import pytest
from made import Same

from medgauge.errors import NotComparable
from medgauge.intervals import clustered, effective_groups
from medgauge.stats import (
    BLOCK,
    RESAMPLES,
    Side,
    description,
    difference,
    estimates,
    gather,
    jackknife,
    paired_difference,
    resamples,
)
from medgauge.types import Key, Score


def scored(hits: list[tuple[str, float]]) -> list[Score]:
    return [
        Score(
            key=Key(task="t", id=str(i), language="en"), group=group, status="scored", stats={"same": (float(hit), 1.0)}
        )
        for i, (group, hit) in enumerate(hits)
    ]


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
    assert made.no_interval == "few-groups"


def test_one_group_with_most_samples_is_no_ten_groups() -> None:
    lopsided = [("big", 1.0)] * 91 + [(f"g{i}", 1.0) for i in range(9)]
    made = estimates(Same(), scored(lopsided))[""]
    assert (made.n_groups, made.low) == (10, None)
    assert effective_groups(np.array([91.0, *[1.0] * 9])) == pytest.approx(1.2, abs=0.02)


def test_a_perfect_score_is_not_certain() -> None:
    made = estimates(Same(), scored([(f"g{i}", 1) for i in range(40)]))[""]
    assert made.low is not None
    assert 0.85 < made.low < 0.95
    assert made.high == 1.0


def test_a_bootstrap_with_nothing_to_say_gives_no_interval() -> None:
    metric = Same(proportion=False)
    made = estimates(metric, scored([(f"g{i}", 0) for i in range(40)]))[""]
    assert (made.value, made.low, made.high, made.interval) == (0.0, None, None, None)
    assert made.no_interval == "no-variation"


def test_undefined_samples_are_counted_and_stay_out() -> None:
    scores = scored([(f"g{i}", 1) for i in range(20)])
    holes = [Score(key=s.key, group=s.group, status="scored", stats={"same": None}) for s in scores[:5]]
    made = estimates(Same(), holes + scores[5:])[""]
    assert (made.n, made.n_undefined, made.n_groups, made.value) == (20, 5, 15, 1.0)
    nothing = estimates(Same(), holes)[""]
    assert (nothing.value, nothing.low, nothing.n_undefined, nothing.no_interval) == (None, None, 5, "undefined")


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


def test_a_model_minus_itself_is_nothing_and_a_mean_cannot_tell_how_surely() -> None:
    scores = scored([(f"g{i}", i % 3 == 0) for i in range(60)])
    made = paired_difference(Same(proportion=False), scores, scores)
    assert (made.value, made.low, made.high, made.no_interval) == (0.0, None, None, "no-variation")
    made = paired_difference(Same(), scores, scores)
    assert (made.value, made.interval) == (0.0, "agresti-min")
    assert made.low is not None
    assert -0.1 < made.low < -0.02
    assert made.high == -made.low


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


def test_all_metrics_meet_the_same_weights_where_one_is_undefined_on_some_groups() -> None:
    """The difference of two metrics' draws is as paired as that of two models."""
    seen: list[np.ndarray] = []

    class Watching(Same):
        def reduce(self, statistics, weights):  # type: ignore[no-untyped-def]
            if len(weights) > 1:
                seen.append(weights)
            return Same.reduce(self, statistics, weights)

    whole = scored([(f"g{i:02}", i % 3 == 0) for i in range(60)])
    holes = [replace(s, stats={"same": s.stats["same"] if i % 2 else None}) for i, s in enumerate(whole)]
    one, other = estimates(Watching(), whole)[""], estimates(Watching(), holes)[""]
    assert len(seen) == 2
    assert (seen[0] == seen[1]).all()
    assert seen[0].shape == (RESAMPLES, 60)
    assert (one.n_groups, other.n_groups, other.n, other.n_undefined) == (60, 30, 60, 30)
    assert other.value == pytest.approx(sum(i % 3 == 0 for i in range(60) if i % 2) / 30)


def test_a_group_without_a_defined_sample_changes_no_number() -> None:
    defined = scored([(f"g{i:02}", i % 3 == 0) for i in range(30)])
    undefined = [
        Score(key=Key(task="t", id=f"u{i}", language="en"), group=f"h{i}", status="scored", stats={"same": None})
        for i in range(3)
    ]
    alone, among = (estimates(Same(proportion=False), scores)[""] for scores in (defined, defined + undefined))
    assert alone.value == among.value
    assert alone.se is not None
    assert among.se == pytest.approx(alone.se, rel=0.08)
    assert gather(Same(), defined + undefined).units == 33


def test_weights_do_not_depend_on_how_they_are_cut_into_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate(list(resamples(13, 700)))
    monkeypatch.setattr("medgauge.stats.BLOCK", 13 * 7)
    assert len(list(resamples(13, 700))) == 100
    assert (np.concatenate(list(resamples(13, 700))) == whole).all()
    assert BLOCK > 13 * 7


def test_a_rate_over_the_whole_set_has_no_interval_and_says_why() -> None:
    made = estimates(Same(resampled=False), scored([(f"g{i}", i % 2) for i in range(200)]))[""]
    assert (made.value, made.low, made.se, made.no_interval) == (0.5, None, None, "by-design")
    gap = paired_difference(Same(resampled=False), *(scored([(f"g{i}", i % k) for i in range(60)]) for k in (2, 1)))
    assert (gap.value, gap.low, gap.no_interval) == (0.5, None, "by-design")


def test_jackknife_of_a_mean_is_its_textbook_standard_error() -> None:
    generator = np.random.default_rng(6)
    values = generator.normal(size=40)
    scores = scored([(f"g{i:02}", v) for i, v in enumerate(values)])
    statistics = gather(Same(), scores)
    made = jackknife(lambda w: Same().reduce(statistics, w), np.ones(40))
    assert made[""] == pytest.approx(values.std(ddof=1) / np.sqrt(40), rel=1e-12)
    sizes = np.ones(40)
    assert clustered(values, sizes) / 40**2 == pytest.approx(made[""] ** 2, rel=1e-12)


def test_jackknife_of_unequal_groups_is_cr3() -> None:
    generator = np.random.default_rng(8)
    groups = [f"g{i:02}" for i, size in enumerate([40, *[2] * 30, *[1] * 30]) for _ in range(size)]
    scores = scored([(group, float(generator.random() < 0.7)) for group in groups])
    statistics = gather(Same(), scores)
    sums = statistics.per_unit()
    made = jackknife(lambda w: Same().reduce(statistics, w), sums[:, 1])
    assert clustered(sums[:, 0], sums[:, 1]) == pytest.approx((made[""] * sums[:, 1].sum()) ** 2, rel=1e-9)


def test_one_large_group_widens_the_interval_by_the_jackknife() -> None:
    """The large group draws the mean to itself: what it is off by shows only when it is left out."""
    generator = np.random.default_rng(9)
    rows = [("big", 1.0)] * 40 + [(f"g{i:03}", float(generator.random() < 0.5)) for i in range(100)]
    made = estimates(Same(proportion=False), scored(rows))[""]
    plain = np.concatenate(
        [Same().reduce(gather(Same(), scored(rows)), weights)[""] for weights in resamples(101)]
    ).std()
    assert made.se is not None
    assert made.se > 1.2 * plain


def test_a_difference_counts_only_pairs_defined_on_both_sides() -> None:
    scores = scored([(f"g{i:02}", i % 2) for i in range(40)])
    holes = [replace(s, stats={"same": None}) if i < 10 else s for i, s in enumerate(scores)]
    made = difference(Side(metric=Same(), scores=scores), Side(metric=Same(), scores=holes))
    assert (made.value, made.n, made.n_undefined, made.n_groups) == (0.0, 40, 10, 30)


def test_the_description_says_what_is_done() -> None:
    assert f"resamples:{RESAMPLES}" in description()
    assert "resamples:10000" in description(10_000)
    assert " " not in description()
