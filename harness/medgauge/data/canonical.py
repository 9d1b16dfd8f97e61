"""The form in which MedGauge keeps a data set: samples as JSON lines, pictures beside them, a manifest over all.

`<folder>/<data set>/` holds `prepared.json` (written last), a `<split>.jsonl` for each split, and `images/`, where
every picture has the path that it has in the source. So a run on the prepared form is the run on the source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from medgauge import codec
from medgauge.data.files import changed_count, changed_files, require_files
from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.media import probe
from medgauge.store import lines, sha256_of
from medgauge.tasks import Card, Loaded, Task
from medgauge.types import Sample, Split

MARKER, BEGUN = "prepared.json", "preparing.json"
IMAGES = "images"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a prepared form is made from; another source is another prepared form."""

    schema_version: int = SCHEMA_VERSION
    name: str
    card_version: int
    loader: str
    hub: str = ""
    hub_revision: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path to sha256 of the source's files, without the pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSplit:
    """One file of samples."""

    sha256: str
    samples: int
    pictures: int
    unreadable: int
    """Pictures that were missing or no picture; they are not copied, and their samples fail."""
    excluded: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    """How the source differs from its card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """`prepared.json`."""

    source: Source
    medgauge: str
    """Version of the tool that wrote it."""
    licence: str
    access: str
    splits: Mapping[Split, PreparedSplit]


def prepared_folder(card: Card, data_dir: Path | None) -> Path | None:
    """The folder of the data set's prepared form below `data_dir`, where a whole one lies."""
    folder = data_dir / card.name if data_dir is not None else None
    return folder if folder is not None and (folder / MARKER).is_file() else None


def read_manifest(folder: Path) -> Prepared:
    """`prepared.json` of a folder. Raises BadRecord."""
    file = folder / MARKER
    return codec.decode(Prepared, file.read_text("utf-8"), file)


def load(task: Task, data_dir: Path | None, split: Split) -> Loaded:
    """One split, from its prepared form where `data_dir` holds one, else from the source.

    `modified` tells how it differs from its card. Raises what the loader raises; of a prepared form MedGaugeError when
    it is of another version or has changed.
    """
    folder = prepared_folder(task.card, data_dir)
    return load_source(task, data_dir, split) if folder is None else _read(task.card, folder, split)


def load_source(task: Task, data_dir: Path | None, split: Split) -> Loaded:
    """One split of the source, by the task's own loader. Raises Incomplete naming the files that are missing."""
    card = task.card
    require_files(card, data_dir, split, without_pictures=True)
    loaded = task.load(data_dir, split)
    changed = (*changed_files(card, data_dir, split), *changed_count(card, split, len(loaded.samples)))
    return replace(loaded, modified=(*loaded.modified, *changed))


def _read(card: Card, folder: Path, split: Split) -> Loaded:
    made = read_manifest(folder)
    again = f"delete {folder} and run `medgauge data prepare {card.name}` again"
    if (made.source.name, made.source.card_version) != (card.name, card.version):
        there = f"{made.source.name} version {made.source.card_version}"
        raise MedGaugeError(f"{folder} holds {there}, the card is version {card.version} now; {again}")
    if split not in made.splits:
        raise Incomplete(f"{folder} was prepared without the {split} split; {again} from a source that has it")
    part, file = made.splits[split], folder / f"{split}.jsonl"
    if not file.is_file() or sha256_of(file) != part.sha256:
        raise MedGaugeError(f"{file} has changed since it was prepared; {again}")
    root = folder / IMAGES
    samples = tuple(_sample(text, file, number, root) for number, text in lines(file))
    return Loaded(root=root, samples=samples, excluded=part.excluded, modified=part.modified)


def _sample(text: str, file: Path, number: int, root: Path) -> Sample:
    sample = codec.decode(Sample, text, file, number)
    for media in sample.media:
        there = replace(probe(media.path, root), media_type=media.media_type, kind=media.kind)
        if media.size is not None and there != media:
            field = f"{media.path} of {sample.id!r}"
            raise BadRecord(file, number, field, f"the picture of sha256 {media.sha256}", there.sha256 or "no picture")
    return sample
