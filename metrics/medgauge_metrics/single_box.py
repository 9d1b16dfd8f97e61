"""Grounding by the first box that is drawn: no choice among many boxes, with the reference or without it."""

from dataclasses import dataclass

from medgauge.types import Answer
from medgauge_metrics.boxes import iou, valid
from medgauge_metrics.reducing import SampleMean, threshold


def acc_iou(*, at: float) -> SampleMean:
    """Share of samples whose first box reaches the IoU; defined where the reference has exactly one box."""
    return SampleMean(
        name=f"acc_iou@{at:g}",
        signature=f"acc_iou@{at:g}|iou:continuous|pred:first|agg:mean|v:1",
        value=FirstBoxReaches(at=threshold(at)),
        proportion=True,
    )


def iou_single_mean() -> SampleMean:
    """Mean IoU of the first box, 0 without one; defined where the reference has exactly one box."""
    return SampleMean(
        name="iou_single_mean", signature="iou_single_mean|iou:continuous|pred:first|agg:mean|v:1", value=_first_iou
    )


def center_hit() -> SampleMean:
    """Pointing game: share of samples where the centre of the first box lies in a reference box, or on its edge.

    Defined where the reference has a box; no box, and a first box that is no rectangle, is a miss. How large the
    drawn box is does not matter.
    """
    return SampleMean(
        name="center_hit",
        signature="center_hit|pred:first-centre|edge:inside|refs:any|agg:mean|v:1",
        value=_center_hit,
        proportion=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstBoxReaches:
    """Whether the first box reaches an IoU with the only reference box."""

    at: float

    def __call__(self, answer: Answer, target: Answer) -> float | None:
        """1 or 0; None where the target has another number of boxes than one."""
        value = _first_iou(answer, target)
        return None if value is None else float(value >= self.at)


def _first_iou(answer: Answer, target: Answer) -> float | None:
    if len(target.boxes) != 1:
        return None
    return iou(answer.boxes[0].xyxy, target.boxes[0].xyxy) if answer.boxes else 0.0


def _center_hit(answer: Answer, target: Answer) -> float | None:
    if not target.boxes:
        return None
    if not answer.boxes or not valid(answer.boxes[0].xyxy):
        return 0.0
    x1, y1, x2, y2 = answer.boxes[0].xyxy
    x, y = x1 + (x2 - x1) / 2, y1 + (y2 - y1) / 2
    inside = (b.xyxy[0] <= x <= b.xyxy[2] and b.xyxy[1] <= y <= b.xyxy[3] for b in target.boxes if valid(b.xyxy))
    return float(any(inside))
