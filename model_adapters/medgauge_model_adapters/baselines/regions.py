"""Places worth looking at in a picture, and how a place is described.

Proposals come from thresholds at many levels, of brightness and of local contrast, bright on dark and dark on bright:
every connected component gives a box. A box is described by where it is, how large, and how its inside differs from
its surround. Pixel boxes are (N, 4) integers x1, y1, x2, y2 of the scaled picture, far edges not included.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from medgauge.types import FloatArray
from medgauge_model_adapters.baselines.pixels import Plane, View, blur, box_means, halved, slopes, sums

Pixels: TypeAlias = NDArray[np.intp]
Levels: TypeAlias = Sequence[float]
LEVELS = (5, 15, 30, 48, 65, 80, 90, 96)
"""Percentiles of brightness at which a picture is cut."""
MOST = 220
"""Proposals kept of one picture."""
SMALLEST, LARGEST = 0.0006, 0.6
"""Shares of the picture that a proposal may cover."""
COLOURLESS = 0.01
"""Mean difference of the colour planes below which a picture is grey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """The measured planes of a picture."""

    view: View
    contrast: tuple[Plane, ...]
    """Brightness minus its surround, at several widths."""
    edge: Plane
    """Strength of the gradient."""
    tint: tuple[Plane, Plane]
    """Red minus green, and blue minus green."""


def measure(view: View) -> Planes:
    """The planes that proposals and descriptions need."""
    grey = view.grey
    fine = blur(grey, 1.0)
    contrast = tuple(_local(fine, grey, width) for width in (0.08, 0.16, 0.32))
    edge: Plane = np.hypot(*slopes(fine))
    return Planes(
        view=view,
        contrast=contrast,
        edge=edge,
        tint=(view.red - view.green, view.blue - view.green),
    )


def propose(planes: Planes) -> tuple[Pixels, FloatArray]:
    """Boxes (N, 4), and for each (N, 3): share of the box that its component fills, bright or dark, kind of cut."""
    found: list[tuple[Pixels, FloatArray]] = []
    for plane, kind, bright, dark in _cuts(planes):
        scale = 2 if plane.shape[0] < planes.view.shape[0] else 1
        found += [_components(plane > cut, scale, (1.0, kind)) for cut in bright]
        found += [_components(plane < cut, scale, (-1.0, kind)) for cut in dark]
    boxes = np.concatenate([boxes for boxes, _ in found])
    extra = np.concatenate([extra for _, extra in found])
    kept = _distinct(boxes)
    return boxes[kept], extra[kept]


def _cuts(planes: Planes) -> Iterator[tuple[Plane, float, Levels, Levels]]:
    """Planes, whole or halved, the kind of each, and the levels above and below which something stands out."""
    fine = blur(planes.view.grey, 1.0)
    levels = _levels(fine, LEVELS)
    yield fine, 0.0, levels, levels
    for plane in planes.contrast[:2]:
        yield plane, 1.0, *_both(plane, (0.7, 1.5))
    small = halved(planes.view.grey)
    for width in (0.12, 0.3):
        coarse = _local(blur(small, 2.0), small, width)
        yield coarse, 2.0, *_both(coarse, (1.0,))
    rough = blur(halved(np.abs(planes.view.grey - fine)), 1.5)
    yield rough, 3.0, _levels(rough, (50, 75, 90, 96, 98)), ()
    if max(float(np.abs(plane).mean()) for plane in planes.tint) > COLOURLESS:
        for plane in planes.tint:
            for sigma in (0.7, 2.0):
                tint = blur(halved(plane), sigma)
                tint = _local(tint, tint, 0.3)
                yield tint, 4.0, *_both(tint, (0.8, 2.0))


def _local(plane: Plane, surround: Plane, width: float) -> Plane:
    """A plane minus the running mean of its surround; `width` is a share of the longer side."""
    around: Plane = np.asarray(ndimage.uniform_filter(surround, max(3, round(max(plane.shape) * width))))
    return np.asarray(plane - around)


def _both(plane: Plane, shares: tuple[float, ...]) -> tuple[Levels, Levels]:
    """Levels so many standard deviations above and below zero."""
    spread = float(plane.std())
    return [spread * share for share in shares], [-spread * share for share in shares]


def _levels(plane: Plane, percentiles: tuple[int, ...]) -> Levels:
    """Percentiles of every third pixel of every third row, each once."""
    levels: list[float] = np.unique(np.percentile(plane[::3, ::3], percentiles)).tolist()
    return levels


def describe(planes: Planes, boxes: Pixels) -> FloatArray:
    """(N, G) numbers about each box: place, size, inside against surround, a 3 x 3 picture of it, texture."""
    height, width = planes.view.shape
    x1, y1, x2, y2 = boxes.T
    w, h = (x2 - x1) / width, (y2 - y1) / height
    columns = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, w, h, np.log(w * h), np.log(w / h)]
    outer = _grown(boxes, 0.35, planes.view.shape)
    far = _grown(boxes, 1.0, planes.view.shape)
    cells = _cells(boxes)
    view = planes.view
    for plane in (view.red, view.green, view.blue):
        table = sums(plane)
        inside = box_means(table, boxes)
        columns += [inside, inside - _ring(table, boxes, outer), inside - _ring(table, boxes, far)]
    for plane in (view.grey, planes.edge):
        table = sums(plane)
        inside, rim = box_means(table, boxes), _ring(table, boxes, outer)
        columns += [inside, inside - rim, inside - _ring(table, boxes, far)]
        columns += [box_means(table, cell) - rim for cell in cells]
    columns.append(
        np.sqrt(np.maximum(box_means(sums(view.grey**2), boxes) - box_means(sums(view.grey), boxes) ** 2, 0))
    )
    columns += [box_means(sums(plane), boxes) for plane in planes.contrast]
    described: FloatArray = np.nan_to_num(np.stack(columns, axis=1))
    return described


