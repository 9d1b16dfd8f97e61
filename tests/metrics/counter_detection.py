"""Promises broken by metrics of boxes, each seen broken."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from metric_values import boxed, statistics, value

from medgauge.metrics import parse_metric
from medgauge.protocols import Statistics
from medgauge.types import Answer, Box

ONE, TWO, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (50.0, 50.0, 60.0, 60.0)
Pairs = Sequence[tuple[Answer | None, Answer]]
HIT = (Answer(boxes=(Box(xyxy=ONE, score=0.5),)), boxed(ONE))
MISS = (Answer(boxes=(Box(xyxy=FAR, score=0.5),)), boxed(ONE))
BOTH = (Answer(boxes=(Box(xyxy=ONE, score=0.5), Box(xyxy=TWO, score=0.5))), boxed(ONE, ONE))


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


def boxed_sure(*boxes: tuple[float, float, float, float]) -> Answer:
    return Answer(boxes=tuple(Box(xyxy=box, score=1.0) for box in boxes))


def silence_beats_boxes_without_scores(name: str) -> Callable[[], bool]:
    return lambda: math.isnan(number(name, (boxed(ONE), boxed(ONE)))) and number(name, (None, boxed(ONE))) == 0


def order_matters(name: str) -> Callable[[], bool]:
    """Hit before miss, and miss before hit, at one score."""
    return lambda: number(name, HIT, MISS) > number(name, MISS, HIT)


def copies_matter(name: str) -> Callable[[], bool]:
    """A copy's miss comes before the hit of the next copy."""
    return lambda: not math.isclose(number(name, HIT, MISS), number(name, *[HIT, MISS] * 3))


def shards_matter(name: str) -> Callable[[], bool]:
    """The rows of the second half before those of the first."""

    def seen() -> bool:
        metric = parse_metric(name).prepare([target for _, target in (HIT, MISS)])
        halves = [statistics(metric, [pair]) for pair in (MISS, HIT)]
        merged = Statistics(
            values=np.concatenate([half.values for half in halves]),
            owner=np.repeat([0, 1], [len(half.values) for half in halves]),
            units=2,
        )
        whole = statistics(metric, [HIT, MISS])
        ones = np.ones((1, 2))
        return bool(metric.reduce(merged, ones)[""][0] < metric.reduce(whole, ones)[""][0])

    return seen


COUNTER_EXAMPLES: dict[tuple[str, str], Callable[[], bool]] = {
    ("no_finding_specificity", "empty"): lambda: number("no_finding_specificity", (None, Answer())) == 1,
    ("boxes_on_normal", "bounds"): lambda: number("boxes_on_normal", (boxed(ONE, TWO), Answer())) == 2,
    ("boxes_on_normal", "empty"): lambda: number("boxes_on_normal", (None, Answer())) == 0,
    ("invalid_box_rate", "perfect"): lambda: math.isnan(number("invalid_box_rate", (Answer(), Answer()))),
    ("invalid_box_rate", "empty"): lambda: math.isnan(number("invalid_box_rate", (None, boxed(ONE)))),
    ("invalid_box_rate", "monotone"): lambda: (
        number("invalid_box_rate", (boxed(ONE), boxed(ONE)), (boxed(invalid=1), boxed(ONE)))
        > number("invalid_box_rate", (boxed(FAR, FAR, FAR), boxed(ONE)), (boxed(invalid=1), boxed(ONE)))
    ),
    ("iou_matched_mean", "empty"): lambda: math.isnan(number("iou_matched_mean", (None, boxed(ONE)))),
    ("ap", "empty"): silence_beats_boxes_without_scores("ap@0.5"),
    ("ap(ties=coco)", "order"): order_matters("ap@0.5(ties=coco)"),
    ("ap(ties=coco)", "copies"): copies_matter("ap(ties=coco)"),
    ("froc", "empty"): silence_beats_boxes_without_scores("froc@0.5"),
    ("coco12", "empty"): silence_beats_boxes_without_scores("coco12"),
    ("coco12", "order"): order_matters("coco12"),
    ("coco12", "copies"): copies_matter("coco12"),
    ("coco12", "shards"): shards_matter("coco12"),
    ("voc_ap", "perfect"): lambda: number("voc_ap@0.5", (boxed_sure(ONE, ONE), boxed(ONE, ONE))) == 0.5,
    ("voc_ap", "empty"): silence_beats_boxes_without_scores("voc_ap@0.5"),
    ("voc_ap", "order"): order_matters("voc_ap@0.5"),
    ("voc_ap", "copies"): copies_matter("voc_ap@0.5"),
    ("voc_ap", "monotone"): lambda: (
        number("voc_ap@0.5", (boxed_sure(ONE, ONE), boxed(ONE, ONE)), HIT)
        < number("voc_ap@0.5", (boxed_sure(ONE), boxed(ONE, ONE)), HIT)
    ),
    ("voc_ap", "shards"): shards_matter("voc_ap@0.5"),
}
