"""`baseline/blind`: what the question gives away without the picture."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from medgauge.about import About
from medgauge.protocols import Example
from medgauge.types import Answer, Box, FloatArray, Segment
from medgauge_model_adapters.baselines.counting import majority, median_box, medoid
from medgauge_model_adapters.baselines.fitted import (
    FittedBaseline,
    Part,
    Taught,
    about_baseline,
    load_box_format,
    no_argument,
)
from medgauge_model_adapters.baselines.lessons import Asked, Lesson, Material, asked_names, read_examples
from medgauge_model_adapters.baselines.prior import typical_segment, typical_segments
from medgauge_model_adapters.baselines.say import LETTERS, Form
from medgauge_model_adapters.options import chosen_box_format

NAME = "baseline/blind"
ABOUT = about_baseline("The question without the picture")
NEIGHBOURS = 5
VOTERS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """The questions of the training examples, for finding the same or the most similar one."""

    patterns: tuple[str, ...]
    words: Mapping[str, int]
    weights: FloatArray
    """(V,) rare words weigh more."""
    table: FloatArray
    """(P, V) weighted words of each pattern, of length one."""

    def nearest(self, asked: Asked) -> int:
        """The index of the same pattern, else of the one with the most similar words; the first of equals."""
        if asked.pattern in self.patterns:
            return self.patterns.index(asked.pattern)
        return int(np.argmax(self.similarity(asked)))

    def similarity(self, asked: Asked) -> FloatArray:
        """(P,) cosines between 0 and 1."""
        known = [self.words[word] for word in sorted(asked.words) if word in self.words]
        vector = np.zeros(len(self.weights))
        vector[known] = self.weights[known]
        cosines: FloatArray = self.table @ vector / max(float(np.linalg.norm(vector)), 1e-12)
        return cosines.round(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByWording:
    """One answer for every wording of the question."""

    wordings: Wordings = field(repr=False)
    answers: tuple[Answer, ...]

    def answer(self, asked: Asked) -> Answer:
        """The answer of the nearest wording; of a multiple choice, as the letter of the option that says it."""
        return as_choice(self.answers[self.wordings.nearest(asked)], asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByVote:
    """The answers to the most similar questions, counted."""

    wordings: Wordings = field(repr=False)
    counts: tuple[Mapping[str, int], ...]
    """For each wording, how often each answer was given."""

    def answer(self, asked: Asked) -> Answer:
        """The answer with the largest share; of a multiple choice, as the letter of the option that says it."""
        shares = self.shares(asked)
        return as_choice(Answer(text=min(shares, key=lambda text: (-shares[text], repr(text)))), asked)

    def shares(self, asked: Asked) -> Mapping[str, float]:
        """Answers with shares that sum to 1: those to the same wording, else to the most similar ones."""
        votes: dict[str, float]
        if asked.pattern in self.wordings.patterns:
            votes = {text: float(n) for text, n in self.counts[self.wordings.nearest(asked)].items()}
        else:
            votes = defaultdict(float)
            similarity = self.wordings.similarity(asked)
            for index in np.argsort(-similarity, kind="stable")[:VOTERS]:
                for text, count in self.counts[index].items():
                    votes[text] += count * (float(similarity[index]) ** 2 + 1e-9)
        total = sum(votes.values())
        return {text: round(votes[text] / total, 9) for text in sorted(votes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPlace:
    """The name that regions of such a place and size mostly have; the box is part of the question."""

    otherwise: ByWording
    places: tuple[FloatArray, ...]
    """For each wording: (N, 4) regions of the training questions."""
    names: tuple[tuple[str, ...], ...]

    def answer(self, asked: Asked) -> Answer:
        """The most frequent name of the nearest regions, under the nearest wording."""
        nearest = self.otherwise.wordings.nearest(asked)
        places, names = self.places[nearest], self.names[nearest]
        if not asked.regions or not names:
            return self.otherwise.answer(asked)
        distance = np.abs(places - np.asarray(asked.regions[0])).sum(axis=1).round(9)
        close = np.argsort(distance, kind="stable")[:NEIGHBOURS]
        return Answer(text=majority(names[index] for index in close))


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName:
    """The usual place of every object that is asked for."""

    places: Mapping[str, tuple[Box, ...]]
    """Every known name; without boxes where the object is mostly absent."""

    def answer(self, asked: Asked) -> Answer:
        """The usual boxes of the names in the question."""
        return Answer(boxes=tuple(box for name in asked_names(asked.text, self.places) for box in self.places[name]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ByStructure:
    """The usual segment of every structure that is asked for, by wording."""

    wordings: Wordings = field(repr=False)
    told: tuple[Mapping[str, Segment], ...]
    """For each wording: every known label with what is usually told of it."""
    usual: tuple[tuple[Segment, ...], ...]
    """For each wording: the usual report, for a question that names nothing."""

    def answer(self, asked: Asked) -> Answer:
        """The usual segments of the structures in the question, or the usual report."""
        nearest = self.wordings.nearest(asked)
        told = self.told[nearest]
        chosen = tuple(told[name] for name in asked_names(asked.text, told))
        return Answer(segments=chosen or self.usual[nearest])


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """The learner."""

    name: str = NAME
    box_format: str
    about: About = ABOUT

    def fit(self, examples: Sequence[Example]) -> FittedBaseline:
        """The typical target of every wording of the question. Pure."""
        courses = read_examples(examples, load_box_format(self.box_format))
        taught = {
            course: Taught(form=material.form, part=learn_blind(material)) for course, material in courses.items()
        }
        return FittedBaseline(name=self.name, box_format=self.box_format, taught=taught)


def build(argument: str, options: Mapping[str, str]) -> Blind:
    """What the words of a question say, the picture never seen.

    Option: `box_format` (default `medrega`). Raises MedGaugeError.
    """
    no_argument(NAME, argument)
    return Blind(box_format=chosen_box_format(NAME, options))


def learn_blind(material: Material) -> Part:
    """What the words of a task's questions say about its targets."""
    if material.form == "boxes":
        return ByName(places=_places(material.lessons))
    groups = by_wording(material.lessons)
    wordings = make_wordings([some[0].asked for some in groups])
    targets = [[lesson.target for lesson in some] for some in groups]
    if material.form == "grounded":
        everything = [target for some in targets for target in some]
        return ByStructure(
            wordings=wordings,
            told=tuple(_told(some, everything) for some in targets),
            usual=tuple(typical_segments(some) for some in targets),
        )
    if material.form == "answer":
        return ByVote(wordings=wordings, counts=tuple(Counter(t.text for t in some) for some in targets))
    usual = ByWording(wordings=wordings, answers=tuple(_usual(material.form, some) for some in targets))
    if material.form != "name":
        return usual
    placed = [[lesson for lesson in some if lesson.asked.regions] for some in groups]
    return ByPlace(
        otherwise=usual,
        places=tuple(np.asarray([x.asked.regions[0] for x in some]).reshape(-1, 4) for some in placed),
        names=tuple(tuple(lesson.target.text for lesson in some) for some in placed),
    )


