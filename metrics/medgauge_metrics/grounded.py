"""Metrics of grounded reports: what is named, where it is put, whether both agree, and what is said of it.

All labels are compared after `normalise`. A report without segments in the reference counts in pooled numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from medgauge.types import Answer, Segment, Xyxy
from medgauge_metrics.detection import GEOMETRY, BoxCounts, labelled_hits
from medgauge_metrics.reducing import Counts, Pooled, threshold
from medgauge_metrics.text import lcs_f1
from medgauge_metrics.textform import normalise
from medgauge_metrics.tokenize import SIGNATURE as TOKENISER
from medgauge_metrics.tokenize import tokens


def object_f1() -> Pooled:
    """Pooled F1 of the multisets of segment labels."""
    return Pooled(name="object_f1", signature="object_f1|labels:equal-norm:v1|agg:pooled|v:1", count=_object_counts)


def region_f1(*, at: float) -> Pooled:
    """Pooled F1 of all boxes of the report at an IoU threshold, whatever their labels."""
    return Pooled(
        name=f"region_f1@{at:g}",
        signature=f"region_f1@{at:g}|{GEOMETRY}|labels:free|invalid:fp|agg:pooled|v:1",
        count=BoxCounts(at=threshold(at)),
    )


def alignment_f1(*, at: float) -> Pooled:
    """Pooled F1 of the segments' boxes, where a match needs the segments' labels to be equal too."""
    return Pooled(
        name=f"alignment_f1@{at:g}",
        signature=f"alignment_f1@{at:g}|{GEOMETRY}|labels:equal-norm:v1|invalid:fp|agg:pooled|v:1",
        count=AlignedCounts(at=threshold(at)),
    )


def region_rouge_l() -> Pooled:
    """ROUGE-L of each reference label's text with the answer's text for that label, 0 where it has none.

    The mean runs over the labels of all references that have text; segments of one label are joined. What the
    answer says of other labels costs nothing here: `object_f1` counts it.
    """
    return Pooled(
        name="region_rouge_l",
        signature=f"region_rouge_l|{TOKENISER}|labels:equal-norm:v1|missing:0|agg:mean-of-regions|v:1",
        count=_region_rouge,
        of="recall",
    )


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


def _region_rouge(answer: Answer, target: Answer) -> Counts | None:
    """Sum of ROUGE-L, (unused) labels in the answer, and number of reference labels with text."""
    wanted = {label: words for label, words in _texts(target.segments).items() if words}
    if not wanted:
        return None
    given = _texts(answer.segments)
    total = sum(lcs_f1(given.get(label, []), words) for label, words in wanted.items())
    return total, float(len(given)), float(len(wanted))


def _texts(segments: Iterable[Segment]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = defaultdict(list)
    for segment in segments:
        texts[normalise(segment.label)] += tokens(segment.text)
    return texts
