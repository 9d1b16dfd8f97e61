"""Numbers of classification against scikit-learn's, side by side."""

import random

import numpy as np
import pytest
from metric_values import value

from medgauge.metrics import parse_metric
from medgauge.types import Answer

LABELS = ("a", "b", "c", "d", "e")


def labelled(given: str | None, wanted: str) -> tuple[Answer | None, Answer]:
    return (None if given is None else Answer(labels=(given,))), Answer(labels=(wanted,))


@pytest.mark.parametrize("seed", range(3))
def test_single_label(seed: int) -> None:
    from sklearn import metrics as sk

    rng = random.Random(seed)
    wanted = rng.choices(LABELS[:4], k=80)
    given = [w if rng.random() < 0.6 else rng.choice(LABELS) for w in wanted]
    pairs = [labelled(g, w) for g, w in zip(given, wanted, strict=True)]
    present = sorted(set(wanted))
    assert value(parse_metric("accuracy"), pairs) == pytest.approx(sk.accuracy_score(wanted, given), abs=1e-12)
    assert value(parse_metric("balanced_accuracy"), pairs) == pytest.approx(
        sk.recall_score(wanted, given, labels=present, average="macro"), abs=1e-12
    )
    assert value(parse_metric("macro_f1"), pairs) == pytest.approx(
        sk.f1_score(wanted, given, labels=present, average="macro"), abs=1e-12
    )


@pytest.mark.parametrize("seed", range(3))
def test_multi_label(seed: int) -> None:
    from sklearn import metrics as sk

    rng = np.random.default_rng(seed)
    wanted = rng.random((60, 5)) < (0.1, 0.3, 0.5, 0.0, 0.2)
    given = wanted ^ (rng.random((60, 5)) < 0.2)

    def answer(row: np.ndarray) -> Answer:
        return Answer(labels=tuple(label for label, on in zip(LABELS, row, strict=True) if on))

    pairs = [(answer(g), answer(w)) for g, w in zip(given, wanted, strict=True)]
    present = wanted.any(axis=0)
    assert not present.all()
    expected = sk.f1_score(wanted[:, present], given[:, present], average="macro")
    assert value(parse_metric("macro_f1"), pairs) == pytest.approx(expected, abs=1e-12)
    assert value(parse_metric("micro_f1"), pairs) == pytest.approx(
        sk.f1_score(wanted, given, average="micro"), abs=1e-12
    )
    assert value(parse_metric("subset_accuracy"), pairs) == pytest.approx(sk.accuracy_score(wanted, given), abs=1e-12)


def test_a_label_without_positives_is_excluded() -> None:
    pairs = [labelled("a", "a"), labelled("z", "b"), labelled(None, "b")]
    prepared = parse_metric("macro_f1").prepare([t for _, t in pairs])
    assert "labels:2-" in prepared.signature
    assert value(parse_metric("macro_f1"), pairs) == pytest.approx(0.5)


def test_several_labels_are_not_the_one_right_one() -> None:
    both = Answer(labels=("a", "b"))
    assert value(parse_metric("accuracy"), [(both, Answer(labels=("a",)))]) == 0


def test_unmapped_is_not_the_empty_set() -> None:
    normal = Answer(labels=())
    assert value(parse_metric("subset_accuracy"), [(Answer(labels=()), normal)]) == 1
    assert value(parse_metric("subset_accuracy"), [(Answer(labels=None), normal), (None, normal)]) == 0


def test_counts_need_prepared_labels() -> None:
    metric = parse_metric("macro_f1")
    with pytest.raises(ValueError, match="call prepare"):
        metric.measure(None, Answer(labels=("a",)))
    with pytest.raises(ValueError, match="prepared without"):
        metric.prepare([Answer(labels=("b",))]).measure(None, Answer(labels=("a",)))


def test_each_label_goes_by_its_name() -> None:
    from metric_values import statistics

    pairs = [labelled("a", "a"), labelled("a", "b")]
    prepared = parse_metric("macro_f1").prepare([t for _, t in pairs])
    numbers = prepared.reduce(statistics(prepared, pairs), np.array([[1.0, 1.0], [1.0, 0.0]]))
    assert numbers["a"] == pytest.approx([2 / 3, 1.0])
    assert numbers["b"][0] == 0
    assert np.isnan(numbers["b"][1])
    assert numbers[""] == pytest.approx([1 / 3, 1.0])
