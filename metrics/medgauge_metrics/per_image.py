"""Precision, recall and F1 of boxes in each image, averaged over the images that have reference boxes.

Every image weighs the same, however many boxes it has. An image with nothing to find is undefined here, whatever is
drawn on it: the pooled numbers and `no_finding_specificity` count that.
"""

from dataclasses import dataclass

from medgauge.types import Answer
from medgauge_metrics.detection import GEOMETRY, SAME_LABEL, BoxCounts
from medgauge_metrics.reducing import Count, SampleMean, threshold


def f1_image(*, at: float) -> SampleMean:
    """Mean over images of `2 TP / (predicted + reference)`, whatever the labels."""
    return _mean("f1_image", at, predicted=1.0, reference=1.0)


def precision_image(*, at: float) -> SampleMean:
    """Mean over images of the share of predicted boxes that are matched; an image without any is 0."""
    return _mean("precision_image", at, predicted=2.0, reference=0.0)


def recall_image(*, at: float) -> SampleMean:
    """Mean over images of the share of reference boxes that are matched."""
    return _mean("recall_image", at, predicted=0.0, reference=2.0)


def label_f1_image(*, at: float) -> SampleMean:
    """As `f1_image`, where a match also needs the same label after `normalise`."""
    return _mean("label_f1_image", at, predicted=1.0, reference=1.0, labelled=True)


def _mean(head: str, at: float, *, predicted: float, reference: float, labelled: bool = False) -> SampleMean:
    name, labels = f"{head}@{at:g}", SAME_LABEL if labelled else "free"
    return SampleMean(
        name=name,
        signature=f"{name}|{GEOMETRY}|labels:{labels}|invalid:fp|normal:excluded|agg:mean-of-images|v:1",
        value=ImageRatio(
            count=BoxCounts(at=threshold(at), labelled=labelled), predicted=predicted, reference=reference
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRatio:
    """`2 TP / (predicted * n predicted + reference * n reference)` of one image; 0 where nothing is there to divide."""

    count: Count
    predicted: float
    reference: float

    def __call__(self, answer: Answer, target: Answer) -> float | None:
        """The ratio; None where the target has no box."""
        counts = self.count(answer, target)
        if not target.boxes or counts is None:
            return None
        hits, predicted, reference = counts
        whole = self.predicted * predicted + self.reference * reference
        return 2 * hits / whole if whole else 0.0
