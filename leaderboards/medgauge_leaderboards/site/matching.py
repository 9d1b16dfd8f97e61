"""Which predicted box stands for which reference box, for the picture.

The rule is the one of the box metrics (maximum number of pairs, then largest total IoU, pairs at or above the
threshold); a test holds the two together.
"""

from collections.abc import Sequence

import numpy as np

from medgauge.types import Xyxy

THRESHOLD = 0.5


def iou(a: Xyxy, b: Xyxy) -> float:
    """Intersection over union of two boxes; 0 where either has no area."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    inside = max(0.0, width) * max(0.0, height)
    union = _area(a) + _area(b) - inside
    return inside / union if union > 0 else 0.0


def match(predicted: Sequence[Xyxy], reference: Sequence[Xyxy], threshold: float) -> list[tuple[int, int, float]]:
    """Pairs (predicted, reference, IoU), one to one, in the order of the predicted boxes."""
    if not predicted or not reference:
        return []
    from scipy.optimize import linear_sum_assignment

    overlap = np.array([[iou(p, r) for r in reference] for p in predicted])
    # One more pair must outweigh any sum of overlaps, so that the number of pairs decides first.
    worth = np.where(overlap >= threshold, overlap + min(overlap.shape) + 1, 0.0)
    left, right = linear_sum_assignment(worth, maximize=True)
    pairs = [(int(i), int(j), float(overlap[i, j])) for i, j in zip(left, right, strict=True)]
    return sorted(pair for pair in pairs if pair[2] >= threshold)


def threshold_of(metric: str) -> float:
    """The number after `@` in a metric's name, or the usual half."""
    _, _, at = metric.partition("@")
    try:
        return float(at.partition("(")[0])
    except ValueError:
        return THRESHOLD


def _area(box: Xyxy) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
