"""A blessed reference: what a later comparison needs of a run, small enough to live in git.

Hashes of the samples instead of the samples, aggregates, and the per-sample statistics of the metrics that gate. The
groups are not kept: a candidate over the same samples (same hashes) brings them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from medgauge import codec
from medgauge.errors import BadRecord, MedGaugeError
from medgauge.spec import RunSpec
from medgauge.store import write_atomic
from medgauge.strict import STRICT
from medgauge_leaderboards.packing import Packed, unpack
from medgauge_leaderboards.reference_sound import require_sound
from medgauge_leaderboards.sides import Part

SCHEMA_VERSION = 1
FOLDER = Path("references")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A number of the run, as its results hold it."""

    __pydantic_config__: ClassVar = STRICT

    value: float | None
    low: float | None
    high: float | None
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How much one metric moves between two runs of the same model."""

    __pydantic_config__: ClassVar = STRICT

    floor: float
    """Mean absolute difference of a sample between the runs (of a proportion: the share that flips); of a number that
    is no mean of samples, the absolute difference of the two numbers."""
    changed: int
    """Samples whose statistics are not the same."""
    difference: float
    """Second run minus first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One task in one language."""

    __pydantic_config__: ClassVar = STRICT

    task: str
    language: str
    primary: str
    version: int
    n: int
    trials: int = 1
    """How often every sample was asked; a noise floor is that of the first trials."""
    n_groups: int
    counts: Mapping[str, int]
    digests: Mapping[str, str]
    outputs: str
    metrics: Mapping[str, Aggregate]
    packed: Mapping[str, Packed]
    noise: Mapping[str, Noise] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The file."""

    __pydantic_config__: ClassVar = STRICT

    schema_version: int = SCHEMA_VERSION
    name: str
    reason: str
    blessed: str
    """When, in UTC."""
    medgauge: str | None
    finished: str | None
    """When the run was."""
    files: Mapping[str, str]
    """Hashes of the run's files."""
    spec: RunSpec
    tasks: Mapping[str, Kept]


def file_of(name: str, folder: Path) -> Path:
    """Where the reference of a name lies. Raises MedGaugeError for a name that is no file name."""
    if not name or name.startswith(".") or not all(c.isalnum() or c in "-_.+" for c in name):
        raise MedGaugeError(f"reference name {name!r}: expected letters, digits and -_.+ only")
    return folder / f"{name}.json"


def names_in(folder: Path) -> list[str]:
    """The names of all references in a folder."""
    return sorted(file.stem for file in folder.glob("*.json")) if folder.is_dir() else []


def find(name: str, folder: Path) -> Path:
    """The file of a reference given by name or by path. Raises MedGaugeError."""
    if Path(name).is_file():
        return Path(name)
    known = names_in(folder)
    if name not in known:
        there = f"there are {', '.join(known)}" if known else "there is none; `medgauge reference bless` makes one"
        raise MedGaugeError(f"{name!r} is no run folder, no file, and no reference in {folder}: {there}")
    return file_of(name, folder)


def read_reference(file: Path) -> Reference:
    """The file, strictly. Raises BadRecord."""
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "whole file", "UTF-8", str(error)) from error
    data = codec.loads(text, file)
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise BadRecord(file, None, "schema_version", f"{SCHEMA_VERSION}, of a blessed reference", version)
    reference = codec.convert(Reference, data, file)
    require_sound(reference, file)
    return reference


def write_reference(reference: Reference, folder: Path) -> Path:
    """Write it whole or not at all."""
    file = file_of(reference.name, folder)
    write_atomic(file, codec.dumps(codec.plain(reference), indent=1) + "\n")
    return file


def part_of_kept(key: str, kept: Kept, file: Path) -> Part:
    """One task of a reference as a side of a comparison. Raises BadRecord where it is damaged."""
    stats = {}
    for name, packed in kept.packed.items():
        field = f"tasks.{key}.packed.{name}"
        if packed.n != kept.n * kept.trials:
            raise BadRecord(file, None, field, f"{kept.n} samples x {kept.trials}", packed.n)
        try:
            stats[name] = unpack(packed)
        except MedGaugeError as error:
            whole = "statistics as they were packed (take the file from version control)"
            raise BadRecord(file, None, field, whole, str(error)) from error
    return Part(
        key=key,
        task=kept.task,
        language=kept.language,
        primary=kept.primary,
        version=kept.version,
        n=kept.n,
        trials=kept.trials,
        counts=kept.counts,
        signatures={name: one.signature for name, one in kept.metrics.items()},
        digests=kept.digests,
        outputs=kept.outputs,
        stats=stats,
        contents=None,
    )
