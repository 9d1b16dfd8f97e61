"""Writing the prepared form: resumable, never twice, and only where nothing else lies."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from medgauge import __version__, codec
from medgauge.data.canonical import BEGUN, IMAGES, MARKER, Prepared, PreparedSplit, Source, load_source, read_manifest
from medgauge.data.files import find_files, refuse_modified, require_files, source_hashes, where_to_get
from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.progress import progress, say
from medgauge.store import sha256_of, write_atomic
from medgauge.tasks import Card, Loaded, Task
from medgauge.types import Media, Sample, Split


def prepare(
    task: Task, data_dir: Path | None, out: Path, *, allow_modified: bool = False, revision: str = ""
) -> Prepared:
    """Write `out/<data set>`. A second call does nothing, one after a kill goes on where it stopped.

    `revision` is that of the hub's repository, where the source comes from there. Raises Incomplete when the source
    is not there, Modified when it differs from its card, MedGaugeError when the folder holds anything else.
    """
    card = task.card
    if card.access == "embedded":
        raise MedGaugeError(f"{card.name} comes with MedGauge; there is nothing to prepare")
    require_files(card, data_dir, "test")
    source = Source(
        name=card.name,
        card_version=card.version,
        loader=card.loader,
        hub=card.hub if revision else "",
        hub_revision=revision,
        files=source_hashes(card, find_files(card, data_dir).folder),
    )
    folder = out / card.name
    with _held(out, card.name):
        made = _begin(folder, source)
        if made is not None:
            say(f"{folder} is prepared already")
            return made
        splits = _splits(task, data_dir, folder, allow_modified)
        whole = Prepared(source=source, medgauge=__version__, licence=card.licence, access=card.access, splits=splits)
        write_atomic(folder / MARKER, codec.dumps(codec.plain(whole), indent=1) + "\n")
        (folder / BEGUN).unlink(missing_ok=True)
        return whole


@contextmanager
def _held(out: Path, name: str) -> Iterator[None]:
    from filelock import FileLock, Timeout

    out.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(out / f".{name}.lock", timeout=0):
            yield
    except Timeout as error:
        raise MedGaugeError(f"{out / name}: another process is preparing it; wait for it, or stop it") from error


def _begin(folder: Path, source: Source) -> Prepared | None:
    """What is whole already; else the folder is marked as begun. Raises MedGaugeError when it holds something else."""
    begun = folder / BEGUN
    if (folder / MARKER).is_file():
        made = read_manifest(folder)
        _require_same(folder, made.source, source)
        return made
    if begun.is_file():
        _require_same(folder, codec.decode(Source, begun.read_text("utf-8"), begun), source)
        say(f"going on with {folder}")
        return None
    if folder.exists() and any(folder.iterdir()):
        raise MedGaugeError(f"{folder} holds files that `data prepare` did not write; give another --out")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(begun, codec.dumps(codec.plain(source), indent=1) + "\n")
    return None


def _require_same(folder: Path, there: Source, here: Source) -> None:
    if there != here:
        one, other = codec.plain(there), codec.plain(here)
        differing = ", ".join(name for name in one if one[name] != other[name])
        raise MedGaugeError(
            f"{folder} was prepared from another source ({differing} differ); delete it, or give another --out"
        )


def _splits(task: Task, data_dir: Path | None, folder: Path, allow_modified: bool) -> Mapping[Split, PreparedSplit]:
    made: dict[Split, PreparedSplit] = {}
    for split in sorted(task.card.splits):  # test first: without it there is nothing to prepare
        try:
            loaded = load_source(task, data_dir, split)
        except Incomplete as error:
            if split == "test":
                raise
            say(f"without the {split} split: {error}")
            continue
        if not allow_modified:
            refuse_modified(task.card, loaded.modified)
        made[split] = _write(task.card, loaded, folder, split)
    return made


def _write(card: Card, loaded: Loaded, folder: Path, split: Split) -> PreparedSplit:
    pictures = {media.path: media for sample in loaded.samples for media in sample.media}
    readable = [media for media in pictures.values() if media.size is not None]
    with progress(f"{card.name} {split} pictures", len(readable)) as advance:
        for media in readable:
            _copy(media, loaded.root, folder / IMAGES)
            advance()
    lacking = len(pictures) - len(readable)
    if lacking:
        say(f"{lacking} of {len(pictures)} pictures are missing or cannot be read. {where_to_get(card)}")
    file = folder / f"{split}.jsonl"
    write_atomic(file, "".join(_line(card, sample) for sample in loaded.samples))
    return PreparedSplit(
        sha256=sha256_of(file),
        samples=len(loaded.samples),
        pictures=len(readable),
        unreadable=lacking,
        excluded=loaded.excluded,
        modified=loaded.modified,
    )


def _line(card: Card, sample: Sample) -> str:
    try:
        return codec.dumps(codec.plain(sample)) + "\n"
    except ValueError as error:
        raise BadRecord(card.name, None, f"numbers of {sample.id!r}", "finite numbers", str(error)) from error


def _copy(media: Media, root: Path, images: Path) -> None:
    """The picture's bytes below `images`, checked against its hash. Raises MedGaugeError when they have changed."""
    to = images / media.path
    if not to.resolve().is_relative_to(images.resolve()):
        raise MedGaugeError(f"image path {media.path!r} leaves the folder {images}")
    if to.is_file() and sha256_of(to) == media.sha256:
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.with_name(f".{to.name}.part")
    shutil.copyfile(root / media.path, beside)
    if sha256_of(beside) != media.sha256:
        beside.unlink()
        raise MedGaugeError(f"{root / media.path} has changed while it was prepared; run the command again")
    os.replace(beside, to)
