"""What must hold for every metric of the catalogue, whatever is answered."""

import math
import random
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from metric_values import NAMES, rows_of, statistics, value

from medgauge.metrics import parse_metric
from medgauge.plugins import catalog
from medgauge.protocols import BatchMetric, Metric, Statistics
from medgauge.types import Answer, Box, Segment
from medgauge_metrics.promises import EXCEPTIONS, PROPERTIES, Property

LABELS = ("lung", "heart", "肝脏", "left lung", "右肺")
coordinates = st.integers(0, 30)
rectangles = st.tuples(coordinates, coordinates, st.integers(1, 20), st.integers(1, 20)).map(
    lambda t: (float(t[0]), float(t[1]), float(t[0] + t[2]), float(t[1] + t[3]))
)
broken = st.tuples(*[st.floats() | st.integers(-(10**300), 10**300).map(float)] * 4)
VOCABULARY = ["no", "left", "lung", "右", "肺", "12", "mm", "。", "effusion.", "Findings:", "结节"]
words = st.lists(st.sampled_from(VOCABULARY), max_size=8).map(" ".join)
sentences = st.lists(
    st.sampled_from(["no", "left", "lung", "右", "肺", "12", "effusion", "nodule.", "结节"]), min_size=4, max_size=9
).map(" ".join)
real = st.sampled_from([0.0, 0.25, 0.5, 1.0])


def boxes_of(shapes: st.SearchStrategy, score: st.SearchStrategy) -> st.SearchStrategy[tuple[Box, ...]]:
    box = st.builds(Box, xyxy=shapes, label=st.sampled_from(LABELS), score=score)
    return st.lists(box, max_size=4).map(tuple)


def contents(text: st.SearchStrategy[str], boxes: st.SearchStrategy[tuple[Box, ...]]) -> dict:
    segment = st.builds(Segment, label=st.sampled_from(LABELS), text=text, boxes=boxes)
    return {
        "text": text,
        "polar": st.sampled_from(["yes", "no", None]),
        "choice": st.none() | st.integers(0, 3),
        "labels": st.none() | st.lists(st.sampled_from(LABELS), max_size=3, unique=True).map(tuple),
        "boxes": boxes,
        "segments": st.lists(segment, max_size=3).map(tuple),
    }


targets = st.builds(
    Answer,
    **contents(sentences, boxes_of(rectangles, st.none())),
    texts=st.lists(sentences, max_size=1).map(tuple),
    language=st.sampled_from(["en", "zh"]),
    choices=st.sampled_from([(), LABELS]),
)
answers = st.none() | st.builds(
    Answer,
    **contents(words, boxes_of(rectangles | broken, st.none() | real)),
    scores=st.none() | st.dictionaries(st.sampled_from(LABELS), real),
    invalid_boxes=st.integers(0, 3),
    truncated=st.booleans(),
)
data = st.lists(st.tuples(answers, targets), min_size=1, max_size=8)
METRICS = tuple(parse_metric(name) for name in NAMES)
some = settings(max_examples=25, deadline=None)


def head(metric: Metric) -> str:
    return metric.name.partition("@")[0].partition("(")[0]


def keeping(promise: Property) -> list[Metric]:
    """The metrics that keep a promise; an exception is declared for a head or for one whole name."""
    return [
        metric
        for metric in METRICS
        if not any(promise in EXCEPTIONS.get(name, {}) for name in (head(metric), metric.name))
    ]


def perfect(target: Answer) -> Answer:
    """The reference as an answer, with real scores that put what is there before what is not."""
    return Answer(
        text=target.text,
        polar=target.polar,
        choice=target.choice,
        labels=target.labels,
        boxes=tuple(sure(box) for box in target.boxes),
        segments=tuple(
            Segment(label=s.label, text=s.text, boxes=tuple(sure(box) for box in s.boxes)) for s in target.segments
        ),
        scores={label: float(label in (target.labels or ())) for label in LABELS},
    )


def sure(box: Box) -> Box:
    return Box(xyxy=box.xyxy, label=box.label, score=1.0)


def best_of(metric: Metric) -> float:
    return 0.0 if metric.higher_is_better is False else 1.0


