"""What writing boxes down costs: the best IoU that a box format leaves to an exact answer."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from medgauge.protocols import BoxFormat, Frame
from medgauge.types import Xyxy
from medgauge_metrics.boxes import iou_pairs, valid_rows

HALF = 0.5
NAME = "object"
_UNREAD = (np.nan,) * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How well boxes survive being written and read."""

    boxes: int
    """How many were written."""
    mean_iou: float | None
    """Of each box with itself as read back; None without any box."""
    share_under_half: float | None
    """Share of boxes whose IoU with themselves is below 0.5: no answer can find them at that threshold."""
    unreadable: int
    """Boxes that were not read back at all; their IoU is 0."""


def quantisation_ceiling(boxes: Iterable[tuple[Xyxy, Frame]], box_format: BoxFormat) -> Ceiling:
    """Encode and decode each box (original pixels) alone, with the sizes of its image.

    A property of the data and the format: no model's answer comes into it.
    """
    pairs = [(exact, _read_back(exact, frame, box_format)) for exact, frame in boxes]
    written = np.array([exact for exact, _ in pairs], dtype=np.float64).reshape(-1, 4)
    read = np.array([back or _UNREAD for _, back in pairs], dtype=np.float64).reshape(-1, 4)
    read[~valid_rows(read)] = np.nan
    values = iou_pairs(written, read)
    return Ceiling(
        boxes=len(pairs),
        mean_iou=float(values.mean()) if pairs else None,
        share_under_half=float((values < HALF).mean()) if pairs else None,
        unreadable=sum(back is None for _, back in pairs),
    )


def _read_back(exact: Xyxy, frame: Frame, box_format: BoxFormat) -> Xyxy | None:
    """The first box of what is written for this one."""
    decoded = box_format.decode(box_format.encode([(NAME, [exact])], frame), frame)
    return next((box for mention in decoded.mentions for box in mention.boxes), None)
