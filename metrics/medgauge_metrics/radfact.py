"""Whether the boxes of a grounded report lie where its counterpart's do, after RadFact (Bannur et al. 2024).

A segment is entailed when the other side names the same label: an equal name takes the place of the language model
that RadFact asks. An entailed segment is spatially entailed when the other side's boxes under that label cover more
than half (`at`) of its own, areas of unions, exact. Precision looks at the answer's segments, recall at the
reference's: `grounding_*` at the entailed ones with boxes, `spatial_*` at all with boxes.

A segment that is written twice counts once. A box that is no rectangle counts as a predicted segment that is not
entailed. Undefined without a boxed segment in the reference; nothing to look at in the answer is 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Segment, Vector, Xyxy
from medgauge_metrics.areas import DIGITS, covered_share
from medgauge_metrics.boxes import valid
from medgauge_metrics.reducing import NO_ANSWER, ratio, sums
from medgauge_metrics.textform import normalise

DEFAULT_SHARE = 0.5
_Kind: TypeAlias = Literal["grounding", "spatial"]
_Of: TypeAlias = Literal["f1", "precision", "recall"]
_Boxed: TypeAlias = tuple[str, frozenset[Xyxy]]
"""A normalised label and the valid boxes of one of its segments."""


def grounding_precision(*, at: float = DEFAULT_SHARE, agg: str = "pooled") -> "SpatialEntailment":
    """Of the answers' boxed segments that are entailed, the share that is spatially entailed."""
    return _metric("grounding", "precision", at, agg)


def grounding_recall(*, at: float = DEFAULT_SHARE, agg: str = "pooled") -> "SpatialEntailment":
    """Of the references' boxed segments that are entailed, the share that is spatially entailed."""
    return _metric("grounding", "recall", at, agg)


def grounding_f1(*, at: float = DEFAULT_SHARE, agg: str = "pooled") -> "SpatialEntailment":
    """The harmonic mean of `grounding_precision` and `grounding_recall`."""
    return _metric("grounding", "f1", at, agg)


def spatial_precision(*, at: float = DEFAULT_SHARE, agg: str = "pooled") -> "SpatialEntailment":
    """Of all boxed segments of the answers, the share that is spatially entailed."""
    return _metric("spatial", "precision", at, agg)


def spatial_recall(*, at: float = DEFAULT_SHARE, agg: str = "pooled") -> "SpatialEntailment":
    """Of all boxed segments of the references, the share that is spatially entailed."""
    return _metric("spatial", "recall", at, agg)


def spatial_f1(*, at: float = DEFAULT_SHARE, agg: str = "pooled") -> "SpatialEntailment":
    """The harmonic mean of `spatial_precision` and `spatial_recall`."""
    return _metric("spatial", "f1", at, agg)


def _metric(kind: _Kind, of: _Of, at: float, agg: str) -> "SpatialEntailment":
    if not 0 <= at < 1:
        raise ValueError(f"at is a share of an area that must be exceeded, from 0 up to below 1, got {at:g}")
    if agg not in ("pooled", "mean"):
        raise ValueError(f"agg is 'pooled' over samples or a 'mean' of the samples' ratios, got {agg!r}")
    return SpatialEntailment(kind=kind, of=of, at=at, mean=agg == "mean")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialEntailment:
    """Precision, recall or their harmonic mean, pooled over samples or from the means of the samples' ratios.

    Vector, pooled: (spatially entailed, looked at) of the answer, the same of the reference, boxed segments of the
    reference. Mean: (precision, recall, 1), undefined for a reference without a boxed segment.
    """

    kind: _Kind
    of: _Of
    at: float
    mean: bool

    @property
    def name(self) -> str:
        """`spatial_f1`, `spatial_f1@0.7`, `spatial_f1(agg=mean)`."""
        at = "" if self.at == DEFAULT_SHARE else f"@{self.at:g}"
        return f"{self.kind}_{self.of}{at}{'(agg=mean)' if self.mean else ''}"

    @property
    def signature(self) -> str:
        """What stands for entailment, how areas are made, aggregation."""
        agg = "mean-of-ratios" if self.mean else "pooled"
        share = f"area:exact|share:>{self.at:g}|digits:{DIGITS}"
        return f"{self.name}|entailment:label|labels:equal-norm:v1|{share}|repeats:once|invalid:fp|agg:{agg}|v:1"

    @property
    def proportion(self) -> bool:
        """A ratio of sums, or a mean of ratios."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "SpatialEntailment":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """The counts of one sample, or its two ratios."""
        given, wanted = (answer or NO_ANSWER).segments, target.segments
        invalid = 0 if answer is None else _invalid(answer)
        hits, looked_at = self._one_way(given, wanted)
        found, sought = self._one_way(wanted, given)
        looked_at += invalid
        boxed = len(_boxed(wanted))
        if not self.mean:
            return float(hits), float(looked_at), float(found), float(sought), float(boxed)
        return (_over(hits, looked_at), _over(found, sought), 1.0) if boxed else None

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The ratio of the sums, or the mean of the ratios; F1 from the two numbers, as RadFact does."""
        total = sums(statistics, weights, 3 if self.mean else 5)
        if self.mean:
            precision, recall = ratio(total[:, 0], total[:, 2]), ratio(total[:, 1], total[:, 2])
        else:
            precision, recall = ratio(total[:, 0], total[:, 1]), ratio(total[:, 2], total[:, 3])
        precision, recall = np.nan_to_num(precision), np.nan_to_num(recall)
        both = {"precision": precision, "recall": recall, "f1": ratio(2 * precision * recall, precision + recall)}
        return {"": np.where(total[:, -1] > 0, np.nan_to_num(both[self.of]), np.nan)}

    def _one_way(self, own: Sequence[Segment], other: Sequence[Segment]) -> tuple[int, int]:
        """How many boxed segments are spatially entailed by the other side, and how many are looked at."""
        evidence = _evidence(other)
        boxed = _boxed(own)
        named = [(label, boxes) for label, boxes in boxed if label in evidence]
        hits = sum(covered_share(tuple(boxes), evidence[label]) > self.at for label, boxes in named)
        return hits, len(named if self.kind == "grounding" else boxed)


def _evidence(segments: Iterable[Segment]) -> dict[str, list[Xyxy]]:
    """All boxes under each label that is named, none for a label without."""
    boxes: dict[str, list[Xyxy]] = defaultdict(list)
    for segment in segments:
        boxes[normalise(segment.label)] += [box.xyxy for box in segment.boxes]
    return dict(boxes)


def _boxed(segments: Iterable[Segment]) -> set[_Boxed]:
    """The segments that have a rectangle, each once."""
    rectangles = ((normalise(s.label), frozenset(b.xyxy for b in s.boxes if valid(b.xyxy))) for s in segments)
    return {(label, boxes) for label, boxes in rectangles if boxes}


def _invalid(answer: Answer) -> int:
    """Boxes that are no rectangle, counted by the reader or found among the segments' boxes."""
    written = sum(not valid(box.xyxy) for segment in answer.segments for box in segment.boxes)
    return written + max(0, answer.invalid_boxes)


def _over(hits: int, total: int) -> float:
    return hits / total if total else 0.0
