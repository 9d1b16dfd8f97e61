"""All pairs at once: each pair's numbers are the ones that it has alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from made_metrics import Mean, PooledF1, Ranking, scored
from scipy import stats as scipy_stats

from medgauge.pairwise import Pairwise, pairwise
from medgauge.protocols import Metric, Statistics
from medgauge.significance import compare_all, compare_groups, contrast, sign_flip, sign_flip_bound
from medgauge.stats import RESAMPLES, Estimate, estimates, gather, paired_difference
from medgauge.trials import by_trial
from medgauge.types import Rows, Score, Vector

Row = Vector | Rows | None
Draw = Callable[[np.random.Generator, float], Vector | Rows]
PROPORTION = Mean(name="right", proportion=True)


def hit(p: float, dissent: float = 0.5) -> Draw:
    """Right with probability p plus the model's skill; a share of `dissent` of the samples is drawn at all."""
    return lambda generator, skill: (
        float(generator.random() < (p + skill if generator.random() < dissent else p)),
        1.0,
    )


def real(generator: np.random.Generator, skill: float) -> Vector:
    return (float(generator.gamma(2 + 2 * skill)), 1.0)


def counts(generator: np.random.Generator, skill: float) -> Vector:
    right, predicted, reference = generator.integers(0, 4), generator.integers(0, 3), generator.integers(1, 4)
    return (
        float(min(right, reference) * (generator.random() < 0.5 + skill)),
        float(right + predicted),
        float(reference),
    )


def boxes(generator: np.random.Generator, skill: float) -> Rows:
    right = generator.integers(0, 2, int(generator.integers(1, 4)))
    return tuple((float(generator.normal(2 * skill * r)), float(r)) for r in right)


def field(
    metric: Metric,
    draw: Draw,
    *,
    models: int = 4,
    groups: Sequence[int] = (2,) * 40,
    trials: int = 1,
    undefined: float = 0.0,
    agree: float = 0.0,
    seed: int = 0,
) -> list[list[Score]]:
    """Scores of several models over the same samples, in all trials; models share a share of `agree` of the rows."""
    generator = np.random.default_rng(seed)
    names = [f"g{i:03}" for i, size in enumerate(groups) for _ in range(size)]
    holes = generator.random(len(names)) < undefined
    shared = [draw(generator, 0.0) for _ in names]
    made = []
    for model in range(models):
        scores: list[Score] = []
        for trial in range(trials):
            rows: list[tuple[str, Row]] = [
                (name, None if hole else same if generator.random() < agree else draw(generator, 0.1 * model))
                for name, hole, same in zip(names, holes, shared, strict=True)
            ]
            scores += [replace(s, key=replace(s.key, trial=trial)) for s in scored(metric.name, rows)]
        made.append(scores)
    return made


def sides(metric: Metric, models: Sequence[Sequence[Score]]) -> list[list[Statistics]]:
    return [[gather(metric, one) for one in by_trial(scores)] for scores in models]


def compared(metric: Metric, models: Sequence[Sequence[Score]], count: int = RESAMPLES) -> Pairwise:
    first = by_trial(models[0])[0]
    number = {group: i for i, group in enumerate(sorted({score.group for score in first}))}
    sizes = np.zeros(len(number))
    for score in first:
        sizes[number[score.group]] += score.stats[metric.name] is not None
    return pairwise(metric, sides(metric, models), sizes, len(first), count)


def same(made: Pairwise, alone: Estimate, i: int, j: int) -> None:
    found = [made.difference[i, j], made.low[i, j], made.high[i, j]]
    expected = [np.nan if x is None else x for x in (alone.value, alone.low, alone.high)]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


