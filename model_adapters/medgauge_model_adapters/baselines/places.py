"""Answers about places: the name of a region, and the regions of a name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from medgauge.types import Answer, Box, FloatArray
from medgauge_model_adapters.baselines.album import Album
from medgauge_model_adapters.baselines.detector import Detector, Scene, learn_detector
from medgauge_model_adapters.baselines.fitted import Part
from medgauge_model_adapters.baselines.forest import Forest, folds_of, grow
from medgauge_model_adapters.baselines.lessons import Asked, Lesson, asked_names
from medgauge_model_adapters.baselines.sight import FEWEST

NAME_TREES = 80
MOST_NAMES = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenNames:
    """The name of the region in the question."""

    album: Album = field(repr=False)
    blind: Part
    forest: Forest = field(repr=False)
    names: tuple[str, ...]

    def answer(self, asked: Asked) -> Answer:
        """The most expected name; without a picture or a region as the blind baseline would."""
        if not asked.media or not asked.regions:
            return self.blind.answer(asked)
        expected = self.forest.predict(_region_row(asked, self.album)[None])[0]
        return Answer(text=self.names[int(np.argmax(expected))])


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBoxes:
    """The regions of the names in the question."""

    album: Album = field(repr=False)
    blind: Part
    names: tuple[str, ...]
    detector: Detector

    def answer(self, asked: Asked) -> Answer:
        """Every box that is found for a name; without a picture as the blind baseline would."""
        if not asked.media:
            return self.blind.answer(asked)
        found = self.detector.find(asked.media[0], asked_names(asked.text, self.names), self.album)
        return Answer(boxes=tuple(Box(xyxy=box, label=name) for name, boxes in found.items() for box in boxes))


def learn_names(lessons: Sequence[Lesson], album: Album, blind: Part) -> Part:
    """For targets that name a region."""
    seen = [lesson for lesson in lessons if lesson.asked.media and lesson.asked.regions]
    texts = [lesson.target.text for lesson in seen]
    names = sorted(set(texts), key=lambda name: (-texts.count(name), name))[:MOST_NAMES]
    if len(seen) < FEWEST or len(names) < 2:
        return blind
    rows = np.stack([_region_row(lesson.asked, album) for lesson in seen])
    targets = np.asarray([[float(text == name) for name in names] for text in texts])
    folds = folds_of([lesson.group for lesson in seen])
    forest = grow(rows, targets, folds, trees=NAME_TREES, share=0.4)
    return SeenNames(album=album, blind=blind, forest=forest, names=tuple(names))


def learn_boxes(lessons: Sequence[Lesson], album: Album, blind: Part) -> Part:
    """For targets that are boxes."""
    names = tuple(sorted({name for lesson in lessons for name in lesson.names}))
    scenes = scenes_of(lessons, lambda lesson: [(n, boxes_of(lesson.target.boxes, n)) for n in lesson.names])
    if not scenes:
        return blind
    return SeenBoxes(album=album, blind=blind, names=names, detector=learn_detector(scenes, album))


def scenes_of(lessons: Sequence[Lesson], asked: Callable[[Lesson], Sequence[tuple[str, FloatArray]]]) -> list[Scene]:
    """One scene a picture, with what any lesson says about it; boxes win over silence."""
    pictures: dict[str, tuple[Lesson, dict[str, FloatArray]]] = {}
    for lesson in lessons:
        if lesson.asked.media:
            media = lesson.asked.media[0]
            known = pictures.setdefault(media.sha256 or media.path, (lesson, {}))[1]
            for name, boxes in asked(lesson):
                if name not in known or len(boxes):
                    known[name] = boxes
    return [Scene(media=lesson.asked.media[0], group=lesson.group, boxes=known) for lesson, known in pictures.values()]


def boxes_of(boxes: Sequence[Box], label: str | None) -> FloatArray:
    """(N, 4) boxes with a label; with any when it is None."""
    return np.asarray([box.xyxy for box in boxes if label in (None, box.label)], dtype=np.float64).reshape(-1, 4)


def _region_row(asked: Asked, album: Album) -> FloatArray:
    """How the region looks, and what kind of picture it is in."""
    boxes = np.asarray(asked.regions[:1], dtype=np.float64)
    return np.concatenate([album.describe(asked.media[0], boxes)[0], album.look(asked.media[0]).context])
