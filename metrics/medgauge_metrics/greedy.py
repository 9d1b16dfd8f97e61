"""COCO's greedy matching, for all boxes of all samples at once.

In falling order of score every box takes, of the reference boxes of its sample and class that are still free, the one
with the largest IoU, if that reaches the threshold. Thresholds are independent: bit i of a set of bits stands for the
i-th.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.types import Box, FloatArray
from medgauge_metrics.boxes import iou_pairs, valid_rows
from medgauge_metrics.textform import normalise

Ints: TypeAlias = NDArray[np.intp]
BLOCK = 1 << 20
"""Pairs of boxes compared at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The boxes of many samples side by side, n of them."""

    xyxy: FloatArray
    """(n, 4), NaN where the box is not valid."""
    sample: Ints
    """(n,) index of the sample."""
    label: Ints
    """(n,) index of the class; one past the last for a label that is no class."""
    score: FloatArray
    """(n,) real scores, minus infinity where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Pairs of a predicted and a reference box of one sample and class, each (E,)."""

    pred: Ints
    gold: Ints
    iou: FloatArray


def place(boxes: Sequence[Sequence[Box]], classes: Mapping[str, int] | None) -> Placed:
    """The boxes of each sample. Labels are looked up after `normalise`; without classes all boxes are of class 0."""
    flat = [box for many in boxes for box in many]
    xyxy = np.array([box.xyxy for box in flat], dtype=np.float64).reshape(-1, 4)
    xyxy[~valid_rows(xyxy)] = np.nan
    score = np.array([np.nan if box.score is None else box.score for box in flat], dtype=np.float64)
    number = {raw: _number(raw, classes) for raw in {box.label for box in flat}}
    return Placed(
        xyxy=xyxy,
        sample=np.repeat(np.arange(len(boxes)), [len(many) for many in boxes]),
        label=np.array([number[box.label] for box in flat], dtype=np.intp),
        score=np.where(np.isfinite(score), score, -np.inf),
    )


def _number(label: str, classes: Mapping[str, int] | None) -> int:
    return 0 if classes is None else classes.get(normalise(label), len(classes))


def edges(pred: Placed, gold: Placed, floor: float) -> Edges:
    """All pairs of one sample and class with an IoU of at least `floor` (above 0)."""
    width = 1 + int(max(pred.label.max(initial=0), gold.label.max(initial=0)))
    wanted = gold.sample * width + gold.label
    order = np.argsort(wanted, kind="stable")
    given = pred.sample * width + pred.label
    first = np.searchsorted(wanted[order], given, side="left")
    count = np.searchsorted(wanted[order], given, side="right") - first
    found = [_pairs(block, pred, gold, order, (first, count), floor) for block in _blocks(count)]
    return Edges(
        pred=np.concatenate([e.pred for e in found]),
        gold=np.concatenate([e.gold for e in found]),
        iou=np.concatenate([e.iou for e in found]),
    )


def _blocks(count: Ints) -> list[Ints]:
    """Indices of predicted boxes with a partner, cut where their pairs add up to a block; at least one, if empty."""
    some = np.flatnonzero(count)
    return np.split(some, np.flatnonzero(np.diff(np.cumsum(count[some]) // BLOCK)) + 1)


def _pairs(block: Ints, pred: Placed, gold: Placed, order: Ints, span: tuple[Ints, Ints], floor: float) -> Edges:
    first, count = span[0][block], span[1][block]
    before = np.cumsum(count) - count
    a = np.repeat(block, count)
    b = order[np.arange(len(a)) + np.repeat(first - before, count)]
    iou = iou_pairs(pred.xyxy[a], gold.xyxy[b])
    keep = iou >= floor
    return Edges(pred=a[keep], gold=b[keep], iou=iou[keep])


def bits_of(iou: FloatArray, thresholds: Sequence[float]) -> NDArray[np.int64]:
    """Bits of the thresholds, which rise, that each IoU reaches."""
    reached = np.searchsorted(np.asarray(thresholds), iou, side="right")
    bits: NDArray[np.int64] = (1 << reached) - 1
    return bits


def taken(pred: Ints, gold: Ints, bits: NDArray[np.int64]) -> NDArray[np.int64]:
    """At which thresholds each edge becomes a match, as bits, (E,).

    Edges come in the order in which they may take: boxes in falling rank, and of one box its reference boxes in the
    order of preference.
    """
    return np.fromiter(_take(pred.tolist(), gold.tolist(), bits.tolist()), dtype=np.int64, count=len(pred))


def _take(pred: list[int], gold: list[int], bits: list[int]) -> Iterator[int]:
    matched: dict[int, int] = {}
    occupied: dict[int, int] = {}
    for p, g, reached in zip(pred, gold, bits, strict=True):
        won = reached & ~(matched.get(p, 0) | occupied.get(g, 0))
        if won:
            matched[p] = matched.get(p, 0) | won
            occupied[g] = occupied.get(g, 0) | won
        yield won