SETTINGS = {
    "proportion, many discordant": (PROPORTION, hit(0.5), {"groups": (1,) * 150}),
    "proportion, few discordant": (PROPORTION, hit(0.5), {"groups": (1,) * 150, "agree": 0.97}),
    "proportion, few groups": (PROPORTION, hit(0.5), {}),
    "proportion, all agree": (PROPORTION, hit(0.5), {"agree": 1.0}),
    "proportion, three trials": (PROPORTION, hit(0.5), {"trials": 3}),
    "proportion, three trials, few discordant": (
        PROPORTION,
        hit(0.5),
        {"groups": (1,) * 150, "trials": 3, "agree": 0.93},
    ),
    "proportion, undefined": (PROPORTION, hit(0.5), {"undefined": 0.4, "groups": (1, 2, 3) * 50}),
    "proportion, lopsided": (PROPORTION, hit(0.5), {"groups": (60, 50, 40) + (1,) * 200}),
    "mean": (Mean(), real, {}),
    "mean, lopsided": (Mean(), real, {"groups": (30, 20) + (1,) * 90}),
    "mean, two trials and holes": (Mean(), real, {"trials": 2, "undefined": 0.3}),
    "mean, all agree": (Mean(), real, {"agree": 1.0}),
    "mean, nine groups": (Mean(), real, {"groups": (3,) * 9}),
    "mean, rate of the whole set": (Mean(resampled=False), real, {}),
    "mean, nowhere defined": (Mean(), real, {"undefined": 1.1}),
    "pooled f1": (PooledF1(), counts, {}),
    "pooled f1, two trials and holes": (PooledF1(), counts, {"trials": 2, "undefined": 0.3}),
    "pooled f1, lopsided": (PooledF1(), counts, {"groups": (30, 20) + (1,) * 90}),
    "pooled f1, nine groups": (PooledF1(), counts, {"groups": (3,) * 9}),
    "average precision": (Ranking(), boxes, {}),
    "average precision, two trials": (Ranking(), boxes, {"trials": 2}),
    "average precision, rate of the whole set": (Ranking(resampled=False), boxes, {}),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_pair_is_what_it_is_alone(name: str) -> None:
    metric, draw, shape = SETTINGS[name]
    models = field(metric, draw, **shape)
    made = compared(metric, models)
    intervals = 0
    for i, a in enumerate(models):
        assert np.isnan([made.low[i, i], made.high[i, i]]).all()
        for j, b in enumerate(models):
            if i != j:
                alone = paired_difference(metric, a, b)
                same(made, alone, i, j)
                intervals += alone.low is not None
    assert intervals == (0 if name.endswith(("nine groups", "whole set", "nowhere defined", "mean, all agree")) else 12)
    assert (made.p == made.p.T).all()
    assert (np.diagonal(made.p) == 1).all()
    assert ((made.p > 0) & (made.p <= 1)).all()
    if name.endswith(("whole set", "nowhere defined", "all agree")):
        assert (made.p == 1).all()


TESTED = [name for name in SETTINGS if not name.endswith(("whole set", "nowhere defined"))]
MEANS = [name for name in TESTED if name.startswith(("mean", "proportion"))]


@pytest.mark.parametrize("name", MEANS)
def test_p_of_means_is_that_of_the_pair_alone(name: str) -> None:
    metric, draw, shape = SETTINGS[name]
    models = field(metric, draw, **shape)
    made = compared(metric, models, 20)
    assert made.test == "sign-flip"
    for i, a in enumerate(models):
        for j, b in enumerate(models):
            if i != j:
                tested = contrast(metric, by_trial(a), by_trial(b))
                assert tested.test == "sign-flip"
                alone = compare_all({"": tested})[""].p
                assert made.p[i, j] == alone if alone > 1 / 10_001 else made.p[i, j] <= alone


@pytest.mark.parametrize("name", [name for name in TESTED if name not in MEANS])
def test_p_of_other_metrics_is_students_of_the_bootstraps_error(name: str) -> None:
    metric, draw, shape = SETTINGS[name]
    models = field(metric, draw, **shape)
    made = compared(metric, models)
    assert made.test == "bootstrap-t"
    sizes = np.unique(
        [score.group for score in by_trial(models[0])[0] if score.stats[metric.name] is not None], return_counts=True
    )[1]
    freedom = sizes.sum() ** 2 / (sizes**2).sum() - 1
    for i, a in enumerate(models):
        for j, b in enumerate(models):
            alone = paired_difference(metric, a, b)
            if i == j or alone.se is None:
                assert made.p[i, j] == 1
            else:
                expected = 2 * scipy_stats.t(freedom).sf(abs(alone.value or 0.0) / alone.se)
                assert made.p[i, j] == pytest.approx(expected, rel=1e-9)


def test_values_are_those_of_the_models_alone() -> None:
    for metric, draw in ((PROPORTION, hit(0.5)), (PooledF1(), counts), (Ranking(), boxes)):
        models = field(metric, draw, trials=2)
        expected = [estimates(metric, one, 10)[""].value for one in models]
        assert compared(metric, models, 10).values == pytest.approx(expected, abs=1e-12)


def test_one_model_is_compared_with_none() -> None:
    for metric, draw in ((PROPORTION, hit(0.5)), (Ranking(), boxes)):
        made = compared(metric, field(metric, draw, models=1))
        assert (made.difference.tolist(), made.p.tolist()) == ([[0.0]], [[1.0]])
        assert np.isnan([made.low[0, 0], made.high[0, 0]]).all()


def test_models_may_have_passed_unequally_often() -> None:
    """One pass beside three is that pass three times."""
    once, thrice = (field(PROPORTION, hit(0.5), trials=trials, seed=trials)[1] for trials in (1, 3))
    again = [replace(score, key=replace(score.key, trial=trial)) for trial in range(3) for score in once]
    made = compared(PROPORTION, [once, thrice])
    same(made, paired_difference(PROPORTION, again, thrice), 0, 1)
    alone = compare_all({"": contrast(PROPORTION, [once] * 3, by_trial(thrice))})[""]
    assert made.p[0, 1] == alone.p


def test_a_model_without_a_value_has_no_difference_and_changes_no_other() -> None:
    models = field(Ranking(), boxes)
    silent = [
        replace(score, stats={"ap": tuple((x, 0.0) for x, _ in score.stats["ap"])})  # type: ignore[misc, union-attr]
        for score in models[1]
    ]
    made, others = compared(Ranking(), [models[0], silent, *models[2:]]), compared(Ranking(), [models[0], *models[2:]])
    keep = np.ix_([0, 2, 3], [0, 2, 3])
    assert np.isnan(made.values).tolist() == [False, True, False, False]
    for name in ("difference", "low", "high"):
        whole = getattr(made, name)
        assert np.isnan(whole[1]).all()
        assert np.isnan(whole[:, 1]).all()
        np.testing.assert_array_equal(whole[keep], getattr(others, name))
    assert (made.p[1] == 1).all()
    assert (made.p[:, 1] == 1).all()
    assert (made.p[keep] == others.p).all()


def test_beyond_the_drawn_assignments_the_bound_says_how_small_p_is() -> None:
    groups = [f"g{i:02}" for i in range(60)]
    right, wrong = (scored("right", [(group, (value, 1.0)) for group in groups]) for value in (1.0, 0.0))
    p = compared(PROPORTION, [right, wrong]).p[0, 1]
    assert 2.0**-59 < p == sign_flip_bound(np.array(60.0), np.array(60.0)) < 1e-10
    assert sign_flip(np.ones(60)) == 1 / 10_001


def test_ties_are_ties_however_far_both_models_are_from_the_first() -> None:
    """The sums of two close models are large, and every assignment of five groups gives one of a few differences."""
    generator = np.random.default_rng(3)
    base = generator.random(3000)
    sums = np.stack([base, base + 1000 * generator.random(3000), np.zeros(3000)])
    sums[2] = sums[1]
    sums[2, :5] += 1e-3
    models = [scored("mean", [(f"g{i:04}", (float(x), 1.0)) for i, x in enumerate(row)]) for row in sums]
    made = compared(Mean(), models, 20).p[1, 2]
    assert made == sign_flip(np.where(np.arange(3000) < 5, 1.0, 0.0))
    assert made == pytest.approx(2 / 32, abs=0.01)


def test_differences_that_are_nearly_equal_count_as_equal() -> None:
    """As in the test of one pair: sums that differ by rounding in the metric itself are ties."""
    generator = np.random.default_rng(4)
    values = generator.integers(0, 2, (2, 30)) + 1e-10 * generator.random((2, 30))
    models = [scored("mean", [(f"g{i:02}", (float(x), 1.0)) for i, x in enumerate(row)]) for row in values]
    assert compared(Mean(), models, 20).p[0, 1] == compare_groups(Mean(), models[0], models[1]).p
    assert compared(Mean(), models, 20).p[0, 1] == sign_flip(np.round(values[0] - values[1]))


def test_what_cannot_be_over_the_same_samples_is_refused() -> None:
    models = sides(PROPORTION, field(PROPORTION, hit(0.5)))
    fewer = sides(PROPORTION, field(PROPORTION, hit(0.5), groups=(2,) * 39))
    other = sides(PROPORTION, field(PROPORTION, hit(0.5), groups=(1, 3) * 20))
    sizes = np.full(40, 2.0)
    with pytest.raises(ValueError, match=r"right: model 1 has passes over .39. groups, expected .* 40 groups"):
        pairwise(PROPORTION, [models[0], fewer[0]], sizes, 80)
    with pytest.raises(ValueError, match=r"right: model 1 has passes over .. groups"):
        pairwise(PROPORTION, [models[0], []], sizes, 80)
    with pytest.raises(ValueError, match="right: the rows of model 1 belong to other groups"):
        pairwise(PROPORTION, [models[0], other[0]], sizes, 80)
    with pytest.raises(ValueError, match="right: defined on 80 samples of 79"):
        pairwise(PROPORTION, models, sizes, 79)
    with pytest.raises(ValueError, match="right: there is no model"):
        pairwise(PROPORTION, [], sizes, 80)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["f1", "ap"])
@pytest.mark.parametrize("groups", [(2,) * 15, (2,) * 60, (30, 20) + (1,) * 100])
def test_false_alarms_of_the_bootstraps_t_stay_at_the_level(kind: str, groups: Sequence[int]) -> None:
    """Of two models that are as good. Small sets are a little over: 4,000 repetitions of 15 groups gave 6.4 % (ap)."""
    metric, draw = (PooledF1(), counts) if kind == "f1" else (Ranking(), boxes)
    reps, alarms = 1000, 0
    for seed in range(reps):
        models = field(metric, lambda g, _: draw(g, 0.1), models=2, groups=groups, agree=0.3, seed=seed)
        alarms += compared(metric, models, 1000).p[0, 1] <= 0.05
    print(f"bootstrap t, {kind}, {len(groups)} groups: false alarms {alarms / reps:.4f}")
    assert alarms / reps <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / reps)
