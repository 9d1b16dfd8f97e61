"""Precision at every recall, from the rows of average precision.

The rows are those of the metric `ap@<IoU>`: (kind, class, score, number, hits), kinds 1 reference boxes of a class,
2 a box with a real score, 3 a box without, 4 boxes that are no rectangle and whose label is not known. Boxes are
matched by the metric's own rule, so the mean of a curve is the metric.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.protocols import BatchMetric, Statistics
from medgauge.types import Answer, FloatArray

STEPS = 100
"""Recalls 0, 0.01, ..., 1, as COCO has them."""
THRESHOLDS = (0.5, 0.75)
"""IoUs from which on a box is found."""
CLOSE = 1e-9
"""Numbers that differ by no more are the same but for rounding."""
NO_SCORES = "no box that it drew has a score"
_REFERENCE, _SCORED, _NAMELESS = 1, 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One model at one IoU."""

    at: float
    precision: tuple[float, ...]
    """At recall 0, 0.01, ..., 1: the largest at that recall or a larger one, mean over classes."""
    ap: float
    """The metric `ap@<IoU>`, on all samples."""
    classes: int
    """Of reference boxes."""


def curve_of(answers: Sequence[Answer | None], targets: Sequence[Answer], at: float) -> Curve | str:
    """The curve of one model over all of its samples, or why there is none.

    An answer that is None drew nothing. Raises MedGaugeError where the curve and the metric are not one number.
    """
    metric = parse_metric(f"ap@{at:g}").prepare(targets)
    if isinstance(metric, BatchMetric):
        rows = metric.measure_all(answers, targets)
    else:
        rows = [metric.measure(answer, target) for answer, target in zip(answers, targets, strict=True)]
    values = np.array([row for own in rows for row in own or ()], dtype=np.float64)
    owner = np.zeros(len(values), dtype=np.intp)
    ap = float(metric.reduce(Statistics(values=values, owner=owner, units=1), np.ones((1, 1)))[""][0])
    classes = np.unique(values[values[:, 0] == _REFERENCE, 1])
    if not len(classes):
        return "no reference box"
    if np.isnan(ap):
        return NO_SCORES
    precision = np.mean([_of_class(values, label, len(classes)) for label in classes], axis=0)
    if abs(precision.mean() - ap) > CLOSE:
        raise MedGaugeError(
            f"--figures: the precision-recall curve has the mean {precision.mean()}, {metric.name} is {ap}; this "
            "MedGauge cannot read the rows of that metric, leave --figures out"
        )
    return Curve(at=at, precision=tuple(precision.tolist()), ap=ap, classes=len(classes))


def _of_class(rows: FloatArray, label: float, classes: int) -> FloatArray:
    """(101,) the curve of one class; boxes of equal score come at once, those without a score last."""
    kind, name, score, number, hits = rows.T
    mine = (kind == _NAMELESS) | ((kind >= _SCORED) & (name == label))
    key = np.where(kind == _SCORED, score, -np.inf)[mine]
    weight = np.where(kind == _NAMELESS, number / classes, number)[mine]
    order = np.argsort(-key, kind="stable")
    ranked = key[order]
    last = np.append(ranked[1:] != ranked[:-1], True)[: len(ranked)]
    found = np.cumsum(hits[mine][order] % 2)[last]
    drawn = np.cumsum(weight[order])[last]
    recall = found / number[(kind == _REFERENCE) & (name == label)].sum()
    best = np.maximum.accumulate((found / drawn)[::-1])[::-1]
    # The steps are COCO's products, not quotients: at a recall that is one of them the last bit decides.
    first = np.searchsorted(recall, np.arange(STEPS + 1) * (1 / STEPS), side="left")
    made: FloatArray = np.append(best, 0.0)[first]
    return made
