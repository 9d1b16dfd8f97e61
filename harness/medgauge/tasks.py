"""A task as a value: functions over samples, and the card that says where the data come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from medgauge.protocols import BoxFormat, Metric, Style
from medgauge.types import Family, Language, Output, Parsed, Request, Sample, Split

Publish: TypeAlias = Literal["scores", "predictions", "references", "thumbnails", "images"]
PUBLISH_LEVELS: tuple[Publish, ...] = ("scores", "predictions", "references", "thumbnails", "images")
Access: TypeAlias = Literal["embedded", "public", "registration", "credentialed", "never-released"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a data set is, where it is got and what may be shown of it."""

    name: str
    title: str
    family: Family
    languages: tuple[Language, ...]
    modality: tuple[str, ...]
    licence: str
    access: Access
    publish: Publish
    """How much of a sample a public page may show; each level includes the ones before it."""
    group: str
    """What the bootstrap resamples: patient, study, image, ..."""
    version: int
    primary: str
    """The metric that ranks and gates."""
    metrics: tuple[str, ...] = ()
    """Beside the family's own."""
    citation: str
    url: str = ""
    synthetic: bool = False
    caveats: tuple[str, ...] = ()
    known_bad: Mapping[str, str] = field(default_factory=dict)
    """Record id to the reason why it is excluded; whatever else is broken is an error."""
    splits: tuple[Split, ...] = ("test",)
    """`train` only where the data set has one that a baseline may learn from."""
    loader: str
    """`module:function` of the loader `(card, data_dir, split) -> Loaded`."""
    options: Mapping[str, str] = field(default_factory=dict)
    """For the loader and the family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The samples of one split."""

    root: Path
    """The folder that the paths of the samples' media are relative to."""
    samples: tuple[Sample, ...]
    excluded: tuple[str, ...] = ()
    """One line for each record that the card lists as known to be bad."""


class Load(Protocol):
    """Reads one split from the user's copy of the data (`--data-dir`), or makes it."""

    def __call__(self, data_dir: Path | None, split: Split) -> Loaded:
        """Raises Incomplete when files are missing, BadRecord when one breaks its form."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Rows into samples, samples into requests, model text into answers."""

    card: Card
    load: Load
    next_request: Callable[[Sample, Style, Sequence[Output]], Request | None]
    """Pure. Given the outputs so far, the next turn or None; the message's media are the sample's."""
    parse: Callable[[Sample, Sequence[Output], BoxFormat], Parsed]
    """Gets the sample with an empty target."""
    metrics: tuple[Metric, ...]
    prompt_sets: Mapping[str, str]
    """Name to hash of every prompt set that the task can be put in."""

    @property
    def name(self) -> str:
        """The card's name: key on the command line and in the results."""
        return self.card.name
