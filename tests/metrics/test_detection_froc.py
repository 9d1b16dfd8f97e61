"""Free-response ROC by hand and by definition."""

import math

import pytest
from detection_scenes import Pairs, number, numbers, scene, scored
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import boxed

from medgauge.types import Answer, Box
from medgauge_metrics.boxes import iou
from medgauge_metrics.froc import RATES

ONE, TWO, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (50.0, 50.0, 60.0, 60.0)


def sure(*boxes: tuple[tuple[float, float, float, float], float]) -> Answer:
    return Answer(boxes=tuple(Box(xyxy=xyxy, score=score) for xyxy, score in boxes))


def test_by_hand() -> None:
    """4 images, 4 lesions. Down the scores: hit, miss, hit, two misses at once with a hit."""
    pairs = [
        (sure((ONE, 0.9), (FAR, 0.8)), boxed(ONE)),
        (sure((TWO, 0.7), (FAR, 0.1)), boxed(TWO)),
        (sure((ONE, 0.1), (FAR, 0.1)), boxed(ONE, TWO)),
        (Answer(), Answer()),
    ]
    expected = {0.125: 1 / 4, 0.25: 2 / 4, 0.5: 2 / 4, 1.0: 3 / 4, 2.0: 3 / 4, 4.0: 3 / 4, 8.0: 3 / 4}
    made = numbers("froc@0.5", pairs)
    assert set(made) == {"", *(f"sens@{rate:g}fp" for rate in RATES)}
    assert {rate: made[f"sens@{rate:g}fp"] for rate in RATES} == pytest.approx(expected)
    assert made[""] == pytest.approx(sum(expected.values()) / 7)


def test_a_second_box_on_what_is_found_is_false() -> None:
    twice = [(sure((ONE, 0.9), (ONE, 0.9)), boxed(ONE))]
    assert numbers("froc@0.5", twice)["sens@0.5fp"] == 0
    assert numbers("froc@0.5", twice)["sens@1fp"] == 1


def test_labels_do_not_matter() -> None:
    assert number("froc@0.5", [(sure((ONE, 0.9)), boxed(ONE, label="nodule"))]) == 1


def by_definition(pairs: Pairs, rate: float) -> float:
    """Over all cuts: match what is left, greedily; the best recall that keeps to the rate."""
    total = sum(len(target.boxes) for _, target in pairs)
    best = 0
    for cut in {b.score for answer, _ in pairs for b in answer.boxes}:
        hits = boxes = 0
        for answer, target in pairs:
            kept = sorted((b for b in answer.boxes if b.score >= cut), key=lambda b: -b.score)
            free = [g.xyxy for g in target.boxes]
            boxes += len(kept)
            for b in kept:
                value, j = max(((iou(b.xyxy, g), j) for j, g in enumerate(free)), default=(0.0, 0))
                if value >= 0.5:
                    hits += 1
                    del free[j]
        if boxes - hits <= rate * len(pairs):
            best = max(best, hits)
    return best / total


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 9999))
def test_by_definition(seed: int) -> None:
    pairs = scene(seed, images=6, classes=1, a_image=2.0)
    made = numbers("froc@0.5", pairs)
    for rate in RATES:
        assert made[f"sens@{rate:g}fp"] == pytest.approx(by_definition(pairs, rate), abs=1e-12)


def test_all_boxes_are_drawn_at_one_score_or_none() -> None:
    """Every image has 3 boxes of one score, one of them right: nothing is found below 2 false boxes an image."""
    pairs = scored([(boxed(ONE, TWO, FAR), boxed(ONE))] * 5, 0.5)
    made = numbers("froc@0.5", pairs)
    assert [made[f"sens@{rate:g}fp"] for rate in RATES] == [0, 0, 0, 0, 1, 1, 1]


def test_without_scores_there_is_no_curve() -> None:
    made = numbers("froc@0.5", [(boxed(ONE), boxed(ONE))])
    assert all(math.isnan(value) for value in made.values())
