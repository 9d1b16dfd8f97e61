"""Masks to boxes, with what is too small to be an object taken out and reported."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.types import Size, Xyxy
from medgauge_tasks.readers.pictures import pixels
from medgauge_tasks.readers.record import Place

BoolMask: TypeAlias = NDArray[np.bool_]
"""(height, width), true where the object is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskBoxes:
    """The boxes of a mask, from top to bottom, and the areas in pixels of the parts that were too small to count."""

    boxes: tuple[Xyxy, ...]
    removed: tuple[int, ...] = ()


def component_boxes(mask: BoolMask, min_area: int) -> MaskBoxes:
    """One tight box for every part that hangs together, corners included: for masks of a kind of object.

    A pixel in column c fills c to c + 1, so that one pixel gives a box of 1 x 1. Parts of less than `min_area` pixels
    are removed; 1 removes none.
    """
    boxes: list[Xyxy] = []
    removed: list[int] = []
    for area, box in _parts(mask):
        if area < min_area:
            removed.append(area)
        else:
            boxes.append(box)
    return MaskBoxes(boxes=tuple(boxes), removed=tuple(removed))


def object_box(mask: BoolMask, min_area: int) -> MaskBoxes:
    """One box around all parts but the removed: for a mask of one object, which may be cut in two. None if all are."""
    parts = component_boxes(mask, min_area)
    return MaskBoxes(boxes=(_around(parts.boxes),) if parts.boxes else (), removed=parts.removed)


def read_mask(file: Path, above: int) -> BoolMask:
    """A mask picture: true where any colour channel is more than `above`; transparency is not looked at.

    127 is for masks of 0 and 255 (and bears what JPEG does to them), 0 for masks of 0 and 1 and for 16 bits. 1-bit
    pictures count as 0 and 1. Raises Incomplete and BadRecord.
    """
    stored = pixels(file)
    if stored.ndim == 3:
        stored = stored[..., :1] if stored.shape[2] == 2 else stored[..., :3]
        stored = stored.max(axis=2)
    if stored.dtype == np.bool_ and above != 0:
        Place(file=file).fail("(pixels)", f"a mask with values over {above}", "a 1-bit picture; take above=0")
    return np.asarray(stored > above)


def read_classes(file: Path) -> NDArray[Any]:
    """A picture whose pixels are numbers of classes: grey values, or the indices of a palette. (height, width)."""
    stored = pixels(file)
    if stored.ndim != 2 or not np.issubdtype(stored.dtype, np.integer):
        Place(file=file).fail("(pixels)", "one whole number a pixel", f"{stored.dtype} of shape {stored.shape}")
    return stored


def rescaled(boxes: Iterable[Xyxy], mask: Size, image: Size, place: Place) -> tuple[Xyxy, ...]:
    """Boxes of a mask that was drawn on another size of the same picture, in pixels of the picture.

    Raises BadRecord when the two do not have the same shape: no side may be off by more than one pixel.
    """
    fits = abs(mask[0] * image[1] / mask[1] - image[0]) <= 1 and abs(mask[1] * image[0] / mask[0] - image[1]) <= 1
    if not fits:
        place.fail("(size)", f"a mask of the shape of its image, {image[0]} x {image[1]}", f"{mask[0]} x {mask[1]}")
    across, down = image[0] / mask[0], image[1] / mask[1]
    return tuple((x1 * across, y1 * down, x2 * across, y2 * down) for x1, y1, x2, y2 in boxes)


def _parts(mask: BoolMask) -> list[tuple[int, Xyxy]]:
    from scipy.ndimage import find_objects, label

    numbered = np.zeros(mask.shape, dtype=np.int32)
    label(mask, structure=np.ones((3, 3)), output=numbered)
    areas = np.bincount(numbered.ravel())[1:].tolist()
    found = []
    for area, (rows, columns) in zip(areas, find_objects(numbered), strict=True):
        found.append((area, (float(columns.start), float(rows.start), float(columns.stop), float(rows.stop))))
    return found


def _around(boxes: Iterable[Xyxy]) -> Xyxy:
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    return min(x1), min(y1), max(x2), max(y2)
