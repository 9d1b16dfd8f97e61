"""The vocabulary of the phantoms, read from `words.yaml`."""

from functools import cache
from importlib.resources import files
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, RootModel

from medgauge.strict_yaml import read_yaml
from medgauge.types import Language

T = TypeVar("T")
Pair = tuple[str, str]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Both(_Form, Generic[T]):
    """The same thing in both languages."""

    en: T
    zh: T

    def of(self, language: Language) -> T:
        """The form in one language."""
        return self.en if language == "en" else self.zh


class EnglishKind(_Form):
    """A kind of lesion in English."""

    label: str
    one: str
    """Noun phrase without article that takes an adjective: `area of consolidation`."""
    many: str
    looks: str
    """A sentence without verb that fits one and many."""


class ChineseKind(_Form):
    """A kind of lesion in Chinese."""

    label: str
    measure: str
    """Measure word."""
    looks: str
    """A clause without final stop."""


class Kind(_Form):
    """A kind of lesion."""

    en: EnglishKind
    zh: ChineseKind

    def label(self, language: Language) -> str:
        """Its name."""
        return self.en.label if language == "en" else self.zh.label


class PartWords(_Form):
    """A named structure in one language."""

    label: str
    said: Pair
    """Two wordings of a sentence for a structure without lesion; `{side}`, `{level}` are where its first box is."""
    holds: str = ""
    """A sentence for a structure with lesions, which are put in for `{lesions}`."""


class Part(Both[PartWords]):
    """A named structure."""

    host: Literal["none", "left", "right", "both"] = "none"
    """Lesions of which half of the image lie in it."""
    landmark: bool = False
    """Whether a grounded report of everything speaks of it."""


class Words(_Form):
    """All words of a modality."""

    organ: str
    picture: Both[str]
    """The picture in a question."""
    name: Both[str]
    """The modality as an answer."""
    normal: Both[str]
    """The label of a picture without lesion."""
    place: Both[str] = Both(en="{level} {side}", zh="{side}{level}部")
    levels: Both[Pair] = Both(en=("upper", "lower"), zh=("上", "下"))
    background: Both[Pair]
    """Two wordings of what else is seen; `{name of a part}` stands for where that part is."""
    kinds: dict[str, Kind]
    parts: dict[str, Part]


class _Table(RootModel[dict[str, Words]]):
    model_config = ConfigDict(strict=True, frozen=True)


SIDES: Both[dict[str, str]] = Both(en={"left": "left", "right": "right"}, zh={"left": "左", "right": "右"})
LEVELS: Both[dict[str, str]] = Both(en={"upper": "upper", "lower": "lower"}, zh={"upper": "上", "lower": "下"})


@cache
def words() -> dict[str, Words]:
    """Modality to its words. Raises BadRecord when the file is broken."""
    text = (files("medgauge_tasks.demo.phantoms") / "words.yaml").read_text("utf-8")
    return read_yaml(text, "phantoms/words.yaml", _Table).root
