"""Answers from the whole picture: one forest for all questions whose answers overlap."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from medgauge.types import Answer, FloatArray
from medgauge_model_adapters.baselines.blind import ByVote, Wordings, as_choice, by_wording, make_wordings
from medgauge_model_adapters.baselines.circles import circles, free_words, told_labels
from medgauge_model_adapters.baselines.eye import Eye
from medgauge_model_adapters.baselines.fitted import Part
from medgauge_model_adapters.baselines.forest import Forest, folds_of, grow
from medgauge_model_adapters.baselines.lessons import Asked, Lesson
from medgauge_model_adapters.baselines.words import Phrasebook, make_phrasebook

TREES = 60
FEWEST = 8
"""Lessons that a forest needs; fewer are left to the blind baseline."""
FEWEST_REPORTS = 16
MOST_CLASSES = 60
MOST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A forest over pictures and question words."""

    forest: Forest = field(repr=False)
    words: Mapping[str, int] = field(repr=False)

    def expect(self, asked: Asked, seen: FloatArray) -> FloatArray:
        """(K,) expectations between 0 and 1."""
        row = np.concatenate([seen, word_row(asked, self.words)])
        result: FloatArray = self.forest.predict(row[None])[0]
        return result

    def held_out(self, lessons: Sequence[Lesson], eye: Eye) -> FloatArray:
        """(N, K) expectations for its own lessons, each by the trees that have not seen the lesson's group."""
        rows = _rows(lessons, self.words, eye)
        return self.forest.held_out(rows, folds_of([lesson.group for lesson in lessons]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Wordings that are learnt together, because their answers overlap."""

    bench: Bench
    classes: tuple[str, ...]
    cuts: Mapping[str, float]
    """Several labels at once: the expectation from which each is said. Else empty: the most expected one."""

    def choose(self, asked: Asked, seen: FloatArray, allowed: Sequence[str]) -> tuple[str, ...]:
        """The most expected of the allowed classes, or all that are expected enough, in the order of `allowed`."""
        expected = self.expect(asked, seen)
        if not self.cuts:
            return (max(allowed, key=lambda name: expected[name]),)
        return tuple(name for name in allowed if expected[name] >= self.cuts[name])

    def expect(self, asked: Asked, seen: FloatArray) -> Mapping[str, float]:
        """The expectation of every class."""
        return dict(zip(self.classes, self.bench.expect(asked, seen).tolist(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One wording's way to an answer."""

    circle: Circle
    allowed: tuple[str, ...]
    """Classes of the circle, in the order in which the question shows them."""
    certain: bool
    """Whether the wording itself was asked often enough to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAnswers:
    """Answers and labels by picture and question."""

    eye: Eye = field(repr=False)
    blind: Part
    wordings: Wordings = field(repr=False)
    ways: tuple[Way | None, ...]
    """For each wording; None where the question alone has to do."""
    votes: ByVote | None
    """What the words of the question say, for wordings that were asked too seldom to learn from; None for labels."""

    def answer(self, asked: Asked) -> Answer:
        """By the way of the nearest wording; without a picture or a way as the blind baseline would."""
        way = self.ways[self.wordings.nearest(asked)]
        if way is None or not asked.media:
            return self.blind.answer(asked)
        seen = self.eye.row(asked.media[0])
        if self.votes is None:
            return Answer(labels=way.circle.choose(asked, seen, way.allowed))
        options = [option for option in asked.options if option in way.circle.classes]
        if options or way.certain:
            return as_choice(Answer(text=way.circle.choose(asked, seen, options or way.allowed)[0]), asked)
        return as_choice(Answer(text=_most(way.circle.expect(asked, seen), self.votes.shares(asked))), asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenReports:
    """Reports by the words that the picture makes likely."""

    eye: Eye = field(repr=False)
    blind: Part
    bench: Bench
    book: Phrasebook = field(repr=False)

    def answer(self, asked: Asked) -> Answer:
        """The training report that best agrees with the expected words."""
        if not asked.media:
            return self.blind.answer(asked)
        return Answer(text=self.book.closest(self.bench.expect(asked, self.eye.row(asked.media[0]))))


def learn_answers(lessons: Sequence[Lesson], eye: Eye, blind: Part) -> Part:
    """For targets that are words or labels."""
    groups = by_wording(lessons)
    free = free_words(lessons, eye)
    kernels = [group[0].asked.words & free for group in groups]
    ways: list[Way | None] = [None] * len(groups)
    for members in circles(groups, kernels) + circles(groups, None):
        todo = [index for index in members if ways[index] is None]
        circle = _learn_circle([lesson for index in members for lesson in groups[index]], eye) if todo else None
        for index in todo:
            ways[index] = _way(groups[index], circle) if circle else None
    return SeenAnswers(
        eye=eye,
        blind=blind,
        wordings=make_wordings([group[0].asked for group in groups]),
        ways=tuple(ways),
        votes=blind if isinstance(blind, ByVote) else None,
    )


def learn_reports(lessons: Sequence[Lesson], eye: Eye, blind: Part) -> Part:
    """For targets that are reports."""
    seen = [lesson for lesson in lessons if lesson.asked.media]
    if len(seen) < FEWEST_REPORTS:
        return blind
    book, held = make_phrasebook([lesson.target.text for lesson in seen])
    if not held.shape[1]:
        return blind
    return SeenReports(eye=eye, blind=blind, bench=learn_bench(seen, held, eye, share=0.1), book=book)


def learn_bench(lessons: Sequence[Lesson], targets: FloatArray, eye: Eye, share: float = 0.3) -> Bench:
    """A forest from lessons with pictures to (N, K) targets."""
    words = telling_words(lessons)
    folds = folds_of([lesson.group for lesson in lessons])
    forest = grow(_rows(lessons, words, eye), targets, folds, trees=TREES, share=share)
    return Bench(forest=forest, words=words)


def telling_words(lessons: Sequence[Lesson]) -> Mapping[str, int]:
    """Words that some questions hold and others do not, the most even ones, with their columns."""
    held = [lesson.asked.words for lesson in lessons]
    counts = {word: sum(word in some for some in held) for word in sorted(set().union(*held))}
    telling = [word for word, count in counts.items() if 1 < count < len(held)]
    telling.sort(key=lambda word: (-min(counts[word], len(held) - counts[word]), word))
    return {word: column for column, word in enumerate(telling[:MOST_WORDS])}


def word_row(asked: Asked, words: Mapping[str, int]) -> FloatArray:
    """(V,) of 0 and 1."""
    row = np.zeros(len(words))
    row[[words[word] for word in asked.words if word in words]] = 1.0
    return row


def _rows(lessons: Sequence[Lesson], words: Mapping[str, int], eye: Eye) -> FloatArray:
    """(N, F) pictures and question words."""
    parts = [(eye.row(lesson.asked.media[0]), word_row(lesson.asked, words)) for lesson in lessons]
    return np.stack([np.concatenate(pair) for pair in parts])


def _most(*shares: Mapping[str, float]) -> str:
    """The text with the largest sum; of equals the first in order."""
    total: defaultdict[str, float] = defaultdict(float)
    for some in shares:
        for text, share in some.items():
            total[text] += share
    return min(total, key=lambda text: (-round(total[text], 9), repr(text)))


def _way(group: Sequence[Lesson], circle: Circle) -> Way:
    """A wording may be answered with its choices, else with what it was answered with often enough."""
    certain = len(group) >= FEWEST
    shown = dict.fromkeys(name for lesson in group for name in lesson.names if name in circle.classes)
    heard = {label for lesson in group for label in told_labels(lesson)}
    often = tuple(name for name in circle.classes if name in heard) if certain else ()
    return Way(circle=circle, allowed=tuple(shown) or often or circle.classes, certain=certain)


def _learn_circle(lessons: Sequence[Lesson], eye: Eye) -> Circle | None:
    """A forest over all lessons of a circle; None when there is nothing to decide or too little to learn from."""
    seen = [lesson for lesson in lessons if lesson.asked.media]
    names = [told_labels(lesson) for lesson in seen]
    counts = Counter(label for some in names for label in some)
    classes = sorted(counts, key=lambda label: (-counts[label], label))[:MOST_CLASSES]
    if len(seen) < FEWEST or not classes or (len(classes) < 2 and all(names)):
        return None
    targets = np.asarray([[float(label in some) for label in classes] for some in names])
    bench = learn_bench(seen, targets, eye)
    several = any(len(some) != 1 for some in names)
    cuts = _cuts(bench.held_out(seen, eye), targets) if several else []
    return Circle(bench=bench, classes=tuple(classes), cuts=dict(zip(classes, cuts, strict=False)))


def _cuts(expected: FloatArray, targets: FloatArray) -> list[float]:
    """For each of K labels the expectation with the best F1 over held-out (N, K) expectations, kept near a half."""
    cuts: list[float] = []
    for values, truth in zip(expected.T, targets.T, strict=True):
        order = np.argsort(-values, kind="stable")
        f1 = 2 * np.cumsum(truth[order]) / (np.arange(1, len(order) + 1) + truth.sum())
        best = int(np.argmax(f1))
        following = values[order[min(best + 1, len(order) - 1)]]
        cuts.append(float(np.clip((values[order[best]] + following) / 2, 0.2, 0.6)))
    return cuts
