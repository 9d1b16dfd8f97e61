"""What may be wrong with a sample by itself: boxes, labels and words."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge.tasks import Card
from medgauge.types import Answer, Box, Sample

Kind: TypeAlias = Literal["box", "label", "empty-text", "placeholder"]
_PLACEHOLDER = re.compile(r"_{3,}|\bx{4,}\b|^(?:n/?a|nan|null|tbd|todo|lorem ipsum.*|[-.?*]+)$", re.IGNORECASE)
"""De-identified gaps, and what spreadsheets and people put where nothing is known. `None` and `no` are answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, in the words of an error."""

    kind: Kind
    field: str
    expected: str
    actual: object


def faults(sample: Sample, card: Card) -> Iterator[Fault]:
    """Faults that no metric could live with: a box that is no rectangle of the image, a label outside the space."""
    yield from _boxes(sample)
    yield from _labels(sample, card)


def wording(sample: Sample, card: Card) -> Iterator[Fault]:
    """Words that are missing or stand for missing ones."""
    target = sample.target
    said = {"target.text": target.text, **{f"target.segments.{n}": s.text for n, s in enumerate(target.segments)}}
    texts = {"question": sample.question, **said, **{f"target.texts.{n}": t for n, t in enumerate(target.texts)}}
    for field, text in texts.items():
        found = _PLACEHOLDER.search(text.strip())
        if found:
            yield Fault(kind="placeholder", field=field, expected="words", actual=found[0])
    if card.family == "vqa" and not sample.question.strip():
        yield Fault(kind="empty-text", field="question", expected="a question", actual=sample.question)
    if _must_speak(card, target) and not any(text.strip() for text in said.values()):
        yield Fault(kind="empty-text", field="target.text", expected="text that is not empty", actual=target.text)


def _must_speak(card: Card, target: Answer) -> bool:
    if card.family in ("classification", "text-to-region"):
        return False
    return not (card.family == "vqa" and target.choice is not None)


def _boxes(sample: Sample) -> Iterator[Fault]:
    sizes = [media.size for media in sample.media if media.size is not None]
    width = max((size[0] for size in sizes), default=math.inf)
    height = max((size[1] for size in sizes), default=math.inf)
    for field, box in _all_boxes(sample):
        x1, y1, x2, y2 = box.xyxy
        if not all(map(math.isfinite, box.xyxy)):
            yield Fault(kind="box", field=field, expected="four finite numbers", actual=box.xyxy)
        elif not (x1 < x2 and y1 < y2):
            yield Fault(kind="box", field=field, expected="a rectangle with x1 < x2 and y1 < y2", actual=box.xyxy)
        elif x1 < 0 or y1 < 0 or x2 > width or y2 > height:
            frame = f"a box inside {width} x {height} pixels"
            yield Fault(kind="box", field=field, expected=frame, actual=box.xyxy)


def _all_boxes(sample: Sample) -> Iterator[tuple[str, Box]]:
    yield from ((f"regions.{n}", box) for n, box in enumerate(sample.regions))
    yield from ((f"target.boxes.{n}", box) for n, box in enumerate(sample.target.boxes))
    for number, segment in enumerate(sample.target.segments):
        yield from ((f"target.segments.{number}.boxes.{n}", box) for n, box in enumerate(segment.boxes))


def _labels(sample: Sample, card: Card) -> Iterator[Fault]:
    target, choices = sample.target, sample.choices
    if card.family == "classification":
        declared = card.label_names(sample.language) or choices
        strange = [choice for choice in choices if choice not in declared]
        if strange or not choices:
            yield Fault(kind="label", field="choices", expected=f"labels of the card, {declared}", actual=strange)
        if target.labels is None:
            yield Fault(kind="label", field="target.labels", expected="the right labels", actual=None)
    for label in target.labels or ():
        if label not in choices:
            yield Fault(kind="label", field="target.labels", expected=f"one of {choices}", actual=label)
    if target.choice is not None and not 0 <= target.choice < len(choices):
        yield Fault(kind="label", field="target.choice", expected=f"0 to {len(choices) - 1}", actual=target.choice)
    if card.family == "text-to-region":
        for number, box in enumerate(target.boxes):
            if box.label not in choices:
                field = f"target.boxes.{number}.label"
                yield Fault(kind="label", field=field, expected=f"one of {choices}", actual=box.label)
