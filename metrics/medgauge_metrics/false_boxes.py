"""Boxes that should not be there: on nothing, on images without findings, or no rectangle at all.

Silence scores best in all of these but `invalid_box_rate`: read them beside recall. For phrases that name nothing in
the image, `no_finding_specificity` is the share of phrases that are rejected ("phrase reject accuracy").
"""

from medgauge.types import Answer
from medgauge_metrics.boxes import valid
from medgauge_metrics.detection import GEOMETRY, BoxCounts, number_predicted
from medgauge_metrics.ratio_of_sums import RatioOfSums
from medgauge_metrics.reducing import SampleMean

FALSE_POSITIVE_IOU = 0.5


def fp_per_image() -> SampleMean:
    """Mean number of boxes a sample that match nothing at IoU 0.5."""
    return SampleMean(
        name="fp_per_image",
        signature=f"fp_per_image|{GEOMETRY}@{FALSE_POSITIVE_IOU:g}|labels:free|invalid:fp|agg:mean|v:1",
        value=_false_positives,
        higher_is_better=False,
    )


def no_finding_specificity() -> SampleMean:
    """Share of the images without reference boxes on which nothing is drawn; a box that is no rectangle is drawn."""
    return SampleMean(
        name="no_finding_specificity",
        signature="no_finding_specificity|invalid:predicted|found:excluded|agg:mean|v:1",
        value=_nothing_drawn,
        proportion=True,
    )


def boxes_on_normal() -> SampleMean:
    """Mean number of boxes drawn on an image without reference boxes."""
    return SampleMean(
        name="boxes_on_normal",
        signature="boxes_on_normal|invalid:predicted|found:excluded|agg:mean|v:1",
        value=_drawn_on_normal,
        higher_is_better=False,
    )


def invalid_box_rate() -> RatioOfSums:
    """Pooled share of predicted boxes that are no rectangle of the image; undefined where nothing is predicted."""
    return RatioOfSums(
        name="invalid_box_rate",
        signature="invalid_box_rate|of:predicted|agg:pooled|v:1",
        parts=_invalid,
        higher_is_better=False,
    )


def _false_positives(answer: Answer, target: Answer) -> float:
    hits, predicted, _ = BoxCounts(at=FALSE_POSITIVE_IOU)(answer, target)
    return predicted - hits


def _nothing_drawn(answer: Answer, target: Answer) -> float | None:
    return None if target.boxes else float(number_predicted(answer) == 0)


def _drawn_on_normal(answer: Answer, target: Answer) -> float | None:
    return None if target.boxes else float(number_predicted(answer))


def _invalid(answer: Answer, target: Answer) -> tuple[float, float]:
    predicted = number_predicted(answer)
    return predicted - sum(valid(box.xyxy) for box in answer.boxes), float(predicted)
