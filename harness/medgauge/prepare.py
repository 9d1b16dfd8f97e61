"""Samples of a plan: loaded, limited, checked, and written before the first question."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from PIL import Image

from medgauge import media
from medgauge.codec import dumps, loads
from medgauge.data.canonical import load
from medgauge.data.files import refuse_modified
from medgauge.data.ready import readiness
from medgauge.data.samples import faults
from medgauge.errors import BadRecord, Incomplete, NothingSelected, SpecMismatch
from medgauge.flat import flatten
from medgauge.progress import progress
from medgauge.store import SAMPLES, RunDirectory, StoredSample, sample_line, write_atomic
from medgauge.subset import stratified
from medgauge.tasks import PUBLISH_LEVELS, Loaded, Publish, Task
from medgauge.types import Key, Media, Message, Request, Sample, Split, Text

THUMBNAIL = 512
"""Longest side of a thumbnail in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The samples that a run asks, and where their pictures lie."""

    samples: tuple[Sample, ...]
    roots: Mapping[str, Path]
    """Task to the folder of its media."""
    excluded: tuple[str, ...]
    modified: tuple[str, ...] = ()
    """How the data differ from their cards."""


def select(
    tasks: Sequence[Task],
    data_dir: Path | None,
    limit: int | None,
    split: Split = "test",
    *,
    allow_modified: bool = False,
) -> Selected:
    """Load one split of every task.

    Raises BadRecord for a doubled id, a box out of frame or a label outside the space, Modified for data that are not
    what their card says (unless they are allowed), NothingSelected when nothing is left.
    """
    loaded = _load_all(tasks, data_dir, split)
    for task in tasks:
        require_ids(task, loaded[task.name])
        _require_sound(task, loaded[task.name])
        if not allow_modified:
            refuse_modified(task.card, loaded[task.name].modified)
    samples = tuple(sample for task in tasks for sample in _limited(loaded[task.name].samples, limit))
    if not samples:
        raise NothingSelected(f"no sample is left of {', '.join(loaded)} (limit {limit})")
    return Selected(
        samples=samples,
        roots={name: data.root for name, data in loaded.items()},
        excluded=tuple(f"{name}: {line}" for name, data in loaded.items() for line in data.excluded),
        modified=tuple(f"{name}: {line}" for name, data in loaded.items() for line in data.modified),
    )


def _load_all(tasks: Sequence[Task], data_dir: Path | None, split: Split) -> Mapping[str, Loaded]:
    """By name, in the tasks' order. What lacks files is tried first, so that nobody waits to be told."""
    ready = [task.name for task in tasks if readiness(task.card, _folder(task, data_dir)).state != "missing"]
    loaded: dict[str, Loaded] = {}
    for task in sorted(tasks, key=lambda task: task.name in ready):
        try:
            loaded[task.name] = load(task, _folder(task, data_dir), split)
        except Incomplete as error:
            rest = [name for name in ready if name != task.name]
            if not rest:
                raise
            raise Incomplete(f"{error} Run the ready ones: {' '.join(rest)}") from error
    return {task.name: loaded[task.name] for task in tasks}


def write_samples(run: RunDirectory, selected: Selected, tasks: Sequence[Task]) -> None:
    """Write `samples.jsonl` once; on resume the data must still be the same. Raises SpecMismatch."""
    publish: dict[str, Publish] = {task.name: task.card.publish for task in tasks}
    text = "".join(sample_line(StoredSample(sample=s, publish=publish[s.task])) for s in selected.samples)
    file = run.path / SAMPLES
    if not file.exists():
        write_atomic(file, text)
    elif file.read_text("utf-8") != text:
        raise SpecMismatch(run.path, _first_difference(file.read_text("utf-8"), text))


def _first_difference(there: str, here: str) -> list[tuple[str, object, object]]:
    """The fields in which the first differing line of `samples.jsonl` differs."""
    pairs = zip_longest(there.split("\n"), here.split("\n"), fillvalue="")
    number, (a, b) = next((n, pair) for n, pair in enumerate(pairs, start=1) if pair[0] != pair[1])
    try:
        one, other = (flatten(loads(line, SAMPLES, number)) if line else {} for line in (a, b))
    except BadRecord:
        return [(f"{SAMPLES} line {number}", a, b)]
    fields = [name for name in sorted(one | other) if one.get(name) != other.get(name)]
    return [(f"{SAMPLES} line {number} {name}", one.get(name), other.get(name)) for name in fields]


