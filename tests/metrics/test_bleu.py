"""BLEU by hand: which n-grams count, which reference, where it is undefined."""

import math

import numpy as np
import pytest
from metric_values import said, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer

BLEU1, BLEU2, BLEU4 = (parse_metric(f"bleu{order}") for order in (1, 2, 4))
SENTENCE = parse_metric("sentence_bleu2")


def test_an_n_gram_counts_as_often_as_the_reference_that_has_most() -> None:
    target = Answer(text="a a b", texts=("a c c c", ""))
    assert BLEU2.measure(said("a a a c b"), target) == (5, 4, 2, 4, 5, 2, 4)


@pytest.mark.parametrize(
    ("written", "closest"),
    [("a b", 2), ("a b c", 2), ("a b c d", 4), ("a b c d e", 4), ("a", 2), ("", 2), ("a " * 9, 7)],
)
def test_the_reference_closest_in_length_and_the_shorter_of_two(written: str, closest: int) -> None:
    target = Answer(text="a b c d", texts=("a b", "a b c d e f g", "。"))
    vector = BLEU1.measure(said(written), target)
    assert vector is not None
    assert vector[1] == closest


def test_the_brevity_penalty() -> None:
    pairs = [(said("a b c"), said("a b c d")), (None, said("a b"))]
    assert value(BLEU1, pairs) == pytest.approx(math.exp(1 - 6 / 3), abs=1e-15)
    assert value(BLEU1, [(said("a b c d e"), said("a b c d"))]) == pytest.approx(4 / 5, abs=1e-15)


def test_a_corpus_is_pooled_and_resampled_with_weights() -> None:
    rows = [BLEU2.measure(said(text), said("a b c d")) for text in ("a b c d", "a b x y")]
    total = np.sum([row for row in rows if row is not None], axis=0)
    assert total.tolist() == [8, 8, 6, 6, 8, 4, 6]
    assert value(BLEU2, [(said("a b c d"), said("a b c d")), (said("a b x y"), said("a b c d"))]) == pytest.approx(
        math.sqrt(6 / 8 * 4 / 6), abs=1e-15
    )


def test_undefined_where_no_reference_is_long_enough() -> None:
    assert BLEU4.measure(said("a b c d"), said("。")) is None
    assert BLEU4.measure(said("a"), said("a b c")) is not None, "a short sample still counts in the corpus"
    assert np.isnan(value(BLEU4, [(said("a b c"), said("a b c"))]))
    assert value(BLEU4, [(said("a b c"), said("a b c")), (said("a b c d"), said("a b c d"))]) == 1
    assert np.isnan(value(BLEU2, [(said("a"), Answer(text="a", texts=("a b c",)))])), "its right answer has no pair"


def test_exp_smoothing_halves_for_every_order_without_a_match() -> None:
    metric = parse_metric("bleu4(smooth=exp)")
    pairs = [(said("a b x c d"), said("a b c d e"))]
    assert value(BLEU4, pairs) == 0
    assert value(metric, pairs) == pytest.approx((4 / 5 * 2 / 4 * (1 / 2) / 3 * (1 / 4) / 2) ** (1 / 4), abs=1e-15)
    assert value(metric, [(said("x y z w"), said("a b c d"))]) == 0
    assert value(metric, [(None, said("a b c d"))]) == 0
    with pytest.raises(MedGaugeError, match="expected none or exp"):
        parse_metric("bleu4(smooth=floor)")


def test_the_mean_over_sentences() -> None:
    pairs = [(said("a b c"), said("a b c d")), (said("a c b"), said("a b c")), (None, said("a b"))]
    assert value(SENTENCE, pairs) == pytest.approx((math.exp(1 - 4 / 3) + 0 + 0) / 3, abs=1e-15)
    assert SENTENCE.measure(said("a"), said("a")) is None
    assert SENTENCE.measure(said("a"), Answer(text="a", texts=("a b",))) is None
    assert SENTENCE.measure(said("a"), said("a b")) == (0, 1)


def test_the_section_alone_is_compared() -> None:
    findings = parse_metric("bleu1(section=findings)")
    target = said("Findings: clear lungs.\nImpression: normal.")
    assert findings.measure(said("Impression: normal\nFindings: clear heart"), target) == (2, 2, 2, 1, 2)
    assert findings.measure(said("clear lungs"), target) == (0, 2, 2, 0, 0), "an answer that lacks it says nothing"
    assert findings.measure(said("Findings: clear"), said("clear lungs")) is None
    body = parse_metric("bleu1(section=body,tokenizer=13a)")
    assert body.measure(said("clear lungs."), said("Findings: clear lungs.")) == (3, 3, 3, 3, 3)


def test_names_and_signatures() -> None:
    assert BLEU4.signature == (
        "bleu4|tok:char.v1|case:lower|punct:dropped|section:whole|smooth:none|refs:clip-max.closest-length|agg:corpus|v:1"
    )
    metric = parse_metric("bleu2(section=findings,smooth=exp,tokenizer=13a)")
    assert metric.signature == (
        "bleu2(section=findings,smooth=exp,tokenizer=13a)|tok:13a|case:mixed|punct:kept|section:findings|headings:v1|"
        "smooth:exp|refs:clip-max.closest-length|agg:corpus|v:1"
    )
