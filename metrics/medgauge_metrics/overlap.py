"""How well boxes lie on the reference, as a mean IoU: of whole images, or of the pairs that were matched."""

from medgauge.types import Answer
from medgauge_metrics.areas import union_iou
from medgauge_metrics.boxes import match
from medgauge_metrics.detection import GEOMETRY
from medgauge_metrics.ratio_of_sums import RatioOfSums
from medgauge_metrics.reducing import SampleMean

MATCHED_IOU = 0.5


def iou_union_mean() -> SampleMean:
    """Mean over images of the IoU of what all drawn boxes cover with what all reference boxes cover, exactly.

    Labels and the number of boxes do not matter. 0 without a box, undefined where the reference has none; a box that
    is no rectangle covers nothing.
    """
    return SampleMean(
        name="iou_union_mean",
        signature="iou_union_mean|iou:continuous|union:exact|labels:free|agg:mean|v:1",
        value=_union_iou,
    )


def iou_matched_mean() -> RatioOfSums:
    """Sum of the IoUs of all pairs matched at IoU 0.5 over the number of pairs, pooled over the images.

    It says how tightly the boxes that were found are drawn, and ranks nothing: a box that is missing and a box too
    many cost nothing. Undefined where nothing is matched.
    """
    return RatioOfSums(
        name="iou_matched_mean",
        signature=f"iou_matched_mean|{GEOMETRY}@{MATCHED_IOU:g}|labels:free|missing:free|agg:pooled-pairs|v:1",
        parts=_matched,
        higher_is_better=None,
    )


def _union_iou(answer: Answer, target: Answer) -> float | None:
    if not target.boxes:
        return None
    return union_iou([box.xyxy for box in answer.boxes], [box.xyxy for box in target.boxes])


def _matched(answer: Answer, target: Answer) -> tuple[float, float] | None:
    if not target.boxes:
        return None
    pairs = match([box.xyxy for box in answer.boxes], [box.xyxy for box in target.boxes], MATCHED_IOU)
    return sum(min(1.0, iou) for _, _, iou in pairs), float(len(pairs))
