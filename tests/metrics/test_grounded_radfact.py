"""Entailment of boxes against a raster, as RadFact makes it, and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import grounded, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box, Segment
from medgauge_metrics.areas import covered_share

MASK = 2048
NAMES = [f"{kind}_{of}" for kind in ("grounding", "spatial") for of in ("precision", "recall", "f1")]
ONE, FAR = (0.0, 0.0, 10.0, 10.0), (50.0, 50.0, 60.0, 60.0)
LEFT_HALF, MORE = (0.0, 0.0, 5.0, 10.0), (0.0, 0.0, 5.1, 10.0)
edge = st.floats(0, 1)
# sides of a tenth and more: a pixel of 1/2048 at each edge is then some per cent of the area at most, and only the
# union's outline matters
boxes = st.tuples(edge, edge, st.floats(0.1, 0.6), st.floats(0.1, 0.6)).map(
    lambda t: (t[0] * (1 - t[2]), t[1] * (1 - t[3]), t[0] * (1 - t[2]) + t[2], t[1] * (1 - t[3]) + t[3])
)

extent = st.tuples(st.integers(0, MASK - 1), st.integers(1, MASK)).map(
    lambda t: (t[0], t[0] + 1 + t[1] % (MASK - t[0]))
)
on_pixels = st.tuples(extent, extent).map(lambda t: (t[0][0] / MASK, t[1][0] / MASK, t[0][1] / MASK, t[1][1] / MASK))
"""Boxes whose edges lie between pixels: there a raster is exact."""


def part(label: str, *quads: tuple[float, float, float, float]) -> Segment:
    return Segment(label=label, text="", boxes=tuple(Box(xyxy=quad, label=label) for quad in quads))


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


def raster_share(own: list, evidence: list) -> float:
    """Share of a mask of 2048 x 2048 pixels, a pixel belonging to a box where its centre does."""
    centres = (np.arange(MASK) + 0.5) / MASK
    masks = []
    for quads in (own, evidence):
        mask = np.zeros((MASK, MASK), dtype=bool)
        for x1, y1, x2, y2 in quads:
            mask |= ((centres >= x1) & (centres < x2))[:, None] & ((centres >= y1) & (centres < y2))[None, :]
        masks.append(mask)
    return float((masks[0] & masks[1]).sum() / masks[0].sum())


@settings(max_examples=40, deadline=None)
@given(own=st.lists(on_pixels, min_size=1, max_size=4), evidence=st.lists(on_pixels, max_size=4))
def test_the_share_is_that_of_a_raster(own: list, evidence: list) -> None:
    """Exactly, where all edges lie between pixels."""
    assert covered_share(own, evidence) == pytest.approx(raster_share(own, evidence), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(own=st.lists(boxes, min_size=1, max_size=4), evidence=st.lists(boxes, max_size=4))
def test_the_share_is_nearly_that_of_a_raster(own: list, evidence: list) -> None:
    """Elsewhere within half a pixel at each outline of the smallest box: two in 205."""
    assert covered_share(own, evidence) == pytest.approx(raster_share(own, evidence), abs=1e-2)


def test_the_share_is_that_of_a_raster_on_average() -> None:
    rng = np.random.default_rng(1)
    errors = []
    for _ in range(60):
        low = rng.random((6, 2)) * 0.6
        quads = np.concatenate([low, low + 0.1 + 0.3 * rng.random((6, 2))], axis=1).tolist()
        errors.append(covered_share(quads[:3], quads[3:]) - raster_share(quads[:3], quads[3:]))
    assert np.sqrt(np.mean(np.square(errors))) < 1e-3
    assert abs(np.mean(errors)) < 3e-4


def radfact(pairs: list[tuple[Answer, Answer]], pooled: bool) -> dict[str, float]:
    """Both directions from rasters, written anew after the definition; 0 for RadFact's undefined ratios."""
    found = []
    for answer, target in pairs:
        counts: dict[str, tuple[int, int]] = {}
        for of, own, other in (("precision", answer, target), ("recall", target, answer)):
            entailed = boxed = right = 0
            for segment in own.segments:
                evidence = [b.xyxy for s in other.segments if s.label == segment.label for b in s.boxes]
                if segment.boxes:
                    boxed += 1
                    entailed += any(s.label == segment.label for s in other.segments)
                    if evidence:
                        right += raster_share([b.xyxy for b in segment.boxes], evidence) > 0.5
            counts[f"grounding_{of}"], counts[f"spatial_{of}"] = (right, entailed), (right, boxed)
        found.append(counts)
    numbers = {}
    for name in found[0]:
        rows = np.array([counts[name] for counts in found], dtype=float)
        if pooled:
            numbers[name] = rows[:, 0].sum() / max(1, rows[:, 1].sum())
        else:
            numbers[name] = float(np.mean(rows[:, 0] / np.maximum(1, rows[:, 1])))
    for kind in ("grounding", "spatial"):
        p, r = numbers[f"{kind}_precision"], numbers[f"{kind}_recall"]
        numbers[f"{kind}_f1"] = 2 * p * r / (p + r) if p + r else 0.0
    return numbers


