"""The nouns of MedGauge: plain frozen values that every room shares.

Only the standard library and numpy are imported here. Boxes are `(x1, y1, x2, y2)` in pixels of the original
image, x to the right and y down, float, continuous (area is width times height, no "+1").
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

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
Control: TypeAlias = Literal["none", "blind"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What one output answers; joins are made by it."""

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

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that goes with a question; its bytes are loaded by whoever needs them."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """How text is drawn from a model; greedy by default."""

    max_new_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


_GREEDY = Generation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that a model may see of a sample: there is no target here."""

    id: str
    """`str(Key)` of the output that will answer it."""
    messages: tuple[Message, ...]
    generation: Generation = _GREEDY

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

    xyxy: Xyxy
    label: str = ""
    score: float | None = None
    """A real confidence, or None: nothing is ever made up here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a grounded report: what, where, and what is said of it."""

    label: str
    text: str
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered, or should have been: one form for answers and targets of all families.

    A family uses some of the fields: `text` is always the words with box markup taken out.
    """

    text: str = ""
    polar: Polar | None = None
    """Yes or no, when the words decide; in a target: the reference is yes or no."""
    choice: int | None = None
    """Index into the sample's choices."""
    labels: tuple[str, ...] | None = None
    """Classification: names from the sample's choices, as spelt there; None when it is not a classification."""
    boxes: tuple[Box, ...] = ()
    segments: tuple[Segment, ...] = ()
    invalid_boxes: int = 0
    """Boxes that were written but are no rectangle of the image; each counts as a false positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question with its right answer, as `samples.jsonl` keeps it."""

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

    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float | None = None


_NO_USAGE = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a model said, word for word. An error is never text."""

    key: Key
    text: str = ""
    error: str | None = None
    finish: Finish = "stop"
    usage: Usage = _NO_USAGE
    sent: tuple[Size, ...] = ()
    """Width, height of each image as it was sent to the model; empty when none was."""


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

    key: Key
    group: str
    tags: Mapping[str, str] = field(default_factory=dict)
    status: Status
    truncated: bool = False
    answer: Answer | None = None
    stats: Mapping[str, Vector | Rows | None] = field(default_factory=dict)
    """Per metric what `measure` gave; None where the target leaves the metric undefined."""
    detail: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The sizes that a box format needs."""

    original: Size
    """Width, height of the image in the data set."""
    sent: Size
    """Width, height of the image as the model got it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name and the boxes written for it, with the span of text that said so."""

    label: str
    boxes: tuple[Xyxy, ...]
    """In pixels of the original image, clipped to nothing: as written."""
    start: int
    end: int
    invalid: int = 0
    """How many boxes of this mention are no rectangle (not four finite numbers, or x2 <= x1, or y2 <= y1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """All boxes of a text."""

    mentions: tuple[Mention, ...] = ()
    malformed: int = 0
    """Pieces of markup that hold no readable box."""
    violations: int = 0
    """Boxes with a number outside the format's declared range: the loud sign of a wrong format."""


class BoxFormat(Protocol):
    """How a model writes boxes. Declared by the model; nothing looks at a target or at the size of a number."""

    @property
    def name(self) -> str:
        """Key in the catalog of box formats."""
        ...

    def decode(self, text: str, frame: Frame) -> Decoded:
        """All boxes of a text, in pixels of the original image. Never raises, whatever the text."""
        ...

    def encode(self, mentions: Sequence[tuple[str, Sequence[Xyxy]]], frame: Frame) -> str:
        """Names with their boxes (original pixels) as the model would write them."""
        ...

    def describe(self, language: Language) -> str:
        """One sentence for the prompt that tells a model how to write boxes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a question is put."""

    prompts: str
    """Name of a prompt set."""
    language: Language
    box_format: BoxFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What a metric reduces: rows of statistics, and the unit of the bootstrap that owns each row.

    `values` is (R, k); `owner` is (R,) with indices below `units`. Additive metrics have one row a unit once
    sums are taken; ranking metrics keep every row.
    """

    values: FloatArray
    owner: NDArray[np.intp]
    units: int

    def sums(self, weights: FloatArray) -> FloatArray:
        """Weighted sums of the rows: (B, units) weights give (B, k)."""
        per_unit = np.zeros((self.units, self.values.shape[1]))
        np.add.at(per_unit, self.owner, self.values)
        return weights @ per_unit

    def row_weights(self, weights: FloatArray) -> FloatArray:
        """The weight of every row: (B, units) weights give (B, R)."""
        return weights[:, self.owner]


@runtime_checkable
class Metric(Protocol):
    """Arithmetic over answers: a frozen dataclass whose name parses back (`medgauge.metrics.parse_metric`)."""

    @property
    def name(self) -> str:
        """Argument, result key and column."""
        ...

    @property
    def higher_is_better(self) -> bool:
        """Which end is good."""
        ...

    @property
    def proportion(self) -> bool:
        """True when every sample adds (0 or 1, 1): then the interval near 0 and 1 is Wilson's."""
        ...

    @property
    def signature(self) -> str:
        """How the number is made: tokeniser, normalisation, smoothing, version, hashes."""
        ...

    def prepare(self, targets: Sequence[Answer]) -> "Metric":
        """Freeze what comes from the data (label space, idf), over all targets of the task and language."""
        ...

    def measure(self, answer: Answer | None, target: Answer) -> Vector | Rows | None:
        """The statistics of one sample. None, whatever the answer, where the target leaves it undefined."""
        ...

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """(B, units) weights to named (B,) numbers, NaN where undefined. The main number's name is ''."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a learner learns from: a request as it would be asked, and the sample behind it."""

    request: Request
    sample: Sample


class Model(Protocol):
    """Turns requests into outputs, in any order; batching and concurrency are its own affair."""

    @property
    def name(self) -> str:
        """The row's name on a leaderboard."""
        ...

    @property
    def box_format(self) -> str:
        """Name of the declared box format."""
        ...

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """Answer a stream of requests. A failure is an Output with finish `failed`, not an exception."""
        ...


@runtime_checkable
class Learner(Protocol):
    """A model that must be fitted first (the baselines)."""

    @property
    def name(self) -> str:
        """The row's name on a leaderboard."""
        ...

    @property
    def box_format(self) -> str:
        """Name of the declared box format."""
        ...

    def fit(self, examples: Sequence[Example]) -> Model:
        """A fitted model. The run never passes an example that the model will be asked."""
        ...


def answering(
    request: Request,
    *,
    text: str = "",
    error: str | None = None,
    finish: Finish = "stop",
    usage: Usage = _NO_USAGE,
    sent: tuple[Size, ...] = (),
) -> Output:
    """An Output whose key is the request's."""
    return Output(key=Key.parse(request.id), text=text, error=error, finish=finish, usage=usage, sent=sent)
