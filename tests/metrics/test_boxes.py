"""Geometry and matching of boxes against brute force."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge_metrics.boxes import clip, iou, iou_matrix, iou_pairs, match, valid, valid_rows

SMALL = st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 4)] * 2).map(
    lambda t: (float(t[0]), float(t[1]), float(t[0] + t[2]), float(t[1] + t[3]))
)
ANY = st.tuples(*[st.floats()] * 4)


def raster_iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Counted on a grid of unit pixels."""
    grids = []
    for x1, y1, x2, y2 in (a, b):
        grid = np.zeros((12, 12), bool)
        grid[int(y1) : int(y2), int(x1) : int(x2)] = True
        grids.append(grid)
    return float((grids[0] & grids[1]).sum() / (grids[0] | grids[1]).sum())


@given(a=SMALL, b=SMALL)
def test_iou_is_the_count_of_pixels(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    assert iou(a, b) == pytest.approx(raster_iou(a, b), abs=1e-12)


@given(a=ANY, b=ANY)
def test_iou_of_any_numbers(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    value = iou(a, b)
    assert 0 <= value <= 1 + 1e-12
    assert value == iou(b, a)
    assert iou(a, a) == (pytest.approx(1) if valid(a) else 0)


@given(first=st.lists(SMALL | ANY, max_size=5), second=st.lists(SMALL | ANY, max_size=5))
def test_pairs_and_matrices_hold_the_same_ious(first: list, second: list) -> None:
    matrix = iou_matrix(first, second)
    assert matrix.shape == (len(first), len(second))
    rows = [np.array(boxes, dtype=float).reshape(-1, 4) for boxes in (first, second)]
    for boxes, given_boxes in zip(rows, (first, second), strict=True):
        assert valid_rows(boxes).tolist() == [valid(box) for box in given_boxes]
        boxes[~valid_rows(boxes)] = np.nan
    pairs = iou_pairs(np.repeat(rows[0], len(second), axis=0), np.tile(rows[1], (len(first), 1)))
    assert pairs.tolist() == matrix.ravel().tolist()
    assert pairs.tolist() == [iou(a, b) for a in first for b in second]


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1.0, 1e160, 1e300])
def test_an_iou_does_not_depend_on_the_unit(size: float) -> None:
    a, b = ((0.0, 0.0, 4.0, 2.0), (1.0, 0.0, 5.0, 2.0))
    scaled = [tuple(v * size for v in box) for box in (a, b)]
    assert iou(*scaled) == pytest.approx(3 / 5, abs=1e-12)


def brute_force(values: np.ndarray, threshold: float) -> tuple[int, float]:
    """Largest number of matches, and the largest total among those."""
    if values.shape[0] > values.shape[1]:
        values = values.T
    best = (0, 0.0)
    for columns in permutations(range(values.shape[1]), values.shape[0]):
        taken = [values[i, j] for i, j in enumerate(columns) if values[i, j] >= threshold]
        best = max(best, (len(taken), float(sum(taken))), key=lambda b: (b[0], round(b[1], 12)))
    return best


@settings(max_examples=60, deadline=None)
@given(
    pred=st.lists(SMALL, min_size=1, max_size=6),
    gold=st.lists(SMALL, min_size=1, max_size=5),
    threshold=st.sampled_from([0.1, 0.3, 0.5, 1.0]),
)
def test_matching_is_optimal(pred: list, gold: list, threshold: float) -> None:
    found = match(pred, gold, threshold)
    values = np.array([[iou(p, g) for g in gold] for p in pred])
    number, total = brute_force(values, threshold)
    assert len(found) == number
    assert sum(m[2] for m in found) == pytest.approx(total, abs=1e-9)
    assert len({m[0] for m in found}) == len({m[1] for m in found}) == len(found)
    assert all(m[2] == values[m[0], m[1]] >= threshold for m in found)


def test_the_number_of_matches_comes_before_their_total() -> None:
    """The largest total IoU alone would match only the identical pair."""
    pred = [(0.0, 0.0, 10.0, 10.0), (0.0, 0.0, 10.0, 5.0)]
    gold = [(0.0, 0.0, 10.0, 10.0), (0.0, 5.0, 10.0, 15.0)]
    assert [m[:2] for m in match(pred, gold, 0.3)] == [(0, 1), (1, 0)]


def test_the_threshold_itself_is_enough() -> None:
    assert len(match([(0.0, 0.0, 1.0, 1.0)], [(0.0, 0.0, 1.0, 2.0)], 0.5)) == 1


@pytest.mark.parametrize(
    "bad",
    [(float("nan"), 0, 1, 1), (0, 0, float("inf"), 1), (5, 5, 5, 9), (9, 9, 1, 1), (-1e308, 0, 1e308, 1), (1, 2, 3)],
)
def test_what_is_no_rectangle_matches_nothing(bad: tuple[float, ...]) -> None:
    assert not valid(bad)
    assert iou(bad, bad) == 0
    assert match([bad], [(0.0, 0.0, 1.0, 1.0)], 0.01) == []


def test_matching_nothing() -> None:
    assert match([], [(0.0, 0.0, 1.0, 1.0)], 0.5) == match([(0.0, 0.0, 1.0, 1.0)], [], 0.5) == match([], [], 0.5) == []


def test_clip() -> None:
    assert clip((-5.0, 2.0, 20.0, 8.0), (10, 6)) == (0.0, 2.0, 10.0, 6.0)
    assert clip((11.0, 0.0, 20.0, 5.0), (10, 6)) is None
    assert clip((5.0, 0.0, 1.0, 5.0), (10, 6)) is None