segments = st.builds(part, st.sampled_from(["lung", "heart", "肺"]), on_pixels) | st.builds(
    part, st.sampled_from(["lung", "heart"]), on_pixels, on_pixels
)
unboxed = st.builds(part, st.sampled_from(["lung", "heart", "rib"]))
given_reports = st.lists(segments | unboxed, max_size=3, unique_by=lambda s: (s.label, s.boxes)).map(
    lambda s: grounded(*s)
)
wanted_reports = st.tuples(segments, st.lists(segments | unboxed, max_size=2)).map(
    lambda t: grounded(*dict.fromkeys((t[0], *t[1])))
)


@settings(max_examples=25, deadline=None)
@given(pairs=st.lists(st.tuples(given_reports, wanted_reports), min_size=1, max_size=2))
def test_the_numbers_are_radfacts(pairs: list[tuple[Answer, Answer]]) -> None:
    for pooled, option in ((True, ""), (False, "(agg=mean)")):
        theirs = radfact(pairs, pooled)
        for name in NAMES:
            assert number(f"{name}{option}", *pairs) == pytest.approx(theirs[name], abs=1e-12)


@pytest.mark.parametrize("seed", range(2))
def test_the_numbers_are_radfacts_where_most_is_right(seed: int) -> None:
    """Thirty reports with names that are mostly right, and boxes that are half right."""
    rng = np.random.default_rng(seed)
    pairs: list[tuple[Answer, Answer]] = []
    for _ in range(30):
        wanted, written = [], []
        for label in rng.permutation(["lung", "heart", "rib", "肺"])[: rng.integers(1, 4)]:
            low = rng.integers(100, 1000, 2)
            gold = np.array([*low, *(low + rng.integers(400, 800, 2))])
            moved = gold + np.tile(rng.integers(-200, 200, 2), 2)
            wanted.append(part(label, tuple((gold / MASK).tolist())))
            written.append(part(label if rng.random() < 0.7 else "liver", tuple((moved.clip(0) / MASK).tolist())))
        pairs.append((grounded(*written), grounded(*wanted)))
    for pooled, option in ((True, ""), (False, "(agg=mean)")):
        theirs = radfact(pairs, pooled)
        for name in NAMES:
            assert number(f"{name}{option}", *pairs) == pytest.approx(theirs[name], abs=1e-12)
            assert 0.2 < theirs[name] < 0.95


def test_more_than_half_must_be_covered() -> None:
    target = grounded(part("lung", ONE))
    assert number("spatial_recall", (grounded(part("lung", LEFT_HALF)), target)) == 0
    assert number("spatial_recall", (grounded(part("lung", MORE)), target)) == 1
    assert number("spatial_recall@0.3", (grounded(part("lung", LEFT_HALF)), target)) == 1
    assert number("spatial_precision", (grounded(part("lung", LEFT_HALF)), target)) == 1


