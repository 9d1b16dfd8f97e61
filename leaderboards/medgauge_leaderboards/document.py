"""The document of a comparison: what every report is written from, and what `compare --format json` prints.

Its form is versioned; `read_document` takes it back strictly, so that a report can be rendered again somewhere else
from a file that nobody has to trust.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

from medgauge import codec
from medgauge.errors import BadRecord, Incomplete
from medgauge.stats import Estimate
from medgauge.strict import STRICT

SCHEMA_VERSION = 2
"""2: gates, verdicts and exit code; the base may be a reference; 1 held differences and tests alone."""
MOST_BYTES = 64 << 20
Mode: TypeAlias = Literal["detect", "noninferior", "exact"]
Outcome: TypeAlias = Literal["pass", "fail", "inconclusive"]
Verdict: TypeAlias = Literal[
    "regressed", "changed", "inconclusive", "regressed-small", "no-regression", "no-change", "identical", "improved"
]
"""From worst to best."""
VERDICTS: tuple[Verdict, ...] = (
    "regressed",
    "changed",
    "inconclusive",
    "regressed-small",
    "no-regression",
    "no-change",
    "identical",
    "improved",
)
Whole: TypeAlias = Literal["pass", "regression", "inconclusive", "not-comparable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discordance:
    """Samples on which exactly one side is right."""

    __pydantic_config__: ClassVar = STRICT

    base_only: int
    candidate_only: int
    mcnemar_p: float
    descriptive: bool
    """Groups hold several samples, or samples were asked several times; McNemar's test takes them for independent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Samples that the candidate measures worse on, in any trial."""

    __pydantic_config__: ClassVar = STRICT

    n: int
    by_status: Mapping[str, int]
    ids: tuple[str, ...]
    """The first ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """What a gate says of a row."""

    __pydantic_config__: ClassVar = STRICT

    mode: Mode
    min_effect: float
    margin: float | None
    outcome: Outcome
    verdict: Verdict
    why: str
    bound: float | None = None
    """Non-inferiority: the one-sided bound of the gain (more is better) that the margin is held to."""
    needed: int | None = None
    """Samples at which the gate would decide, where it cannot and that can be said."""
    confirmed: bool | None = None
    """Whether a second run of the candidate bore a regression out; None where there was none."""
    lost: Lost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric of one task in one language: candidate minus base."""

    __pydantic_config__: ClassVar = STRICT

    task: str
    language: str
    key: str
    metric: str
    primary: bool
    higher_is_better: bool | None
    signature: str
    base: float | None
    candidate: float | None
    difference: Estimate
    changed: int
    """Samples whose statistics are not the same, in any trial."""
    test: str | None
    p: float | None
    p_adjusted: float | None
    """Of gated rows: over the family."""
    discordant: Discordance | None
    mde: float | None
    design_effect: float | None
    gate: Gated | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A gated metric on the samples with one value of a tag: exploratory, never a gate."""

    __pydantic_config__: ClassVar = STRICT

    key: str
    metric: str
    tag: str
    value: str
    higher_is_better: bool | None
    base: float | None
    candidate: float | None
    difference: Estimate
    p: float | None
    p_adjusted: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """A share of samples held to a maximum."""

    __pydantic_config__: ClassVar = STRICT

    key: str
    share: str
    base: float
    candidate: float
    n: int
    max: float | None
    max_increase: float | None
    violated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MustPass:
    """A sample that the candidate has to get right."""

    __pydantic_config__: ClassVar = STRICT

    key: str
    id: str
    status: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """One side."""

    __pydantic_config__: ClassVar = STRICT

    kind: Literal["run", "reference"]
    path: str
    name: str | None
    """Of a reference."""
    reason: str | None
    model: str
    control: str
    limit: int | None
    medgauge: str | None
    finished: str | None
    status: Mapping[str, Mapping[str, int]]
    """Task to samples by status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting that is not the same on both sides, and the part of the spec that it belongs to."""

    __pydantic_config__: ClassVar = STRICT

    field: str
    part: str
    base: Any
    candidate: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A task, or a metric of a shared task, that one side alone has."""

    __pydantic_config__: ClassVar = STRICT

    task: str
    metric: str | None = None
    only_in: Literal["base", "candidate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All of it."""

    __pydantic_config__: ClassVar = STRICT

    schema_version: int = SCHEMA_VERSION
    medgauge: str
    base: About | None
    candidate: About | None
    confirmation: str | None = None
    """Path of the second run of the candidate."""
    settings: Mapping[str, str]
    alpha: float
    strict: bool
    gates_file: str | None
    differing_settings: tuple[Setting, ...] = ()
    not_compared: tuple[Absent, ...] = ()
    refusals: tuple[str, ...] = ()
    """Why the sides are not comparable, one field a line."""
    notes: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    slices: tuple[Slice, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    must_pass: tuple[MustPass, ...] = ()
    verdict: Whole
    exit_code: int


def read_document(file: Path) -> Comparison:
    """A document that a comparison wrote. Raises BadRecord where it has another form or version."""
    if not file.is_file():
        raise Incomplete(f"no file {file}")
    if file.stat().st_size > MOST_BYTES:
        raise BadRecord(file, None, "whole file", f"at most {MOST_BYTES} bytes", file.stat().st_size)
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "whole file", "UTF-8", str(error)) from error
    data = codec.loads(text, file)
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise BadRecord(file, None, "schema_version", str(SCHEMA_VERSION), version)
    return codec.convert(Comparison, data, file)
