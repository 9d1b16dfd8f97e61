"""Empty, cut-off and repeated answers."""

import random
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import said, statistics, value

from medgauge.metrics import parse_metric
from medgauge.protocols import Metric
from medgauge.stats import estimates
from medgauge.types import Answer, Key, Score
from medgauge_metrics.rates import duplicate_rate, empty_rate, fingerprint, template_rate, truncated_rate
from medgauge_metrics.textform import normalise

TARGET = said("lungs")


def answered(*texts: str | None) -> list[tuple[Answer | None, Answer]]:
    return [(None if text is None else said(text), TARGET) for text in texts]


def parts(metric: Metric, pairs: Sequence[tuple[Answer | None, Answer]]) -> dict[str, float]:
    reduced = metric.reduce(statistics(metric, pairs), np.ones((1, len(pairs))))
    return {name: float(number[0]) for name, number in reduced.items()}


def test_empty_answers() -> None:
    pairs = answered("clear", "", None, " \n\u3000", "\u200b\ufeff", ".", "0", "。")
    assert [empty_rate().measure(*pair) for pair in pairs] == [(v, 1) for v in (0, 1, 1, 1, 1, 0, 0, 0)]
    assert value(empty_rate(), pairs) == 0.5
    assert empty_rate().measure(said("x"), said("")) is None


def test_cut_off_answers() -> None:
    pairs = [
        (Answer(text="a", truncated=True), TARGET),
        (said("a"), TARGET),
        (None, TARGET),
        (Answer(truncated=True), TARGET),
    ]
    assert value(truncated_rate(), pairs) == 0.5


def test_answers_that_say_the_same() -> None:
    """Case and punctuation do not make an answer another one; answers without text are not compared."""
    pairs = answered("No finding.", "no finding", "No-finding", "nodule", None, "", "  ", "NO FINDING!")
    assert value(duplicate_rate(), pairs) == 3 / 5
    assert value(duplicate_rate(), answered("未见异常。", "未见异常", "结节")) == 2 / 3
    assert value(duplicate_rate(), answered("a", "b")) == 0
    assert value(duplicate_rate(), answered("。", ".", "。")) == 2 / 3
    assert np.isnan(value(duplicate_rate(), answered(None, "")))


def test_sentences_that_stand_everywhere() -> None:
    """One of three sentences stands in two of four answers; the tenth asks for more than two from 21 answers on."""
    pairs = answered("Heart normal. Nodule of 1.5 cm.", "Heart normal.\nEffusion", "mass", None, "Fracture")
    assert value(template_rate(), pairs) == 2 / 6
    assert value(template_rate(), answered("双肺清晰。右肺结节。", "双肺清晰；心影不大！")) == 2 / 4
    some = [f"text {i}" for i in range(100)]
    assert value(template_rate(), answered("same", "same", *some[:18])) == 2 / 20
    assert value(template_rate(), answered("same", "same", *some[:19])) == 0
    assert value(template_rate(), answered("same", "same", "same", *some[:27])) == 3 / 30


def test_a_sentence_repeated_in_one_answer_is_no_template() -> None:
    assert value(template_rate(), answered("clear. clear. clear.", "mass")) == 0
    assert value(template_rate(), answered("clear. clear. clear.", "clear")) == 1


@pytest.mark.parametrize("name", ["duplicate_rate", "template_rate"])
def test_the_references_stand_beside(name: str) -> None:
    pairs = [(said(a), said(b)) for a, b in [("same", "a"), ("same", "b"), ("same", "b"), ("same", "")]]
    assert parts(parse_metric(name), pairs) == {"": 1, "reference": 2 / 3}


texts = st.lists(st.sampled_from(["clear", "No nodule", "右肺结节", "心影不大", "1.5"]), max_size=4).flatmap(
    lambda words: st.sampled_from([". ", "。", "\n", " "]).map(lambda mark: mark.join(words))
)
anything = texts | st.none() | st.text(st.characters(exclude_categories=[]), max_size=12)


def same(text: str) -> str:
    return normalise(text) or text.strip()


