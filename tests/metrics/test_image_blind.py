"""Models that never look at an image: boxes over everything, or the same answer always. No region metric pays them.

Other scorers do: the best of all predictions, or an IoU over the pairs that were matched, gives a grid .99.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from metric_values import NAMES, grounded, said, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.protocols import Metric
from medgauge.types import Answer, Box, Segment
from medgauge_metrics.areas import union_area
from medgauge_metrics.boxes import iou_matrix

Quad = tuple[float, float, float, float]
SIZE = 1000.0
OBJECTS = ("heart", "left lung", "right lung", "肝脏")
CUTS = np.linspace(0, SIZE, 9).tolist()
GRID: list[Quad] = [(a, b, c, d) for a in CUTS for c in CUTS if a < c for b in CUTS for d in CUTS if b < d]
"""1,296 boxes of all sizes: some of them fits nearly anything."""
MIDDLE: Quad = (400.0, 400.0, 600.0, 600.0)
NEARLY_NOTHING = 0.02

RECALL = {
    "recall@0.5": "precision@0.5",
    "label_recall@0.5": "label_precision@0.5",
    "recall_image@0.5": "precision_image@0.5",
    "region_recall@0.5": "region_precision@0.5",
    "alignment_recall@0.5": "alignment_precision@0.5",
    "grounding_recall": "grounding_precision",
    "spatial_recall": "spatial_precision",
}
"""A grid finds everything, rightly; the metric that stands beside it says what that is worth."""
CHANCE = {
    "iou_single_mean": 1.0,
    "iou_union_mean": 1.0,
    "center_hit": 2.0,
    "spatial_precision": 1.0,
    "grounding_precision": 2.0,
    "grounding_recall": 1.0,
    "grounding_f1": 1.0,
}
"""Where a box is paid that lies in a reference by chance: at most this many times the share of the image that
references cover, 5 to 10 %, and the middle is covered more often than the rest."""
NOT_ABOUT_SIGHT = {
    "invalid_box_rate": "rectangles can be drawn blind",
    "iou_matched_mean": "ranks nothing: it looks at the boxes that were matched alone",
}
WORST: Mapping[str, float] = {"fp_per_image": 0.9, "boxes_on_normal": 1.0, "mislocated_rate": 0.1}
"""Where lower is better: the least that a blind model gets."""


def part(label: str, *quads: Quad) -> Segment:
    boxes = tuple(Box(xyxy=quad, label=label, score=1.0) for quad in quads)
    return Segment(label=label, text=f"{label} is seen", boxes=boxes)


def scene(images: int, most: int) -> list[Answer]:
    """References of up to `most` objects, each in one place of any size and position, and some normal images."""
    rng = np.random.default_rng(images)
    targets = [Answer()] * (images // 10)
    for _ in range(images):
        parts = []
        for label in rng.permutation(OBJECTS)[: rng.integers(1, most + 1)].tolist():
            side = rng.uniform(60, 400, 2)
            low = rng.uniform(0, SIZE - side)
            x1, y1, x2, y2 = (*low.tolist(), *(low + side).tolist())
            parts.append(part(label, (x1, y1, x2, y2)))
        targets.append(grounded(*parts))
    return targets


def edited(edit: Callable[[tuple[Box, ...]], tuple[Box, ...]], answer: Answer) -> Answer:
    """The same names and words with other boxes."""
    segments = tuple(replace(segment, boxes=edit(segment.boxes)) for segment in answer.segments)
    return replace(answer, segments=segments, boxes=edit(answer.boxes))


def moved(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    return tuple(replace(box, xyxy=(2000.0, 2000.0, 2100.0, 2100.0)) for box in boxes)


def one_more(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    return (*boxes, Box(xyxy=MIDDLE, label="heart", score=1.0))


def spoilt(answer: Answer) -> Answer:
    return replace(answer, invalid_boxes=1)


EDITS: tuple[Callable[[Answer], Answer], ...] = (
    lambda answer: edited(lambda boxes: boxes, answer),
    lambda answer: edited(lambda boxes: (), answer),
    lambda answer: edited(moved, answer),
    lambda answer: edited(one_more, answer),
    spoilt,
)


def plainest(name: str) -> str:
    """A head at its default, or at IoU 0.5, else as the list has it."""
    head = name.partition("@")[0].partition("(")[0]
    for written in (head, f"{head}@0.5"):
        try:
            return parse_metric(written).name
        except MedGaugeError:
            continue
    return name


def number(metric: Metric, answers: list[Answer], targets: list[Answer]) -> float:
    return value(metric, list(zip(answers, targets, strict=True)))


def most_by_chance(name: str, targets: list[Answer]) -> float:
    """What a blind model may get."""
    if name not in CHANCE:
        return NEARLY_NOTHING
    shares = [union_area([box.xyxy for box in target.boxes]) / SIZE**2 for target in targets if target.boxes]
    return CHANCE[name] * float(np.mean(shares)) + 1e-9


@cache
def looks_at_boxes(name: str) -> bool:
    """Whether the boxes of right answers, moved, taken away, added to or spoilt, change the number."""
    targets = scene(10, most=3)
    values = [number(parse_metric(name), [edit(target) for target in targets], targets) for edit in EDITS]
    return any(not (math.isnan(v) and math.isnan(values[0])) and not abs(v - values[0]) <= 1e-9 for v in values)


REGION = [name for name in dict.fromkeys(map(plainest, NAMES)) if looks_at_boxes(name)]


def test_the_region_metrics_are_found() -> None:
    expected = {*RECALL, *RECALL.values(), *CHANCE, *NOT_ABOUT_SIGHT, *WORST}
    assert expected <= set(REGION)
    assert {"f1@0.5", "label_f1@0.5", "acc_iou@0.5", "spatial_f1", "found_rate", "ap", "alignment_f1@0.5"} <= set(
        REGION
    )
    assert not {"token_f1", "object_f1", "region_rouge_l", "accuracy", "missed_rate"} & set(REGION)


@pytest.mark.parametrize("most", [1, 3])
@pytest.mark.parametrize("name", sorted(set(REGION) - set(NOT_ABOUT_SIGHT)))
def test_a_grid_of_boxes_is_worth_nothing(name: str, most: int) -> None:
    targets = scene(10, most)
    blind = grounded(*(part(label, *GRID) for label in OBJECTS))
    metric = parse_metric(name)
    got = number(metric, [blind] * len(targets), targets)
    if name in RECALL:
        assert got > 0.5
        assert number(parse_metric(RECALL[name]), [blind] * len(targets), targets) < NEARLY_NOTHING
    elif name in WORST:
        assert got >= WORST[name]
    else:
        assert metric.higher_is_better
        assert got <= most_by_chance(name, targets)


@pytest.mark.parametrize("most", [1, 3])
@pytest.mark.parametrize("name", sorted(set(REGION) - set(NOT_ABOUT_SIGHT)))
def test_the_same_answer_always_is_worth_nothing(name: str, most: int) -> None:
    targets = scene(300, most)
    metric = parse_metric(name)
    got = number(metric, [grounded(part("heart", MIDDLE))] * len(targets), targets)
    if name in WORST:
        assert got >= WORST[name]
    else:
        assert metric.higher_is_better
        assert got <= most_by_chance(name, targets)


def test_the_best_of_all_predictions_would_pay_a_grid() -> None:
    """What the tests above would not pass: the largest IoU of any box with the reference."""
    golds = [box.xyxy for target in scene(100, most=1) for box in target.boxes]
    assert np.mean(iou_matrix(GRID, golds).max(axis=0) >= 0.5) > 0.6


def test_one_name_for_every_region_is_worth_its_share() -> None:
    """An answer that never looks is right as often as its name is the reference, and reciting all names never is."""
    names = [target.segments[0].label for target in scene(200, most=1) if target.segments]
    share = Counter(names)["heart"] / len(names)
    metric = parse_metric("label_accuracy")
    assert value(metric, [(said("This is the heart."), said(name)) for name in names]) == pytest.approx(
        share, abs=1e-12
    )
    assert value(metric, [(said(", ".join(OBJECTS)), said(name)) for name in names]) == 0
