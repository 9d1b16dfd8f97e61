"""Metrics of labels against scikit-learn, and what no answer, several labels and absent labels are."""

import math
import random

import numpy as np
import pytest
from metric_values import statistics, value

from medgauge.metrics import parse_metric
from medgauge.results import task_results
from medgauge.tasks import Card
from medgauge.types import Answer, Key, Score

LABELS = ("a", "b", "c", "d", "e")
Pairs = list[tuple[Answer | None, Answer]]


def single(seed: int, choices: tuple[str, ...] = ()) -> tuple[list[str], list[str], Pairs]:
    """Names wanted and given, `-` where no label is given, and the pairs they stand for; `e` is never wanted."""
    rng = random.Random(seed)
    wanted = rng.choices(LABELS[:4], (4, 3, 2, 1), k=90)
    given = [w if rng.random() < 0.5 else rng.choice((*LABELS, "-")) for w in wanted]
    nothing = (None, Answer(), Answer(labels=()), Answer(labels=("a", "b")))
    answers = [Answer(labels=(g,)) if g != "-" else rng.choice(nothing) for g in given]
    targets = [Answer(labels=(w,), choices=choices) for w in wanted]
    return wanted, given, list(zip(answers, targets, strict=True))


def several(seed: int, choices: tuple[str, ...] = ()) -> tuple[np.ndarray, np.ndarray, Pairs]:
    """Indicators (60, 5) wanted and given, and the pairs they stand for; `d` is never wanted."""
    rng = np.random.default_rng(seed)
    wanted = rng.random((60, 5)) < (0.1, 0.3, 0.5, 0.0, 0.2)
    given = wanted ^ (rng.random((60, 5)) < 0.2)
    pairs = [(labelled(g), labelled(w, choices)) for g, w in zip(given, wanted, strict=True)]
    assert any(not w.any() and not g.any() for g, w in zip(given, wanted, strict=True))
    return wanted, given, pairs


def labelled(row: np.ndarray, choices: tuple[str, ...] = ()) -> Answer:
    return Answer(labels=tuple(label for label, on in zip(LABELS, row, strict=True) if on), choices=choices)


def number(name: str, pairs: Pairs) -> float:
    return value(parse_metric(name), pairs)


