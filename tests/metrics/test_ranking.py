"""Areas under curves against scikit-learn, with ties and weights, and what has no score."""

import math
import random
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_values import statistics, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer

LABELS = ("a", "b", "c")
Pairs = list[tuple[Answer | None, Answer]]


def scored(seed: int, n: int = 80, digits: int = 1) -> tuple[np.ndarray, np.ndarray, Pairs]:
    """Indicators wanted and scores given, (n, 3), with many ties, and the pairs they stand for."""
    rng = np.random.default_rng(seed)
    wanted = rng.random((n, 3)) < (0.1, 0.4, 0.7)
    scores = np.round(rng.normal(size=(n, 3)) + wanted, digits)
    pairs: Pairs = [
        (Answer(scores=dict(zip(LABELS, map(float, s), strict=True))), target(w))
        for s, w in zip(scores, wanted, strict=True)
    ]
    return wanted, scores, pairs


def target(row: np.ndarray) -> Answer:
    return Answer(labels=tuple(label for label, on in zip(LABELS, row, strict=True) if on))


def numbers(name: str, pairs: Pairs, weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    prepared = parse_metric(name).prepare([t for _, t in pairs])
    rows = np.ones((1, len(pairs))) if weights is None else weights
    return dict(prepared.reduce(statistics(prepared, pairs), rows))


@pytest.mark.parametrize("digits", [0, 1, 12])
@pytest.mark.parametrize("seed", range(4))
def test_areas_of_weighted_samples_with_ties(seed: int, digits: int) -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    wanted, scores, pairs = scored(seed, digits=digits)
    assert (len(np.unique(scores)) < scores.size) == (digits < 12)
    weights = np.random.default_rng(seed).integers(0, 4, (70, len(pairs))).astype(float)
    for name, theirs in (("auroc", roc_auc_score), ("auprc", average_precision_score)):
        ours = numbers(name, pairs, weights)
        for i in (0, 1, 63, 64, 69):
            each = [theirs(wanted[:, j], scores[:, j], sample_weight=weights[i]) for j in range(3)]
            assert [ours[label][i] for label in LABELS] == pytest.approx(each, abs=1e-12), name
            assert ours[""][i] == pytest.approx(np.mean(each), abs=1e-12), name


def test_one_label_against_the_rest() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(3)
    wanted = rng.integers(0, 3, 60)
    scores = rng.dirichlet((1, 1, 1), 60)
    pairs: Pairs = [
        (Answer(scores=dict(zip(LABELS, map(float, s), strict=True))), Answer(labels=(LABELS[w],)))
        for s, w in zip(scores, wanted, strict=True)
    ]
    expected = roc_auc_score(wanted, scores, multi_class="ovr", average="macro")
    assert value(parse_metric("auroc"), pairs) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.tuples(st.sampled_from([-1.0, 0.0, 0.5, 1e300, 5e-324]), st.booleans()), min_size=2, max_size=12))
def test_the_area_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    pairs: Pairs = [(Answer(scores={"a": s}), Answer(labels=("a",) if on else ())) for s, on in rows]
    found = numbers("auroc", pairs)
    won = [(p > n) + (p == n) / 2 for p, on in rows if on for n, off in rows if not off]
    assert found[""][0] == pytest.approx(np.mean(won), abs=1e-12) if won else math.isnan(found[""][0])


@pytest.mark.parametrize("name", ["auroc", "auprc"])
def test_hard_labels_have_no_area(name: str) -> None:
    wanted, _, _ = scored(0)
    hard: Pairs = [(target(w), target(w)) for w in wanted]
    assert all(math.isnan(number[0]) for number in numbers(name, hard).values())
    broken: Pairs = [(Answer(scores={"a": math.nan, "b": math.inf}), target(w)) for w in wanted]
    assert math.isnan(numbers(name, broken)[""][0])


@pytest.mark.parametrize("name", ["auroc", "auprc"])
def test_an_answer_without_a_score_ranks_worst(name: str) -> None:
    wanted, scores, pairs = scored(1)
    silent = random.Random(1).sample(range(len(pairs)), 15)
    worst = np.where(wanted, scores.min() - 1, scores.max() + 1)
    mute: Pairs = [(None if i in silent else a, t) for i, (a, t) in enumerate(pairs)]
    as_worst: Pairs = [
        (Answer(scores=dict(zip(LABELS, map(float, worst[i]), strict=True))) if i in silent else a, t)
        for i, (a, t) in enumerate(pairs)
    ]
    assert numbers(name, mute)[""] == pytest.approx(numbers(name, as_worst)[""], abs=1e-12)
    assert numbers(name, mute)[""] < numbers(name, pairs)[""]


def test_a_label_that_is_never_scored_is_ranked_worst_beside_others() -> None:
    wanted, scores, _ = scored(2)
    pairs: Pairs = [(Answer(scores={"a": float(s[0])}), target(w)) for s, w in zip(scores, wanted, strict=True)]
    found = numbers("auroc", pairs)
    assert (found["b"][0], found["c"][0]) == (0, 0)
    assert found[""][0] == pytest.approx(found["a"][0] / 3)


@pytest.mark.parametrize("name", ["auroc", "auprc"])
def test_a_label_on_one_side_is_left_out(name: str) -> None:
    pairs: Pairs = [
        (Answer(scores={"a": 0.9, "b": 0.2}), Answer(labels=("a", "b"))),
        (Answer(scores={"a": 0.1, "b": 0.1}), Answer(labels=("b",))),
    ]
    found = numbers(name, pairs, np.array([[1.0, 1.0], [1.0, 0.0]]))
    assert found[""][0] == found["a"][0] == 1
    assert math.isnan(found["b"][0])
    assert math.isnan(found[""][1])


def test_a_resample_without_a_scored_answer_is_undefined() -> None:
    pairs: Pairs = [
        (Answer(scores={"a": 0.9}), Answer(labels=("a",))),
        (None, Answer(labels=("a",))),
        (None, Answer(labels=())),
    ]
    assert np.isnan(numbers("auroc", pairs, np.array([[1.0, 1, 1], [0, 1, 1]]))[""]).tolist() == [False, True]


def test_hard_labels_as_scores_give_balanced_accuracy_which_is_why_they_are_refused() -> None:
    from sklearn.metrics import balanced_accuracy_score

    rng = np.random.default_rng(5)
    wanted = rng.random(50) < 0.4
    given = wanted ^ (rng.random(50) < 0.2)
    pairs: Pairs = [
        (Answer(scores={"a": float(g)}), Answer(labels=("a",) if w else ())) for g, w in zip(given, wanted, strict=True)
    ]
    assert value(parse_metric("auroc"), pairs) == pytest.approx(balanced_accuracy_score(wanted, given), abs=1e-12)


def test_many_samples_and_resamples_are_ranked_in_time() -> None:
    import time

    _, _, pairs = scored(4, n=4000, digits=9)
    weights = np.random.default_rng(0).integers(0, 3, (1000, len(pairs))).astype(float)
    prepared = parse_metric("auroc").prepare([t for _, t in pairs])
    rows = statistics(prepared, pairs)
    started = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(prepared.reduce(rows, weights)[""]).all()
    assert time.monotonic() - started < 20
