"""COCO's twelve numbers, for parity with pycocotools: order of the file among equal scores, strata by area in pixels.

The area of a box is its width times its height. Boxes without a score rank last; boxes that are no rectangle and whose
label is not known come after those, where they change none of the twelve.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Rows
from medgauge_metrics.average_precision import COCO_IOUS, RECALL_STEPS
from medgauge_metrics.confusion import space
from medgauge_metrics.detection import SAME_LABEL
from medgauge_metrics.greedy import Edges, Ints, Placed, bits_of, edges, taken
from medgauge_metrics.ranked_boxes import MAX_DETECTIONS, Kind, better, classes_of, numbered, placed, ranks, split
from medgauge_metrics.ranked_curve import area_at, blocks, rows_of, running, without_scores

SIDES = {"": (0.0, 1e5), "s": (0.0, 32.0), "m": (32.0, 96.0), "l": (96.0, 1e5)}
"""Stratum to the sides of the smallest and the largest square in it, in pixels."""
LIMITS = (1, 10, MAX_DETECTIONS)
ALL = (1 << len(COCO_IOUS)) - 1
FIRST = 5
"""Columns before the strata: kind, class, score, number, rank. Then hits of each stratum, and where the box does not
count there, as bits; for reference boxes, their number in each stratum."""
Curve: TypeAlias = tuple[str, int]
"""Stratum and limit of boxes of one class on one image."""
RECALLS: Mapping[str, Curve] = {
    **{f"AR{limit}": ("", limit) for limit in LIMITS},
    **{f"AR{stratum}": (stratum, MAX_DETECTIONS) for stratum in ("s", "m", "l")},
}


def coco12() -> "Coco12":
    """AP, with AP50, AP75, APs, APm, APl, AR1, AR10, AR100, ARs, ARm and ARl beside it."""
    return Coco12()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coco12:
    """COCO's numbers over the classes with support, no interval: they hang on the order of the file."""

    classes: tuple[str, ...] | None = None
    """Labels of the references, sorted; None until `prepare`."""

    @property
    def name(self) -> str:
        """`coco12`."""
        return "coco12"

    @property
    def signature(self) -> str:
        """IoUs, matching, limits, and number and hash of the classes."""
        return (
            f"{self.name}|iou:continuous|ious:0.5:0.95|match:greedy-by-score|ties:coco|interp:101|dets:1,10,100|"
            f"areas:32,96|scores:real|unscored:last|invalid:fp|labels:{SAME_LABEL}|outside:ignored|"
            f"classes:{space(self.classes)}|absent:excluded|agg:macro|v:1"
        )

    @property
    def proportion(self) -> bool:
        """Areas."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """A resample has no order of its own."""
        return False

    def prepare(self, targets: Sequence[Answer]) -> "Coco12":
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
        found = edges(pred, gold, COCO_IOUS[0])
        order = ranks(pred, found, "coco")
        before = better(pred, order, "coco")
        kept = before < MAX_DETECTIONS
        strata = [_bits(pred, gold, found, order, side) for side in SIDES.values()]
        scored = np.isfinite(pred.score)
        columns = (
            np.where(scored, Kind.SCORED, Kind.UNSCORED),
            pred.label,
            np.where(scored, pred.score, 0.0),
            np.ones(len(order)),
        )
        drawn = np.stack([*columns, *(hits for hits, _ in strata), *(ignored for _, ignored in strata)], axis=1)[order]
        drawn = np.insert(drawn.astype(np.float64), 4, before, axis=1)
        nameless = np.array([max(0, answer.invalid_boxes) for answer in given], dtype=np.float64)
        return split(
            len(given),
            (gold.sample, _reference(gold)),
            (pred.sample[order][kept], drawn[kept]),
            (np.flatnonzero(nameless), _nameless(nameless[nameless > 0], drawn.shape[1])),
        )

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """AP under `''`, the others by their names; NaN for a stratum without support, and without scores."""
        silent = without_scores(statistics, weights)
        classes = range(len(self.classes or ("",)))
        curves = {curve: _curves(statistics, weights, classes, curve) for curve in _needed()}
        full = {stratum: curves[stratum, MAX_DETECTIONS][0] for stratum in SIDES}
        numbers = {f"AP{stratum}": _mean(values) for stratum, values in full.items()}
        numbers |= {"AP50": _mean(full[""][:, :1]), "AP75": _mean(full[""][:, 5:6])}
        numbers |= {name: _mean(curves[curve][1]) for name, curve in RECALLS.items()}
        numbers[""] = numbers.pop("AP")
        return {name: np.where(silent, np.nan, values) for name, values in numbers.items()}


def _needed() -> set[Curve]:
    return {*RECALLS.values(), *((stratum, MAX_DETECTIONS) for stratum in SIDES)}


def _inside(boxes: Placed, side: tuple[float, float]) -> NDArray[np.bool_]:
    """Whether the area lies in a stratum, both ends among it; what is no rectangle has none."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        area = np.nan_to_num((boxes.xyxy[:, 2:] - boxes.xyxy[:, :2]).prod(axis=1))
    within: NDArray[np.bool_] = (area >= side[0] ** 2) & (area <= side[1] ** 2)
    return within


