"""Average precision of boxes, as COCO defines it, from real scores only.

Where boxes are predicted and none carries a real score there is no number: a constant score makes one out of the
order of the files. Boxes without a score beside others that have one rank last, all at once, and so do boxes that are
no rectangle. Without any box the number is 0.

Classes are the labels of the reference boxes after `normalise`; where they have none, all boxes are of one class and
predicted labels do not matter. The mean runs over classes with support. As in COCO, a box under a label that is no
class costs nothing; `label_f1` counts it. COCO's strata by area in pixels are left out: on pictures of thousands of
pixels they mean nothing (`coco12` has them for parity).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Rows
from medgauge_metrics.confusion import space
from medgauge_metrics.detection import SAME_LABEL
from medgauge_metrics.ranked_boxes import (
    MAX_DETECTIONS,
    Matching,
    Ties,
    classes_of,
    numbered,
    ranked_rows,
    ties_of,
)
from medgauge_metrics.ranked_curve import (
    Ranked,
    area_at,
    blocks,
    drawn,
    mean_over_classes,
    points,
    ranked,
    references,
    without_scores,
)
from medgauge_metrics.reducing import threshold

COCO_IOUS: tuple[float, ...] = tuple(np.linspace(0.5, 0.95, 10).tolist())
RECALL_STEPS = 100


def ap(*, at: float | None = None, ties: str = "group") -> "AveragePrecision":
    """COCO's AP, or at one IoU threshold: the mean over classes with support (and over the IoUs .5, .55, ..., .95).

    `ties=coco` follows the order of the file among equal scores, for parity with pycocotools, and has no interval.
    """
    return AveragePrecision(at=None if at is None else threshold(at), ties=ties_of(ties))


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePrecision:
    """Mean over classes with support of the 101-point interpolated average precision; each class under its name.

    Rows as in `ranked_boxes`. The rows of a sample are matched once, so a resample only weighs them.
    """

    at: float | None
    ties: Ties
    classes: tuple[str, ...] | None = None
    """Labels of the references, sorted; None until `prepare`."""

    @property
    def name(self) -> str:
        """`ap`, `ap@0.5`, `ap@0.5(ties=coco)`."""
        at = "" if self.at is None else f"@{self.at:g}"
        return f"ap{at}" + ("" if self.ties == "group" else f"(ties={self.ties})")

    @property
    def signature(self) -> str:
        """IoUs, matching, ties, interpolation, limit, and number and hash of the classes."""
        ious = "0.5:0.95" if self.at is None else f"{self.at:g}"
        return (
            f"{self.name}|iou:continuous|ious:{ious}|match:greedy-by-score|ties:{self.ties}|interp:101|"
            f"dets:{MAX_DETECTIONS}|scores:real|unscored:last|invalid:fp|labels:{SAME_LABEL}|outside:ignored|"
            f"classes:{space(self.classes)}|absent:excluded|agg:macro|v:1"
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
        """Not where the order of the file decides: a resample has no order of its own."""
        return self.ties == "group"

    @property
    def _thresholds(self) -> tuple[float, ...]:
        return COCO_IOUS if self.at is None else (self.at,)

    def prepare(self, targets: Sequence[Answer]) -> "AveragePrecision":
        """Freeze the classes."""
        return replace(self, classes=classes_of(targets))

    def measure(self, answer: Answer | None, target: Answer) -> Rows:
        """The rows of one sample; every target is defined. Raises ValueError before `prepare`."""
        return self.measure_all([answer], [target])[0]

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Rows]:
        """The rows of each sample. Raises ValueError before `prepare`, and for a label that it was not shown."""
        if self.classes is None:
            raise ValueError(f"{self.name}: call prepare with all targets first")
        matching = Matching(thresholds=self._thresholds, ties=self.ties)
        return ranked_rows(answers, targets, numbered(self.classes), matching)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The mean under `''` and, with names, each class under its name; NaN without support or without scores."""
        classes = self.classes or ("",)
        support = weights @ references(statistics, len(classes))
        boxes = [ranked(statistics, label, len(classes), self.ties) for label in range(len(classes))]
        values = np.empty(support.shape)
        for here, block in blocks(weights):
            for label, of_class in enumerate(boxes):
                values[here, label] = self._average(of_class, block, support[here, label])
        return mean_over_classes(classes, values, support, without_scores(statistics, weights))

    def _average(self, boxes: Ranked, weights: FloatArray, support: FloatArray) -> FloatArray:
        """The mean over the thresholds, (B,), of one class; weights are (units, B)."""
        down_to = drawn(boxes, weights)
        areas = [
            area_at(RECALL_STEPS, *points(boxes, bit, weights, down_to), support)
            for bit in range(len(self._thresholds))
        ]
        total: FloatArray = reduce(np.add, areas)
        return total / len(areas)
