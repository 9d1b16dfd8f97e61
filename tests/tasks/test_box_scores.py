"""Scores of boxes: from log-probabilities of the tokens that write them, and from nothing else."""

import math

import numpy as np
import pytest
from family_samples import box_format, kit, make
from hypothesis import given
from hypothesis import strategies as st

from medgauge.metrics import parse_metric
from medgauge.protocols import Mention, Statistics
from medgauge.types import Answer, Box, Key, Output
from medgauge_tasks.reading import boxes_of


def output(sample, text, logprobs=()):
    return Output(
        key=Key(task=sample.task, id=sample.id, language=sample.language), text=text, logprobs=tuple(logprobs)
    )


def tokens(text, pieces):
    """Ends and log-probabilities of tokens that make up a text, from (piece, probability)."""
    assert "".join(piece for piece, _ in pieces) == text
    ends, place = [], 0
    for piece, probability in pieces:
        place += len(piece)
        ends.append((place, math.log(probability)))
    return ends


LUNG = make("text-to-region", choices=("lung",))
PIECES = [
    ("<ref>lung</ref><box>", 0.9),
    ("[[", 0.3),
    ("10", 0.5),
    (", 10,", 0.25),
    (" 20, 2", 0.5),
    ("0]", 0.25),
    ("]", 0.1),
]
TEXT = "<ref>lung</ref><box>[[10, 10, 20, 20]]"


def parsed(sample, said, options=None):
    return kit(sample.task).parse(sample, (said,), box_format("medrega"), options=options or {}).answer


def test_the_score_is_the_geometric_mean_of_the_tokens_that_write_the_numbers():
    (box,) = parsed(LUNG, output(LUNG, TEXT, tokens(TEXT, PIECES))).boxes
    assert box.score == pytest.approx((0.5 * 0.25 * 0.5 * 0.25) ** (1 / 4), rel=1e-12)


def test_without_log_probabilities_there_is_no_score():
    (box,) = parsed(LUNG, output(LUNG, TEXT)).boxes
    assert box.score is None


def test_tokens_that_end_before_the_box_give_it_no_score():
    (box,) = parsed(LUNG, output(LUNG, TEXT, [(5, -0.1), (20, -0.2)])).boxes
    assert box.score is None


def test_each_box_has_the_score_of_its_own_tokens():
    text = "lung[[1, 1, 2, 2], [3, 3, 4, 4]]"
    pieces = [("lung[[", 0.1), ("1, 1, 2, 2", 0.8), ("], [", 0.2), ("3, 3, 4, 4", 0.4), ("]]", 0.3)]
    boxes = parsed(LUNG, output(LUNG, text, tokens(text, pieces))).boxes
    assert [box.score for box in boxes] == [pytest.approx(0.8), pytest.approx(0.4)]


def test_thoughts_before_the_answer_leave_the_places_true():
    thought = "<think>maybe [[5, 5, 9, 9]]</think>"
    pieces = [(thought, 0.01), *PIECES]
    (box,) = parsed(LUNG, output(LUNG, thought + TEXT, tokens(thought + TEXT, pieces))).boxes
    assert box.xyxy == pytest.approx((10, 10, 20, 20))
    assert box.score == pytest.approx((0.5 * 0.25 * 0.5 * 0.25) ** (1 / 4))


def test_a_token_without_text_counts_for_nothing():
    logprobs = tokens(TEXT, PIECES)
    third = logprobs[2][0]
    (box,) = parsed(LUNG, output(LUNG, TEXT, [*logprobs[:3], (third, -9.0), *logprobs[3:]])).boxes
    assert box.score == pytest.approx((0.5 * 0.25 * 0.5 * 0.25) ** (1 / 4))


def test_grounded_reports_have_scores_too():
    sample = make("grounded-report", choices=("lung",))
    text = TEXT + "</box>: clear."
    pieces = [*PIECES, ("</box>: clear.", 0.9)]
    answer = parsed(sample, output(sample, text, tokens(text, pieces)))
    assert [box.score for segment in answer.segments for box in segment.boxes] == [box.score for box in answer.boxes]
    assert answer.boxes[0].score == pytest.approx((0.5 * 0.25 * 0.5 * 0.25) ** (1 / 4))


def test_average_precision_is_made_of_them():
    """The same two boxes, the right one second: what decides is which one the model was sure of."""
    right, wrong = (3.0, 3.0, 40.0, 40.0), (500.0, 500.0, 600.0, 600.0)
    text = "lung[[500, 500, 600, 600], [3, 3, 40, 40]]"
    target = Answer(boxes=(Box(xyxy=right, label="lung"),))
    values = {}
    for name, sure in (("wrong", (0.9, 0.2)), ("right", (0.2, 0.9)), ("none", None)):
        first, second = sure or (1.0, 1.0)
        pieces = [("lung[[", 0.5), ("500, 500, 600, 600", first), ("], [", 0.5), ("3, 3, 40, 40", second), ("]]", 0.5)]
        answer = parsed(LUNG, output(LUNG, text, tokens(text, pieces) if sure else ()))
        assert [box.xyxy for box in answer.boxes] == [pytest.approx(wrong), pytest.approx(right)]
        metric = parse_metric("ap@0.5").prepare([target])
        rows = metric.measure(answer, target)
        statistics = Statistics(values=np.array(rows), owner=np.zeros(len(rows), dtype=np.intp), units=1)
        values[name] = metric.reduce(statistics, np.ones((1, 1)))[""][0]
    assert values["right"] == pytest.approx(1.0)
    assert values["wrong"] == pytest.approx(0.5)
    assert values["none"] != values["right"]


@given(data=st.data())
def test_scores_are_those_of_all_tokens_that_touch_the_span(data):
    """Against the plain definition, token by token."""
    length = data.draw(st.integers(1, 40))
    ends = sorted(data.draw(st.lists(st.integers(0, length), min_size=1, max_size=12)))
    logprobs = tuple((end, data.draw(st.floats(-20, 0))) for end in ends)
    start = data.draw(st.integers(0, length - 1))
    span = (start, data.draw(st.integers(start + 1, length)))
    mention = Mention(label="x", boxes=((0.0, 0.0, 1.0, 1.0),), spans=(span,), start=0, end=length)
    (box,) = boxes_of(mention, "x", output(LUNG, "x" * length, logprobs))
    begins = [0, *(end for end, _ in logprobs[:-1])]
    touching = [
        value
        for begin, (end, value) in zip(begins, logprobs, strict=True)
        if begin < end and begin < span[1] and end > span[0]
    ]
    if touching:
        assert box.score == pytest.approx(math.exp(sum(touching) / len(touching)), rel=1e-9)
        assert 0 <= box.score <= 1
    else:
        assert box.score is None