def _bits(
    pred: Placed, gold: Placed, found: Edges, order: Ints, side: tuple[float, float]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Thresholds at which each predicted box is matched in a stratum, and at which it does not count there.

    A reference box outside the stratum is taken only where none inside is free; what takes it does not count, nor
    does an unmatched box outside.
    """
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    outside = ~_inside(gold, side)[found.gold]
    turn = np.lexsort((-found.gold, -found.iou, outside, rank[found.pred]))
    bits = bits_of(found.iou, COCO_IOUS)[turn]
    won = taken(found.pred[turn], found.gold[turn], bits)
    hits, ignored = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    np.bitwise_or.at(hits, found.pred[turn], np.where(outside[turn], 0, won))
    np.bitwise_or.at(ignored, found.pred[turn], np.where(outside[turn], won, 0))
    return hits, np.where(_inside(pred, side), ignored, ignored | (ALL & ~hits))


def _reference(gold: Placed) -> FloatArray:
    """A row of each reference box."""
    inside = [_inside(gold, side) for side in SIDES.values()]
    zeros, ones = np.zeros(len(gold.label)), np.ones(len(gold.label))
    columns = [zeros + Kind.REFERENCE, gold.label, zeros, ones, zeros, *inside, *(zeros for _ in SIDES)]
    return np.stack(columns, axis=1).astype(np.float64)


def _nameless(number: FloatArray, width: int) -> FloatArray:
    rows = np.zeros((len(number), width))
    rows[:, 0], rows[:, 3] = Kind.NAMELESS, number
    return rows


def _curves(statistics: Statistics, weights: FloatArray, classes: range, curve: Curve) -> tuple[FloatArray, FloatArray]:
    """Average precision and recall, each (classes, IoUs, B), NaN without support."""
    column, limit = FIRST + list(SIDES).index(curve[0]), curve[1]
    values = rows_of(statistics) if statistics.values.size else np.zeros((0, FIRST + 2 * len(SIDES)))
    result = np.full((2, len(classes), len(COCO_IOUS), len(weights)), np.nan)
    for label in classes:
        mine = values[:, 1] == label
        wanted = mine & (values[:, 0] == Kind.REFERENCE)
        drawn = mine & np.isin(values[:, 0], (Kind.SCORED, Kind.UNSCORED)) & (values[:, 4] < limit)
        score = np.where(values[:, 0] == Kind.SCORED, values[:, 2], -np.inf)[drawn]
        chosen = np.flatnonzero(drawn)[np.argsort(-score, kind="stable")]
        hits, ignored = values[chosen, column].astype(np.int64), values[chosen, column + len(SIDES)].astype(np.int64)
        for here, block in blocks(weights):
            support = values[wanted, column] @ block[statistics.owner[wanted]]
            rows = block[statistics.owner[chosen]]
            for bit in range(len(COCO_IOUS)):
                both = _point(rows, hits >> bit & 1 > 0, ignored >> bit & 1 == 0, support)
                result[:, label, bit, here] = np.where(support > 0, both, np.nan)
    return result[0], result[1]


def _point(rows: FloatArray, hit: NDArray[np.bool_], counts: NDArray[np.bool_], support: FloatArray) -> FloatArray:
    """Average precision and recall at one IoU, (2, B), of the weights of boxes in rank order, (n, B)."""
    predicted = running(np.add, rows * counts[:, None])
    matched = running(np.add, rows[hit])
    recall = matched.max(axis=0, initial=0.0) / np.where(support > 0, support, 1.0)
    return np.stack([area_at(RECALL_STEPS, matched, predicted[hit], support), recall])


def _mean(values: FloatArray) -> FloatArray:
    """Of (classes, IoUs, B) over what is defined, (B,); NaN where nothing is."""
    defined = np.isfinite(values).sum(axis=(0, 1))
    total: FloatArray = np.nansum(values, axis=(0, 1)) / np.where(defined > 0, defined, np.nan)
    return total
