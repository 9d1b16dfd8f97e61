"""`lock.json`: what every submission to a board is held to, taken from runs that the board's owner trusts.

It holds hashes, counts and signatures: no word of a sample. So it may be public whatever the data are.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from medgauge import __version__, codec
from medgauge.errors import BadRecord, Incomplete, MedGaugeError, NotComparable, NothingSelected, shorten
from medgauge.prepare import result_name
from medgauge.score import target_of
from medgauge.spec import RunSpec, load_tasks
from medgauge.store import SPEC, RunDirectory, write_atomic
from medgauge.strict import STRICT
from medgauge.tasks import Access, Publish, Task
from medgauge.types import Language, Sample
from medgauge_leaderboards.site.levels import lowest
from medgauge_leaderboards.submissions.folder import LOCK, require_signed

SCHEMA_VERSION = 1
MARGIN = 0.02
FIELDS = ("question", "choices", "media", "regions", "target", "tags", "group")
"""Of a sample, beside its id. `media` are hashes, sizes and paths: boxes are read by the size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """One task in one language."""

    __pydantic_config__: ClassVar = STRICT

    task: str
    language: Language
    version: int
    primary: str
    n: int
    """Samples."""
    publish: Publish
    access: Access
    licence: str
    digests: Mapping[str, str]
    """Field of a sample to the sha256 over all samples in the order of their ids."""
    signatures: Mapping[str, str]
    """Of the metrics' main numbers."""
    prompts: Mapping[str, str] | None
    """Prompt sets that may be asked, with their hashes; None: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The file."""

    __pydantic_config__: ClassVar = STRICT

    schema_version: int = SCHEMA_VERSION
    medgauge: str
    margin: float
    """How far apart the primaries of a run and its reproduction may be, in the metric's own unit."""
    tasks: Mapping[str, Pinned]
    """By the key under which results have them."""

    def of(self, name: str) -> dict[str, Pinned]:
        """What a task has, by key."""
        return {key: one for key, one in self.tasks.items() if one.task == name}


def make_lock(runs: Sequence[Path], *, margin: float = MARGIN, any_prompts: bool = False) -> Lock:
    """Pin what the runs were asked. Raises NotComparable where two of them were asked different things under one key,
    MedGaugeError for a run of a task that is another one today."""
    if not runs:
        raise NothingSelected("no run was given to make the lock from")
    tasks: dict[str, Pinned] = {}
    for path in runs:
        for key, one in _pins(path, any_prompts).items():
            tasks[key] = _merged(key, tasks[key], one) if key in tasks else one
    return Lock(medgauge=__version__, margin=margin, tasks=tasks)


def write_lock(lock: Lock, file: Path) -> Path:
    """Write it whole or not at all."""
    write_atomic(file, codec.dumps(codec.plain(lock), indent=1) + "\n")
    return file


def read_lock(folder: Path) -> Lock:
    """The lock of a folder of submissions, strictly.

    Raises Incomplete where there is none, BadRecord, and MedGaugeError where this code has other versions of its tasks.
    """
    file = folder / LOCK
    if not file.is_file() or file.is_symlink():
        raise Incomplete(f"{folder}: no {LOCK}; `medgauge submissions lock RUN... --out {file}` makes it")
    try:
        lock = codec.decode(Lock, file.read_bytes().decode(), file)
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "whole file", "UTF-8", str(error)) from error
    if lock.schema_version != SCHEMA_VERSION:
        raise BadRecord(file, None, "schema_version", str(SCHEMA_VERSION), lock.schema_version)
    if not lock.margin >= 0:
        raise BadRecord(file, None, "margin", "0 or more", lock.margin)
    for key, one in lock.tasks.items():
        if {"ids", *FIELDS} != set(one.digests):
            raise BadRecord(file, None, f"tasks.{key}.digests", f"a hash of ids, {', '.join(FIELDS)}", [*one.digests])
    _require_current(lock, file)
    return lock


