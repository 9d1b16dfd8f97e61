"""What a model can put into boxes and scores, and how long it takes."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import boxed, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box

NAMES = (
    "f1@0.5", "label_f1@0.5", "f1_image@0.5", "label_f1_image@0.5", "center_hit", "iou_union_mean", "iou_matched_mean",
    "fp_per_image", "boxes_on_normal", "invalid_box_rate", "ap", "ap@0.5(ties=coco)", "ap_noscore@0.5", "froc@0.5",
    "coco12", "voc_ap@0.5",
)  # fmt: skip
anything = st.builds(
    Box,
    xyxy=st.tuples(*[st.floats() | st.integers(0, 20).map(float)] * 4),
    label=st.text(st.characters(exclude_categories=[]), max_size=4),
    score=st.none() | st.floats(),
)


@settings(max_examples=60, deadline=None)
@given(
    pred=st.lists(anything, max_size=6).map(tuple), gold=st.lists(anything, max_size=4).map(tuple), bad=st.integers()
)
def test_any_boxes_are_measured(pred: tuple[Box, ...], gold: tuple[Box, ...], bad: int) -> None:
    pair = (Answer(boxes=pred, invalid_boxes=bad % 2**31), Answer(boxes=gold))
    for name in NAMES:
        number = value(parse_metric(name), [pair])
        assert math.isnan(number) or number >= 0
        assert not math.isinf(number)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("score", [None, 0.5])
def test_a_megabyte_of_boxes_is_measured_in_time(name: str, score: float | None) -> None:
    """20,000 boxes on top of five, and a label of a megabyte."""
    xyxy = (0.0, 0.0, 10.0, 10.0)
    many = tuple(Box(xyxy=xyxy, label="nodule", score=score) for _ in range(20_000))
    answer = Answer(boxes=(*many, Box(xyxy=xyxy, label="\u202e\ud800x" * 350_000, score=score)))
    target = boxed(*[(0.0, 0.0, 10.0, 10.0 + i / 10) for i in range(5)], label="nodule")
    started = time.monotonic()
    number = value(parse_metric(name), [(answer, target)])
    assert time.monotonic() - started < 20
    assert math.isnan(number) or number >= 0
