"""Where the named objects are: proposals of every picture, judged by one forest for each name.

A forest predicts how well a proposal would overlap the object; it learns from the pictures in which the name was
asked for, and the score from which a box counts is chosen on held-out predictions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray, Media, Xyxy
from medgauge_model_adapters.baselines.album import Album
from medgauge_model_adapters.baselines.counting import median_box
from medgauge_model_adapters.baselines.forest import Forest, Indices, folds_of, grow
from medgauge_model_adapters.baselines.regions import overlaps

TREES = 24
NEGATIVES = 24
"""Proposals of a picture, spread over all, that stand for the background."""
SAME = 0.3
"""Boxes that overlap more (IoU) are one object: the better one is kept."""
MOST_OBJECTS = 8
USUAL_CUT = 0.4
"""The score from which a box counts when a name has too few pictures to choose one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One training picture: the names that were asked for, each with its boxes (N, 4) in the unit square."""

    media: Media
    group: str
    boxes: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """What was learnt about one name."""

    forest: Forest = field(repr=False)
    cut: float
    usual: FloatArray
    """(U, 4) usual places, judged beside the proposals."""

    def find(self, boxes: FloatArray, rows: FloatArray) -> tuple[Xyxy, ...]:
        """Of candidate boxes (N, 4) described by (N, G), those that score high enough, best first."""
        found, _ = _best(boxes, self.forest.predict(rows)[:, 0], self.cut)
        return tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A finder for every name that ever had a box."""

    finders: Mapping[str, Finder]

    def find(self, media: Media, names: Sequence[str], album: Album) -> Mapping[str, tuple[Xyxy, ...]]:
        """The boxes of each name, best first."""
        known = [name for name in names if name in self.finders]
        judged = _candidates(media, [self.finders[name].usual for name in known], album)
        found = {name: self.finders[name].find(boxes, rows) for name, (boxes, rows) in zip(known, judged, strict=True)}
        return {name: found.get(name, ()) for name in names}


def learn_detector(scenes: Sequence[Scene], album: Album) -> Detector:
    """A finder for every name with at least one box."""
    names = sorted({name for scene in scenes for name, boxes in scene.boxes.items() if len(boxes)})
    usual = {name: _usual([box for scene in scenes for box in scene.boxes.get(name, ())]) for name in names}
    judged: dict[str, list[_Judged]] = {name: [] for name in names}
    for scene, fold in zip(scenes, folds_of([scene.group for scene in scenes]), strict=True):
        here = [name for name in names if name in scene.boxes]
        candidates = _candidates(scene.media, [usual[name] for name in here], album)
        for name, (boxes, rows) in zip(here, candidates, strict=True):
            judged[name].append(_Judged(boxes=boxes, rows=rows, gold=scene.boxes[name], fold=int(fold)))
    return Detector(finders={name: _learn(judged[name], usual[name]) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """The candidates for one name in one picture: boxes (N, 4), what is known of them (N, G), the right ones."""

    boxes: FloatArray
    rows: FloatArray
    gold: FloatArray
    fold: int

    @property
    def fit(self) -> FloatArray:
        """(N,) best overlap with a right box."""
        best: FloatArray = overlaps(self.boxes, self.gold).max(axis=1) if len(self.gold) else np.zeros(len(self.boxes))
        return best


def _learn(judged: Sequence[_Judged], usual: FloatArray) -> Finder:
    rows, targets, folds = [], [], []
    for one in judged:
        fit = one.fit
        chosen = _training(fit)
        rows.append(one.rows[chosen])
        targets.append(fit[chosen])
        folds.append(np.full(len(chosen), one.fold))
    forest = grow(
        np.concatenate(rows), np.concatenate(targets)[:, None], np.concatenate(folds), trees=TREES, leaf=2, share=0.4
    )
    return Finder(forest=forest, cut=_choose_cut(forest, judged), usual=usual)


def _usual(boxes: Sequence[FloatArray]) -> FloatArray:
    """The median box, and the median boxes of the left and of the right half of the picture."""
    every = [(float(a), float(b), float(c), float(d)) for a, b, c, d in boxes]
    left = [box for box in every if box[0] + box[2] < 1]
    right = [box for box in every if box[0] + box[2] >= 1]
    return np.asarray([median_box(some) for some in (every, left, right) if some], dtype=np.float64)


def _candidates(media: Media, usual: Sequence[FloatArray], album: Album) -> list[tuple[FloatArray, FloatArray]]:
    """For each set of usual places: all boxes that are judged (N, 4), and what is known of each (N, G)."""
    picture = album.look(media)
    places = np.concatenate([np.zeros((0, 4)), *usual])
    marks = np.tile(np.asarray([0.0, 0.0, -1.0]), (len(places), 1))
    described = np.concatenate([album.describe(media, places), marks], axis=1)
    ends = np.cumsum([0, *(len(some) for some in usual)])
    return [
        (np.concatenate([picture.proposals, places[a:b]]), np.concatenate([picture.described, described[a:b]]))
        for a, b in pairwise(ends)
    ]


def _training(fit: FloatArray) -> Indices:
    """Rows to learn from: whatever overlaps an object, and an even choice of the rest."""
    near = np.flatnonzero(fit >= 0.15)
    rest = np.flatnonzero(fit < 0.15)
    if rest.size > NEGATIVES:
        rest = rest[np.linspace(0, rest.size - 1, NEGATIVES).round().astype(np.intp)]
    return np.concatenate([near, rest])


def _choose_cut(forest: Forest, judged: Sequence[_Judged]) -> float:
    """The score with the best F1 (IoU 0.5) over the pictures, each judged by trees that have not seen it."""
    if len({one.fold for one in judged}) < 3:
        return USUAL_CUT
    sizes = [len(one.boxes) for one in judged]
    folds = np.repeat(np.asarray([one.fold for one in judged], dtype=np.intp), sizes)
    expected = forest.held_out(np.concatenate([one.rows for one in judged]), folds)[:, 0]
    scores: list[float] = []
    right: list[bool] = []
    for one, some in zip(judged, np.split(expected, np.cumsum(sizes)[:-1]), strict=True):
        boxes, values = _best(one.boxes, some, 0.1)
        free = np.ones(len(one.gold), dtype=bool)
        for box, value in zip(boxes, values, strict=True):
            fit = overlaps(box[None], one.gold)[0] * free
            hit = bool((fit >= 0.5).any())
            if hit:
                free[int(fit.argmax())] = False
            scores.append(float(value))
            right.append(hit)
    return _best_cut(np.asarray(scores), np.asarray(right, dtype=bool), sum(len(one.gold) for one in judged))


def _best_cut(scores: FloatArray, right: NDArray[np.bool_], total: int) -> float:
    if not right.any():
        return USUAL_CUT
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + total)
    best = int(np.argmax(f1))
    following = scores[order[best + 1]] if best + 1 < len(order) else 0.0
    return float((scores[order[best]] + following) / 2)


def _best(boxes: FloatArray, scores: FloatArray, cut: float) -> tuple[FloatArray, FloatArray]:
    """Boxes that score at least `cut`, without those that overlap a better one."""
    order = [int(i) for i in np.argsort(-scores, kind="stable") if scores[i] >= cut]
    kept: list[int] = []
    while order and len(kept) < MOST_OBJECTS:
        first, rest = order[0], order[1:]
        kept.append(first)
        apart = overlaps(boxes[[first]], boxes[rest])[0] < SAME if rest else []
        order = [index for index, far in zip(rest, apart, strict=True) if far]
    return boxes[kept], scores[kept]
