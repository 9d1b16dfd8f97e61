"""The nouns of MedGauge: plain frozen values that every room shares.

Only the standard library and numpy are imported here. Boxes are `(x1, y1, x2, y2)` in pixels of the original
image, x to the right and y down, float, continuous (area is width times height, no "+1").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.generation import Generation, Option
from medgauge.strict import STRICT

FloatArray: TypeAlias = NDArray[np.float64]
JsonObject: TypeAlias = Mapping[str, Any]
Xyxy: TypeAlias = tuple[float, float, float, float]
Size: TypeAlias = tuple[int, int]
"""Width, height in pixels."""
Vector: TypeAlias = tuple[float, ...]
Rows: TypeAlias = tuple[Vector, ...]

Language: TypeAlias = Literal["en", "zh"]
Family: TypeAlias = Literal["vqa", "report", "classification", "region-to-text", "text-to-region", "grounded-report"]
Split: TypeAlias = Literal["train", "test"]
Finish: TypeAlias = Literal["stop", "length", "refused", "failed"]
Status: TypeAlias = Literal["scored", "no_answer", "refused", "failed"]
Polar: TypeAlias = Literal["yes", "no"]
Control: TypeAlias = Literal["none", "blind", "shuffled-image", "black-image"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What one output answers; joins are made by it."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    task: str
    id: str
    language: Language
    trial: int = 0
    turn: int = 0

    def __str__(self) -> str:
        """`task:language:trial:turn:id`; the id comes last because it may hold anything."""
        return f"{self.task}:{self.language}:{self.trial}:{self.turn}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Key":
        """The inverse of `str`. Raises ValueError."""
        task, language, trial, turn, id = text.split(":", 4)
        if language not in ("en", "zh"):
            raise ValueError(f"not the string form of a key: {text!r}")
        return cls(task=task, id=id, language=language, trial=int(trial), turn=int(turn))  # type: ignore[arg-type, unused-ignore]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words in a message."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that goes with a question; its bytes are loaded by whoever needs them."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    path: str
    """Relative to the data folder in a Sample, absolute in a Request."""
    sha256: str
    """Of the file's bytes; empty when the file cannot be read."""
    size: Size | None
    """Original width, height in pixels; None when the file cannot be decoded."""
    media_type: str = "image/png"
    kind: Literal["image"] = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[Text | Media, ...]


_GREEDY = Generation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that a model may see of a sample: there is no target here."""

    id: str
    """`str(Key)` of the output that will answer it."""
    messages: tuple[Message, ...]
    generation: Generation = _GREEDY
    options: tuple[Option, ...] = ()
    """What there is to choose from, where the question is closed."""
    many: bool = False
    """Several options may be right at once."""
    schema: JsonObject | None = None
    """A JSON schema that the answer must obey; a backend that cannot hold a model to it refuses the request."""

    @property
    def text(self) -> str:
        """All words of the conversation, in order, without the media."""
        return "\n".join(p.text for m in self.messages for p in m.parts if isinstance(p, Text))

    @property
    def media(self) -> tuple[Media, ...]:
        """All media of the conversation, in order."""
        return tuple(p for m in self.messages for p in m.parts if isinstance(p, Media))


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One labelled rectangle in pixels of the original image."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    xyxy: Xyxy
    label: str = ""
    score: float | None = None
    """A real confidence, or None: nothing is ever made up here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a grounded report: what, where, and what is said of it."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    label: str
    text: str
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered, or should have been: one form for answers and targets of all families.

    A family uses some of the fields: `text` is always the words with box markup taken out.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    text: str = ""
    texts: tuple[str, ...] = ()
    """In a target: other right wordings, beside `text`."""
    polar: Polar | None = None
    """Yes or no, when the words decide; in a target: the reference is yes or no."""
    choice: int | None = None
    """Index into the sample's choices."""
    labels: tuple[str, ...] | None = None
    """Classification: names from the sample's choices, as spelt there; None when it is not a classification."""
    scores: Mapping[str, float] | None = None
    """Of each label or option a real score (a probability, a log-odds); None where the model gave none."""
    boxes: tuple[Box, ...] = ()
    segments: tuple[Segment, ...] = ()
    invalid_boxes: int = 0
    """Boxes that were written but are no rectangle of the image; each counts as a false positive."""
    choices: tuple[str, ...] = ()
    """In a target: what there was to choose from, the declared labels. Set when an answer is measured."""
    truncated: bool = False
    """The model was cut off. Set when an answer is measured; a score keeps it as its own field."""
    said: str = ""
    """The model's last words as they came, whatever could be read of them. Set when an answer is measured."""
    language: Language | None = None
    """In a target: the language that was asked in. Set when an answer is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question with its right answer, as `samples.jsonl` keeps it."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    id: str
    task: str
    language: Language
    question: str = ""
    """The data set's own question, without any box and without the prompt around it."""
    choices: tuple[str, ...] = ()
    """Options (vqa), label space (classification), objects asked for (text-to-region, grounded-report)."""
    media: tuple[Media, ...] = ()
    regions: tuple[Box, ...] = ()
    """Boxes that belong to the question (region-to-text)."""
    target: Answer
    tags: Mapping[str, str] = field(default_factory=dict)
    """Slices: modality, organ, question type."""
    group: str
    """Patient, study or image: the unit of the bootstrap. Samples in two languages share it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an answer cost."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float | None = None


_NO_USAGE = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a model said, word for word. An error is never text."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    key: Key
    text: str
    error: str | None = None
    finish: Finish = "stop"
    usage: Usage = _NO_USAGE
    sent: tuple[Size, ...] = ()
    """Width, height of each image as it was sent to the model; empty when none was."""
    scores: Mapping[str, float] | None = None
    """A real score of each choice (a probability, a log-odds), beside the words; None where the model gives none."""
    logprobs: tuple[tuple[int, float], ...] = ()
    """Of each token written, in order: where it ends in `text`, in characters, and its natural log-probability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """An answer read from outputs, with the evidence for it."""

    answer: Answer | None
    """None when the words hold no answer; nothing is guessed."""
    detail: JsonObject = field(default_factory=dict)
    """The rule that matched, the span, violation counters: for the page, never for a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One sample judged: statistics, not numbers."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    key: Key
    group: str
    tags: Mapping[str, str] = field(default_factory=dict)
    status: Status
    truncated: bool = False
    answer: Answer | None = None
    stats: Mapping[str, Vector | Rows | None] = field(default_factory=dict)
    """Per metric what `measure` gave; None where the target leaves the metric undefined."""
    detail: JsonObject = field(default_factory=dict)


def answering(
    request: Request,
    *,
    text: str = "",
    error: str | None = None,
    finish: Finish = "stop",
    usage: Usage = _NO_USAGE,
    sent: tuple[Size, ...] = (),
    scores: Mapping[str, float] | None = None,
    logprobs: tuple[tuple[int, float], ...] = (),
) -> Output:
    """An Output whose key is the request's."""
    return Output(
        key=Key.parse(request.id),
        text=text,
        error=error,
        finish=finish,
        usage=usage,
        sent=sent,
        scores=scores,
        logprobs=logprobs,
    )
