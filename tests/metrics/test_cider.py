"""CIDEr-D: the weights that it freezes, and where it is undefined."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import said, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer
from medgauge_metrics import idf as idf_module
from medgauge_metrics import ngrams
from medgauge_metrics.idf import idf
from medgauge_metrics.tokenize import tokens

CIDER = parse_metric("cider_d")
words = st.lists(st.sampled_from([*"abcdef右肺结", "12"]), max_size=10).map(" ".join)
known = st.lists(st.lists(words, max_size=3).map(tuple), min_size=1, max_size=6)
REFERENCES = [said("右肺上叶见结节"), Answer(text="心影明显增大", texts=("心脏增大",)), said("左肺未见结节")]


@settings(max_examples=300, deadline=None)
@given(references=known, bits=st.sampled_from([63, 20, 6]), seed=st.integers(0, 9))
def test_the_weights_are_counts_of_documents(references: list, bits: int, seed: int) -> None:
    """Against sets of n-grams; also where keys and places do not fit one integer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idf_module, "_BITS", bits)
        patch.setattr(ngrams, "_BITS", max(bits, 10))
        weights = idf("char", tuple(references))
        shuffled = idf("char", tuple(random.Random(seed).sample(references, len(references))))
    assert weights == shuffled, "equal by the digest, whatever the order"
    cut = [[tokens(text) for text in row] for row in references]
    assert weights.documents == sum(any(row) for row in cut)
    for order in range(1, 5):
        documents = Counter(
            gram
            for row in cut
            for gram in {tuple(text[i : i + order]) for text in row for i in range(len(text) - order + 1)}
        )
        assert len(weights.orders[order - 1].keys) == len(documents)
        for gram, count in documents.items():
            index = np.zeros(1, dtype=np.int64)
            for position, word in enumerate(gram, start=1):
                index = weights.index(position, index, weights.numbers([word]))
            assert index >= 0
            assert weights.orders[order - 1].documents[index] == count
            assert weights.weight(order, index) == pytest.approx(math.log(weights.documents) - math.log(count))


def test_an_unknown_n_gram_weighs_as_one_of_a_single_sample() -> None:
    weights = idf("char", (("a b",), ("b c",)))
    unknown = weights.index(1, np.zeros(1, dtype=np.int64), weights.numbers(["z"]))
    assert unknown.tolist() == [-1]
    assert weights.weight(1, unknown) == pytest.approx(math.log(2))


samples = st.lists(st.tuples(st.none() | words, st.lists(words, max_size=3)), min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(samples, st.sampled_from([63, 12]))
def test_a_batch_is_measured_as_its_samples(data: list, bits: int) -> None:
    answers = [None if text is None else said(text) for text, _ in data]
    targets = [Answer(text=(row or [""])[0], texts=tuple(row[1:])) for _, row in data]
    metric = CIDER.prepare(targets)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngrams, "_BITS", bits)
        together = metric.measure_all(answers, targets)
    for answer, target, measured in zip(answers, targets, together, strict=True):
        alone = metric.measure(answer, target)
        assert (alone is None) == (measured is None)
        assert alone is None or np.array(measured) == pytest.approx(np.array(alone), abs=1e-12)
        assert alone is None or -1e-12 <= measured[0] <= 10 + 1e-12


def test_weights_are_those_of_the_whole_set_in_every_part() -> None:
    metric = CIDER.prepare(REFERENCES)
    part = CIDER.prepare(REFERENCES[:2])
    answer = said("右肺上叶结节")
    assert metric.measure(answer, REFERENCES[0]) != part.measure(answer, REFERENCES[0])
    assert "|idf:3-" in metric.signature
    assert "|idf:2-" in part.signature
    assert CIDER.prepare(REFERENCES[::-1]).signature == metric.signature
    assert CIDER.prepare([*REFERENCES[:2], said("左肺未见结节。")]).signature == metric.signature
    assert CIDER.prepare([*REFERENCES[:2], said("左肺可见结节")]).signature != metric.signature


def test_identical_text_has_ten() -> None:
    pairs = [(target, target) for target in (REFERENCES[0], REFERENCES[2])]
    assert value(CIDER, pairs) == pytest.approx(10, abs=1e-12)
    short = [(said("a b"), said("a b")), (said("c d"), said("c d"))]
    assert value(CIDER, short) == pytest.approx(5, abs=1e-12), "two of the four orders"


def test_by_hand() -> None:
    """a weighs log 2 and b, which both samples have, nothing; one word more than the reference."""
    pairs = [(said("a b b"), said("a b")), (said("c b"), said("c b"))]
    penalty = math.exp(-1 / 72)
    pair = math.log(2) ** 2 / math.sqrt(2 * math.log(2) ** 2 * math.log(2) ** 2)
    assert CIDER.prepare([t for _, t in pairs]).measure(*pairs[0]) == (
        pytest.approx(10 * penalty * (1 + pair + 0 + 0) / 4, abs=1e-12),
        1,
    )


def test_fewer_than_two_samples_are_undefined() -> None:
    """With one document every weight is log 1: nothing could be told apart."""
    for targets in ([REFERENCES[0]], [REFERENCES[0], said("。")], [said("")], []):
        metric = CIDER.prepare(targets)
        assert metric.measure(REFERENCES[0], REFERENCES[0]) is None
        assert metric.measure_all([None], [REFERENCES[0]]) == [None]
    metric = CIDER.prepare(REFERENCES)
    assert metric.measure(said("x"), said("。")) is None
    assert metric.measure(None, REFERENCES[0]) == (0, 1)
    assert metric.measure(None, said("z")) == (0, 1), "a target that was not there when the weights were frozen"


def test_it_must_be_prepared() -> None:
    with pytest.raises(ValueError, match="call prepare"):
        CIDER.measure(None, REFERENCES[0])
    assert "idf:unprepared" in CIDER.signature


def test_sections_have_weights_of_their_own() -> None:
    targets = [said("Findings: clear lungs\nImpression: normal"), said("Findings: large heart"), said("no heading")]
    metric = parse_metric("cider_d(section=findings)").prepare(targets)
    assert "|idf:2-" in metric.signature
    assert [metric.measure(target, target) is None for target in targets] == [False, False, True]
