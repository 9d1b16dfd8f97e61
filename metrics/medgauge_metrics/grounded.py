"""Metrics of grounded reports: what is named, where boxes are put, and whether both agree.

Names are equal when they are after `normalise`: no part of a name is enough, and no name equals only no name.
Precision is right over predicted, recall right over reference, both pooled. A report without segments in the
reference counts in pooled numbers.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge.types import Answer, Segment, Xyxy
from medgauge_metrics.detection import GEOMETRY, BoxCounts, labelled_hits
from medgauge_metrics.reducing import Counts, Pooled, threshold
from medgauge_metrics.textform import normalise

LABELS = "labels:equal-norm:v1"
_Of: TypeAlias = Literal["f1", "precision", "recall"]


def object_f1() -> Pooled:
    """Pooled F1 of the multisets of segment labels."""
    return _objects("f1")


def object_precision() -> Pooled:
    """Pooled share of the answers' segment labels that the references have; a name written twice is right once."""
    return _objects("precision")


def object_recall() -> Pooled:
    """Pooled share of the references' segment labels that the answers have."""
    return _objects("recall")


def region_f1(*, at: float) -> Pooled:
    """Pooled F1 of all boxes of the report at an IoU threshold, whatever their labels."""
    return _regions("f1", at)


def region_precision(*, at: float) -> Pooled:
    """Pooled share of the answers' boxes that match one of the reference's at an IoU threshold."""
    return _regions("precision", at)


def region_recall(*, at: float) -> Pooled:
    """Pooled share of the references' boxes that match one of the answer's at an IoU threshold."""
    return _regions("recall", at)


def alignment_f1(*, at: float) -> Pooled:
    """Pooled F1 of the segments' boxes, where a match needs the segments' labels to be equal too."""
    return _alignments("f1", at)


def alignment_precision(*, at: float) -> Pooled:
    """Pooled share of the answers' boxes that match a box of the same label."""
    return _alignments("precision", at)


def alignment_recall(*, at: float) -> Pooled:
    """Pooled share of the references' boxes that match a box of the same label."""
    return _alignments("recall", at)


def _objects(of: _Of) -> Pooled:
    name = f"object_{of}"
    return Pooled(name=name, signature=f"{name}|{LABELS}|agg:pooled|v:1", count=_object_counts, of=of)


def _regions(of: _Of, at: float) -> Pooled:
    name = f"region_{of}@{at:g}"
    signature = f"{name}|{GEOMETRY}|labels:free|invalid:fp|agg:pooled|v:1"
    return Pooled(name=name, signature=signature, count=BoxCounts(at=threshold(at)), of=of)


def _alignments(of: _Of, at: float) -> Pooled:
    name = f"alignment_{of}@{at:g}"
    signature = f"{name}|{GEOMETRY}|{LABELS}|invalid:fp|agg:pooled|v:1"
    return Pooled(name=name, signature=signature, count=AlignedCounts(at=threshold(at)), of=of)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedCounts:
    """Boxes matched under the same label, boxes predicted, boxes in the reference; all of segments."""

    at: float

    def __call__(self, answer: Answer, target: Answer) -> Counts:
        """Counts over the segments of answer and target."""
        pred, gold = _boxes(answer.segments), _boxes(target.segments)
        hits = labelled_hits(pred, gold, self.at)
        return float(hits), float(len(pred) + max(0, answer.invalid_boxes)), float(len(gold))


def _boxes(segments: Iterable[Segment]) -> list[tuple[str, Xyxy]]:
    return [(segment.label, box.xyxy) for segment in segments for box in segment.boxes]


def _object_counts(answer: Answer, target: Answer) -> Counts:
    given = Counter(normalise(s.label) for s in answer.segments)
    wanted = Counter(normalise(s.label) for s in target.segments)
    return float((given & wanted).total()), float(given.total()), float(wanted.total())
