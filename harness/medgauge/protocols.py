"""What the rooms promise each other: box formats, metrics, models. Protocols, never base classes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from medgauge.cot import Cot
from medgauge.resize import AS_IS, Resize
from medgauge.types import (
    Answer,
    FloatArray,
    Language,
    Output,
    Request,
    Rows,
    Sample,
    Size,
    Vector,
    Xyxy,
)


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
    spans: tuple[tuple[int, int], ...] = ()
    """For each of `boxes`, where its numbers start and end in the text."""
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
    resize: Resize = AS_IS
    """What the model declares to happen to a picture before it is sent."""
    cot: Cot | None = None
    """The dialogue that looks for regions first; None: the question alone."""
    schema: bool = False
    """Hold an answer in JSON to its schema (`Request.schema`), where its family has one."""

    def frame(self, original: Size) -> Frame:
        """The sizes of a picture, as it is and as it will be sent.

        One whose shape the resize refuses keeps its size: it is not sent, and its request fails.
        """
        try:
            return Frame(original=original, sent=self.resize.sent(original))
        except ValueError:
            return Frame(original=original, sent=original)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What a metric reduces: rows of statistics, and the unit of the bootstrap that owns each row.

    `values` is (R, k); `owner` is (R,) with indices below `units`. Additive metrics have one row a unit once
    sums are taken; ranking metrics keep every row.
    """

    values: FloatArray
    owner: NDArray[np.intp]
    units: int

    def per_unit(self) -> FloatArray:
        """The sum of the rows of every unit, (units, k)."""
        summed = np.zeros((self.units, self.values.shape[1]))
        for k, column in enumerate(self.values.T):
            summed[:, k] = np.bincount(self.owner, weights=column, minlength=self.units)
        return summed

    def sums(self, weights: FloatArray) -> FloatArray:
        """Weighted sums of the rows: (B, units) weights give (B, k)."""
        return weights @ self.per_unit()

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
    def higher_is_better(self) -> bool | None:
        """Which end is good; None where neither is, and the number ranks nothing."""
        ...

    @property
    def resampled(self) -> bool:
        """False for a rate over the whole set that a resample of it would change (duplicates): no interval then."""
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


@runtime_checkable
class BatchMetric(Protocol):
    """A metric that measures many samples faster together than one by one, with the same result."""

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Vector | Rows | None]:
        """What `measure` gives for each pair."""
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


@runtime_checkable
class Recording(Protocol):
    """A model that says what a file says, and can tell what of it nobody asks for."""

    def unasked(self, requests: Sequence[Request]) -> int:
        """How many predictions answer none of the requests."""
        ...


@runtime_checkable
class Reporting(Protocol):
    """A model that can tell how its answers were made."""

    def report(self) -> Mapping[str, Any]:
        """Device, versions, data type, batches, tokens, cost: JSON for the manifest. No path, no secret."""
        ...
