"""What must hold for every metric of the catalogue, whatever is answered."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from metric_values import NAMES, statistics, value

from medgauge.metrics import parse_metric
from medgauge.plugins import catalog
from medgauge.protocols import Metric, Statistics
from medgauge.types import Answer, Box, Segment

LABELS = ("lung", "heart", "肝脏", "left lung")
UNBOUNDED = {"length_ratio", "fp_per_image"}
SILENCE_IS_BEST = {"fp_per_image"}
"""Without an answer there is no false positive: it is read beside recall."""
NOT_MONOTONE = {
    "length_ratio": "an answer as long as its reference may shorten a long one",
    "bleu1": "a shorter right answer may bring the corpus under the brevity penalty",
    "bleu4": "as bleu1",
}
coordinates = st.integers(0, 30)
rectangles = st.tuples(coordinates, coordinates, st.integers(1, 20), st.integers(1, 20)).map(
    lambda t: (float(t[0]), float(t[1]), float(t[0] + t[2]), float(t[1] + t[3]))
)
broken = st.tuples(*[st.floats() | st.integers(-(10**300), 10**300).map(float)] * 4)
words = st.lists(st.sampled_from(["no", "left", "lung", "右", "肺", "12", "mm", "。"]), max_size=8).map(" ".join)
sentences = st.lists(st.sampled_from(["no", "left", "lung", "右", "肺", "12"]), min_size=4, max_size=9).map(" ".join)


def boxes_of(shapes: st.SearchStrategy) -> st.SearchStrategy[tuple[Box, ...]]:
    box = st.builds(Box, xyxy=shapes, label=st.sampled_from(LABELS))
    return st.lists(box, max_size=4).map(tuple)


def answers_of(text: st.SearchStrategy[str], shapes: st.SearchStrategy, invalid: int) -> st.SearchStrategy[Answer]:
    boxes = boxes_of(shapes)
    segment = st.builds(Segment, label=st.sampled_from(LABELS), text=text, boxes=boxes)
    return st.builds(
        Answer,
        text=text,
        polar=st.sampled_from(["yes", "no", None]),
        choice=st.none() | st.integers(0, 3),
        labels=st.none() | st.lists(st.sampled_from(LABELS), max_size=3, unique=True).map(tuple),
        boxes=boxes,
        segments=st.lists(segment, max_size=3).map(tuple),
        invalid_boxes=st.integers(0, invalid),
    )


targets = answers_of(sentences, rectangles, 0)
answers = st.none() | answers_of(words, rectangles | broken, 3)
data = st.lists(st.tuples(answers, targets), min_size=1, max_size=8)
METRICS = tuple(parse_metric(name) for name in NAMES)
some = settings(max_examples=40, deadline=None)


def close(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or a == pytest.approx(b, abs=1e-9)


def test_every_head_of_the_catalogue_is_tested() -> None:
    ours = {name for name, lazy in catalog("metrics").entries.items() if str(lazy).startswith("medgauge_metrics")}
    assert {name.partition("@")[0] for name in NAMES} == ours


@pytest.mark.parametrize("name", NAMES)
def test_the_name_parses_back_and_the_signature_says_how(name: str) -> None:
    metric = parse_metric(name)
    assert metric.name == name
    assert metric == parse_metric(name)
    assert isinstance(metric, Metric)
    parts = metric.signature.split("|")
    assert parts[0] == name
    assert parts[-1] == "v:1"
    assert not any(" " in part for part in parts)


@some
@given(pairs=data)
def test_bounds(pairs: list) -> None:
    for metric in METRICS:
        note(metric.name)
        number = value(metric, pairs)
        assert math.isnan(number) or 0 <= number <= (math.inf if metric.name in UNBOUNDED else 1 + 1e-12)


@some
@given(pairs=data)
def test_the_reference_itself_is_best(pairs: list) -> None:
    for metric in METRICS:
        note(metric.name)
        best = value(metric, [(target, target) for _, target in pairs])
        assert math.isnan(best) == math.isnan(value(metric, pairs))
        assert math.isnan(best) or best == pytest.approx(0 if metric.name in SILENCE_IS_BEST else 1, abs=1e-12)


@some
@given(pairs=data)
def test_no_answer_is_worst(pairs: list) -> None:
    """Nothing answered is 0, and nothing is below 0: see the bounds."""
    for metric in METRICS:
        note(metric.name)
        nothing = value(metric, [(None, target) for _, target in pairs])
        assert math.isnan(nothing) == math.isnan(value(metric, pairs))
        assert math.isnan(nothing) or nothing == 0


@some
@given(pairs=data)
def test_whether_it_is_undefined_follows_from_the_target(pairs: list) -> None:
    for metric in METRICS:
        note(metric.name)
        prepared = metric.prepare([target for _, target in pairs])
        for answer, target in pairs:
            rows = [prepared.measure(a, target) for a in (answer, None, target)]
            assert len({row is None for row in rows}) == 1
            assert len({len(row) for row in rows if row is not None}) <= 1


@some
@given(pairs=data, seed=st.integers(0, 99))
def test_order_and_duplicates_change_nothing(pairs: list, seed: int) -> None:
    shuffled = random.Random(seed).sample(pairs, len(pairs))
    for metric in METRICS:
        note(metric.name)
        number = value(metric, pairs)
        assert close(number, value(metric, shuffled))
        assert close(number, value(metric, pairs * 3))


@some
@given(pairs=data)
def test_shards_merged_equal_the_whole(pairs: list) -> None:
    for metric in METRICS:
        note(metric.name)
        prepared = metric.prepare([target for _, target in pairs])
        expected = prepared.reduce(statistics(prepared, pairs), np.ones((1, len(pairs))))
        shards = [s for s in (statistics(prepared, pairs[i::2]) for i in (0, 1)) if s.values.size]
        sums = np.array([s.values.sum(axis=0) for s in shards]) if shards else np.zeros((0, 0))
        merged = Statistics(values=sums, owner=np.arange(len(shards)), units=len(shards))
        numbers = prepared.reduce(merged, np.ones((1, len(shards))))
        assert numbers.keys() == expected.keys()
        assert all(close(float(numbers[key][0]), float(expected[key][0])) for key in expected)


@some
@given(pairs=data, seed=st.integers(0, 99))
def test_a_weight_is_a_number_of_copies(pairs: list, seed: int) -> None:
    """All resamples at once give what each gives alone."""
    weights = np.random.default_rng(seed).integers(0, 3, (3, len(pairs))).astype(float)
    for metric in METRICS:
        note(metric.name)
        prepared = metric.prepare([target for _, target in pairs])
        together = prepared.reduce(statistics(prepared, pairs), weights)[""]
        assert together.shape == (3,)
        for row, number in zip(weights, together, strict=True):
            copies = [pair for pair, times in zip(pairs, row, strict=True) for _ in range(int(times))]
            alone = prepared.reduce(statistics(prepared, copies), np.ones((1, len(copies))))[""][0]
            assert close(float(number), float(alone))


@some
@given(pairs=data)
def test_one_more_right_answer_never_hurts(pairs: list) -> None:
    righted = [(pairs[0][1], pairs[0][1]), *pairs[1:]]
    for metric in METRICS:
        note(metric.name)
        gain = value(metric, righted) - value(metric, pairs)
        if metric.name not in NOT_MONOTONE and not math.isnan(gain):
            assert gain * (1 if metric.higher_is_better else -1) >= -1e-12


@pytest.mark.parametrize("name", sorted(NOT_MONOTONE))
def test_one_more_right_answer_may_hurt(name: str) -> None:
    """A long wrong answer pays the brevity penalty of short right ones; shortening it to the reference costs more."""
    metric = parse_metric(name)
    long_text = "a b c d e f g h"
    short = (Answer(text=long_text), Answer(text=f"{long_text} i j k l m n o p q r s t u v w x y z"))
    wordy = (Answer(text="a b c d " + "e " * 18), Answer(text="a b c d"))
    assert value(metric, [short, (wordy[1], wordy[1])]) < value(metric, [short, wordy])


@some
@given(pairs=data)
def test_a_proportion_adds_zero_or_one(pairs: list) -> None:
    for metric in METRICS:
        if metric.proportion:
            note(metric.name)
            rows = {metric.measure(answer, target) for answer, target in pairs}
            assert rows <= {None, (0.0, 1.0), (1.0, 1.0)}
