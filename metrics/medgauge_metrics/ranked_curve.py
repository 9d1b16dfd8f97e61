"""From rows of boxes in falling order of score to points of a curve, for many weightings of the samples at once.

Arrays of numbers of boxes are (points, B): a column for each weighting.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.protocols import Statistics
from medgauge.types import FloatArray
from medgauge_metrics.greedy import Ints
from medgauge_metrics.ranked_boxes import Kind, Ties
from medgauge_metrics.reducing import ratio

Area: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""Matched and predicted boxes at the points of a curve, and reference boxes, (B,), to an area, (B,)."""
WIDTH = 256
"""Weightings handled at once: the arrays of a class stay in the processor's cache."""
WIDE = 64
"""From here on a loop over rows beats `accumulate`, which is slow along the first axis."""
NO_ROWS = np.zeros((0, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The predicted boxes of one class in falling order of score, n rows."""

    owner: Ints
    """(n,) the unit of the bootstrap."""
    number: FloatArray
    """(n,) boxes that a row stands for."""
    hits: NDArray[np.int64]
    """(n,) bits of the thresholds at which the box is matched."""
    group: Ints
    """(n,) rows with one number share a score and come together."""


def rows_of(statistics: Statistics) -> FloatArray:
    """(R, 5) rows; none where no sample is defined."""
    return statistics.values if statistics.values.size else NO_ROWS


def ranked(statistics: Statistics, label: int, classes: int, ties: Ties) -> Ranked:
    """The boxes predicted under one of the classes.

    A box that is no rectangle and whose label is not known counts in every class, shared out evenly.
    """
    kind, name, score, number, hits = rows_of(statistics).T
    nameless = kind == Kind.NAMELESS
    mine = np.flatnonzero(nameless | ((kind >= Kind.SCORED) & (name == label)))
    rank = np.where(kind == Kind.SCORED, score, -np.inf)[mine]
    order = np.argsort(-rank, kind="stable")
    chosen = mine[order]
    fresh = np.append(False, rank[order][1:] != rank[order][:-1])[: len(chosen)]
    return Ranked(
        owner=statistics.owner[chosen],
        number=np.where(nameless, number / classes, number)[chosen],
        hits=hits[chosen].astype(np.int64),
        group=np.cumsum(fresh) if ties == "group" else np.arange(len(chosen)),
    )


def drawn(boxes: Ranked, weights: FloatArray) -> FloatArray:
    """Boxes drawn down to the end of each group, (groups, B); weights are (units, B)."""
    ends = np.flatnonzero(np.append(boxes.group[1:] != boxes.group[:-1], True)[: len(boxes.group)])
    each = weights[boxes.owner]
    if (boxes.number != 1).any():
        each *= boxes.number[:, None]
    return running(np.add, each)[ends]


def points(boxes: Ranked, bit: int, weights: FloatArray, down_to: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Matched and drawn boxes at the end of each group with a match at a threshold; `down_to` is what `drawn` gave.

    A group without a match lowers precision and leaves recall: no curve here has to know of it.
    """
    hit = np.flatnonzero(boxes.hits >> bit & 1)
    group = boxes.group[hit]
    last = np.append(group[1:] != group[:-1], True)[: len(hit)]
    return running(np.add, weights[boxes.owner[hit]])[last], down_to[group[last]]


def references(statistics: Statistics, classes: int) -> FloatArray:
    """Reference boxes of each class in each unit, (units, classes)."""
    kind, name, _, number, _ = rows_of(statistics).T
    mine = kind == Kind.REFERENCE
    counts = np.zeros((statistics.units, classes))
    np.add.at(counts, (statistics.owner[mine], name[mine].astype(np.intp)), number[mine])
    return counts


def without_scores(statistics: Statistics, weights: FloatArray) -> NDArray[np.bool_]:
    """For (B, units) weights, where boxes are predicted and none of them has a real score, (B,)."""
    kind, number = rows_of(statistics)[:, 0], rows_of(statistics)[:, 3]
    scored, other = (
        weights @ np.bincount(statistics.owner, weights=number * mine, minlength=statistics.units)
        for mine in (kind == Kind.SCORED, kind > Kind.SCORED)
    )
    silent: NDArray[np.bool_] = (scored <= 0) & (other > 0)
    return silent


def blocks(weights: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
    """Slices of the weightings, and their weights as (units, B)."""
    for start in range(0, len(weights), WIDTH):
        here = slice(start, start + WIDTH)
        yield here, np.ascontiguousarray(weights[here].T)


def running(operation: np.ufunc, rows: FloatArray) -> FloatArray:
    """`operation.accumulate` along the first axis, in place where that is faster."""
    if rows.shape[1] < WIDE:
        accumulated: FloatArray = operation.accumulate(rows, axis=0)
        return accumulated
    for before, row in pairwise(rows):
        operation(before, row, out=row)
    return rows


def area_at(steps: int, matched: FloatArray, predicted: FloatArray, reference: FloatArray) -> FloatArray:
    """Mean over the recalls 0, 1/steps, ..., 1 of the largest precision at that recall or a larger one, (B,).

    COCO has 100 steps, PASCAL VOC 2007 had 10.
    """
    recall = _divided(matched, reference)
    level = np.floor(recall * steps + 1e-6)
    reached = (level + (level * (1 / steps) <= recall)) * (matched > 0)
    return _weighted(matched, predicted, reached) / (steps + 1)


def area_below(matched: FloatArray, predicted: FloatArray, reference: FloatArray) -> FloatArray:
    """The area below precision made falling, over all of recall, (B,), as PASCAL VOC has it since 2010."""
    return _weighted(matched, predicted, _divided(matched, reference))


def mean_over_classes(
    classes: Sequence[str], values: FloatArray, support: FloatArray, undefined: NDArray[np.bool_]
) -> Mapping[str, FloatArray]:
    """Of (B, classes) values and supports: the mean over classes with support under `''`, each class by its name.

    NaN for a class without support, and for everything where it is undefined, (B,).
    """
    defined = (support > 0) & ~undefined[:, None]
    mean = ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1).astype(np.float64))
    named = {label: np.where(defined[:, i], values[:, i], np.nan) for i, label in enumerate(classes)}
    return {**named, "": mean}


def _weighted(matched: FloatArray, predicted: FloatArray, reached: FloatArray) -> FloatArray:
    """The sum over the points of the largest precision from there on times the step in `reached`."""
    precision = _divided(matched, predicted)
    envelope = running(np.maximum, precision[::-1])[::-1]
    steps = np.diff(reached, axis=0, prepend=0.0)
    # added up one after another, so that the number of weightings handled at once decides no last bit
    total: FloatArray = running(np.add, envelope * steps)[-1:].sum(axis=0)
    return total


def _divided(part: FloatArray, whole: FloatArray) -> FloatArray:
    """0 where there is nothing to divide by."""
    return part / np.where(whole > 0, whole, np.inf)
