"""Exact areas of unions of boxes: `(x1, y1, x2, y2)`, continuous, area without "+1".

By coordinate compression, without any raster. A box that is not valid has no area.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from medgauge.types import FloatArray
from medgauge_metrics.boxes import valid

DIGITS = 12
"""Decimals of a share of areas: the rounding of floats does not decide whether a half is a half."""


def union_area(boxes: Sequence[Sequence[float]]) -> float:
    """The area that at least one box covers; infinite, or 0, where a float cannot hold it."""
    return _real(_valid_rows(boxes))


def intersection_area(boxes_a: Sequence[Sequence[float]], boxes_b: Sequence[Sequence[float]]) -> float:
    """The area that a box of the first and a box of the second cover: of the two unions, intersected."""
    return _real(_shared(_valid_rows(boxes_a), _valid_rows(boxes_b)))


def covered_share(boxes: Sequence[Sequence[float]], by: Sequence[Sequence[float]]) -> float:
    """Which share of the union of `boxes` the union of `by` covers; 0 where `boxes` have no area."""
    own = _valid_rows(boxes)
    return _share(_shared(own, _valid_rows(by)), own)


def union_iou(boxes_a: Sequence[Sequence[float]], boxes_b: Sequence[Sequence[float]]) -> float:
    """Intersection over union of the unions of two sets of boxes; 0 where either has no area."""
    first, second = _valid_rows(boxes_a), _valid_rows(boxes_b)
    return _share(_shared(first, second), np.concatenate([first, second]))


def _valid_rows(boxes: Sequence[Sequence[float]]) -> FloatArray:
    """(n, 4), each valid box once."""
    return np.array(list({tuple(map(float, box)) for box in boxes if valid(box)}), dtype=np.float64).reshape(-1, 4)


def _shared(first: FloatArray, second: FloatArray) -> FloatArray:
    """The rectangles, (n, 4), that a box of the first has in common with a box of the second."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    both = (low < high).all(axis=2)
    return np.concatenate([low[both], high[both]], axis=1)


def _share(part: FloatArray, whole: FloatArray) -> float:
    """The area of a part of a whole over the area of the whole, both measured in units of the whole."""
    if not part.size:
        return 0.0
    exponents = _exponents(whole)
    area = _area(_scaled(whole, exponents))
    return min(1.0, round(_area(_scaled(part, exponents)) / area, DIGITS)) if area > 0 else 0.0


def _real(boxes: FloatArray) -> float:
    if not boxes.size:
        return 0.0
    exponents = _exponents(boxes)
    with np.errstate(over="ignore", under="ignore"):
        return float(np.ldexp(_area(_scaled(boxes, exponents)), sum(exponents)))


def _exponents(boxes: FloatArray) -> tuple[int, int]:
    """Powers of two above every x and every y: after division no difference of two overflows."""
    return math.frexp(np.abs(boxes[:, 0::2]).max())[1], math.frexp(np.abs(boxes[:, 1::2]).max())[1]


def _scaled(boxes: FloatArray, exponents: tuple[int, int]) -> FloatArray:
    with np.errstate(under="ignore"):
        scaled: FloatArray = np.ldexp(boxes, -np.array([*exponents, *exponents]))
    return scaled


def _area(boxes: FloatArray) -> float:
    """The area of the union of (n, 4) boxes, added up over horizontal strips.

    Within a strip, what boxes that span it cover is cut out of the x axis; the rest is few boxes on a small grid.
    So n boxes cost n * sqrt(n) steps, and not n * n.
    """
    if len(boxes) == 1:
        return float((boxes[0, 2] - boxes[0, 0]) * (boxes[0, 3] - boxes[0, 1]))
    cuts = np.unique(boxes[:, 1::2])
    strips = min(1 + len(boxes) // 64, 2 * math.isqrt(len(boxes)))
    borders = cuts[np.unique(np.linspace(0, len(cuts) - 1, strips + 1).astype(np.intp))]
    boxes = boxes[np.argsort(boxes[:, 0], kind="stable")]
    return math.fsum(_strip(boxes, low, high) for low, high in pairwise(borders.tolist()))


def _strip(boxes: FloatArray, low: float, high: float) -> float:
    """The covered area between two heights; boxes are sorted by their left side."""
    inside = boxes[(boxes[:, 1] < high) & (boxes[:, 3] > low)]
    spanning = (inside[:, 1] <= low) & (inside[:, 3] >= high)
    starts, ends = _merged(inside[spanning])
    partial = inside[~spanning]
    area = float((ends - starts).sum() * (high - low))
    if not partial.size:
        return area
    left, right = _without(partial[:, 0], starts, ends), _without(partial[:, 2], starts, ends)
    bottom, top = np.maximum(partial[:, 1], low), np.minimum(partial[:, 3], high)
    return area + _grid(np.stack([left, bottom, right, top], axis=1)[right > left])


def _merged(boxes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Starts and ends of the disjoint intervals of x that boxes, sorted by their left side, cover."""
    if not boxes.size:
        return np.zeros(0), np.zeros(0)
    reach = np.maximum.accumulate(boxes[:, 2])
    first = np.append(True, boxes[1:, 0] > reach[:-1])
    return boxes[first, 0], reach[np.append(first[1:], True)]


def _without(x: FloatArray, starts: FloatArray, ends: FloatArray) -> FloatArray:
    """Places on the x axis once the intervals have been cut out of it."""
    if not starts.size:
        return x
    removed = np.append(0.0, np.cumsum(ends - starts))
    before = np.searchsorted(starts, x, side="right")
    inside = np.maximum(0.0, np.append(0.0, ends)[before] - x)
    kept: FloatArray = x - (removed[before] - np.where(before > 0, inside, 0.0))
    return kept


def _grid(boxes: FloatArray) -> float:
    """The area of a union by counting, in every cell between the boxes' edges, how many cover it."""
    if not boxes.size:
        return 0.0
    xs, ys = np.unique(boxes[:, 0::2]), np.unique(boxes[:, 1::2])
    x1, x2 = np.searchsorted(xs, boxes[:, 0]), np.searchsorted(xs, boxes[:, 2])
    y1, y2 = np.searchsorted(ys, boxes[:, 1]), np.searchsorted(ys, boxes[:, 3])
    cover = np.zeros((len(xs), len(ys)), dtype=np.int64)
    for columns, rows, step in ((x1, y1, 1), (x2, y2, 1), (x1, y2, -1), (x2, y1, -1)):
        np.add.at(cover, (columns, rows), step)
    covered = (cover.cumsum(axis=0).cumsum(axis=1) > 0)[:-1, :-1]
    return float(np.diff(xs) @ covered @ np.diff(ys))
