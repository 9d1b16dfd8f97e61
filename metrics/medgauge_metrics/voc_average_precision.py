"""Average precision as PASCAL VOC computes it, for parity with published numbers.

It has a geometry of its own: a box covers the pixels x1..x2 and y1..y2 with both ends, so every side is one longer.
Among equal scores the order of the file decides, and a box whose best reference box is taken looks at no other. None
of this is in any other metric here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Rows
from medgauge_metrics.confusion import space
from medgauge_metrics.detection import SAME_LABEL
from medgauge_metrics.greedy import Edges, Ints, Placed, edges
from medgauge_metrics.ranked_boxes import classes_of, numbered, placed, ranks, rows_by_sample
from medgauge_metrics.ranked_curve import (
    Area,
    area_at,
    area_below,
    blocks,
    drawn,
    mean_over_classes,
    points,
    ranked,
    references,
    without_scores,
)
from medgauge_metrics.reducing import threshold

AREAS: Mapping[str, Area] = {"all": area_below, "11": partial(area_at, 10)}


def voc_ap(*, at: float, points: str = "all") -> "VocAveragePrecision":
    """Mean over classes of PASCAL VOC's AP: the whole area (`all`, since 2010), or 11 recalls (`points=11`, 2007)."""
    if points not in AREAS:
        raise ValueError(f"points={points}: expected {' or '.join(AREAS)}")
    return VocAveragePrecision(at=threshold(at), points=points)


@dataclass(frozen=True, slots=True, kw_only=True)
class VocAveragePrecision:
    """PASCAL VOC's AP, no interval: it hangs on the order of the file. Rows are as in `ranked_boxes`."""

    at: float
    points: str
    classes: tuple[str, ...] | None = None
    """Labels of the references, sorted; None until `prepare`."""

    @property
    def name(self) -> str:
        """`voc_ap@0.5`, `voc_ap@0.5(points=11)`."""
        return f"voc_ap@{self.at:g}" + ("" if self.points == "all" else f"(points={self.points})")

    @property
    def signature(self) -> str:
        """Geometry, matching, interpolation, and number and hash of the classes."""
        return (
            f"{self.name}|iou:inclusive-pixels|match:best-only|ties:order|interp:{self.points}|scores:real|"
            f"unscored:last|invalid:fp|labels:{SAME_LABEL}|classes:{space(self.classes)}|agg:macro|v:1"
        )

    @property
    def proportion(self) -> bool:
        """An area."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """A resample has no order of its own."""
        return False

    def prepare(self, targets: Sequence[Answer]) -> "VocAveragePrecision":
        """Freeze the classes."""
        return replace(self, classes=classes_of(targets))

    def measure(self, answer: Answer | None, target: Answer) -> Rows:
        """The rows of one sample; every target is defined. Raises ValueError before `prepare`."""
        return self.measure_all([answer], [target])[0]

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Rows]:
        """The rows of each sample. Raises ValueError before `prepare`, and for a label that it was not shown."""
        if self.classes is None:
            raise ValueError(f"{self.name}: call prepare with all targets first")
        given, pred, gold = placed(answers, targets, numbered(self.classes))
        found = edges(_with_last_pixel(pred), _with_last_pixel(gold), self.at)
        order = ranks(pred, found, "coco")
        return rows_by_sample(given, pred, gold, kept=order, hits=_hits(found, order))

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The mean under `''` and, with names, each class under its name; NaN without support or without scores."""
        classes = self.classes or ("",)
        support = weights @ references(statistics, len(classes))
        values = np.empty(support.shape)
        for label in range(len(classes)):
            boxes = ranked(statistics, label, len(classes), "coco")
            for here, block in blocks(weights):
                curve = points(boxes, 0, block, drawn(boxes, block))
                values[here, label] = AREAS[self.points](*curve, support[here, label])
        return mean_over_classes(classes, values, support, without_scores(statistics, weights))


def _with_last_pixel(boxes: Placed) -> Placed:
    """The area in continuous coordinates that the pixels of each box cover, both ends among them."""
    return replace(boxes, xyxy=boxes.xyxy + np.array([0.0, 0.0, 1.0, 1.0]))


def _hits(found: Edges, order: Ints) -> NDArray[np.int64]:
    """1 where a box is the first, in order, whose best reference box this is; of equals the first one is the best."""
    rank, hits = np.empty(len(order), np.intp), np.zeros(len(order), np.int64)
    rank[order] = np.arange(len(order))
    turn = np.lexsort((found.gold, -found.iou, rank[found.pred]))
    _, best = np.unique(rank[found.pred[turn]], return_index=True)
    pred, gold = found.pred[turn][best], found.gold[turn][best]
    _, first = np.unique(gold, return_index=True)
    hits[pred[first]] = 1
    return hits
