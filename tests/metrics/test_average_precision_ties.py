"""Equal scores, no scores, copies and weights: what average precision must not hang on."""

import math
import random
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from detection_scenes import Pairs, measured, number, numbers, prepared, scene, scored, twelve
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import boxed

from medgauge.types import Answer, Box
from medgauge_metrics.average_precision import COCO_IOUS
from medgauge_metrics.boxes import iou

ONE, TWO, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (50.0, 50.0, 60.0, 60.0)
NAN = (math.nan, 0.0, 1.0, 1.0)


def brute_hits(pred: list[Box], gold: list[Box], at: float) -> list[bool]:
    """Greedy, box by box: of equal scores the one with the larger best IoU first, then by coordinates."""
    best = [max([iou(p.xyxy, g.xyxy) for g in gold if iou(p.xyxy, g.xyxy) >= 0.5], default=0.0) for p in pred]
    order = sorted(range(len(pred)), key=lambda i: (-(pred[i].score or 0.0), -best[i], pred[i].xyxy[::-1]))
    free, hits = sorted(gold, key=lambda g: g.xyxy[::-1]), [False] * len(pred)
    for i in order:
        reach = [(iou(pred[i].xyxy, g.xyxy), j) for j, g in enumerate(free)]
        value, j = max(reach, default=(0.0, 0))
        if value >= at:
            hits[i] = True
            del free[j]
    return hits


def brute_ap(pairs: Pairs, at: float) -> float:
    """By definition: for each recall the best precision at any score that reaches it."""
    values = []
    for label in sorted({b.label for _, target in pairs for b in target.boxes}):
        hits: dict[float, list[bool]] = defaultdict(list)
        reference = 0
        for answer, target in pairs:
            mine = [b for b in answer.boxes if b.label == label]
            wanted = [b for b in target.boxes if b.label == label]
            reference += len(wanted)
            for b, hit in zip(mine, brute_hits(mine, wanted, at), strict=True):
                hits[b.score or 0.0].append(hit)
        curve = []
        for cut in hits:
            down_to = [hit for score, group in hits.items() if score >= cut for hit in group]
            curve.append((sum(down_to) / reference, sum(down_to) / len(down_to)))
        recalls = np.linspace(0, 1, 101)
        values.append(np.mean([max([p for r, p in curve if r >= recall], default=0.0) for recall in recalls]))
    return float(np.mean(values))


@pytest.mark.parametrize("decimals", [0, 1, 12])
def test_by_definition(decimals: int) -> None:
    pairs = scene(decimals, images=15, classes=2, decimals=decimals)
    for at in (0.5, 0.75, 0.9):
        assert number(f"ap@{at}", pairs) == pytest.approx(brute_ap(pairs, at), abs=1e-12)
    assert number("ap", pairs) == pytest.approx(np.mean([brute_ap(pairs, at) for at in COCO_IOUS]), abs=1e-12)


def shuffled(pairs: Pairs, seed: int) -> Pairs:
    """Samples, boxes and reference boxes in another order."""
    rng = random.Random(seed)

    def mixed(answer: Answer) -> Answer:
        return replace(answer, boxes=tuple(rng.sample(answer.boxes, len(answer.boxes))))

    return [(mixed(answer), mixed(target)) for answer, target in rng.sample(list(pairs), len(pairs))]


@pytest.mark.parametrize("name", ["ap", "ap@0.5", "ap_noscore@0.5", "froc@0.5"])
def test_a_constant_score_hangs_on_no_order(name: str) -> None:
    pairs = scored(scene(5, images=50, classes=1), 1.0)
    assert {number(name, shuffled(pairs, seed)) for seed in range(8)} == {number(name, pairs)}


