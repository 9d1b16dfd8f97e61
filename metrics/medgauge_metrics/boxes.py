"""Geometry of boxes: `(x1, y1, x2, y2)` in pixels of the original image, continuous, area without "+1"."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray, Size, Xyxy

Match: TypeAlias = tuple[int, int, float]
"""Index of the predicted box, index of the reference box, IoU."""


def valid(box: Sequence[float]) -> bool:
    """Whether four finite numbers make a rectangle with positive, finite sides."""
    if len(box) != 4 or not all(math.isfinite(v) for v in box):
        return False
    x1, y1, x2, y2 = box
    return 0 < x2 - x1 < math.inf and 0 < y2 - y1 < math.inf


def clip(box: Xyxy, size: Size) -> Xyxy | None:
    """The part of a box inside an image of (width, height); None where the box is not valid or lies outside."""
    if not valid(box):
        return None
    width, height = size
    x1, y1, x2, y2 = box
    inside = (max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2))
    return inside if valid(inside) else None


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union; 0 where either box is not valid."""
    if not (valid(a) and valid(b)):
        return 0.0
    return float(iou_matrix([a], [b])[0, 0])


def iou_matrix(pred: Sequence[Sequence[float]], gold: Sequence[Sequence[float]]) -> FloatArray:
    """(len(pred), len(gold)) IoUs; the row or column of a box that is not valid is 0."""
    return _iou(_array(pred)[:, None, :], _array(gold)[None, :, :])


def iou_pairs(first: FloatArray, second: FloatArray) -> FloatArray:
    """IoUs of two (n, 4) arrays row by row, (n,); 0 where a row of NaN stands for a box that is not valid."""
    return _iou(first, second)


def valid_rows(boxes: FloatArray) -> NDArray[np.bool_]:
    """`valid` of every row of an (n, 4) array, (n,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        sides = boxes[:, 2:] - boxes[:, :2]
    checks = np.concatenate([np.isfinite(boxes), sides > 0, np.isfinite(sides)], axis=1)
    good: NDArray[np.bool_] = np.logical_and.reduce(checks, axis=1)
    return good


def _iou(first: FloatArray, second: FloatArray) -> FloatArray:
    """IoUs of two arrays of shapes (..., 4) that broadcast; 0 wherever either box is NaN."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        widths = np.minimum(first[..., 2], second[..., 2]) - np.maximum(first[..., 0], second[..., 0])
        heights = np.minimum(first[..., 3], second[..., 3]) - np.maximum(first[..., 1], second[..., 1])
        shared = np.maximum(widths, 0.0) * np.maximum(heights, 0.0)
        union = _area(first) + _area(second) - shared
        result = shared / union
        extreme = ~(np.isfinite(union) & (union > 1e-290)) & (widths > 0) & (heights > 0)
        if extreme.any():
            result = np.where(extreme, _scaled(first, second, widths, heights), result)
    return np.where(np.isfinite(result), result, 0.0)


def _area(boxes: FloatArray) -> FloatArray:
    area: FloatArray = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    return area


def _scaled(first: FloatArray, second: FloatArray, widths: FloatArray, heights: FloatArray) -> FloatArray:
    """IoU from sides divided by the longer of the two, for boxes whose areas leave the range of a float."""
    shared, one, other = np.ones_like(widths), np.ones_like(widths), np.ones_like(widths)
    for axis, common in ((0, widths), (1, heights)):
        a, b = first[..., axis + 2] - first[..., axis], second[..., axis + 2] - second[..., axis]
        unit = np.maximum(a, b)
        shared, one, other = shared * (common / unit), one * (a / unit), other * (b / unit)
    result: FloatArray = shared / (one + other - shared)
    return result


def _array(boxes: Sequence[Sequence[float]]) -> FloatArray:
    """(n, 4), NaN where a box is not valid."""
    rows = [tuple(float(v) for v in box) if valid(box) else (math.nan,) * 4 for box in boxes]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def match(pred: Sequence[Sequence[float]], gold: Sequence[Sequence[float]], threshold: float) -> list[Match]:
    """One-to-one matches with IoU at least `threshold`: as many as there can be, and of those the largest total IoU.

    The order of the boxes does not matter to the number of matches or to their total IoU. Greedy matching, or the
    largest total IoU alone, can lose matches.
    """
    values = iou_matrix(pred, gold)
    allowed = (values >= threshold) & (values > 0)
    rows, columns = np.flatnonzero(allowed.any(axis=1)), np.flatnonzero(allowed.any(axis=0))
    if not rows.size:
        return []
    inner, inner_allowed = values[np.ix_(rows, columns)], allowed[np.ix_(rows, columns)]
    return [
        (int(rows[i]), int(columns[j]), float(inner[i, j]))
        for i, j in _assign(inner, inner_allowed)
        if inner_allowed[i, j]
    ]


def _assign(values: FloatArray, allowed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Pairs that maximise first the number of allowed pairs, then their sum. Every row and column has one allowed."""
    if min(values.shape) == 1:
        best = int(np.where(allowed, values, -1.0).argmax())
        return [(best // values.shape[1], best % values.shape[1])]
    if allowed.sum(axis=0).max() == 1 and allowed.sum(axis=1).max() == 1:
        return [(int(i), int(j)) for i, j in zip(*np.nonzero(allowed), strict=True)]
    from scipy.optimize import linear_sum_assignment

    one_more_match = min(values.shape) + 1.0
    gain = np.where(allowed, values + one_more_match, 0.0)
    first, second = linear_sum_assignment(gain, maximize=True)
    return [(int(i), int(j)) for i, j in zip(first, second, strict=True)]
