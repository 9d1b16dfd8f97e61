"""Metrics of boxes drawn for names, without scores: no average precision here.

Boxes are matched one to one at an IoU of at least the threshold. Whatever was written counts as predicted: a box
that is no rectangle of the image is a false positive. An image with nothing to find counts in pooled numbers and in
`fp_per_image`, and is undefined for means over single boxes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medgauge.types import Answer, Xyxy
from medgauge_metrics.boxes import iou, match
from medgauge_metrics.reducing import Counts, Pooled, SampleMean, threshold
from medgauge_metrics.textform import normalise

GEOMETRY = "iou:continuous|match:cardinality-then-iou"
FALSE_POSITIVE_IOU = 0.5


def f1(*, at: float) -> Pooled:
    """Pooled F1 of boxes at an IoU threshold, whatever their labels."""
    return Pooled(name=f"f1@{at:g}", signature=_signature("f1", at), count=BoxCounts(at=threshold(at)))


def precision(*, at: float) -> Pooled:
    """Pooled share of predicted boxes that are matched; 0 where nothing was predicted and something was to be."""
    signature = _signature("precision", at)
    return Pooled(name=f"precision@{at:g}", signature=signature, count=BoxCounts(at=threshold(at)), of="precision")


def recall(*, at: float) -> Pooled:
    """Pooled share of reference boxes that are matched."""
    return Pooled(
        name=f"recall@{at:g}", signature=_signature("recall", at), count=BoxCounts(at=threshold(at)), of="recall"
    )


def label_f1(*, at: float) -> Pooled:
    """Pooled F1 of boxes where a match also needs the same label after `normalise`."""
    return Pooled(
        name=f"label_f1@{at:g}",
        signature=_signature("label_f1", at, labels="equal-norm:v1"),
        count=BoxCounts(at=threshold(at), labelled=True),
    )


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


def fp_per_image() -> SampleMean:
    """Mean number of boxes a sample that match nothing at IoU 0.5. Silence scores best: read it beside recall."""
    return SampleMean(
        name="fp_per_image",
        signature=f"fp_per_image|{GEOMETRY}@{FALSE_POSITIVE_IOU:g}|labels:free|invalid:fp|agg:mean|v:1",
        value=_false_positives,
        higher_is_better=False,
    )


def _signature(head: str, at: float, labels: str = "free") -> str:
    return f"{head}@{at:g}|{GEOMETRY}|labels:{labels}|invalid:fp|agg:pooled|v:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCounts:
    """Matched, predicted and reference boxes of a sample."""

    at: float
    labelled: bool = False

    def __call__(self, answer: Answer, target: Answer) -> Counts:
        """Counts over the boxes of answer and target."""
        pred = [(box.label, box.xyxy) for box in answer.boxes]
        gold = [(box.label, box.xyxy) for box in target.boxes]
        hits = labelled_hits(pred, gold, self.at) if self.labelled else hits_of(pred, gold, self.at)
        return float(hits), float(len(pred) + max(0, answer.invalid_boxes)), float(len(gold))


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstBoxReaches:
    """Whether the first box reaches an IoU with the only reference box."""

    at: float

    def __call__(self, answer: Answer, target: Answer) -> float | None:
        """1 or 0; None where the target has another number of boxes than one."""
        value = _first_iou(answer, target)
        return None if value is None else float(value >= self.at)


def hits_of(pred: Sequence[tuple[str, Xyxy]], gold: Sequence[tuple[str, Xyxy]], at: float) -> int:
    """Number of matches, whatever the labels."""
    return len(match([box for _, box in pred], [box for _, box in gold], at))


def labelled_hits(pred: Sequence[tuple[str, Xyxy]], gold: Sequence[tuple[str, Xyxy]], at: float) -> int:
    """Number of matches between boxes of the same normalised label: as many as labels and boxes allow."""
    predicted, reference = _by_label(pred), _by_label(gold)
    return sum(len(match(predicted[label], boxes, at)) for label, boxes in reference.items() if label in predicted)


def _by_label(boxes: Iterable[tuple[str, Xyxy]]) -> dict[str, list[Xyxy]]:
    groups: dict[str, list[Xyxy]] = defaultdict(list)
    for label, box in boxes:
        groups[normalise(label)].append(box)
    return groups


def _first_iou(answer: Answer, target: Answer) -> float | None:
    if len(target.boxes) != 1:
        return None
    return iou(answer.boxes[0].xyxy, target.boxes[0].xyxy) if answer.boxes else 0.0


def _false_positives(answer: Answer, target: Answer) -> float:
    hits, predicted, _ = BoxCounts(at=FALSE_POSITIVE_IOU)(answer, target)
    return predicted - hits
