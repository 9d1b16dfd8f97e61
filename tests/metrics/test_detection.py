"""Region metrics by hand, and the mistakes of other scorers."""

import math

import pytest
from metric_values import boxed, grounded, said, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box, Segment

ONE, TWO, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (50.0, 50.0, 60.0, 60.0)
HALF = (0.0, 0.0, 10.0, 5.0)


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


def test_pooled_counts() -> None:
    """2 hits of 4 predicted and 3 wanted; precision and recall are not swapped."""
    pairs = [(boxed(ONE, TWO, FAR), boxed(ONE, TWO)), (boxed(FAR), boxed(ONE))]
    assert number("precision@0.5", *pairs) == pytest.approx(2 / 4)
    assert number("recall@0.5", *pairs) == pytest.approx(2 / 3)
    assert number("f1@0.5", *pairs) == pytest.approx(4 / 7)
    assert number("fp_per_image", *pairs) == pytest.approx(2 / 2)


def test_an_invalid_box_is_a_false_positive() -> None:
    nan = (math.nan, 0.0, 1.0, 1.0)
    for answer in (boxed(ONE, invalid=1), boxed(ONE, nan)):
        assert number("precision@0.5", (answer, boxed(ONE))) == 0.5
        assert number("fp_per_image", (answer, boxed(ONE))) == 1
    assert number("f1@0.5", (boxed(nan), boxed(ONE))) == 0


def test_labels_must_be_equal_not_contained() -> None:
    target = boxed(ONE, label="left lung")
    for wrong in ("", "l", "lung"):
        assert number("label_f1@0.5", (boxed(ONE, label=wrong), target)) == 0
        assert number("f1@0.5", (boxed(ONE, label=wrong), target)) == 1
    assert number("label_f1@0.5", (boxed(ONE, label="Left Lung."), target)) == 1


def test_a_single_box_is_judged_by_the_first_prediction() -> None:
    pairs = [
        (boxed(FAR, ONE), boxed(ONE)),
        (boxed(HALF), boxed(ONE)),
        (None, boxed(ONE)),
        (boxed(ONE), boxed(ONE, TWO)),
    ]
    assert number("iou_single_mean", *pairs) == pytest.approx(0.5 / 3)
    assert number("acc_iou@0.5", *pairs) == pytest.approx(1 / 3)


def test_an_image_without_findings() -> None:
    """It costs false positives where boxes are drawn, and is undefined for means over single boxes."""
    normal = (boxed(ONE), Answer())
    hit = (boxed(ONE), boxed(ONE))
    assert number("precision@0.5", normal, hit) == 0.5
    assert number("fp_per_image", normal, hit) == 0.5
    assert number("acc_iou@0.5", normal, hit) == 1
    for name in ("f1@0.5", "precision@0.5", "recall@0.5", "iou_single_mean"):
        assert math.isnan(number(name, normal, (Answer(), Answer())))


def test_an_image_blind_grid_gains_nothing() -> None:
    """3,025 boxes laid over every image: a scorer that keeps the best of all predictions gives .99."""
    cuts = range(0, 101, 10)
    grid = [(float(a), float(b), float(c), float(d)) for a in cuts for c in cuts for b in cuts for d in cuts]
    grid = [(a, b, c, d) for a, b, c, d in grid if a < c and b < d]
    golds = [(10.0, 12.0, 40.0, 52.0), (50.0, 5.0, 70.0, 25.0), (2.0, 60.0, 92.0, 90.0)]
    pairs = [(boxed(*grid), boxed(gold)) for gold in golds]
    assert number("recall@0.5", *pairs) == 1
    assert number("f1@0.5", *pairs) < 0.001
    assert number("acc_iou@0.5", *pairs) == 0
    assert number("fp_per_image", *pairs) == len(grid) - 1


def test_a_box_in_the_wrong_scale_is_wrong() -> None:
    """An exact box read as per-mille of a 640 x 480 image is another box, and nothing here repairs it."""
    x1, y1, x2, y2 = 100.0, 100.0, 300.0, 300.0
    wrong = (x1 * 0.64, y1 * 0.48, x2 * 0.64, y2 * 0.48)
    assert number("iou_single_mean", (boxed(wrong), boxed((x1, y1, x2, y2)))) < 0.1


@pytest.mark.parametrize("name", ["f1", "f1@0", "f1@1.5", "f1@0.50", "exact_match@0.5", "acc_iou@x", "f1@0.5(a=b)"])
def test_a_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(MedGaugeError):
        parse_metric(name)


def part(label: str, text: str, *boxes: tuple[float, float, float, float]) -> Segment:
    return Segment(label=label, text=text, boxes=tuple(Box(xyxy=b, label=label) for b in boxes))


def test_grounded_report() -> None:
    target = grounded(part("heart", "the heart is large", ONE), part("lung", "clear", TWO), part("rib", "broken", FAR))
    answer = grounded(part("Heart", "the heart is normal", ONE), part("liver", "clear", TWO))
    assert number("object_f1", (answer, target)) == pytest.approx(2 / 5)
    assert number("region_f1@0.5", (answer, target)) == pytest.approx(4 / 5)
    assert number("alignment_f1@0.5", (answer, target)) == pytest.approx(2 / 5)
    assert number("region_rouge_l", (answer, target)) == pytest.approx(0.75 / 3)


def test_labels_are_a_multiset() -> None:
    target = grounded(part("nodule", "a"), part("nodule", "b"))
    assert number("object_f1", (grounded(part("nodule", "a")), target)) == pytest.approx(2 / 3)


def test_answers_without_a_report_get_nothing() -> None:
    target = grounded(part("heart", "large", ONE))
    for name in ("object_f1", "region_f1@0.5", "alignment_f1@0.5", "region_rouge_l"):
        assert number(name, (None, target)) == number(name, (said("the heart is large"), target)) == 0
