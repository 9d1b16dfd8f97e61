"""One operating point in place of a curve, for models that draw boxes without scores.

Not an average precision of a ranking, and never to stand in a column with `ap`: a detector that ranks its boxes has
a whole curve below it, and this has one corner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, Box, FloatArray, Vector
from medgauge_metrics.average_precision import RECALL_STEPS
from medgauge_metrics.boxes import match
from medgauge_metrics.confusion import space
from medgauge_metrics.detection import GEOMETRY, SAME_LABEL, by_label
from medgauge_metrics.ranked_boxes import classes_of, numbered
from medgauge_metrics.ranked_curve import area_at, mean_over_classes
from medgauge_metrics.reducing import NO_ANSWER, sums, threshold


def ap_noscore(*, at: float) -> "OperatingPoint":
    """Mean over classes with support of precision times recall of all boxes together, interpolated at 101 recalls.

    Scores are ignored, so the order of boxes and samples is nothing. Classes and invalid boxes are as in `ap`.
    """
    return OperatingPoint(at=threshold(at))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """Precision up to the recall reached; vector (matched, predicted, reference) of each class in turn."""

    at: float
    classes: tuple[str, ...] | None = None
    """Labels of the references, sorted; None until `prepare`."""

    @property
    def name(self) -> str:
        """`ap_noscore@0.5`."""
        return f"ap_noscore@{self.at:g}"

    @property
    def signature(self) -> str:
        """Matching, interpolation, and number and hash of the classes."""
        return (
            f"{self.name}|{GEOMETRY}|interp:101|scores:ignored|invalid:fp|labels:{SAME_LABEL}|outside:ignored|"
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
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "OperatingPoint":
        """Freeze the classes."""
        return replace(self, classes=classes_of(targets))

    def measure(self, answer: Answer | None, target: Answer) -> Vector:
        """Counts of each class; every target is defined.

        A box that is no rectangle and whose label is not known counts in every class, shared out evenly. Raises
        ValueError before `prepare`, and for a target with a label that it was not shown.
        """
        if self.classes is None:
            raise ValueError(f"{self.name}: call prepare with all targets first")
        given = answer or NO_ANSWER
        pred, gold = self._named(given.boxes), self._named(target.boxes)
        if not gold.keys() <= set(self.classes or ("",)):
            raise ValueError(f"{self.name}: prepared without the labels {sorted(gold.keys() - set(self.classes))}")
        classes = self.classes or ("",)
        nameless = max(0, given.invalid_boxes) / len(classes)
        counts: list[float] = []
        for label in classes:
            mine, wanted = pred.get(label, []), gold.get(label, [])
            counts += [float(len(match(mine, wanted, self.at))), len(mine) + nameless, float(len(wanted))]
        return tuple(counts)

    def _named(self, boxes: Sequence[Box]) -> Mapping[str, Sequence[Sequence[float]]]:
        if numbered(self.classes or ()) is None:
            return {"": [box.xyxy for box in boxes]} if boxes else {}
        return by_label((box.label, box.xyxy) for box in boxes)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The mean under `''` and, with names, each class under its name; NaN without support."""
        classes = self.classes or ("",)
        total = sums(statistics, weights, 3 * len(classes))
        matched, predicted, support = total[:, 0::3], total[:, 1::3], total[:, 2::3]
        points = zip(matched.T, predicted.T, support.T, strict=True)
        areas = np.stack([area_at(RECALL_STEPS, m[None], p[None], r) for m, p, r in points], axis=1)
        return mean_over_classes(classes, areas, support, np.zeros(len(weights), np.bool_))