def _usual(form: Form, targets: Sequence[Answer]) -> Answer:
    """The typical target of one wording; a choice is kept by its words, because options change places."""
    if form == "labels":
        return Answer(labels=majority(target.labels or () for target in targets))
    if form == "report":
        return Answer(text=medoid([target.text for target in targets]))
    return Answer(text=majority(target.text for target in targets))


def _places(lessons: Sequence[Lesson]) -> Mapping[str, tuple[Box, ...]]:
    """The median box of every name that was asked for; none where most pictures lack the object."""
    places: dict[str, tuple[Box, ...]] = {}
    for name in sorted({name for lesson in lessons for name in lesson.names}):
        held = [[b.xyxy for b in x.target.boxes if b.label == name] for x in lessons if name in x.names]
        boxes = [box for some in held for box in some]
        present = 2 * sum(bool(some) for some in held) >= len(held)
        places[name] = (Box(xyxy=median_box(boxes), label=name),) if boxes and present else ()
    return places


def _told(targets: Sequence[Answer], everything: Sequence[Answer]) -> Mapping[str, Segment]:
    """What is usually told of every label: under one wording, or anywhere when it says nothing of the label."""
    here = {segment.label for target in targets for segment in target.segments}
    labels = sorted({segment.label for target in everything for segment in target.segments})
    return {label: typical_segment(label, targets if label in here else everything) for label in labels}


def by_wording(lessons: Sequence[Lesson]) -> list[list[Lesson]]:
    """Lessons whose question is worded the same, in the order of first appearance."""
    groups: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        groups.setdefault(lesson.asked.pattern, []).append(lesson)
    return list(groups.values())


def make_wordings(asked: Sequence[Asked]) -> Wordings:
    """One row a wording, words weighted by how few wordings hold them."""
    words = sorted(set().union(*(one.words for one in asked)))
    place = {word: index for index, word in enumerate(words)}
    table = np.zeros((len(asked), len(words)))
    for row, one in enumerate(asked):
        table[row, [place[word] for word in one.words]] = 1.0
    weights = np.log((1 + len(asked)) / (1 + table.sum(axis=0))) + 0.01
    table *= weights
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    return Wordings(patterns=tuple(one.pattern for one in asked), words=place, weights=weights, table=table)


def as_choice(answer: Answer, asked: Asked) -> Answer:
    """The answer as a letter where the question has options: the option with its words, else the first."""
    options = asked.options
    if not options:
        return answer
    spoken = [option.casefold() for option in options]
    word = answer.text.casefold()
    return Answer(choice=min(spoken.index(word), len(LETTERS) - 1) if word in spoken else 0)
