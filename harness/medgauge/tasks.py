"""A task as a value: functions over samples, and the card that says where the data come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

from medgauge.protocols import BoxFormat, Metric, Style
from medgauge.strict import STRICT
from medgauge.types import Family, Language, Output, Parsed, Request, Sample, Split

Publish: TypeAlias = Literal["scores", "predictions", "references", "thumbnails", "images"]
PUBLISH_LEVELS: tuple[Publish, ...] = ("scores", "predictions", "references", "thumbnails", "images")
Access: TypeAlias = Literal["embedded", "public", "registration", "credentialed", "never-released"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of the source, or a pattern of files, below the data set's folder."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    path: str
    """Relative, with `/`; `*`, `?` and `**` match names."""
    split: Split | None = None
    """The only split that needs it; None: all do."""
    pictures: bool = False
    """Pictures that records name: that all are missing is no more than that one is, and their samples fail."""
    sha256: str = ""
    """Of the one file that the path names; empty where nobody published or computed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One class of a label space."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    name: str
    zh: str = ""
    aliases: tuple[str, ...] = ()
    """Other names, in any language, that an answer may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contamination:
    """A public training set that is known to hold test images of this data set."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    training_set: str
    source: str
    """Who says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a data set is, where it is got and what may be shown of it."""

    name: str
    title: str
    family: Family
    languages: tuple[Language, ...]
    modality: tuple[str, ...]
    body_part: tuple[str, ...] = ()
    licence: str
    access: Access
    publish: Publish
    """How much of a sample a public page may show; each level includes the ones before it."""
    group: str
    """What the bootstrap resamples: patient, study, image, ..."""
    group_key: str = ""
    """What in the source gives the group: a column, a part of the file's name."""
    version: int
    primary: str
    """The metric that ranks and gates."""
    metrics: tuple[str, ...] = ()
    """Beside the family's own."""
    citation: str
    url: str = ""
    """The page where the data set is got."""
    hub: str = ""
    """`owner/name` of the data set on the Hugging Face hub."""
    hub_revision: str = ""
    """The commit that `data prepare --from-hub` takes."""
    hub_files: tuple[str, ...] = ()
    """Patterns of the files that the hub's repository keeps, where they are not `files`: archives are unpacked."""
    hub_by_hand: str = ""
    """Why `--from-hub` cannot make the data set whole, and what to do instead: one sentence."""
    folder: str = ""
    """The data set's folder below `--data-dir`; empty: the card's name."""
    files: tuple[SourceFile, ...] = ()
    """What the loader reads, as the source lays it out."""
    counts: Mapping[Split, int | None] = field(default_factory=dict)
    """Samples that the loader makes of a whole split, all languages together; None: not known."""
    count_source: str = ""
    """Who counted."""
    labels: tuple[Label, ...] = ()
    """The label space in its exact order."""
    contaminated: tuple[Contamination, ...] = ()
    reproducible: bool = True
    """False: the source's split was drawn at random and never released; the card's own split has a published seed."""
    why_not_reproducible: str = ""
    unconfirmed: tuple[str, ...] = ()
    """What the card says and nobody has confirmed."""
    layout_source: str = ""
    """The page or file that the source's layout was read from."""
    tables: str = ""
    """Where the data set stands in the MedRegA paper."""
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

    @property
    def page(self) -> str:
        """Where the data set is got: its own page, else the hub's; empty for data that come with MedGauge."""
        return self.url or (f"https://huggingface.co/datasets/{self.hub}" if self.hub else "")

    def label_names(self, language: Language) -> tuple[str, ...]:
        """The label space in one language, in its order: what a classification's samples have as choices."""
        return tuple(label.zh if language == "zh" else label.name for label in self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The samples of one split."""

    root: Path
    """The folder that the paths of the samples' media are relative to."""
    samples: tuple[Sample, ...]
    excluded: tuple[str, ...] = ()
    """One line for each record that the card lists as known to be bad."""
    modified: tuple[str, ...] = ()
    """One line for each way in which the files differ from what the card says of them."""


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
    cot_sets: Mapping[str, str] = field(default_factory=dict)
    """Prompt set to hash of its wording of Regional CoT; empty where `next_request` does not know `Style.cot`."""

    @property
    def name(self) -> str:
        """The card's name: key on the command line and in the results."""
        return self.card.name
