"""Region metrics where something is missing, empty or wrong: the table of conventions, cell by cell."""

import math
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import boxed, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box
from medgauge_metrics.boxes import iou

ONE, TWO, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (50.0, 50.0, 60.0, 60.0)
NAN, FLAT, REVERSED = (math.nan, 0.0, 1.0, 1.0), (5.0, 5.0, 5.0, 9.0), (9.0, 9.0, 1.0, 1.0)
PER_IMAGE = ("f1_image@0.5", "precision_image@0.5", "recall_image@0.5", "label_f1_image@0.5")
OF_FOUND = (*PER_IMAGE, "center_hit", "iou_union_mean", "acc_iou@0.5", "iou_single_mean")
SMALL = st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 5)] * 2).map(
    lambda t: (float(t[0]), float(t[1]), float(t[0] + t[2]), float(t[1] + t[3]))
)


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


@pytest.mark.parametrize("name", OF_FOUND)
def test_an_image_with_nothing_to_find_is_in_no_mean_over_images(name: str) -> None:
    hit = (boxed(ONE), boxed(ONE))
    for answer in (Answer(), boxed(FAR), None, boxed(invalid=2)):
        assert math.isnan(number(name, (answer, Answer())))
        assert number(name, hit, (answer, Answer())) == 1


@pytest.mark.parametrize("name", ["no_finding_specificity", "boxes_on_normal"])
def test_an_image_with_findings_says_nothing_of_normal_ones(name: str) -> None:
    assert math.isnan(number(name, (boxed(FAR), boxed(ONE))))


def test_normal_images() -> None:
    pairs = [(Answer(), Answer()), (boxed(ONE, TWO), Answer()), (boxed(invalid=1), Answer()), (None, Answer())]
    assert number("no_finding_specificity", *pairs) == 2 / 4
    assert number("boxes_on_normal", *pairs) == 3 / 4
    pairs.append((boxed(ONE), boxed(ONE)))
    assert number("precision@0.5", *pairs) == pytest.approx(1 / 4)
    assert number("f1@0.5", *pairs) == pytest.approx(2 / 5)


def test_nothing_said_about_normal_images_leaves_pooled_numbers() -> None:
    pair = (boxed(ONE, FAR), boxed(ONE, TWO))
    for name in ("f1@0.5", "label_f1@0.5", "label_precision@0.5", "label_recall@0.5"):
        assert number(name, pair) == number(name, pair, (Answer(), Answer()), (None, Answer()))


@pytest.mark.parametrize("bad", [NAN, FLAT, REVERSED])
def test_what_is_no_rectangle_is_a_false_positive(bad: tuple[float, float, float, float]) -> None:
    for answer in (boxed(ONE, bad), boxed(ONE, invalid=1)):
        pair = (answer, boxed(ONE))
        assert number("precision_image@0.5", pair) == 0.5
        assert number("f1_image@0.5", pair) == pytest.approx(2 / 3)
        assert number("label_precision@0.5", pair) == 0.5
        assert number("invalid_box_rate", pair) == 0.5
        assert number("no_finding_specificity", (answer, Answer())) == 0
        assert number("iou_union_mean", pair) == 1
        assert number("iou_matched_mean", pair) == 1
    assert number("center_hit", (boxed(bad, ONE), boxed(ONE))) == 0


def test_the_rate_of_invalid_boxes_is_pooled() -> None:
    pairs = [(boxed(ONE, NAN, invalid=2), boxed(ONE)), (boxed(TWO), Answer()), (None, boxed(ONE))]
    assert number("invalid_box_rate", *pairs) == 3 / 5


def test_per_image_and_pooled_differ() -> None:
    """One image with one box found, one with four of which one is found."""
    four = boxed(ONE, TWO, FAR, (80.0, 80.0, 90.0, 90.0))
    pairs = [(boxed(ONE), boxed(ONE)), (boxed(TWO, (0.0, 50.0, 9.0, 59.0)), four)]
    assert number("recall_image@0.5", *pairs) == pytest.approx((1 + 1 / 4) / 2)
    assert number("recall@0.5", *pairs) == pytest.approx(2 / 5)
    assert number("precision_image@0.5", *pairs) == pytest.approx((1 + 1 / 2) / 2)
    assert number("f1_image@0.5", *pairs) == pytest.approx((1 + 2 / 6) / 2)
    assert number("f1_image@0.5", *pairs, (None, boxed(ONE))) == pytest.approx((1 + 2 / 6) / 3)


def test_thresholds_go_by_name() -> None:
    pair = (boxed((0.0, 0.0, 10.0, 6.0)), boxed(ONE))
    assert [number(f"f1@{at}", pair) for at in (0.3, 0.5, 0.6, 0.75)] == [1, 1, 1, 0]
    assert [number(f"f1_image@{at}", pair) for at in (0.3, 0.5, 0.6, 0.75)] == [1, 1, 1, 0]