def close(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or a == pytest.approx(b, abs=1e-9)


def test_every_head_of_the_catalogue_is_tested() -> None:
    ours = {name for name, lazy in catalog("metrics").entries.items() if str(lazy).startswith("medgauge_metrics")}
    assert {head(metric) for metric in METRICS} == ours
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_parses_back_and_the_signature_says_how(name: str) -> None:
    metric = parse_metric(name)
    assert metric.name == name
    assert metric == parse_metric(name)
    assert isinstance(metric, Metric)
    parts = metric.signature.split("|")
    assert parts[0] == name
    assert parts[-1].startswith("v:")
    assert not any(" " in part for part in parts)


@some
@given(pairs=data)
def test_bounds(pairs: list) -> None:
    for metric in keeping("bounds"):
        note(metric.name)
        number = value(metric, pairs)
        assert math.isnan(number) or -1e-12 <= number <= 1 + 1e-12


@some
@given(pairs=data)
def test_the_reference_itself_is_best(pairs: list) -> None:
    for metric in keeping("perfect"):
        note(metric.name)
        best = value(metric, [(perfect(target), target) for _, target in pairs])
        assert math.isnan(best) <= math.isnan(value(metric, pairs))
        assert math.isnan(best) or best == pytest.approx(best_of(metric), abs=1e-12)


@some
@given(pairs=data)
def test_no_answer_is_worst(pairs: list) -> None:
    for metric in keeping("empty"):
        note(metric.name)
        nothing = value(metric, [(None, target) for _, target in pairs])
        assert math.isnan(nothing) == math.isnan(value(metric, pairs))
        assert math.isnan(nothing) or nothing == 1 - best_of(metric)


@some
@given(pairs=data)
def test_no_answer_is_an_empty_answer(pairs: list) -> None:
    for metric in METRICS:
        note(metric.name)
        prepared = metric.prepare([target for _, target in pairs])
        assert [prepared.measure(None, t) for _, t in pairs] == [prepared.measure(Answer(), t) for _, t in pairs]


@some
@given(pairs=data)
def test_whether_it_is_undefined_follows_from_the_target(pairs: list) -> None:
    for metric in METRICS:
        note(metric.name)
        prepared = metric.prepare([target for _, target in pairs])
        for answer, target in pairs:
            rows = [prepared.measure(a, target) for a in (answer, None, target)]
            assert len({row is None for row in rows}) == 1
            assert len({len(one) for row in rows for one in rows_of(row)}) <= 1


@some
@given(pairs=data)
def test_a_batch_is_its_samples_one_by_one(pairs: list) -> None:
    for metric in METRICS:
        prepared = metric.prepare([target for _, target in pairs])
        if isinstance(prepared, BatchMetric):
            note(metric.name)
            together = prepared.measure_all([answer for answer, _ in pairs], [target for _, target in pairs])
            alone = [prepared.measure(answer, target) for answer, target in pairs]
            assert [row is None for row in together] == [row is None for row in alone]
            for one, other in zip(together, alone, strict=True):
                assert np.allclose(rows_of(one), rows_of(other), rtol=0, atol=1e-12)


@some
@given(pairs=data, seed=st.integers(0, 99))
def test_order_changes_nothing(pairs: list, seed: int) -> None:
    shuffled = random.Random(seed).sample(pairs, len(pairs))
    for metric in keeping("order"):
        note(metric.name)
        assert close(value(metric, pairs), value(metric, shuffled))


@some
@given(pairs=data)
def test_copies_change_nothing(pairs: list) -> None:
    for metric in keeping("copies"):
        note(metric.name)
        assert close(value(metric, pairs), value(metric, pairs * 3))


@some
@given(pairs=data)
def test_shards_merged_equal_the_whole(pairs: list) -> None:
    """Sums of the shards for additive metrics; the rows of all shards for ranking ones."""
    for metric in keeping("shards"):
        note(metric.name)
        prepared = metric.prepare([target for _, target in pairs])
        expected = prepared.reduce(statistics(prepared, pairs), np.ones((1, len(pairs))))
        shards = [s for s in (statistics(prepared, pairs[i::2]) for i in (0, 1)) if s.values.size]
        additive = all(len(rows_of(m)) == 1 and m == rows_of(m)[0] for m in measured(prepared, pairs))
        kept = [s.values.sum(axis=0, keepdims=True) if additive else s.values for s in shards]
        merged = Statistics(
            values=np.concatenate(kept) if kept else np.zeros((0, 0)),
            owner=np.repeat(np.arange(len(kept)), [len(rows) for rows in kept]),
            units=len(kept),
        )
        numbers = prepared.reduce(merged, np.ones((1, len(kept))))
        assert numbers.keys() == expected.keys()
        assert all(close(float(numbers[key][0]), float(expected[key][0])) for key in expected)


def measured(metric: Metric, pairs: list) -> list:
    return [row for row in (metric.measure(answer, target) for answer, target in pairs) if row is not None]


@some
@given(pairs=data, seed=st.integers(0, 99))
def test_a_weight_is_a_number_of_copies(pairs: list, seed: int) -> None:
    """All resamples at once give what each gives alone."""
    weights = np.random.default_rng(seed).integers(0, 3, (3, len(pairs))).astype(float)
    for metric in METRICS:
        if not metric.resampled:
            continue
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
    righted = [(perfect(pairs[0][1]), pairs[0][1]), *pairs[1:]]
    for metric in keeping("monotone"):
        note(metric.name)
        gain = value(metric, righted) - value(metric, pairs)
        if not math.isnan(gain):
            assert gain * (-1 if metric.higher_is_better is False else 1) >= -1e-12


@some
@given(pairs=data)
def test_a_proportion_adds_zero_or_one(pairs: list) -> None:
    for metric in METRICS:
        if metric.proportion:
            note(metric.name)
            rows = {metric.measure(answer, target) for answer, target in pairs}
            assert rows <= {None, (0.0, 1.0), (1.0, 1.0)}


def counter_examples() -> dict[tuple[str, str], Callable[[], bool]]:
    """Those of every `counter_*.py` beside this file."""
    found: dict[tuple[str, str], Callable[[], bool]] = {}
    for file in sorted(Path(__file__).parent.glob("counter_*.py")):
        more = import_module(file.stem).COUNTER_EXAMPLES
        assert not found.keys() & more.keys(), f"{file.name}: {found.keys() & more.keys()} is shown twice"
        found |= more
    return found


def test_every_exception_is_declared_and_shown() -> None:
    declared = {(name, promise) for name, promises in EXCEPTIONS.items() for promise in promises}
    assert set(counter_examples()) == declared
    assert {promise for _, promise in declared} <= set(PROPERTIES)


@pytest.mark.parametrize(("name", "promise"), sorted(counter_examples()))
def test_a_promise_that_is_not_made_is_seen_broken(name: str, promise: str) -> None:
    assert counter_examples()[name, promise]()
