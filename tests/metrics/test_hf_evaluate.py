"""Metrics behind the interface of `evaluate`, against `evaluate` itself."""

import builtins
import math
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import NAMES, said, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer
from medgauge_metrics.hf_evaluate import as_evaluate, numbers

WORDS = ["no", "left", "lung", "nodule", "右肺", "结节", "12", "mm", "。"]
texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
references = st.lists(st.sampled_from(WORDS[:-1]), min_size=4, max_size=8).map(" ".join)
TEXT = (
    "exact_match",
    "token_f1",
    "bleu4",
    "rouge_l",
    "chrf",
    "meteor(match=exactstem)",
    "empty_rate",
    "duplicate_rate",
)


@pytest.mark.parametrize("name", TEXT)
def test_texts_give_the_same_number(name: str) -> None:
    import evaluate

    module = as_evaluate(name)
    assert isinstance(module, evaluate.EvaluationModule)
    assert module.description == parse_metric(name).signature
    predicted, known = (
        ["no nodule", "右肺结节 12 mm 。", "", "left"],
        ["no nodule in lung", "右肺结节12mm", "a b c d", "left"],
    )
    computed = module.compute(predictions=predicted, references=known)
    pairs = [(said(a), said(b)) for a, b in zip(predicted, known, strict=True)]
    assert computed is not None
    assert computed[name] == value(parse_metric(name), pairs)
    assert computed == numbers(parse_metric(name), predicted, known)


def test_several_references() -> None:
    data = {"predictions": ["no nodule", "clear"], "references": [["a b", "no nodule"], ["clear"]]}
    assert as_evaluate("chrf").compute(**data) == {"chrf": 1.0}


def test_single_labels_give_the_same_number() -> None:
    chosen = random.Random(0)
    known, predicted = ([chosen.choice("abc") for _ in range(50)] for _ in range(2))
    expected = sum(a == b for a, b in zip(known, predicted, strict=True)) / 50
    computed = as_evaluate("accuracy").compute(predictions=predicted, references=known)
    assert computed == {"accuracy": pytest.approx(expected, abs=1e-15)}


def test_sets_of_labels_give_the_same_number() -> None:
    computed = as_evaluate("micro_f1").compute(predictions=[["a", "b"], []], references=[["a"], ["c"]])
    assert computed == {"micro_f1": 2 * 1 / (2 + 2)}


@settings(max_examples=25, deadline=None)
@given(data=st.lists(st.tuples(texts, references), min_size=1, max_size=6))
def test_any_texts(data: list[tuple[str, str]]) -> None:
    for name in ("rouge_l", "chrf", "template_rate"):
        computed = as_evaluate(name).compute(predictions=[a for a, _ in data], references=[b for _, b in data])
        expected = value(parse_metric(name), [(said(a), Answer(text=b)) for a, b in data])
        assert computed is not None
        assert computed[name] == pytest.approx(expected, abs=1e-15, nan_ok=True)


def test_a_batch_at_a_time_and_combined() -> None:
    import evaluate

    module = as_evaluate("token_f1")
    module.add(prediction="a b", reference="a b")
    module.add_batch(predictions=["a", "x"], references=["a", "y"])
    assert module.compute() == {"token_f1": 2 / 3}
    both = evaluate.combine([as_evaluate("token_f1"), as_evaluate("rouge_l")])
    assert both.compute(predictions=["a b"], references=["a c"]) == {"token_f1": 0.5, "rouge_l": 0.5}


def test_nothing_is_undefined() -> None:
    assert math.isnan(numbers(parse_metric("rouge_l"), [], [])["rouge_l"])
    assert math.isnan(numbers(parse_metric("rouge_l"), ["a"], [[]])["rouge_l"])


@pytest.mark.parametrize(
    "name", ["f1@0.5", "fp_per_image", "closed_accuracy", "object_f1", "truncated_rate", "mcq_accuracy"]
)
def test_a_metric_of_more_than_words_is_refused(name: str) -> None:
    with pytest.raises(MedGaugeError, match="more than words or labels"):
        as_evaluate(name)


def test_every_metric_is_offered_or_refused() -> None:
    """And what is offered gives numbers."""
    offered = []
    for name in NAMES:
        try:
            module = as_evaluate(name)
        except MedGaugeError:
            continue
        computed = module.compute(
            predictions=["右肺结节", "clear lungs now"], references=["右肺结节", "clear lungs are"]
        )
        assert computed is not None
        assert all(isinstance(number, float) for number in computed.values())
        offered.append(name)
    assert {*TEXT, "accuracy", "macro_f1"} <= set(offered)


def test_values_that_are_no_strings_are_refused_by_evaluate() -> None:
    with pytest.raises(ValueError, match="match the expected format"):
        as_evaluate("rouge_l").compute(predictions=[1], references=["a"])


def test_it_agrees_with_a_metric_of_evaluate_that_needs_no_network() -> None:
    """`evaluate.load` knows no bare name without the network; its chrF and accuracy are these two functions."""
    from sacrebleu.metrics import CHRF
    from sklearn.metrics import accuracy_score

    predicted, known = ["no nodule", "右肺结节", "left"], ["no nodules", "右肺", "left"]
    chrf = as_evaluate("chrf").compute(predictions=predicted, references=known)
    assert chrf == {"chrf": pytest.approx(CHRF().corpus_score(predicted, [known]).score / 100, abs=1e-12)}
    accuracy = as_evaluate("accuracy").compute(predictions=predicted, references=known)
    assert accuracy == {"accuracy": pytest.approx(float(np.mean(accuracy_score(known, predicted))), abs=1e-12)}


def test_without_evaluate_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def none(name: str, *rest: object) -> object:
        if name.partition(".")[0] == "evaluate":
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", none)
    with pytest.raises(MedGaugeError, match=r"pip install 'medgauge\[hf\]'"):
        as_evaluate("rouge_l")


def test_importing_it_imports_no_evaluate() -> None:
    code = "import medgauge_metrics.hf_evaluate, sys; print({'evaluate', 'datasets', 'pandas'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
