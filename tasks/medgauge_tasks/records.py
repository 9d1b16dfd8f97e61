"""Foreign records, `{"prediction", "reference"}`, read strictly for `medgauge score-records`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medgauge.codec import clean_text
from medgauge.errors import BadRecord
from medgauge.types import Answer, Box, Family, Key, Language, Media, Output, Sample, Size

PREDICTION = ("prediction", "pred_answer", "answer")
"""Names of the model's words: ours, then MedRegA's two."""
REFERENCE = ("reference", "gt_answer", "gt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record and the place where it stands. Every reader raises BadRecord."""

    values: Mapping[str, Any]
    family: Family
    language: Language
    file: str
    line: int

    def bad(self, field: str, expected: str, actual: object) -> BadRecord:
        """The error for one field of this record."""
        return BadRecord(self.file, self.line, field, expected, actual)

    def value(self, names: tuple[str, ...]) -> tuple[str, Any]:
        """Name and value of the one field that goes by any of these names."""
        found = [name for name in names if name in self.values]
        if len(found) != 1:
            expected = f"one field of {', '.join(names)}"
            raise self.bad(names[0], expected, found or sorted(map(str, self.values)))
        return found[0], self.values[found[0]]

    def prediction(self) -> str:
        """What the model said; it may be empty."""
        name, value = self.value(PREDICTION)
        if not isinstance(value, str):
            raise self.bad(name, "text", value)
        return value

    def reference(self) -> str:
        """The right answer's words; never empty."""
        name, value = self.value(REFERENCE)
        if not isinstance(value, str) or not value.strip():
            raise self.bad(name, "text that is not empty", value)
        return clean_text(value).strip()

    def text(self, name: str) -> str:
        """An optional text."""
        value = self.values.get(name, "")
        if not isinstance(value, str):
            raise self.bad(name, "text", value)
        return clean_text(value)

    def id(self) -> str:
        """The record's id, a text or a whole number, or else its line."""
        value = self.values.get("id", f"line-{self.line}")
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise self.bad("id", "text or a whole number", value)
        return clean_text(str(value))

    def group(self) -> str:
        """The record's group (patient, study, image), the unit of the bootstrap; else its id."""
        value = self.values.get("group", self.id())
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise self.bad("group", "text or a whole number", value)
        return clean_text(str(value))

    def names(self, field: str) -> tuple[str, ...]:
        """An optional list of different, non-empty texts."""
        value = self.values.get(field, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.bad(field, "a list of texts that are not empty", value)
        if len(set(value)) < len(value):
            raise self.bad(field, "every text once", value)
        return tuple(clean_text(v) for v in value)

    def scores(self) -> Mapping[str, float] | None:
        """An optional object of finite numbers; each name its own."""
        value = self.values.get("scores")
        if value is None:
            return None
        if not isinstance(value, dict) or not all(map(_is_finite, value.values())):
            raise self.bad("scores", "an object of finite numbers", value)
        return {clean_text(name): float(number) for name, number in value.items()}

    def size(self) -> Size:
        """Width, height in pixels, from `width` and `height` or from `hw`."""
        if "hw" in self.values:
            hw = self.values["hw"]
            if not isinstance(hw, list) or len(hw) != 2 or not all(map(_is_side, hw)):
                raise self.bad("hw", "[height, width], whole numbers above zero", hw)
            return int(hw[1]), int(hw[0])
        for name in ("width", "height"):
            if not _is_side(self.values.get(name)):
                raise self.bad(
                    name, "a whole number of pixels above zero, or hw: [height, width]", self.values.get(name)
                )
        return int(self.values["width"]), int(self.values["height"])

    def sample(
        self,
        target: Answer,
        *,
        kind: str = "",
        choices: tuple[str, ...] = (),
        regions: tuple[Box, ...] = (),
        size: Size | None = None,
    ) -> Sample:
        """The record as a sample: a group of its own, with a picture known by its size alone."""
        return Sample(
            id=self.id(),
            task=self.family,
            language=self.language,
            question=self.text("question"),
            choices=choices,
            media=(Media(path="", sha256="", size=size),) if size else (),
            regions=regions,
            target=target,
            tags={"kind": kind} if kind else {},
            group=self.group(),
        )


def said(sample: Sample, text: str) -> Output:
    """A text as if a model had said it of the sample."""
    return Output(key=Key(task=sample.task, id=sample.id, language=sample.language), text=text)


def _is_side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_finite(value: object) -> bool:
    """Whether it is a number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