def test_labels_in_precision_and_recall() -> None:
    target = Answer(boxes=(Box(xyxy=ONE, label="nodule"), Box(xyxy=TWO, label="mass")))
    answer = Answer(boxes=(Box(xyxy=ONE, label="Nodule"), Box(xyxy=TWO, label="nodule"), Box(xyxy=FAR, label="mass")))
    assert number("label_precision@0.5", (answer, target)) == pytest.approx(1 / 3)
    assert number("label_recall@0.5", (answer, target)) == pytest.approx(1 / 2)
    assert number("label_f1@0.5", (answer, target)) == pytest.approx(2 / 5)
    assert number("label_f1_image@0.5", (answer, target)) == pytest.approx(2 / 5)
    assert number("f1_image@0.5", (answer, target)) == pytest.approx(4 / 5)


def test_the_pointing_game() -> None:
    """The centre of the first box in any reference box, its edge included, however large the box."""
    assert number("center_hit", (boxed((-20.0, -20.0, 30.0, 30.0)), boxed(ONE))) == 1
    assert number("center_hit", (boxed((5.0, 5.0, 15.0, 15.0)), boxed(ONE))) == 1
    assert number("center_hit", (boxed((-5.0, -5.0, 5.0, 5.0)), boxed(ONE))) == 1
    assert number("center_hit", (boxed((6.0, 6.0, 15.0, 15.0)), boxed(ONE))) == 0
    assert number("center_hit", (boxed(TWO), boxed(ONE, TWO))) == 1
    assert number("center_hit", (boxed(FAR, ONE), boxed(ONE))) == 0
    assert number("center_hit", (None, boxed(ONE)), (boxed(ONE), boxed(ONE))) == 0.5
    assert number("center_hit", (boxed((-1e308, 0.0, 1e307, 1.0)), boxed((-1e308, 0.0, 0.0, 1.0)))) == 1


def test_the_mean_iou_of_matches_does_not_see_what_is_missing() -> None:
    half = (0.0, 0.0, 10.0, 5.0)
    whole = (boxed(ONE, half), boxed(ONE, TWO))
    assert number("iou_matched_mean", whole) == 1
    assert number("iou_matched_mean", whole, (boxed(half), boxed(ONE))) == 0.75
    assert math.isnan(number("iou_matched_mean", (boxed(FAR), boxed(ONE))))
    assert parse_metric("iou_matched_mean").higher_is_better is None


def raster(boxes: list[tuple[float, float, float, float]]) -> set[tuple[int, int]]:
    return {(x, y) for a, b, c, d in boxes for x in range(int(a), int(c)) for y in range(int(b), int(d))}


@given(pred=st.lists(SMALL, max_size=5), gold=st.lists(SMALL, min_size=1, max_size=5))
def test_the_iou_of_unions_is_the_count_of_pixels(pred: list, gold: list) -> None:
    first, second = raster(pred), raster(gold)
    expected = len(first & second) / len(first | second)
    assert number("iou_union_mean", (boxed(*pred), boxed(*gold))) == pytest.approx(expected, abs=1e-11)


@settings(max_examples=50, deadline=None)
@given(pred=st.lists(SMALL, max_size=5), gold=st.lists(SMALL, min_size=1, max_size=5))
def test_counts_by_trying_every_assignment(pred: list, gold: list) -> None:
    """n up to 5 each, and every way to pair them."""
    longer, shorter = sorted((pred, gold), key=len, reverse=True)
    tries = ([iou(a, b) for a, b in zip(order, shorter, strict=True)] for order in permutations(longer, len(shorter)))
    found = [[value for value in one if value >= 0.5] for one in tries]
    hits, total = max((len(values), round(sum(values), 9)) for values in found)
    pair = (boxed(*pred), boxed(*gold))
    assert number("f1_image@0.5", pair) == pytest.approx(2 * hits / (len(pred) + len(gold)))
    assert number("recall_image@0.5", pair) == pytest.approx(hits / len(gold))
    assert number("precision_image@0.5", pair) == pytest.approx(hits / len(pred) if pred else 0)
    assert number("fp_per_image", pair) == len(pred) - hits
    if hits:
        assert number("iou_matched_mean", pair) == pytest.approx(total / hits, abs=1e-8)


def test_swapped_precision_and_recall_would_be_seen() -> None:
    pair = (boxed(ONE, TWO, FAR), boxed(ONE))
    assert number("precision_image@0.5", pair) == pytest.approx(1 / 3)
    assert number("recall_image@0.5", pair) == 1


def test_a_score_changes_nothing_where_none_is_asked_for() -> None:
    pair = (boxed(ONE, FAR), boxed(ONE, TWO))
    with_scores = replace(pair[0], boxes=tuple(replace(b, score=0.1 * i) for i, b in enumerate(pair[0].boxes)))
    for name in (*OF_FOUND, "f1@0.5", "ap_noscore@0.5", "iou_matched_mean", "invalid_box_rate"):
        made = [number(name, (answer, pair[1])) for answer in (pair[0], with_scores)]
        assert made[0] == pytest.approx(made[1], nan_ok=True)
