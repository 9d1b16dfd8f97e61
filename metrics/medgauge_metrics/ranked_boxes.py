"""Boxes with their scores as rows of statistics: matched once, so that any weighting of samples only sums them.

A row is (kind, class, score, number, hits); bit i of `hits` says that the box is matched at the i-th threshold.
Scores are real ones: nothing stands in for a score that is not there.

Boxes of one score in one image have no order of their own. With `ties=group` the one with the larger IoU takes first,
coordinates decide the rest, and a curve sees all boxes of a score at once: the order of samples and boxes is nothing.
With `ties=coco` the order of the file decides, as in pycocotools.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Literal, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import NDArray

from medgauge.types import Answer, FloatArray, Rows, Vector
from medgauge_metrics.greedy import Edges, Ints, Placed, bits_of, edges, place, taken
from medgauge_metrics.reducing import NO_ANSWER
from medgauge_metrics.textform import normalise

Ties: TypeAlias = Literal["group", "coco"]
MAX_DETECTIONS = 100
"""COCO's limit of boxes of one class on one image."""
ALMOST = 1e-10
"""COCO matches at `min(threshold, 1 - 1e-10)`, so that an IoU of 1 survives rounding."""


class Kind(IntEnum):
    """What a row counts."""

    SAMPLE = 0
    """One for every sample."""
    REFERENCE = 1
    """Reference boxes of a class."""
    SCORED = 2
    """A predicted box with a real score."""
    UNSCORED = 3
    """A predicted box without; it ranks after all that have one."""
    NAMELESS = 4
    """Predicted boxes that are no rectangle and whose label is not known; without a score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """How boxes are matched."""

    thresholds: tuple[float, ...]
    """IoUs, rising."""
    ties: Ties = "group"
    limit: int | None = MAX_DETECTIONS
    """Boxes of one class on one image that count, best first; with `ties=group` boxes of one score stay together."""


def ties_of(text: str) -> Ties:
    """`text` if it names a way with ties. Raises ValueError."""
    if text not in get_args(Ties):
        raise ValueError(f"ties={text}: expected {' or '.join(get_args(Ties))}")
    return cast(Ties, text)


def classes_of(targets: Sequence[Answer]) -> tuple[str, ...]:
    """Labels of all reference boxes after `normalise`, sorted."""
    return tuple(sorted({normalise(raw) for raw in {box.label for target in targets for box in target.boxes}}))


def numbered(classes: Sequence[str]) -> Mapping[str, int] | None:
    """The index of each class; None where the only class has no name, so that predicted labels do not matter."""
    return None if tuple(classes) in ((), ("",)) else {label: index for index, label in enumerate(classes)}


def ranked_rows(
    answers: Sequence[Answer | None],
    targets: Sequence[Answer],
    classes: Mapping[str, int] | None,
    matching: Matching,
) -> list[Rows]:
    """The rows of each sample: one of its own, its reference boxes by class, its predicted boxes in rank order.

    Raises ValueError for a reference box whose label is no class.
    """
    given, pred, gold = placed(answers, targets, classes)
    found = edges(pred, gold, min(matching.thresholds[0], 1 - ALMOST))
    order = ranks(pred, found, matching.ties)
    hits = _hits(pred, gold, found, order, matching)
    kept = order if matching.limit is None else order[better(pred, order, matching.ties) < matching.limit]
    return rows_by_sample(given, pred, gold, kept=kept, hits=hits)


def placed(
    answers: Sequence[Answer | None], targets: Sequence[Answer], classes: Mapping[str, int] | None
) -> tuple[list[Answer], Placed, Placed]:
    """The answers, and predicted and reference boxes. Raises ValueError for a reference label that is no class."""
    given = [answer or NO_ANSWER for answer in answers]
    pred = place([answer.boxes for answer in given], classes)
    gold = place([target.boxes for target in targets], classes)
    if classes is not None and (gold.label == len(classes)).any():
        raise ValueError("a reference box has a label that prepare was not shown; prepare with all targets")
    return given, pred, gold


def rows_by_sample(
    given: Sequence[Answer], pred: Placed, gold: Placed, *, kept: Ints, hits: NDArray[np.int64]
) -> list[Rows]:
    """The rows of each sample; `kept` are the predicted boxes that count, in the order of their rank."""
    scored = np.isfinite(pred.score[kept])
    nameless = np.array([max(0, answer.invalid_boxes) for answer in given], dtype=np.float64)
    some = np.flatnonzero(nameless)
    (at, label), number = np.unique(np.stack([gold.sample, gold.label]), axis=1, return_counts=True)
    return split(
        len(given),
        rows(np.arange(len(given)), Kind.SAMPLE, number=1.0),
        rows(at, Kind.REFERENCE, label=label, number=number),
        rows(
            pred.sample[kept],
            np.where(scored, Kind.SCORED, Kind.UNSCORED),
            label=pred.label[kept],
            score=np.where(scored, pred.score[kept], 0.0),
            number=1.0,
            hits=hits[kept],
        ),
        rows(some, Kind.NAMELESS, number=nameless[some]),
    )


Column: TypeAlias = NDArray[np.generic] | float
Block: TypeAlias = tuple[Ints, FloatArray]


def rows(
    sample: Ints, kind: Column, *, label: Column = 0.0, score: Column = 0.0, number: Column, hits: Column = 0.0
) -> Block:
    """Owners, and rows (kind, class, score, number, hits)."""
    columns = [np.broadcast_to(np.asarray(c, np.float64), sample.shape) for c in (kind, label, score, number, hits)]
    return sample, np.stack(columns, axis=1)


def split(count: int, *blocks: Block) -> list[Rows]:
    """The rows of each of `count` samples, in the order of the blocks."""
    owner = np.concatenate([sample for sample, _ in blocks])
    order = np.argsort(owner, kind="stable")
    flat: list[Vector] = [tuple(row) for row in np.concatenate([values for _, values in blocks])[order].tolist()]
    cuts = np.searchsorted(owner[order], np.arange(count + 1)).tolist()
    return [tuple(flat[low:high]) for low, high in pairwise(cuts)]


def ranks(pred: Placed, found: Edges, ties: Ties) -> Ints:
    """Indices of the boxes by sample, class and falling score; among equals by IoU and place, or as listed."""
    keys = (-pred.score, pred.label, pred.sample)
    if ties == "coco":
        return np.lexsort(keys)
    best = np.zeros(len(pred.score))
    np.maximum.at(best, found.pred, found.iou)
    return np.lexsort((*pred.xyxy.T, -best, *keys))


def _hits(pred: Placed, gold: Placed, found: Edges, order: Ints, matching: Matching) -> NDArray[np.int64]:
    """At which thresholds each box is matched, as bits. Of two reference boxes with one IoU the later one is taken."""
    rank, later = np.empty(len(order), np.intp), np.arange(len(gold.sample))
    rank[order] = np.arange(len(order))
    if matching.ties == "group":
        later[np.lexsort(gold.xyxy.T)] = np.arange(len(later))
    turn = np.lexsort((-later[found.gold], -found.iou, rank[found.pred]))
    bits = bits_of(found.iou, [min(t, 1 - ALMOST) for t in matching.thresholds])
    won = taken(found.pred[turn], found.gold[turn], bits[turn])
    hits = np.zeros(len(order), np.int64)
    np.bitwise_or.at(hits, found.pred[turn], won)
    return hits


def better(pred: Placed, order: Ints, ties: Ties) -> Ints:
    """How many boxes of one sample and class rank before each, in rank order; with `group`, have a higher score."""
    place = np.arange(len(order))
    fresh = _changes(pred.sample[order], pred.label[order])
    first = np.maximum.accumulate(np.where(fresh, place, 0))
    if ties == "group":
        place = np.maximum.accumulate(np.where(fresh | _changes(pred.score[order]), place, 0))
    return place - first


def _changes(*columns: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where a row differs from the one before; the first does."""
    changed = np.zeros(len(columns[0]), np.bool_)
    changed[:1] = True
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    return changed
