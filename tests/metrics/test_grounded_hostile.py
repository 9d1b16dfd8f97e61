"""A long answer of segments, boxes or label is measured in time, and no label or box breaks a metric."""

import time
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import grounded

from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box, Segment
from medgauge_metrics.finding_errors import explain_findings

METRICS = (
    *("object_f1", "region_f1@0.5", "alignment_f1@0.5", "grounding_f1", "spatial_f1(agg=mean)", "found_rate"),
    *("invented_rate", "region_rouge_l", "region_token_f1", "region_exact", "label_accuracy"),
)
TARGET = grounded(
    Segment(label="heart", text="large", boxes=(Box(xyxy=(0.2, 0.2, 0.7, 0.8), label="heart"),)),
    Segment(label="左肺", text="clear", boxes=(Box(xyxy=(0.0, 0.0, 0.1, 0.9), label="左肺"),)),
)
SECONDS = 15


@cache
def boxes(count: int) -> tuple[Box, ...]:
    """No two edges alike."""
    rng = np.random.default_rng(count)
    low = rng.random((count, 2))
    corners = np.concatenate([low, low + 0.1 * rng.random((count, 2))], axis=1)
    return tuple(Box(xyxy=(a, b, c, d), label="heart") for a, b, c, d in corners.tolist())


def long_answer(shape: str) -> Answer:
    if shape == "boxes of one segment":
        return grounded(Segment(label="heart", text="", boxes=boxes(20_000)))
    if shape == "segments of one label":
        return grounded(*(Segment(label="heart", text="a", boxes=(box,)) for box in boxes(8_000)))
    if shape == "segments of many labels":
        return grounded(*(Segment(label=f"left {i}", text="a", boxes=(b,)) for i, b in enumerate(boxes(8_000))))
    return grounded(Segment(label=shape * (200_000 // len(shape)), text=shape * 5_000, boxes=boxes(1)))


@pytest.mark.parametrize(
    "shape",
    [
        *("boxes of one segment", "segments of one label", "segments of many labels"),
        *("左右", "both left and ", " on the", "\ud800", "\u202e右", "[[", "ies "),
    ],
)
def test_a_long_answer_is_measured_in_time(shape: str) -> None:
    answer = long_answer(shape)
    for name in METRICS:
        started = time.monotonic()
        assert parse_metric(name).measure(answer, TARGET) is not None
        assert time.monotonic() - started < SECONDS


labels = st.text(st.characters(exclude_categories=[]), max_size=12) | st.sampled_from(
    ["heart", "右肺", "both lungs", ""]
)
any_box = st.builds(Box, xyxy=st.tuples(*[st.floats()] * 4), label=labels)
reports = st.lists(
    st.builds(Segment, label=labels, text=labels, boxes=st.lists(any_box, max_size=3).map(tuple)), max_size=4
)


@settings(max_examples=100, deadline=None)
@given(answer=reports, target=reports, invalid=st.integers(-2, 3))
def test_any_label_and_any_box_is_measured(answer: list, target: list, invalid: int) -> None:
    """Whatever the answer, whether it is defined follows from the target, and no statistic is infinite or no number."""
    written, wanted = Answer(segments=tuple(answer), invalid_boxes=invalid), Answer(segments=tuple(target), text="x")
    for name in METRICS:
        metric = parse_metric(name)
        measured = metric.measure(written, wanted)
        assert (measured is None) == (metric.measure(None, wanted) is None)
        assert measured is None or np.isfinite(np.array(measured)).all()
    assert all(v["iou"] is None or 0 <= v["iou"] <= 1 for v in explain_findings(written, wanted))