def write_thumbnails(run: RunDirectory, selected: Selected, tasks: Sequence[Task]) -> None:
    """Small pictures for the page, of data sets whose card allows them, so that it needs the run alone."""
    shown = {t.name for t in tasks if PUBLISH_LEVELS.index(t.card.publish) >= PUBLISH_LEVELS.index("thumbnails")}
    wanted = {
        m.sha256: media.at(m, selected.roots[s.task])
        for s in selected.samples
        for m in s.media
        if s.task in shown and m.size is not None and run.thumbnail(m.sha256) is None
    }
    folder = run.path / "media"
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
    with progress("thumbnails", len(wanted)) as advance, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for _ in pool.map(_thumbnail, wanted.values(), [folder / f"{sha256}.webp" for sha256 in wanted]):
            advance()


def _thumbnail(picture: Media, file: Path) -> None:
    image = media.open_image(picture, near=THUMBNAIL)
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    beside = file.with_name(f".{file.name}")
    image.save(beside, "WEBP", quality=85)
    beside.replace(file)


def key_of(sample: Sample, turn: int = 0, trial: int = 0) -> Key:
    """The key of the sample's output."""
    return Key(task=sample.task, id=sample.id, language=sample.language, trial=trial, turn=turn)


def result_name(task: str, language: str, languages: Sequence[str]) -> str:
    """How results name a task in one language: the language is left out where there is one alone."""
    return task if len(languages) == 1 else f"{task}/{language}"


def unreadable(sample: Sample) -> str | None:
    """Why the sample cannot be asked: the picture that cannot be decoded."""
    return next((f"unreadable image {m.path}" for m in sample.media if m.size is None), None)


def absolute(request: Request, root: Path) -> Request:
    """The request with media where the adapter finds them."""
    return with_media(request, lambda m: media.at(m, root))


def with_media(request: Request, change: Callable[[Media], Media | None]) -> Request:
    """The request with every media changed, or left out where `change` gives None."""

    def parts(message: Message) -> tuple[Text | Media, ...]:
        changed = [change(part) if isinstance(part, Media) else part for part in message.parts]
        return tuple(part for part in changed if part is not None)

    return replace(request, messages=tuple(replace(m, parts=parts(m)) for m in request.messages))


def _folder(task: Task, data_dir: Path | None) -> Path | None:
    """Embedded data are made in the cache, never in the folder where the user's own data lie."""
    return None if task.card.access == "embedded" else data_dir


def require_ids(task: Task, loaded: Loaded) -> None:
    """Raises BadRecord for an id that comes twice in a language, and for another's task or language."""
    counts = Counter((sample.id, sample.language) for sample in loaded.samples)
    doubled = [key for key, count in counts.items() if count > 1]
    if doubled:
        raise BadRecord(task.name, None, "id", "an id that comes once", doubled[0][0])
    stray = next((sample for sample in loaded.samples if sample.task != task.name), None)
    if stray is not None:
        raise BadRecord(task.name, None, "task", repr(task.name), stray.task)
    spoken = task.card.languages
    foreign = next((sample for sample in loaded.samples if sample.language not in spoken), None)
    if foreign is not None:
        raise BadRecord(task.name, None, f"language of {foreign.id!r}", f"one of {spoken}", foreign.language)


def _require_sound(task: Task, loaded: Loaded) -> None:
    for sample in loaded.samples:
        for fault in faults(sample, task.card):
            raise BadRecord(task.name, None, f"{fault.field} of {sample.id!r}", fault.expected, fault.actual)


def _limited(samples: tuple[Sample, ...], limit: int | None) -> tuple[Sample, ...]:
    """At most `limit` ids, the same ones always and in both languages, spread over the slices (tags)."""
    strata: dict[str, str] = {}
    for sample in samples:
        tags = dumps(dict(sample.tags))
        strata[sample.id] = min(strata.get(sample.id, tags), tags)
    if limit is None or limit >= len(strata):
        return samples
    kept = stratified(strata, limit)
    return tuple(sample for sample in samples if sample.id in kept)