def digests_of(samples: Iterable[Sample]) -> dict[str, str]:
    """sha256 of each field over all samples, so that what differs can be named without keeping a word of it."""
    rows = sorted((codec.plain(sample) for sample in samples), key=lambda row: str(row["id"]))
    made = {"ids": _digest([row["id"] for row in rows])}
    return made | {name: _digest([[row["id"], row[name]] for row in rows]) for name in FIELDS}


def signatures_of(task: Task, samples: Sequence[Sample]) -> dict[str, str]:
    """Metric to signature, as this code prepares it on these targets."""
    targets = [target_of(sample) for sample in samples]
    return {metric.name: metric.prepare(targets).signature for metric in task.metrics}


def _digest(rows: object) -> str:
    return hashlib.sha256(codec.dumps(rows).encode()).hexdigest()


def _pins(path: Path, any_prompts: bool) -> dict[str, Pinned]:
    require_signed(path)
    run = RunDirectory(path)
    spec = codec.convert(RunSpec, run.spec(), path / SPEC)
    stored, made = run.samples(), {}
    for asked, task in zip(spec.tasks, load_tasks([task.name for task in spec.tasks]), strict=True):
        card = task.card
        if asked.version != card.version:
            was = f"version {asked.version} of {task.name}, it is {card.version} now"
            raise MedGaugeError(f"{path}: made with {was}; run it again")
        for language in card.languages:
            mine = [one for one in stored if (one.sample.task, one.sample.language) == (task.name, language)]
            if mine:
                samples = [one.sample for one in mine]
                levels: list[Publish] = [card.publish, *(one.publish for one in mine)]
                made[result_name(task.name, language, card.languages)] = Pinned(
                    task=task.name,
                    language=language,
                    version=card.version,
                    primary=card.primary,
                    n=len(samples),
                    publish=lowest(levels),
                    access=card.access,
                    licence=card.licence,
                    digests=digests_of(samples),
                    signatures=signatures_of(task, samples),
                    prompts=None if any_prompts else {asked.prompts: asked.prompts_hash},
                )
    return made


def _merged(key: str, one: Pinned, other: Pinned) -> Pinned:
    """Prompt sets of both; the rest has to be the same."""
    if one.digests != other.digests:
        fields = [name for name in one.digests if one.digests[name] != other.digests[name]]
        raise NotComparable(f"{key}: the runs were asked different samples ({', '.join(fields)})")
    prompts = None if one.prompts is None or other.prompts is None else {**one.prompts, **other.prompts}
    return replace(one, prompts=prompts, publish=lowest([one.publish, other.publish]))


def _require_current(lock: Lock, file: Path) -> None:
    names = list(dict.fromkeys(one.task for one in lock.tasks.values()))
    if not names:
        raise BadRecord(file, None, "tasks", "one or more", "none")
    cards = {task.name: task.card for task in load_tasks(names)}
    for key, one in lock.tasks.items():
        card = cards.get(one.task)
        if card is None or one.language not in card.languages:
            raise BadRecord(file, None, f"tasks.{key}", "a task and one of its languages", shorten(one.task))
        if key != result_name(one.task, one.language, card.languages):
            expected = result_name(one.task, one.language, card.languages)
            raise BadRecord(file, None, f"tasks.{key}", f"the key {expected!r}", key)
        pins = (one.primary, one.access, one.licence, one.publish)
        if pins != (card.primary, card.access, card.licence, lowest([one.publish, card.publish])):
            raise MedGaugeError(
                f"{file}: {key}: primary, access, licence or publish level are not those of its card in medgauge "
                f"{__version__}; the lock is of {lock.medgauge}: make it anew"
            )
        if one.version != card.version:
            raise MedGaugeError(
                f"{file}: {key} is pinned at version {one.version} by medgauge {lock.medgauge}, this one has "
                f"{card.version}; install that medgauge, or run again and make the lock anew"
            )
