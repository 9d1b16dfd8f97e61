"""What the baselines see: of a request its words, its pictures and the boxes in its question; of an example the target.

Boxes are in the unit square (one wide, one high) from here on.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from medgauge.protocols import BoxFormat, Example, Frame
from medgauge.types import Answer, Box, Key, Language, Media, Request, Sample, Xyxy
from medgauge_model_adapters.baselines.say import UNIT, Form

Course: TypeAlias = tuple[str, Language]
"""A task in one language: what a baseline learns apart from all others."""

_BOXES = re.compile(r"[\[［][\[\]［］\d.,，\s+-]*+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"[a-z]+|[\u3400-\u9fff]|#")
_OPTION = re.compile(r"(?m)^\s*\(?([A-Z])\s?[.)、．:：）]\s*(\S.*?)\s*$")
_VQA_KINDS = {"closed", "open", "choice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as a baseline reads it."""

    key: Key
    text: str
    pattern: str
    """The text in lower case with boxes and numbers masked: what the blind baseline compares."""
    media: tuple[Media, ...]
    regions: tuple[Xyxy, ...]
    """Boxes written in the question, in the unit square."""

    @property
    def course(self) -> Course:
        """Task and language."""
        return self.key.task, self.key.language

    @property
    def words(self) -> frozenset[str]:
        """The words of the pattern, each Chinese character one."""
        return frozenset(_WORD.findall(self.pattern))

    @property
    def options(self) -> tuple[str, ...]:
        """The options of a multiple-choice question, as its lines `A. ...` show them."""
        found = _OPTION.findall(self.text)
        letters = "".join(letter for letter, _ in found)
        return tuple(text for _, text in found) if letters and "ABCDEFGHIJKLMNOPQRSTUVWXYZ".startswith(letters) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """An example as a baseline learns from it; the boxes of the target are in the unit square."""

    asked: Asked
    target: Answer
    names: tuple[str, ...]
    """What the sample asks for: labels or objects."""
    group: str
    """Patient, study or picture: lessons of one group are never on both sides of a held-out check."""


def read_request(request: Request, box_format: BoxFormat) -> Asked:
    """The request with its question's boxes decoded."""
    text = request.text
    frame = Frame(original=UNIT, sent=_sent(request.media))
    mentions = box_format.decode(text, frame).mentions
    return Asked(
        key=Key.parse(request.id),
        text=text,
        pattern=" ".join(_NUMBER.sub("#", _BOXES.sub("[#]", text)).lower().split()),
        media=request.media,
        regions=tuple(box for mention in mentions for box in mention.boxes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All lessons of one task in one language, and the shape of its targets."""

    form: Form
    lessons: tuple[Lesson, ...]


def read_examples(examples: Iterable[Example], box_format: BoxFormat) -> Mapping[Course, Material]:
    """Examples by task and language, each in the order given."""
    courses: dict[Course, list[Example]] = {}
    for example in examples:
        courses.setdefault((example.sample.task, example.sample.language), []).append(example)
    return {
        course: Material(
            form=form_of([example.sample for example in some]),
            lessons=tuple(
                Lesson(
                    asked=read_request(example.request, box_format),
                    target=_unit(example.sample),
                    names=example.sample.choices,
                    group=example.sample.group,
                )
                for example in some
            ),
        )
        for course, some in courses.items()
    }


def form_of(samples: Sequence[Sample]) -> Form:
    """The shape of the targets of one task, from its training samples."""
    if any(sample.target.segments for sample in samples):
        return "grounded"
    if any(sample.target.labels is not None for sample in samples):
        return "labels"
    if any(sample.regions for sample in samples):
        return "name"
    if any(sample.tags.get("kind") in _VQA_KINDS for sample in samples):
        return "answer"
    if any(sample.target.boxes or sample.choices for sample in samples):
        return "boxes"
    return "answer" if any(sample.question for sample in samples) else "report"


def sent_sizes(media: Sequence[Media]) -> tuple[tuple[int, int], ...]:
    """The pictures go in as they are."""
    return tuple(m.size for m in media if m.size is not None)


def asked_names(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """The known names that a text holds, in order of place; a name inside a longer one does not count."""
    lowered = text.lower()
    taken: list[tuple[int, int, str]] = []
    for name in sorted(set(names), key=lambda n: (-len(n), n)):
        for start, end in _places(lowered, name.lower()):
            if all(end <= a or start >= b for a, b, _ in taken):
                taken.append((start, end, name))
    return tuple(dict.fromkeys(name for _, _, name in sorted(taken)))


def _places(text: str, name: str) -> Iterable[tuple[int, int]]:
    edge = r"(?![a-z0-9])"
    pattern = (r"(?<![a-z0-9])" if name[:1].isascii() else "") + re.escape(name) + (edge if name[-1:].isascii() else "")
    return [match.span() for match in re.finditer(pattern, text)] if name else []


def _sent(media: Sequence[Media]) -> tuple[int, int]:
    return next(iter(sent_sizes(media)), (1000, 1000))


def _unit(sample: Sample) -> Answer:
    """The target with boxes in the unit square; a choice keeps its option's words beside its index."""
    width, height = _sent(sample.media)

    def unit(box: Box) -> Box:
        x1, y1, x2, y2 = box.xyxy
        return replace(box, xyxy=(x1 / width, y1 / height, x2 / width, y2 / height))

    target = sample.target
    return replace(
        target,
        boxes=tuple(map(unit, target.boxes)),
        segments=tuple(replace(s, boxes=tuple(map(unit, s.boxes))) for s in target.segments),
        text=target.text if target.choice is None else sample.choices[target.choice],
    )
