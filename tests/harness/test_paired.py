"""Many metrics from one draw of weights: the same numbers as one by one, at any level."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from made_metrics import Mean, PooledF1, scored

import medgauge.paired
from medgauge.paired import Matched, changed, paired
from medgauge.significance import compare_all, compare_groups, contrast
from medgauge.stats import paired_difference
from medgauge.types import Score

PROPORTION = Mean(name="right", proportion=True)
METRICS = (Mean(), PROPORTION, PooledF1())


def sides(groups: int = 40, size: int = 3, seed: int = 0) -> tuple[list[Score], list[Score]]:
    """Two models' scores under three metrics at once."""
    generator = np.random.default_rng(seed)
    made = []
    for _ in range(2):
        columns = {}
        for metric in METRICS:
            hits = generator.integers(0, 2, groups * size).astype(float)
            rows = [
                (h, 1.0) if metric is PROPORTION else (x, 1.0) if metric.name == "mean" else (h, 1.0, 1.0)
                for h, x in zip(hits, generator.random(groups * size), strict=True)
            ]
            columns[metric.name] = scored(metric.name, [(f"g{i // size:03}", row) for i, row in enumerate(rows)])
        made.append(_merged(list(columns.values())))
    return made[0], made[1]


def _merged(columns: Sequence[Sequence[Score]]) -> list[Score]:
    return [
        replace(own[0], stats={name: stats for score in own for name, stats in score.stats.items()})
        for own in zip(*columns, strict=True)
    ]


def test_each_metric_is_what_it_is_alone_and_weights_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = sides()
    draws = []
    original = medgauge.paired.resamples
    monkeypatch.setattr(medgauge.paired, "resamples", lambda *a: draws.append(a) or original(*a))
    made = paired(METRICS, Matched(old=(old,), new=(new,)), count=500)
    assert len(draws) == 1
    for metric in METRICS:
        assert made[metric.name].estimate == paired_difference(metric, new, old, 500)


def test_tests_share_their_assignments_and_change_nothing() -> None:
    old, new = sides()
    made = compare_all({m.name: contrast(m, [old], [new]) for m in METRICS}, 500)
    for metric in METRICS:
        assert made[metric.name] == compare_groups(metric, old, new, 500)


@pytest.mark.parametrize("groups", [40, 300])
def test_a_stricter_level_is_wider_and_one_sided_bounds_are_inside(groups: int) -> None:
    old, new = sides(groups)
    loose, strict = (paired(METRICS, Matched(old=(old,), new=(new,)), alpha=a, count=2000) for a in (0.05, 0.01))
    for name, one in loose.items():
        assert strict[name].estimate.low < one.estimate.low < one.lower < one.estimate.value
        assert one.estimate.value < one.upper < one.estimate.high < strict[name].estimate.high
        twice = paired(METRICS, Matched(old=(old,), new=(new,)), alpha=0.1, count=2000)[name].estimate
        assert (one.lower, one.upper) == (twice.low, twice.high)


def test_both_sides_and_their_difference() -> None:
    old, new = sides()
    one = paired([Mean()], Matched(old=(old,), new=(new,)), count=100)["mean"]
    assert one.old == pytest.approx(np.mean([s.stats["mean"][0] for s in old]))
    assert one.estimate.value == pytest.approx(one.new - one.old)


def test_of_two_passes_the_mean_is_compared() -> None:
    old, new = sides()
    again = sides(seed=1)[1]
    once = [paired([Mean()], Matched(old=(old,), new=(n,)), count=100)["mean"].estimate.value for n in (new, again)]
    both = paired([Mean()], Matched(old=(old, old), new=(new, again)), count=100)["mean"].estimate
    assert both.value == pytest.approx(np.mean(once))
    assert both.n == len(old), "samples, not answers"
    same = compare_all({"mean": contrast(Mean(), [old, old], [new, new])}, 500)["mean"]
    assert same == compare_groups(Mean(), old, new, 500)


def test_no_interval_says_why() -> None:
    old, new = sides(groups=5)
    made = paired([Mean(), Mean(name="right", resampled=False)], Matched(old=(old,), new=(new,)))
    assert made["mean"].estimate.no_interval == "few-groups"
    assert made["right"].estimate.no_interval == "by-design"
    assert made["mean"].lower is None
    assert made["mean"].estimate.value is not None


def test_changed_samples_are_counted_to_rounding() -> None:
    old, _ = sides()
    value = old[0].stats["mean"][0]  # type: ignore[index]
    near, far = ([replace(old[0], stats={"mean": (value * (1 + by), 1.0)}), *old[1:]] for by in (1e-12, 1e-6))
    assert changed(Mean(), old, near) == []
    assert changed(Mean(), old, far) == [0]
    hole = [replace(old[0], stats={"mean": None}), *old[1:]]
    assert changed(Mean(), old, hole) == [0]
