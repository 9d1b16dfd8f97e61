"""Equality, token F1, token recall and length: several references, sections, and what they are not."""

import random
from collections import Counter

import numpy as np
import pytest
from metric_values import said, value

from medgauge.metrics import parse_metric
from medgauge.protocols import BatchMetric
from medgauge.types import Answer
from medgauge_metrics.text import exact_match, token_recall

EXACT, F1, RECALL, LENGTH = (parse_metric(name) for name in ("exact_match", "token_f1", "token_recall", "length_ratio"))


def test_any_reference_may_be_equalled() -> None:
    target = Answer(text="left lung", texts=("the left lung", "", "。"))
    assert [EXACT.measure(said(text), target) for text in ("Left lung.", "The left lung", "lung", "", "。")] == [
        (1, 1), (1, 1), (0, 1), (0, 1), (1, 1),
    ]  # fmt: skip
    assert EXACT.measure(said(""), Answer(text=" ", texts=("",))) is None
    assert EXACT.measure(said("x"), Answer(text="", texts=("x",))) == (1, 1)
    assert exact_match() == EXACT


def test_the_best_reference_counts() -> None:
    target = Answer(text="a b c d", texts=("a b",))
    assert F1.measure(said("a b"), target) == (1, 1)
    assert RECALL.measure(said("a b"), target) == (1, 1)
    assert F1.measure(said("c d"), target) == (pytest.approx(4 / 6), 1)
    assert F1.measure(said("x"), Answer(text="", texts=("。",))) is None


def of_llava_med(written: list[str], reference: list[str]) -> float:
    """Recall as LLaVA-Med's evaluation has it: every repetition in the answer is a hit."""
    given, wanted = Counter(written), Counter(reference)
    hits = sum(times for word, times in given.items() if word in wanted)
    missed = sum(times for word, times in wanted.items() if word not in given)
    return hits / (hits + missed) if hits else 0.0


def test_recall_is_that_of_llava_med_where_no_word_is_repeated() -> None:
    rng = random.Random(2)
    for _ in range(300):
        written, reference = (rng.sample("abcdefghij", rng.randint(1, 8)) for _ in range(2))
        measured = token_recall(tokenizer="none").measure(said(" ".join(written)), said(" ".join(reference)))
        assert measured == (pytest.approx(of_llava_med(written, reference), abs=1e-15), 1)
    assert RECALL.measure(said("a a a"), said("a b")) == (0.5, 1)
    assert of_llava_med(["a"] * 3, ["a", "b"]) == 0.75


def test_recall_and_length_rank_nothing() -> None:
    """Whoever writes everything has the best recall."""
    assert value(RECALL, [(said("a b c d e f g"), said("b")), (said("a b c d e f g"), said("g"))]) == 1
    assert RECALL.higher_is_better is LENGTH.higher_is_better is None


def test_length_is_that_of_the_reference_closest_in_length() -> None:
    target = Answer(text="a b c d", texts=("a", "。"))
    assert LENGTH.measure(said("x y z"), target) == (3, 4)
    assert LENGTH.measure(None, target) == (0, 1)
    assert value(LENGTH, [(said("x y z"), target), (None, target)]) == 3 / 5
    assert LENGTH.measure(said("x"), said("。")) is None


def test_the_section_alone_is_compared() -> None:
    target = said("影像所见：右肺结节。\n影像结论：右肺占位。")
    for name in ("exact_match", "token_f1", "token_recall", "rouge_l"):
        metric = parse_metric(f"{name}(section=impression)")
        assert metric.measure(said("影像结论：右肺占位"), target) == (1, 1)
        assert metric.measure(said("右肺占位"), target) == (0, 1)
        assert metric.measure(said("影像结论：右肺占位"), said("右肺占位")) is None
    assert parse_metric("exact_match(section=body)").measure(said("右肺结节。右肺占位。"), target) == (1, 1)
    both = Answer(text="no headings", texts=("Impression: normal",))
    assert parse_metric("exact_match(section=impression)").measure(said("Impression: Normal."), both) == (1, 1)


def test_signatures() -> None:
    assert EXACT.signature == "exact_match|section:whole|norm:v1|refs:any|agg:mean|v:1"
    assert F1.signature == (
        "token_f1|tok:char.v1|case:lower|punct:dropped|section:whole|bag:multiset|refs:best|agg:mean|v:1"
    )
    assert LENGTH.signature.endswith("|section:whole|refs:closest-length|agg:corpus|v:1")


@pytest.mark.parametrize("section", ["findings", "impression", "body"])
@pytest.mark.parametrize(
    "head", ["token_f1", "length_ratio", "bleu4", "sentence_bleu2", "rouge2", "rouge_l", "cider_d"]
)
def test_a_batch_is_measured_as_its_samples_section_by_section(head: str, section: str) -> None:
    texts = [
        *("Findings: clear lungs, no effusion.\nImpression: normal chest today.", "clear lungs, no effusion", ""),
        *("影像所见：右肺结节，边界清楚。\n影像结论：右肺占位。", "Impression: small nodule in the lung", "Findings:"),
    ]
    pairs = [(said(a), Answer(text=b, texts=(c,))) for a in texts for b in texts for c in texts]
    metric = parse_metric(f"{head}(section={section})").prepare([target for _, target in pairs])
    assert isinstance(metric, BatchMetric)
    together = metric.measure_all([answer for answer, _ in pairs], [target for _, target in pairs])
    alone = [metric.measure(answer, target) for answer, target in pairs]
    assert {row is None for row in alone} == {True, False}
    assert [row is None for row in together] == [row is None for row in alone]
    for a, b in zip(together, alone, strict=True):
        assert a is None or b is None or np.array(a) == pytest.approx(np.array(b), abs=1e-12)
