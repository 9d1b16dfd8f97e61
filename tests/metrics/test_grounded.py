"""Names, regions and alignment of grounded reports: by hand, by brute force, and the mistakes of other scorers."""

import math
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import grounded, said, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box, Segment
from medgauge_metrics.textform import normalise

Quad = tuple[float, float, float, float]
ONE, TWO, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (50.0, 50.0, 60.0, 60.0)
THRESHOLDS = (0.3, 0.5, 0.75)
sides = st.integers(0, 6)
rectangles = st.tuples(sides, sides, st.integers(1, 5), st.integers(1, 5)).map(
    lambda t: (float(t[0]), float(t[1]), float(t[0] + t[2]), float(t[1] + t[3]))
)
labels = st.sampled_from(["lung", "Lung.", "left lung", "肺", ""])


def part(label: str, *boxes: Quad, text: str = "") -> Segment:
    return Segment(label=label, text=text, boxes=tuple(Box(xyxy=b, label=label) for b in boxes))


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


def report_of(boxes: Sequence[tuple[str, Quad]]) -> Answer:
    return grounded(*(part(label, box) for label, box in boxes))


reports = st.lists(st.tuples(labels, rectangles), max_size=5).map(report_of)


def plain_iou(a: Quad, b: Quad) -> float:
    """Written out, sharing nothing with the package."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def most_matches(pred: list[tuple[str, Quad]], gold: list[tuple[str, Quad]], at: float, labelled: bool) -> int:
    """The most pairs that any way to give each reference box one predicted box makes."""
    few, many = sorted((pred, gold), key=len)

    def right(a: tuple[str, Quad], b: tuple[str, Quad]) -> bool:
        return plain_iou(a[1], b[1]) >= at and (not labelled or normalise(a[0]) == normalise(b[0]))

    return max(sum(right(a, b) for a, b in zip(few, way, strict=True)) for way in permutations(many, len(few)))


def flat(report: Answer) -> list[tuple[str, Quad]]:
    return [(segment.label, box.xyxy) for segment in report.segments for box in segment.boxes]


@pytest.mark.parametrize(("head", "labelled"), [("region", False), ("alignment", True)])
@settings(max_examples=150, deadline=None)
@given(answer=reports, target=reports, at=st.sampled_from(THRESHOLDS))
def test_boxes_by_brute_force(head: str, labelled: bool, answer: Answer, target: Answer, at: float) -> None:
    hits, pred, gold = most_matches(flat(answer), flat(target), at, labelled), len(answer.boxes), len(target.boxes)
    precision, recall, f1 = (number(f"{head}_{of}@{at:g}", (answer, target)) for of in ("precision", "recall", "f1"))
    if not gold:
        assert all(math.isnan(v) for v in (precision, recall, f1))
        return
    assert precision == pytest.approx(hits / pred if pred else 0, abs=1e-12)
    assert recall == pytest.approx(hits / gold, abs=1e-12)
    assert f1 == pytest.approx(2 * hits / (pred + gold), abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(pairs=st.lists(st.tuples(reports, reports), min_size=1, max_size=4))
def test_objects_by_brute_force(pairs: list[tuple[Answer, Answer]]) -> None:
    """Names are crossed out one by one."""
    hits = predicted = reference = 0
    for answer, target in pairs:
        left = [normalise(s.label) for s in target.segments]
        predicted, reference = predicted + len(answer.segments), reference + len(left)
        for segment in answer.segments:
            if normalise(segment.label) in left:
                left.remove(normalise(segment.label))
                hits += 1
    if not reference:
        assert math.isnan(number("object_f1", *pairs))
        return
    assert number("object_precision", *pairs) == pytest.approx(hits / predicted if predicted else 0, abs=1e-12)
    assert number("object_recall", *pairs) == pytest.approx(hits / reference, abs=1e-12)
    assert number("object_f1", *pairs) == pytest.approx(2 * hits / (predicted + reference), abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(pairs=st.lists(st.tuples(reports, reports), min_size=1, max_size=4), at=st.sampled_from(THRESHOLDS))
def test_agreement_is_never_above_either(pairs: list[tuple[Answer, Answer]], at: float) -> None:
    """A box under the right label is a right box; a stricter threshold never gives more; F1 lies between P and R."""
    for of in ("f1", "precision", "recall"):
        aligned, region = number(f"alignment_{of}@{at:g}", *pairs), number(f"region_{of}@{at:g}", *pairs)
        assert math.isnan(region) or aligned <= region + 1e-12
        assert math.isnan(region) or number(f"region_{of}@0.9", *pairs) <= region + 1e-12
    for name in ("object_{}", f"region_{{}}@{at:g}", f"alignment_{{}}@{at:g}"):
        f1, precision, recall = (number(name.format(of), *pairs) for of in ("f1", "precision", "recall"))
        assert math.isnan(f1) or min(precision, recall) - 1e-12 <= f1 <= max(precision, recall) + 1e-12


def test_precision_is_over_what_was_predicted() -> None:
    """Others divide hits by the reference and call it precision."""
    pair = (grounded(part("lung", ONE, TWO, FAR)), grounded(part("lung", ONE)))
    for head in ("region", "alignment"):
        assert number(f"{head}_precision@0.5", pair) == pytest.approx(1 / 3)
        assert number(f"{head}_recall@0.5", pair) == 1
    pair = (grounded(part("lung"), part("heart"), part("rib")), grounded(part("lung")))
    assert number("object_precision", pair) == pytest.approx(1 / 3)
    assert number("object_recall", pair) == 1


@pytest.mark.parametrize("wrong", ["", "l", "lung", "left", "the report says left lung", " "])
def test_an_empty_name_or_a_part_of_one_matches_nothing(wrong: str) -> None:
    """Others accept no name at all, and any name that is contained in the other."""
    pair = (grounded(part(wrong, ONE)), grounded(part("left lung", ONE)))
    for of in ("f1", "precision", "recall"):
        assert number(f"object_{of}", pair) == number(f"alignment_{of}@0.5", pair) == 0
        assert number(f"region_{of}@0.5", pair) == 1


def test_no_name_equals_no_name() -> None:
    pair = (grounded(part("", ONE)), grounded(part("。", ONE)))
    assert number("object_f1", pair) == number("alignment_f1@0.5", pair) == 1


def test_a_grid_of_36_boxes_does_not_win() -> None:
    """Others keep the best of all predictions where there are more than one."""
    grid = [(x * 10.0, y * 10.0, x * 10.0 + 10, y * 10.0 + 10) for x in range(6) for y in range(6)]
    pair = (grounded(part("lung", *grid)), grounded(part("lung", FAR)))
    for head in ("region", "alignment"):
        assert number(f"{head}_recall@0.75", pair) == 1
        assert number(f"{head}_precision@0.75", pair) == pytest.approx(1 / 36)
        assert number(f"{head}_f1@0.75", pair) == pytest.approx(2 / 37)
    assert number("found_rate", pair) == 0
    assert number("spatial_precision", pair) == 0


def test_a_name_written_many_times_is_right_once() -> None:
    pair = (grounded(*[part("heart", ONE)] * 5), grounded(part("heart", ONE), part("lung", TWO)))
    assert number("object_precision", pair) == number("alignment_precision@0.5", pair) == pytest.approx(1 / 5)
    assert number("object_recall", pair) == number("alignment_recall@0.5", pair) == pytest.approx(1 / 2)


def test_names_are_compared_for_the_boxes_that_they_stand_at() -> None:
    """Others look a box's name up by the number of the mention, and so take another one's."""
    answer = grounded(part("heart", ONE, TWO), part("lung", FAR))
    target = grounded(part("heart", ONE), part("lung", FAR))
    assert number("alignment_recall@0.5", (answer, target)) == 1
    assert number("alignment_precision@0.5", (answer, target)) == pytest.approx(2 / 3)


def test_swapped_names_align_nothing() -> None:
    answer, target = grounded(part("heart", TWO), part("lung", ONE)), grounded(part("heart", ONE), part("lung", TWO))
    assert number("object_f1", (answer, target)) == number("region_f1@0.5", (answer, target)) == 1
    assert number("alignment_f1@0.5", (answer, target)) == 0


@pytest.mark.parametrize("metric", ["object_{}", "region_{}@0.5", "alignment_{}@0.5"])
def test_nothing_written_and_nothing_there(metric: str) -> None:
    """No division by zero, no infinity: 0 against something, undefined against nothing, false positives count."""
    target, silent, box = grounded(part("heart", ONE)), Answer(), grounded(part("rib", FAR))
    for of in ("f1", "precision", "recall"):
        name = metric.format(of)
        assert number(name, (None, target)) == number(name, (said("heart"), target)) == 0
        assert math.isnan(number(name, (box, silent)))
        assert number(name, (target, target), (silent, silent)) == 1
        assert number(name, (target, target), (box, silent)) == pytest.approx(
            {"precision": 1 / 2, "recall": 1.0, "f1": 2 / 3}[of]
        )


def test_a_box_that_is_none_is_a_false_positive() -> None:
    target = grounded(part("heart", ONE))
    for bad in ((0.0, 0.0, math.nan, 1.0), (5.0, 5.0, 1.0, 1.0), (0.0, 0.0, math.inf, 1.0), (1.0, 1.0, 1.0, 4.0)):
        for head in ("region", "alignment"):
            assert number(f"{head}_precision@0.5", (grounded(part("heart", ONE, bad)), target)) == 1 / 2
    counted = Answer(segments=target.segments, boxes=target.boxes, invalid_boxes=1)
    for name in ("region_precision@0.5", "alignment_precision@0.5", "spatial_precision", "grounding_precision"):
        assert number(name, (counted, target)) == 1 / 2


@pytest.mark.parametrize("name", ["region_f1", "alignment_recall", "region_precision@0", "object_f1@0.5"])
def test_a_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(MedGaugeError):
        parse_metric(name)


def test_pooled_is_over_all_reports() -> None:
    """2 of 3 and 0 of 1: the mean of the samples' shares would be 1/3."""
    pairs = [
        (
            grounded(part("heart", ONE), part("lung", TWO), part("rib", FAR)),
            grounded(part("heart", ONE), part("lung", TWO)),
        ),
        (grounded(part("liver", ONE)), grounded(part("heart", FAR))),
    ]
    assert number("object_precision", *pairs) == number("region_precision@0.5", *pairs) == 2 / 4
    assert number("object_recall", *pairs) == number("alignment_recall@0.5", *pairs) == pytest.approx(2 / 3)
