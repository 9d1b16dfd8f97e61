"""Areas of unions of boxes against rasters, against counting cells, and where floats end."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge_metrics.areas import covered_share, intersection_area, union_area, union_iou
from medgauge_metrics.boxes import iou, valid

SIZE = 24
whole = st.integers(0, SIZE)
corners = st.tuples(whole, whole, whole, whole).map(lambda t: tuple(float(v) for v in t))
few = st.lists(corners, max_size=9)
reals = st.lists(st.tuples(*[st.floats(-50, 50).map(lambda value: round(value, 6))] * 4), max_size=6)
"""No side so thin that a float cannot hold its area; `test_a_share_outlives_an_area_that_underflows` has those."""
anything = st.lists(st.tuples(*[st.floats()] * 4), max_size=6)


def raster(boxes: list) -> np.ndarray:
    """Every pixel that a box with whole corners covers."""
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    for x1, y1, x2, y2 in boxes:
        if x1 < x2 and y1 < y2:
            mask[int(x1) : int(x2), int(y1) : int(y2)] = True
    return mask


def inclusion_exclusion(boxes: list) -> float:
    """The union's area from the areas of all intersections; exponential, and shares nothing with the grid."""
    boxes = [box for box in boxes if valid(box)]
    total = []
    for chosen in range(1, 2 ** len(boxes)):
        part = [box for i, box in enumerate(boxes) if chosen >> i & 1]
        width = min(b[2] for b in part) - max(b[0] for b in part)
        height = min(b[3] for b in part) - max(b[1] for b in part)
        total.append((1 if len(part) % 2 else -1) * max(0.0, width) * max(0.0, height))
    return math.fsum(total)


@settings(max_examples=300, deadline=None)
@given(a=few, b=few)
def test_areas_are_those_of_a_raster(a: list, b: list) -> None:
    first, second = raster(a), raster(b)
    assert union_area(a) == first.sum()
    assert intersection_area(a, b) == (first & second).sum()
    share = (first & second).sum() / first.sum() if first.any() else 0
    assert covered_share(a, b) == pytest.approx(share, abs=1e-12)
    assert union_iou(a, b) == pytest.approx((first & second).sum() / max(1, (first | second).sum()), abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(boxes=reals)
def test_a_union_is_what_inclusion_and_exclusion_give(boxes: list) -> None:
    assert union_area(boxes) == pytest.approx(inclusion_exclusion(boxes), rel=1e-9, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(a=reals, b=reals)
def test_laws_of_areas(a: list, b: list) -> None:
    both = intersection_area(a, b)
    assert both == intersection_area(b, a)
    assert both + union_area(a + b) == pytest.approx(union_area(a) + union_area(b), rel=1e-9, abs=1e-9)
    assert both <= min(union_area(a), union_area(b)) * (1 + 1e-12)
    assert union_area(a) == union_area(a[::-1] + a)
    assert covered_share(a, a) == union_iou(a, a) == (1.0 if union_area(a) > 0 else 0.0)


def test_a_share_outlives_an_area_that_underflows() -> None:
    thin = (0.0, -3.3e-171, 9.5e-190, 0.0)
    assert valid(thin)
    assert union_area([thin]) == 0
    assert covered_share([thin], [thin]) == union_iou([thin], [thin]) == 1


@settings(max_examples=200, deadline=None)
@given(a=corners, b=corners)
def test_of_single_boxes_it_is_the_iou(a: tuple, b: tuple) -> None:
    assert union_iou([a], [b]) == pytest.approx(iou(a, b), abs=1e-12)


@settings(max_examples=300, deadline=None)
@given(a=anything, b=anything)
def test_no_number_breaks_it(a: list, b: list) -> None:
    assert union_area(a) >= 0
    assert intersection_area(a, b) >= 0
    assert 0 <= covered_share(a, b) <= 1
    assert 0 <= union_iou(a, b) <= 1


@pytest.mark.parametrize("scale", [1e-200, 1e-12, 1.0, 1e12, 1e200])
def test_a_share_does_not_depend_on_the_unit(scale: float) -> None:
    box, half = (0.0, 0.0, 10 * scale, 10 * scale), (0.0, 0.0, 10 * scale, 5 * scale)
    assert covered_share([box], [half]) == 0.5
    assert union_iou([box], [half]) == 0.5


def test_what_a_float_cannot_hold() -> None:
    nan, inf = math.nan, math.inf
    assert union_area([(0.0, 0.0, 1e200, 1e200)]) == inf
    assert union_area([(-1e308, 0.0, -9e307, 1.0), (9e307, 0.0, 1e308, 1.0)]) == pytest.approx(2e307)
    assert union_area([(0.0, 0.0, nan, 1.0), (0.0, 0.0, inf, 1.0), (1.0, 1.0, 1.0, 2.0), (2.0, 2.0, 1.0, 1.0)]) == 0
    assert covered_share([(0.0, 0.0, 10.0, 10.0)], [(-1e300, -1e300, 1e300, 1e300)]) == 1
    assert covered_share([(0.0, 0.0, 10.0, 10.0), (-1e300, 0.0, 1e300, 1e300)], [(0.0, 0.0, 10.0, 10.0)]) == 0


@pytest.mark.parametrize(("count", "side"), [(300, 0.5), (300, 0.05), (2000, 0.03), (2000, 0.3)])
def test_many_boxes_in_strips(count: int, side: float) -> None:
    """Corners on a lattice of 1,000 so that a raster is exact; the boxes fall into many strips."""
    rng = np.random.default_rng(count)
    low = rng.integers(0, 900, (count, 2))
    high = np.minimum(low + rng.integers(1, int(1000 * side) + 1, (count, 2)), 1000)
    mask = np.zeros((1000, 1000), dtype=bool)
    for (x1, y1), (x2, y2) in zip(low, high, strict=True):
        mask[x1:x2, y1:y2] = True
    boxes = np.concatenate([low, high], axis=1).astype(float)
    assert union_area(boxes.tolist()) == mask.sum()
    assert union_area((boxes / 8 - 40).tolist()) == mask.sum() / 64
    assert intersection_area(boxes.tolist(), [(100.0, 200.0, 700.0, 450.0)]) == mask[100:700, 200:450].sum()


@pytest.mark.parametrize("side", [1.0, 0.1, 0.01])
def test_a_megabyte_of_boxes_is_measured_in_time(side: float) -> None:
    """50,000 boxes, no two edges alike: a plain grid would have 10,000,000,000 cells."""
    rng = np.random.default_rng(0)
    low = rng.random((50_000, 2))
    boxes = np.concatenate([low, low + side * rng.random((50_000, 2))], axis=1).tolist()
    started = time.monotonic()
    share = covered_share([(0.2, 0.2, 0.5, 0.5), (0.3, 0.4, 0.9, 0.9)], boxes)
    assert time.monotonic() - started < 15
    assert 0.7 < share <= 1
    assert (share == 1) == (side > 0.01)