def test_the_same_boxes_in_file_order_do() -> None:
    pairs = scored(scene(5, images=50, classes=1), 1.0)
    found = {number("ap@0.5(ties=coco)", shuffled(pairs, seed)) for seed in range(8)}
    assert len(found) == 8
    assert max(found) - min(found) > 0.01


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999), decimals=st.integers(0, 2))
def test_rounded_scores_hang_on_no_order(seed: int, decimals: int) -> None:
    pairs = scene(seed, images=6, classes=2, decimals=decimals)
    for name in ("ap", "froc@0.5"):
        assert number(name, pairs) == pytest.approx(number(name, shuffled(pairs, seed)), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", ["ap", "ap@0.5", "ap_noscore@0.5", "froc@0.5"])
def test_weights_are_copies_exactly(name: str) -> None:
    pairs = scene(2, images=40, classes=14, decimals=1)
    weights = np.random.default_rng(2).integers(0, 4, (70, len(pairs))).astype(np.float64)
    metric = prepared(name, pairs)
    together = metric.reduce(measured(metric, pairs), weights)
    for i, times in enumerate(weights):
        copies = [pair for pair, n in zip(pairs, times, strict=True) for _ in range(int(n))]
        alone = metric.reduce(measured(metric, copies), np.ones((1, len(copies))))
        assert together.keys() == alone.keys()
        assert all(together[part][i] == alone[part][0] or math.isnan(alone[part][0]) for part in alone)


def test_few_weightings_and_many_give_the_same() -> None:
    """A narrow block accumulates in one call, a wide one row by row."""
    pairs = scene(3, images=30, classes=2, decimals=2)
    weights = np.random.default_rng(3).random((600, len(pairs)))
    metric = prepared("ap", pairs)
    statistics = measured(metric, pairs)
    narrow = np.concatenate([metric.reduce(statistics, weights[i : i + 20])[""] for i in range(0, 600, 20)])
    assert metric.reduce(statistics, weights)[""] == pytest.approx(narrow, abs=1e-13)


def with_scores(*boxes: tuple[tuple[float, float, float, float], float | None], invalid: int = 0) -> Answer:
    return Answer(boxes=tuple(Box(xyxy=xyxy, score=score) for xyxy, score in boxes), invalid_boxes=invalid)


@pytest.mark.parametrize("name", ["ap", "ap@0.5", "ap@0.5(ties=coco)", "froc@0.5", "coco12", "voc_ap@0.5"])
def test_only_real_scores_make_a_ranking(name: str) -> None:
    target = boxed(ONE, TWO)
    assert math.isnan(number(name, [(boxed(ONE, TWO), target)]))
    assert math.isnan(number(name, [(boxed(invalid=1), target)]))
    assert math.isnan(number(name, [(with_scores((ONE, math.nan), (TWO, math.inf)), target)]))
    assert number(name, [(Answer(), target)]) == 0
    assert number(name, [(with_scores((ONE, 0.3), (TWO, 0.3)), target)]) == pytest.approx(1, abs=1e-12)
    assert number(name, [(with_scores((ONE, -7.5), (TWO, 1e300)), target)]) == pytest.approx(1, abs=1e-12)


def test_a_box_without_score_ranks_last() -> None:
    """After one right box with the lowest score: right and wrong without a score come at once, two of three."""
    answer = with_scores((TWO, None), (FAR, None), (ONE, -100.0))
    expected = (51 * 1 + 50 * 2 / 3) / 101
    assert number("ap@0.5", [(answer, boxed(ONE, TWO))]) == pytest.approx(expected, abs=1e-12)


def test_invalid_boxes_are_false_positives() -> None:
    target = boxed(ONE, TWO)
    scored_nan = with_scores((NAN, 0.9), (ONE, 0.5), (TWO, 0.4))
    assert number("ap@0.5", [(scored_nan, target)]) == pytest.approx(2 / 3, abs=1e-12)
    at_the_end = with_scores((ONE, 0.5), (TWO, 0.4), invalid=3)
    assert number("ap@0.5", [(at_the_end, target)]) == 1
    among_unscored = with_scores((ONE, 0.5), (TWO, None), invalid=3)
    assert number("ap@0.5", [(among_unscored, target)]) == pytest.approx((51 + 50 * 2 / 5) / 101, abs=1e-12)
    assert number("ap_noscore@0.5", [(boxed(ONE, TWO, invalid=2), target)]) == pytest.approx(0.5)


def test_an_invalid_box_of_unknown_label_is_shared_by_the_classes() -> None:
    target = Answer(boxes=(Box(xyxy=ONE, label="a"), Box(xyxy=TWO, label="b")))
    answer = replace(target, invalid_boxes=1)
    assert number("ap_noscore@0.5", [(answer, target)]) == pytest.approx(1 / 1.5)
    known = Answer(boxes=(Box(xyxy=FAR, label="a", score=0.5),))
    both = [(known, Answer()), (answer, target)]
    assert numbers("ap@0.5", both) == pytest.approx({"": (1 / 2.5 + 1 / 1.5) / 2, "a": 1 / 2.5, "b": 1 / 1.5})


def test_labels_outside_the_classes_cost_nothing_in_the_mean_of_coco() -> None:
    target = Answer(boxes=(Box(xyxy=ONE, label="nodule"),))
    right = Box(xyxy=ONE, label=" Nodule.", score=0.1)
    spurious = tuple(Box(xyxy=FAR, label="mass", score=0.9) for _ in range(9))
    pairs = [(Answer(boxes=(*spurious, right)), target)]
    assert numbers("ap@0.5", pairs) == {"": 1.0, "nodule": 1.0}
    assert number("ap_noscore@0.5", pairs) == 1
    assert number("label_f1@0.5", pairs) == pytest.approx(2 / 11)


def test_a_set_without_labels_is_one_class() -> None:
    named = Answer(boxes=(Box(xyxy=ONE, label="whatever", score=0.5),))
    for name in ("ap@0.5", "ap_noscore@0.5", "voc_ap@0.5"):
        assert number(name, [(named, boxed(ONE))]) == 1


def test_boxes_of_one_score_are_not_cut_apart_at_a_hundred() -> None:
    """150 boxes of one score, the right one last: by the file's order it would never be seen."""
    answer = with_scores(*[(FAR, 0.5)] * 149, (ONE, 0.5))
    assert number("ap@0.5", [(answer, boxed(ONE))]) == pytest.approx(1 / 150, abs=1e-12)
    assert number("ap@0.5(ties=coco)", [(answer, boxed(ONE))]) == 0
    ranked = with_scores(*[(FAR, 1.0)] * 100, (ONE, 0.5))
    assert number("ap@0.5", [(ranked, boxed(ONE))]) == 0


LEFT, RIGHT = (0.0, 0.0, 10.0, 10.0), (4.0, 0.0, 14.0, 10.0)
BETWEEN = (2.0, 0.0, 12.0, 10.0)
"""IoU 2/3 with both."""


def test_of_two_equal_ious_coco_takes_the_later_reference() -> None:
    """What is left must do for the second box, which reaches one of them alone."""
    answer = with_scores((BETWEEN, 0.9), (LEFT, 0.8))
    for golds, expected in (((LEFT, RIGHT), 1.0), ((RIGHT, LEFT), 51 / 101)):
        pairs = [(answer, boxed(*golds))]
        assert twelve(pairs)["AP50"] == pytest.approx(expected, abs=1e-12)
        assert number("ap@0.5(ties=coco)", pairs) == pytest.approx(expected, abs=1e-12)
        assert number("ap@0.5", pairs) == 1


def test_of_two_boxes_of_one_score_the_better_one_takes_first() -> None:
    target = boxed(LEFT, RIGHT)
    for order in ((BETWEEN, RIGHT), (RIGHT, BETWEEN)):
        assert number("ap@0.5", [(with_scores(*[(b, 0.5) for b in order]), target)]) == 1


def test_of_two_boxes_as_good_the_place_decides() -> None:
    """The one further right comes second and finds its reference box taken, however they are listed."""
    beside = (6.0, 0.0, 16.0, 10.0)
    for order in ((BETWEEN, beside), (beside, BETWEEN)):
        pairs = [(with_scores(*[(b, 0.5) for b in order]), boxed(LEFT, RIGHT))]
        assert number("ap@0.5", pairs) == pytest.approx(51 * 0.5 / 101, abs=1e-12)


def test_an_iou_of_one_survives_rounding() -> None:
    nearly = (0.0, 0.0, 10.0, 10.0 - 1e-12)
    assert iou(nearly, LEFT) < 1
    assert number("ap@1", [(with_scores((nearly, 0.5)), boxed(LEFT))]) == 1


def grid(step: int = 10) -> list[tuple[float, float, float, float]]:
    """3,025 boxes laid over an image of 100 x 100."""
    cuts = range(0, 101, step)
    boxes = [(float(a), float(b), float(c), float(d)) for a in cuts for c in cuts for b in cuts for d in cuts]
    return [(a, b, c, d) for a, b, c, d in boxes if a < c and b < d]


@pytest.mark.parametrize("scores", ["constant", "random", "by area"])
def test_an_image_blind_grid_gains_nothing(scores: str) -> None:
    rng = np.random.default_rng(7)
    golds = [rng.uniform(0, 60, 2) for _ in range(30)]
    sides = [rng.uniform(8, 40, 2) for _ in range(30)]
    pairs = []
    for low, side in zip(golds, sides, strict=True):
        values = {
            "constant": lambda b: 0.5,
            "random": lambda b: float(rng.random()),
            "by area": lambda b: (b[2] - b[0]) * (b[3] - b[1]),
        }
        answer = with_scores(*[(b, values[scores](b)) for b in grid()])
        pairs.append((answer, boxed((*low.tolist(), *(low + side).tolist()))))
    assert number("recall@0.5", pairs) > 0.9
    assert number("f1@0.5", pairs) < 0.02
    for name in ("ap", "ap@0.5", "ap_noscore@0.5"):
        assert number(name, pairs) < 0.05
    assert number("froc@0.5", pairs) < 0.05


def unlabelled(answer: Answer) -> Answer:
    return replace(answer, boxes=tuple(replace(b, label="") for b in answer.boxes))


def test_one_operating_point() -> None:
    """Precision times recall, but for the 101 recalls; the same as one score for all, where boxes lie apart."""
    pairs = [(unlabelled(a), unlabelled(t)) for a, t in scene(8, images=60, classes=1, a_image=2.0)]
    p, r = number("precision@0.5", pairs), number("recall@0.5", pairs)
    point = number("ap_noscore@0.5", pairs)
    assert point == pytest.approx(p * (math.floor(100 * r) + 1) / 101, abs=1e-12)
    assert point == pytest.approx(p * r, abs=0.01)
    assert point == pytest.approx(number("ap@0.5", scored(pairs, 0.7)), abs=1e-12)
    assert point == number("ap_noscore@0.5", scored(pairs, None))