@settings(max_examples=300, deadline=None)
@given(written=st.lists(anything, max_size=12))
def test_duplicates_by_brute_force(written: list[str | None]) -> None:
    """Over pairs of texts, without fingerprints."""
    real = [text for text in written if text is not None and empty_rate().measure(said(text), TARGET) == (0, 1)]
    twice = sum(any(i != j and same(a) == same(b) for j, b in enumerate(real)) for i, a in enumerate(real))
    number = value(duplicate_rate(), answered(*written)) if written else float("nan")
    assert np.isnan(number) if not real else number == pytest.approx(twice / len(real), abs=1e-15)


@settings(max_examples=300, deadline=None)
@given(written=st.lists(texts, min_size=1, max_size=25))
def test_templates_by_brute_force(written: list[str]) -> None:
    """With another splitter of sentences, and without fingerprints."""
    cut = [t.replace("。", "\n").replace(". ", "\n").removesuffix(".") for t in written]
    said_in = [[same(s) for s in t.split("\n") if s.strip()] for t in cut if t.strip()]
    holding = Counter(s for sentences in said_in for s in set(sentences))
    often = {s for s, n in holding.items() if n >= 2 and 10 * n >= len(said_in)}
    everything = [s for sentences in said_in for s in sentences]
    number = value(template_rate(), answered(*written))
    expected = sum(s in often for s in everything) / len(everything) if everything else float("nan")
    assert np.isnan(number) if not everything else number == pytest.approx(expected, abs=1e-15)


@settings(max_examples=100, deadline=None)
@given(written=st.lists(anything, min_size=1, max_size=6), seed=st.integers(0, 9))
@pytest.mark.parametrize("name", ["duplicate_rate", "template_rate"])
def test_a_weight_is_a_number_of_copies(name: str, written: list[str | None], seed: int) -> None:
    metric, pairs = parse_metric(name), answered(*written)
    weights = np.random.default_rng(seed).integers(0, 3, (3, len(pairs))).astype(float)
    for row, number in zip(weights, metric.reduce(statistics(metric, pairs), weights)[""], strict=True):
        copies = [pair for pair, times in zip(pairs, row, strict=True) for _ in range(int(times))]
        alone = value(metric, copies) if copies else float("nan")
        assert number == pytest.approx(alone, abs=1e-12, nan_ok=True)


@given(text=st.text(st.characters(exclude_categories=[])))
def test_a_fingerprint_is_an_exact_integer(text: str) -> None:
    mark = fingerprint(text)
    assert mark == int(mark)
    assert 1 <= mark < 2**53
    assert fingerprint(f" {text.upper()}\n") == mark or normalise(text.upper()) != normalise(text)


def test_fingerprints_do_not_meet() -> None:
    assert len({fingerprint(f"sentence {i}") for i in range(100_000)}) == 100_000


@pytest.mark.parametrize("name", ["duplicate_rate", "template_rate"])
def test_no_interval_is_given_to_a_rate_over_the_whole_set(name: str) -> None:
    metric = parse_metric(name)
    assert metric.higher_is_better is None
    assert not metric.resampled
    scores = [
        Score(
            key=Key(task="t", id=str(i), language="en"),
            group=str(i),
            status="scored",
            stats={name: metric.measure(said("same" if i % 2 else f"x {i}"), said(f"y {i}"))},
        )
        for i in range(40)
    ]
    numbers = estimates(metric, scores)
    assert {part: (e.value, e.low, e.interval, e.n) for part, e in numbers.items()} == {
        "": (0.5, None, None, 40),
        "reference": (0.0, None, None, 40),
    }


def test_nothing_at_all() -> None:
    for metric in (duplicate_rate(), template_rate()):
        assert metric.measure(None, said("")) == ()
        assert parts(metric, [(None, said(""))]) == pytest.approx({"": np.nan, "reference": np.nan}, nan_ok=True)


def test_ten_thousand_reports_take_seconds() -> None:
    chosen = random.Random(0)
    reports = [said("".join(chosen.choices("双肺清晰未见明显异常结节影右下叶约，。", k=140))) for _ in range(10_000)]
    started = time.monotonic()
    for metric in (empty_rate(), truncated_rate(), duplicate_rate(), template_rate()):
        assert value(metric, [(report, report) for report in reports]) < 0.2
    assert time.monotonic() - started < 60
