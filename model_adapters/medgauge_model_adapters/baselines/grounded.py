"""Grounded reports: what is there, where it is, and what is said of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from medgauge.types import Answer, Box, FloatArray, Segment, Xyxy
from medgauge_model_adapters.baselines.blind import Wordings, by_wording, make_wordings
from medgauge_model_adapters.baselines.detector import Detector, learn_detector
from medgauge_model_adapters.baselines.eye import Eye
from medgauge_model_adapters.baselines.fitted import Part
from medgauge_model_adapters.baselines.forest import Forest, folds_of, grow
from medgauge_model_adapters.baselines.lessons import Asked, Lesson, asked_names
from medgauge_model_adapters.baselines.places import boxes_of, scenes_of
from medgauge_model_adapters.baselines.sight import FEWEST, Bench, learn_bench
from medgauge_model_adapters.baselines.words import Phrasebook, make_phrasebook

TREES = 32
PRESENT = 0.25
"""The expectation from which an object is looked for when the question names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """What is said of one object, by how it looks and where it was found."""

    book: Phrasebook = field(repr=False)
    forest: Forest | None = field(repr=False)
    """None when there is one thing to say."""

    def tell(self, seen: FloatArray, boxes: Sequence[Xyxy]) -> str:
        """The training text that best agrees with the expected words."""
        if self.forest is None:
            return self.book.texts[0]
        return self.book.closest(self.forest.predict(_segment_row(seen, boxes)[None])[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSegments:
    """Grounded reports: what is there, where, and what is said of it."""

    eye: Eye = field(repr=False)
    blind: Part
    wordings: Wordings = field(repr=False)
    tellers: Mapping[str, Teller]
    detector: Detector
    presence: Bench
    labels: tuple[str, ...]
    """Of the outputs of `presence`."""
    free: tuple[bool, ...]
    """For each wording: whether what it describes is not what it names."""

    def answer(self, asked: Asked) -> Answer:
        """The named objects, or all that are likely there; without a picture as the blind baseline would."""
        if not asked.media:
            return self.blind.answer(asked)
        media, seen = asked.media[0], self.eye.row(asked.media[0])
        named = asked_names(asked.text, self.labels)
        free = self.free[self.wordings.nearest(asked)] or not named
        segments: list[Segment] = []
        looked_for = self._likely(asked, seen) if free else named
        for label, boxes in self.detector.find(media, looked_for, self.eye.album).items():
            if boxes or not free or label not in self.detector.finders:
                text = self.tellers[label].tell(seen, boxes)
                segments.append(
                    Segment(label=label, text=text, boxes=tuple(Box(xyxy=box, label=label) for box in boxes))
                )
        return Answer(segments=tuple(segments)) if segments else self.blind.answer(asked)

    def _likely(self, asked: Asked, seen: FloatArray) -> tuple[str, ...]:
        expected = self.presence.expect(asked, seen)
        return tuple(label for label, value in zip(self.labels, expected, strict=True) if value >= PRESENT)


def learn_segments(lessons: Sequence[Lesson], eye: Eye, blind: Part) -> Part:
    """For targets that are grounded reports."""
    seen = [lesson for lesson in lessons if lesson.asked.media]
    if len(seen) < FEWEST:
        return blind
    told = _told(seen)
    labels = tuple(told)
    groups = by_wording(lessons)
    open_ones = [lesson for lesson in seen if not lesson.names] or seen
    held = [{segment.label for segment in lesson.target.segments} for lesson in open_ones]
    return SeenSegments(
        eye=eye,
        blind=blind,
        wordings=make_wordings([group[0].asked for group in groups]),
        tellers={label: _learn_teller(pairs, eye) for label, pairs in told.items()},
        detector=learn_detector(scenes_of(seen, _asked_segments(seen)), eye.album),
        presence=learn_bench(open_ones, np.asarray([[float(label in some) for label in labels] for some in held]), eye),
        labels=labels,
        free=tuple(not any(lesson.names for lesson in group) for group in groups),
    )


def _told(lessons: Sequence[Lesson]) -> Mapping[str, list[tuple[Lesson, Segment]]]:
    """Every label, in order, with all that was told of it."""
    told: dict[str, list[tuple[Lesson, Segment]]] = {}
    for lesson in lessons:
        for segment in lesson.target.segments:
            told.setdefault(segment.label, []).append((lesson, segment))
    return dict(sorted(told.items()))


def _asked_segments(lessons: Sequence[Lesson]) -> Callable[[Lesson], list[tuple[str, FloatArray]]]:
    """For a lesson, the labels that it tells something about, absent ones too.

    A report of all there is says by silence that the labels are absent which other reports tell beside its own.
    """
    beside: dict[str, set[str]] = {}
    for lesson in lessons:
        mine = {segment.label for segment in lesson.target.segments}
        for label in mine:
            beside.setdefault(label, set()).update(mine)

    def asked(lesson: Lesson) -> list[tuple[str, FloatArray]]:
        mine = {segment.label for segment in lesson.target.segments} | set(lesson.names)
        silent = set() if lesson.names else {other for label in mine for other in beside.get(label, ())}
        located = {segment.label: segment.boxes for segment in lesson.target.segments}
        return [(label, boxes_of(located.get(label, ()), None)) for label in sorted(mine | silent)]

    return asked


def _learn_teller(pairs: Sequence[tuple[Lesson, Segment]], eye: Eye) -> Teller:
    book, held = make_phrasebook([segment.text for _, segment in pairs])
    if len(book.texts) < 2 or not held.shape[1]:
        return Teller(book=book, forest=None)
    rows = [
        _segment_row(eye.row(lesson.asked.media[0]), [box.xyxy for box in segment.boxes]) for lesson, segment in pairs
    ]
    folds = folds_of([lesson.group for lesson, _ in pairs])
    return Teller(book=book, forest=grow(np.stack(rows), held, folds, trees=TREES, share=0.3))


def _segment_row(seen: FloatArray, boxes: Sequence[Xyxy]) -> FloatArray:
    """The picture, how many boxes there are, and the places of the first three in reading order."""
    places = np.zeros((3, 4))
    for row, (x1, y1, x2, y2) in enumerate(sorted(boxes, key=lambda b: (b[1] + b[3] > 1, b[0] + b[2]))[:3]):
        places[row] = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    return np.concatenate([places.ravel(), [len(boxes)], seen])