def numbers(name: str, pairs: Pairs, weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    prepared = parse_metric(name).prepare([t for _, t in pairs])
    rows = np.ones((1, len(pairs))) if weights is None else weights
    return dict(prepared.reduce(statistics(prepared, pairs), rows))


@pytest.mark.parametrize("seed", range(5))
def test_agreement_beyond_chance_with_other_answers_as_a_class_of_their_own(seed: int) -> None:
    from sklearn import metrics as sk

    wanted, given, pairs = single(seed)
    other = [g if g in LABELS[:4] else "-" for g in given]
    assert number("mcc", pairs) == pytest.approx(sk.matthews_corrcoef(wanted, other), abs=1e-12)
    assert number("kappa", pairs) == pytest.approx(sk.cohen_kappa_score(wanted, other), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_declared_label_that_no_reference_has_is_a_class_of_answers(seed: int) -> None:
    from sklearn import metrics as sk

    wanted, given, pairs = single(seed, choices=LABELS)
    assert {"e", "-"} <= set(given)
    assert number("mcc", pairs) == pytest.approx(sk.matthews_corrcoef(wanted, given), abs=1e-12)
    assert number("kappa", pairs) == pytest.approx(sk.cohen_kappa_score(wanted, given), abs=1e-12)


@pytest.mark.parametrize("name", ["mcc", "kappa"])
def test_agreement_at_the_edges(name: str) -> None:
    a, b, c = (Answer(labels=(label,)) for label in "abc")
    assert math.isnan(number(name, [(a, a), (a, a)]))
    assert math.isnan(number(name, [(a, a), (b, a)]))
    assert number(name, [(a, a), (a, b)]) == 0
    assert number(name, [(None, a), (None, b)]) == 0
    assert number(name, [(a, a), (b, b), (c, c)]) == 1
    assert number(name, [(b, a), (a, b)]) == -1
    assert math.isnan(number(name, [(a, Answer(labels=("a", "b"))), (b, Answer(labels=()))]))


@pytest.mark.parametrize("seed", range(3))
def test_weights_are_sklearns_sample_weights(seed: int) -> None:
    from sklearn import metrics as sk

    wanted, given, pairs = single(seed, choices=LABELS)
    weights = np.random.default_rng(seed).integers(0, 4, (4, len(pairs))).astype(float)
    found = {name: numbers(name, pairs, weights)[""] for name in ("mcc", "kappa")}
    for i, weight in enumerate(weights):
        assert found["mcc"][i] == pytest.approx(sk.matthews_corrcoef(wanted, given, sample_weight=weight), abs=1e-12)
        assert found["kappa"][i] == pytest.approx(sk.cohen_kappa_score(wanted, given, sample_weight=weight), abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_means_over_labels_with_support(seed: int) -> None:
    from sklearn import metrics as sk

    wanted, given, pairs = several(seed)
    present = wanted.any(axis=0)
    seen = wanted[:, present], given[:, present]
    weights = np.random.default_rng(seed).integers(1, 4, (3, len(pairs))).astype(float)
    ours = {
        "macro_f1": sk.f1_score,
        "macro_precision": sk.precision_score,
        "macro_recall": sk.recall_score,
        "sensitivity": sk.recall_score,
    }
    for name, theirs in ours.items():
        parts = numbers(name, pairs, weights)
        for i, weight in enumerate(weights):
            expected = theirs(*seen, average="macro", sample_weight=weight, zero_division=0)
            assert parts[""][i] == pytest.approx(expected, abs=1e-12), name
            each = theirs(*seen, average=None, sample_weight=weight, zero_division=0)
            names = [label for label, on in zip(LABELS, present, strict=True) if on]
            assert [parts[label][i] for label in names] == pytest.approx(list(each), abs=1e-12), name


@pytest.mark.parametrize("seed", range(3))
def test_specificity_is_the_recall_of_the_negatives(seed: int) -> None:
    from sklearn import metrics as sk

    wanted, given, pairs = several(seed, choices=LABELS)
    parts = numbers("specificity", pairs)
    each = sk.recall_score(~wanted, ~given, average=None)
    assert [parts[label][0] for label in LABELS] == pytest.approx(list(each), abs=1e-12)
    assert parts[""][0] == pytest.approx(np.mean(each), abs=1e-12)


def test_a_label_of_every_sample_has_no_specificity() -> None:
    both, one = Answer(labels=("a", "b")), Answer(labels=("a",))
    parts = numbers("specificity", [(both, both), (both, one)])
    assert math.isnan(parts["a"][0])
    assert parts["b"][0] == parts[""][0] == 0


@pytest.mark.parametrize("seed", range(3))
def test_sample_f1(seed: int) -> None:
    from sklearn import metrics as sk

    wanted, given, pairs = several(seed)
    expected = sk.f1_score(wanted, given, average="samples", zero_division=1)
    assert number("sample_f1", pairs) == pytest.approx(expected, abs=1e-12)


def test_sample_f1_of_nothing() -> None:
    normal = Answer(labels=())
    assert number("sample_f1", [(normal, normal)]) == 1
    assert number("sample_f1", [(Answer(labels=("a",)), normal)]) == 0
    assert number("sample_f1", [(None, normal)]) == number("sample_f1", [(Answer(text="?"), normal)]) == 0


@pytest.mark.parametrize("seed", range(3))
def test_macro_f1_over_all_declared_labels_is_what_zero_division_gives(seed: int) -> None:
    from sklearn import metrics as sk

    wanted, given, pairs = several(seed, choices=LABELS)
    assert not wanted.any(axis=0).all()
    expected = sk.f1_score(wanted, given, average="macro", zero_division=0)
    assert number("macro_f1(absent=zero)", pairs) == pytest.approx(expected, abs=1e-12)
    assert number("macro_f1", pairs) == pytest.approx(expected * 5 / 4, abs=1e-12)


def test_declared_labels_that_nobody_says_make_no_number() -> None:
    _, _, pairs = several(0)
    assert math.isnan(number("macro_f1(absent=zero)", pairs))


def test_the_published_spread_of_zero_division() -> None:
    """20 of 28 labels present: the mean over present labels is the other times 28 / 20."""
    names = tuple(f"l{i:02}" for i in range(28))
    pairs: Pairs = [
        (Answer(labels=(names[i] if i % 5 else names[(i + 1) % 20],)), Answer(labels=(names[i],), choices=names))
        for i in range(20)
    ]
    assert number("macro_f1", pairs) * 20 == pytest.approx(number("macro_f1(absent=zero)", pairs) * 28)


def test_a_hallucinated_class_costs_its_own_sample_and_no_more() -> None:
    """Over the union of labels seen, one invented class takes 0.889 to 0.667."""
    from sklearn import metrics as sk

    wanted, given = list("aabb"), list("aabz")
    pairs: Pairs = [(Answer(labels=(g,)), Answer(labels=(w,))) for g, w in zip(given, wanted, strict=True)]
    assert number("macro_f1", pairs) == pytest.approx((1 + 2 / 3) / 2)
    assert sk.f1_score(wanted, given, average="macro", zero_division=0) == pytest.approx((1 + 2 / 3) / 3)


def test_several_labels_are_no_decision_in_a_single_label_task() -> None:
    a, b = Answer(labels=("a",)), Answer(labels=("b",))
    every = Answer(labels=("a", "b"))
    for name in ("accuracy", "balanced_accuracy", "mcc", "kappa"):
        assert number(name, [(every, a), (every, b)]) == 0


def test_unmapped_rate_counts_what_maps_to_nothing_but_not_what_says_none() -> None:
    wanted = Answer(labels=("a",))
    pairs = [(Answer(text="?"), wanted), (None, wanted), (Answer(labels=()), wanted), (wanted, wanted)]
    assert number("unmapped_rate", pairs) == 2 / 4
    assert math.isnan(number("unmapped_rate", [(None, Answer())]))


def test_the_label_space_is_in_the_signature() -> None:
    few, more = ([Answer(labels=("a",), choices=choices)] for choices in (("a", "b"), ("a", "b", "c")))
    for name in ("macro_f1", "auroc", "mcc", "support"):
        signatures = {parse_metric(name).prepare(targets).signature for targets in (few, more)}
        assert len(signatures) == 2, name
        assert "unprepared" in parse_metric(name).signature
    a, b = ({"labels": ("a",)}, {"labels": ("b",)})
    assert parse_metric("mcc").prepare([Answer(**a), Answer(**b)]) == parse_metric("mcc").prepare(
        [Answer(**b), Answer(**a)]
    )


@pytest.mark.parametrize("name", ["macro_f1", "mcc", "auroc", "closed_balanced_accuracy"])
def test_counts_need_prepared_labels(name: str) -> None:
    target = Answer(labels=("a",), polar="yes")
    with pytest.raises(ValueError, match="call prepare"):
        parse_metric(name).measure(None, target)
    with pytest.raises(ValueError, match="prepared without"):
        parse_metric(name).prepare([Answer(labels=("b",), polar="no")]).measure(None, target)


def test_results_show_each_label_with_its_support() -> None:
    declared = ("a", "b", "c")
    pairs: Pairs = [
        (Answer(labels=("a",)), Answer(labels=("a",), choices=declared)),
        (Answer(labels=("a",)), Answer(labels=("b",), choices=declared)),
        (None, Answer(labels=("b",), choices=declared)),
    ]
    metrics = [parse_metric(name).prepare([t for _, t in pairs]) for name in ("macro_f1", "support")]
    scores = [
        Score(
            key=Key(task="t", id=str(i), language="en"),
            group=str(i),
            status="scored",
            stats={metric.name: metric.measure(answer, target) for metric in metrics},
        )
        for i, (answer, target) in enumerate(pairs)
    ]
    made = task_results(card(), "en", scores, metrics)["metrics"]
    shown = {name: (made[f"macro_f1/{name}"]["value"], made[f"support/{name}"]["value"]) for name in declared}
    assert shown == {"a": (pytest.approx(2 / 3), 1), "b": (0, 2), "c": (None, 0)}
    assert made["support"]["value"] == 3
    assert made["support"]["higher_is_better"] is None
    assert made["macro_f1"]["value"] == pytest.approx(1 / 3)


def card() -> Card:
    return Card(
        name="t",
        title="t",
        family="classification",
        languages=("en",),
        modality=(),
        licence="x",
        access="public",
        publish="scores",
        group="x",
        version=1,
        primary="macro_f1",
        citation="x",
        loader="x:y",
    )
