"""ROUGE by hand: n-grams and subsequences, the best reference, where it is undefined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_values import said, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer
from medgauge_metrics.rouge import lcs_f1
from medgauge_metrics.tokenize import tokens

ROUGE1, ROUGE2, ROUGE_L = (parse_metric(name) for name in ("rouge1", "rouge2", "rouge_l"))
COCO = parse_metric("rouge_l(beta=1.2)")


def test_n_grams_are_multisets() -> None:
    pairs = [(said("a a b c"), said("a b b"))]
    assert value(ROUGE1, pairs) == pytest.approx(2 * 2 / 7, abs=1e-15)
    assert value(ROUGE2, pairs) == pytest.approx(2 * 1 / 5, abs=1e-15)
    assert value(ROUGE_L, pairs) == pytest.approx(2 * 2 / 7, abs=1e-15)


def test_the_order_matters_to_the_subsequence_alone() -> None:
    pairs = [(said("c b a"), said("a b c"))]
    assert (value(ROUGE1, pairs), value(ROUGE2, pairs)) == (1, 0)
    assert value(ROUGE_L, pairs) == pytest.approx(1 / 3, abs=1e-15)


def longest(a: list[str], b: list[str]) -> int:
    """By the recursion that defines it."""
    if not a or not b:
        return 0
    return 1 + longest(a[1:], b[1:]) if a[0] == b[0] else max(longest(a[1:], b), longest(a, b[1:]))


@given(*[st.lists(st.sampled_from("abc肺"), max_size=7)] * 2)
def test_the_subsequence_is_the_longest(a: list[str], b: list[str]) -> None:
    common = longest(a, b)
    expected = 2 * common / (len(a) + len(b)) if common else 0
    assert lcs_f1(a, b) == expected
    measured = ROUGE_L.measure(said(" ".join(a)), said(" ".join(b)))
    assert measured == ((expected, 1) if b else None)


def test_the_best_reference_counts() -> None:
    target = Answer(text="a b c d e f", texts=("", "a b x", "。"))
    assert ROUGE_L.measure(said("a b"), target) == (pytest.approx(4 / 5), 1)
    assert ROUGE1.measure(said("a b"), target) == (pytest.approx(4 / 5), 1)
    assert ROUGE2.measure(said("a b"), target) == (pytest.approx(2 / 3), 1)


def test_with_beta_precision_and_recall_are_best_each_on_its_own() -> None:
    """Precision 1 against the long reference, recall 1 against the short one: no reference has both."""
    target = Answer(text="a b c d e f", texts=("a",))
    assert COCO.measure(said("a b"), target) == (1, 1)
    assert ROUGE_L.measure(said("a b"), target) == (pytest.approx(2 / 3), 1)
    recall, precision = 1 / 2, 1
    expected = (1 + 1.44) * precision * recall / (recall + 1.44 * precision)
    assert COCO.measure(said("a b"), said("a b c d")) == (pytest.approx(expected, abs=1e-15), 1)
    assert COCO.measure(None, target) == COCO.measure(said("x"), target) == (0, 1)


def test_undefined_where_the_right_answer_could_not_be_right() -> None:
    for metric in (ROUGE1, ROUGE2, ROUGE_L, COCO):
        assert metric.measure(said("a"), said("。 !")) is None
    assert ROUGE2.measure(said("a"), said("a")) is None
    assert ROUGE2.measure(said("a b"), Answer(text="a b", texts=("a",))) is None
    assert ROUGE1.measure(said("a"), said("a")) == (1, 1)


def test_names() -> None:
    assert COCO.signature == (
        "rouge_l(beta=1.2)|tok:char.v1|case:lower|punct:dropped|section:whole|beta:1.2|refs:best-p-best-r|agg:mean|v:1"
    )
    assert ROUGE_L.signature.endswith("|beta:1|refs:best|agg:mean|v:1")
    for beta in ("0", "-1", "nan", "inf", "x"):
        with pytest.raises(MedGaugeError):
            parse_metric(f"rouge_l(beta={beta})")
    with pytest.raises(MedGaugeError, match="write it as 'rouge_l'"):
        parse_metric("rouge_l(beta=1)")


@given(st.text(st.characters(exclude_categories=[]), max_size=40), st.text(max_size=20))
def test_any_text_is_measured(written: str, reference: str) -> None:
    for metric in (ROUGE1, ROUGE_L, COCO):
        assert (metric.measure(said(written), said(reference)) is None) == (not tokens(reference))