def test_rounding_does_not_decide_a_half() -> None:
    """A half of a box in a picture of any width stays a half."""
    for width in (333, 512, 1021, 2803):
        x1, middle, x2 = (c / 999 * width for c in (101, 201, 301))
        target = grounded(part("lung", (x1, 0.1, x2, 0.7)))
        assert number("spatial_recall", (grounded(part("lung", (x1, 0.1, middle, 0.7))), target)) == 0


def test_grounding_looks_at_entailed_segments_and_spatial_at_all() -> None:
    target = grounded(part("lung", ONE), part("heart", FAR), part("rib"))
    answer = grounded(part("lung", ONE), part("liver", FAR), part("rib", ONE))
    pair = (answer, target)
    assert number("grounding_precision", pair) == 1 / 2
    assert number("spatial_precision", pair) == pytest.approx(1 / 3)
    assert number("grounding_recall", pair) == 1
    assert number("spatial_recall", pair) == 1 / 2
    assert number("grounding_f1", pair) == pytest.approx(2 / 3)
    assert number("spatial_f1", pair) == pytest.approx(2 / 5)


def test_pooled_and_mean_of_ratios_differ() -> None:
    one, two = grounded(part("lung", ONE)), grounded(part("lung", ONE), part("heart", FAR), part("rib", ONE))
    pairs = [(one, one), (grounded(part("liver", ONE)), two)]
    assert number("spatial_recall", *pairs) == 1 / 4
    assert number("spatial_recall(agg=mean)", *pairs) == 1 / 2
    normal = (grounded(part("lung", ONE)), Answer())
    assert number("spatial_precision", *pairs, normal) == pytest.approx(1 / 3)
    assert number("spatial_precision(agg=mean)", *pairs, normal) == 1 / 2


def test_evidence_is_the_union_of_all_boxes_of_the_label() -> None:
    halves = grounded(part("Lung", LEFT_HALF), part("lung。", (5.0, 0.0, 10.0, 10.0)))
    assert number("spatial_recall@0.99", (halves, grounded(part("lung", ONE)))) == 1
    overlapping = grounded(part("lung", LEFT_HALF, LEFT_HALF, (0.0, 0.0, 4.0, 10.0)))
    assert number("spatial_recall", (overlapping, grounded(part("lung", ONE)))) == 0


def test_a_segment_written_again_counts_once() -> None:
    target = grounded(part("lung", ONE), part("heart", FAR))
    spam = grounded(*[part("lung", ONE, LEFT_HALF)] * 9, part("lung", LEFT_HALF, ONE), part("heart", ONE))
    assert number("spatial_precision", (spam, target)) == 1 / 2


@pytest.mark.parametrize("name", NAMES)
def test_nothing_written_and_nothing_there(name: str) -> None:
    boxed, bare = grounded(part("lung", ONE)), grounded(part("lung"))
    for metric in (name, f"{name}(agg=mean)"):
        assert number(metric, (None, boxed)) == number(metric, (bare, boxed)) == 0
        assert math.isnan(number(metric, (boxed, bare)))
        assert math.isnan(number(metric, (Answer(), Answer())))
        assert number(metric, (boxed, boxed), (Answer(), Answer())) == 1


@pytest.mark.parametrize(
    "name",
    ["spatial_f1@0.5", "spatial_f1@1", "spatial_f1(agg=pooled)", "spatial_f1(agg=max)", "spatial_f1(at=0.5)"],
)
def test_a_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(MedGaugeError):
        parse_metric(name)


def test_the_signature_says_what_stands_for_entailment() -> None:
    parts = parse_metric("grounding_f1@0.7(agg=mean)").signature.split("|")
    assert {"entailment:label", "area:exact", "share:>0.7", "agg:mean-of-ratios"} <= set(parts)
