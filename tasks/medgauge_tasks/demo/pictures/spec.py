"""The form of `items.yaml`, and its text as values."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from medgauge.strict_yaml import read_yaml
from medgauge.types import Language

Word = Annotated[str, Field(min_length=1)]
Pixels = Annotated[list[int], Field(min_length=4, max_length=4)]


class Strict(BaseModel):
    """No key that is not declared, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Object(Strict):
    """A named thing and its boxes, in pixels of the rendered picture; no box where the thing is absent."""

    en: Word
    zh: Word
    boxes: list[Pixels]
    name: bool = False
    """Also asked the other way round: given the box, what is it?"""

    def called(self, language: Language) -> str:
        """Its name."""
        return self.en if language == "en" else self.zh


class Options(Strict):
    """The options of a question with several choices."""

    en: list[Word]
    zh: list[Word]


class Words(Strict):
    """Words in both languages."""

    en: Word
    zh: Word


class Modalities(Options):
    """The label space of the classification, with its question."""

    question: Words


class Question(Strict):
    """A question with its answer, in both languages."""

    kind: Literal["closed", "open", "choice"]
    en: Annotated[list[Word], Field(min_length=2, max_length=2)]
    zh: Annotated[list[Word], Field(min_length=2, max_length=2)]
    choices: Options | None = None

    def put(self, language: Language) -> tuple[str, str, tuple[str, ...]]:
        """Question, answer, choices."""
        question, answer = self.en if language == "en" else self.zh
        if self.choices is None:
            return question, answer, ()
        return question, answer, tuple(self.choices.en if language == "en" else self.choices.zh)


class Picture(Strict):
    """One file of a package, how it is rendered, and what is asked about it."""

    package: Literal["pydicom", "skimage"]
    file: Word
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    window: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    frame: int = 0
    scale: Annotated[int, Field(ge=1)] = 1
    size: Annotated[list[int], Field(min_length=2, max_length=2)]
    modality: Word
    tags: dict[str, str]
    objects: list[Object] = []
    regions: list[Object] = []
    find: list[list[Word]] = []
    vqa: list[Question]
    report: Words


class Pictures(Strict):
    """The whole file."""

    modalities: Modalities
    pictures: dict[str, Picture]


def text() -> str:
    """The file as it stands."""
    return (files("medgauge_tasks.demo.pictures") / "items.yaml").read_text("utf-8")


@cache
def pictures() -> Pictures:
    """All pictures, checked against the form."""
    return read_yaml(text(), "demo/pictures/items.yaml", Pictures)
