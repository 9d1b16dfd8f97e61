"""IoU of boxes in 32 bits, in the order of the released code: a decision at exactly the threshold hangs on it."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge_metrics.compat.medrega.marked_boxes import Box

Floats: TypeAlias = NDArray[np.floating[Any]]
_SCALE = np.float32(999)


def ious(said: Sequence[Box], right: Sequence[Box], width: float, height: float) -> Floats:
    """(answers, references): areas are not clamped, so a turned box has a negative one; NaN for two of no area."""
    with np.errstate(all="ignore"):
        a, b = _pixels(said, width, height)[:, None], _pixels(right, width, height)[None, :]
        low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
        sides = np.maximum(high - low, np.float32(0))
        inter = sides[..., 0] * sides[..., 1]
        made: Floats = inter / (_area(a) + _area(b) - inter)
    return made


def _pixels(boxes: Sequence[Box], width: float, height: float) -> Floats:
    size = np.array([width, height, width, height], dtype=np.float32)
    return np.array(boxes, dtype=np.float32).reshape(-1, 4) / _SCALE * size


def _area(boxes: Floats) -> Floats:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
