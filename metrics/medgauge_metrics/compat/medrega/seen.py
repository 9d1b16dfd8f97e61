"""A record of boxes, read and matched: what the four evaluators of regions start from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medgauge_metrics.compat.medrega.marked_boxes import Box, Object, read_answer, read_reference
from medgauge_metrics.compat.medrega.overlap_of_boxes import Floats, ious
from medgauge_metrics.compat.medrega.records import Picture
from medgauge_metrics.compat.medrega.stops import Crash

_NOTHING: Box = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The objects of both sides, and how much their boxes overlap."""

    number: int
    said: tuple[Object, ...]
    right: tuple[Object, ...]
    overlap: Floats
    """(boxes said, boxes of the reference); the last said is the box of four zeros where reading failed."""

    @property
    def n_said(self) -> int:
        """Boxes of the answer."""
        return int(self.overlap.shape[0])

    @property
    def n_right(self) -> int:
        """Boxes of the reference."""
        return int(self.overlap.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two boxes that the Hungarian algorithm gives to each other, whatever they overlap."""

    said: int
    right: int
    iou: float


def see(picture: Picture) -> Seen:
    """Raises Crash and NotKnown for a reference that cannot be read."""
    said, right = read_answer(picture.said), read_reference(picture.right, picture.number)
    boxes = [box for one in said.objects for box in one.boxes] + ([_NOTHING] if said.failed else [])
    wanted = [box for one in right for box in one.boxes]
    overlap = ious(boxes, wanted, picture.width, picture.height)
    return Seen(number=picture.number, said=said.objects, right=right, overlap=overlap)


def matches(seen: Seen) -> Sequence[Match]:
    """One to one, of the largest total IoU. Raises Crash where an IoU is no number."""
    from scipy.optimize import linear_sum_assignment

    if not np.isfinite(seen.overlap).all():
        raise Crash(
            "ValueError", "an IoU is no number: two boxes without an area, or of numbers too large", seen.number
        )
    rows, columns = linear_sum_assignment(np.float32(1) - seen.overlap)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [Match(said=i, right=j, iou=float(seen.overlap[i, j])) for i, j in pairs]