def to_pixels(boxes: FloatArray, shape: tuple[int, int]) -> Pixels:
    """Unit-square boxes (N, 4) as pixel boxes inside the picture, at least one pixel wide and high."""
    height, width = shape
    scaled = np.nan_to_num(boxes.reshape(-1, 4)) * (width, height, width, height)
    x1 = np.clip(np.floor(scaled[:, 0]), 0, width - 1)
    y1 = np.clip(np.floor(scaled[:, 1]), 0, height - 1)
    x2 = np.clip(np.ceil(scaled[:, 2]), x1 + 1, width)
    y2 = np.clip(np.ceil(scaled[:, 3]), y1 + 1, height)
    return np.stack([x1, y1, x2, y2], axis=1).astype(np.intp)


def to_unit(boxes: Pixels, shape: tuple[int, int]) -> FloatArray:
    """Pixel boxes as unit-square boxes."""
    height, width = shape
    return boxes / np.asarray((width, height, width, height), dtype=np.float64)


def overlaps(a: FloatArray, b: FloatArray) -> FloatArray:
    """(N, M) intersection over union of boxes x1, y1, x2, y2."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    area_a, area_b = np.prod(a[:, 2:] - a[:, :2], axis=1), np.prod(b[:, 2:] - b[:, :2], axis=1)
    result: FloatArray = shared / np.maximum(area_a[:, None] + area_b[None, :] - shared, 1e-12)
    return result


def _components(mask: NDArray[np.bool_], scale: int, marks: tuple[float, float]) -> tuple[Pixels, FloatArray]:
    """Boxes of the connected parts of a mask, in pixels of the plane that is `scale` times larger."""
    labels = np.zeros(mask.shape, dtype=np.int32)
    ndimage.label(mask, output=labels)
    filled = np.bincount(labels.ravel())
    filled[0] = 0
    large = np.flatnonzero(filled > SMALLEST * mask.size)
    renamed = np.zeros(filled.size, dtype=np.int32)
    renamed[large] = np.arange(1, large.size + 1)
    slices = ndimage.find_objects(renamed[labels], max_label=large.size)
    boxes = np.asarray([(s[1].start, s[0].start, s[1].stop, s[0].stop) for s in slices], dtype=np.intp).reshape(-1, 4)
    filled = filled[large]
    sides = boxes[:, 2:] - boxes[:, :2]
    covered = sides.prod(axis=1)
    good = (covered < LARGEST * mask.size) & (sides.min(axis=1) * scale > 2)
    share = (filled / np.maximum(covered, 1))[good]
    extra = np.column_stack([share, np.full(share.size, marks[0]), np.full(share.size, marks[1])])
    return boxes[good] * scale, extra


def _distinct(boxes: Pixels) -> NDArray[np.intp]:
    """Indices of boxes of which no earlier one is nearly the same, at most MOST, spread over all cuts."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 1)
    step = 2 + sides.min(axis=1, keepdims=True) // 12
    rounded = np.column_stack([(boxes[:, :2] + step) // (2 * step), (boxes[:, 2:] + step) // (2 * step), step])
    indices = np.sort(np.unique(rounded, axis=0, return_index=True)[1])
    if indices.size > MOST:
        indices = indices[np.linspace(0, indices.size - 1, MOST).round().astype(np.intp)]
    return np.asarray(indices, dtype=np.intp)


def _grown(boxes: Pixels, share: float, shape: tuple[int, int]) -> Pixels:
    x1, y1, x2, y2 = boxes.T
    dx = np.maximum(2, ((x2 - x1) * share).astype(np.intp))
    dy = np.maximum(2, ((y2 - y1) * share).astype(np.intp))
    height, width = shape
    return np.stack(
        [np.maximum(x1 - dx, 0), np.maximum(y1 - dy, 0), np.minimum(x2 + dx, width), np.minimum(y2 + dy, height)],
        axis=1,
    )


def _ring(table: FloatArray, boxes: Pixels, outer: Pixels) -> FloatArray:
    """Means over the outer boxes without the inner ones."""
    inner_area, outer_area = _areas(boxes), _areas(outer)
    total = box_means(table, outer) * outer_area - box_means(table, boxes) * inner_area
    result: FloatArray = total / np.maximum(outer_area - inner_area, 1)
    return result


def _areas(boxes: Pixels) -> NDArray[np.intp]:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _cells(boxes: Pixels) -> list[Pixels]:
    """Each box cut into 3 x 3, every cell at least one pixel."""
    x = np.linspace(boxes[:, 0], boxes[:, 2], 4).round().astype(np.intp)
    y = np.linspace(boxes[:, 1], boxes[:, 3], 4).round().astype(np.intp)
    return [
        np.stack([x[j], y[i], np.maximum(x[j + 1], x[j] + 1), np.maximum(y[i + 1], y[i] + 1)], axis=1)
        for i in range(3)
        for j in range(3)
    ]
