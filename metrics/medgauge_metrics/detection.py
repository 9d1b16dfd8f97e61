"""Precision, recall and F1 of boxes drawn for names, pooled over samples, without scores.

Boxes are matched one to one at an IoU of at least the threshold: as many as can be, and of those the largest total
IoU, so that the order of boxes is nothing. Whatever was written counts as predicted: a box that is no rectangle of
the image is a false positive. An image with nothing to find counts in these numbers by what is drawn on it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge.types import Answer, Xyxy
from medgauge_metrics.boxes import match
from medgauge_metrics.reducing import Counts, Pooled, threshold
from medgauge_metrics.textform import normalise

GEOMETRY = "iou:continuous|match:cardinality-then-iou"
SAME_LABEL = "equal-norm:v1"
_Of: TypeAlias = Literal["f1", "precision", "recall"]


def f1(*, at: float) -> Pooled:
    """Pooled F1 of boxes at an IoU threshold, whatever their labels."""
    return _pooled("f1", at, labelled=False)


def precision(*, at: float) -> Pooled:
    """Pooled share of predicted boxes that are matched; 0 where nothing was predicted and something was to be."""
    return _pooled("precision", at, labelled=False)


def recall(*, at: float) -> Pooled:
    """Pooled share of reference boxes that are matched."""
    return _pooled("recall", at, labelled=False)


def label_f1(*, at: float) -> Pooled:
    """Pooled F1 of boxes where a match also needs the same label after `normalise`.

    A box under a label that no reference has is a false positive here; the mean of `ap` leaves such labels out.
    """
    return _pooled("f1", at, labelled=True)


def label_precision(*, at: float) -> Pooled:
    """Pooled share of predicted boxes that are matched under the same label."""
    return _pooled("precision", at, labelled=True)


def label_recall(*, at: float) -> Pooled:
    """Pooled share of reference boxes that are matched under the same label."""
    return _pooled("recall", at, labelled=True)


def _pooled(of: _Of, at: float, *, labelled: bool) -> Pooled:
    name = f"{'label_' if labelled else ''}{of}@{at:g}"
    labels = SAME_LABEL if labelled else "free"
    return Pooled(
        name=name,
        signature=f"{name}|{GEOMETRY}|labels:{labels}|invalid:fp|agg:pooled|v:1",
        count=BoxCounts(at=threshold(at), labelled=labelled),
        of=of,
    )


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
        return float(hits), float(number_predicted(answer)), float(len(gold))


def number_predicted(answer: Answer) -> int:
    """Boxes written, also those that are no rectangle."""
    return len(answer.boxes) + max(0, answer.invalid_boxes)


def hits_of(pred: Sequence[tuple[str, Xyxy]], gold: Sequence[tuple[str, Xyxy]], at: float) -> int:
    """Number of matches, whatever the labels."""
    return len(match([box for _, box in pred], [box for _, box in gold], at))


def labelled_hits(pred: Sequence[tuple[str, Xyxy]], gold: Sequence[tuple[str, Xyxy]], at: float) -> int:
    """Number of matches between boxes of the same normalised label: as many as labels and boxes allow."""
    predicted, reference = by_label(pred), by_label(gold)
    return sum(len(match(predicted[label], boxes, at)) for label, boxes in reference.items() if label in predicted)


def by_label(boxes: Iterable[tuple[str, Xyxy]]) -> dict[str, list[Xyxy]]:
    """Boxes under their labels after `normalise`."""
    groups: dict[str, list[Xyxy]] = defaultdict(list)
    for label, box in boxes:
        groups[normalise(label)].append(box)
    return groups
