"""An answer as a model would write it: the inverse of what the task families read."""

from typing import Literal, TypeAlias

from medgauge.protocols import BoxFormat, Frame
from medgauge.types import Answer, Box, Language, Size, Xyxy

Form: TypeAlias = Literal["answer", "labels", "name", "boxes", "grounded", "report"]
"""The shape of a task's targets: what the baselines learn, seen from the training examples alone."""

UNIT: Size = (1, 1)
"""Inside the baselines a picture is one wide and one high, so that boxes of all pictures compare."""
NONE: dict[Language, str] = {"en": "none", "zh": "无"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COLON: dict[Language, str] = {"en": ": ", "zh": "："}


def say(form: Form, answer: Answer, *, language: Language, box_format: BoxFormat, sent: Size) -> str:
    """The words for an answer whose boxes are in the unit square. `sent` is the size of the picture in pixels."""
    frame = Frame(original=UNIT, sent=sent)
    if form == "grounded":
        return _grounded(answer, language, box_format, frame)
    if form == "boxes":
        return _mentions(answer.boxes, box_format, frame) or NONE[language]
    if form == "labels":
        return ", ".join(answer.labels or ()) or NONE[language]
    if answer.choice is not None and answer.choice < len(LETTERS):
        return LETTERS[answer.choice]
    return answer.text


def _grounded(answer: Answer, language: Language, box_format: BoxFormat, frame: Frame) -> str:
    lines: list[str] = []
    for segment in answer.segments:
        where = box_format.encode([(segment.label, [box.xyxy for box in segment.boxes])], frame)
        lines.append(f"{where}{_COLON[language]}{segment.text}")
    return "\n".join(lines) or answer.text


def _mentions(boxes: tuple[Box, ...], box_format: BoxFormat, frame: Frame) -> str:
    by_label: dict[str, list[Xyxy]] = {}
    for box in boxes:
        by_label.setdefault(box.label, []).append(box.xyxy)
    return box_format.encode(list(by_label.items()), frame) if by_label else ""
