"""The files of a data set as its card declares them: where they lie, which are missing, which have changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medgauge.errors import Incomplete, MedGaugeError
from medgauge.media import inside
from medgauge.store import sha256_of
from medgauge.tasks import Card, SourceFile
from medgauge.types import Split

_PATTERN = frozenset("*?[")
_PICTURES = frozenset((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".dcm", ".nii"))
"""Endings of the files that every sample names with their hash."""


class Modified(MedGaugeError):
    """The user's copy is not what the card describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What of a data set's files is there."""

    folder: Path | None
    """None: there is no data folder at all."""
    missing: tuple[str, ...]
    """Paths and patterns that nothing matches."""
    unread: tuple[str, ...] = ()
    """Those of them without which there are no samples: all but pictures that records name."""


def where_to_get(card: Card) -> str:
    """One sentence: where the data set is got, and on what terms."""
    if card.access == "embedded":
        return f"{card.title} comes with MedGauge ({card.licence})."
    if card.access == "never-released":
        known = f"; what is known of it: {card.page}" if card.page else ""
        return f"{card.title} has never been released{known} ({card.licence})."
    return f"{card.title} is got at {card.page or 'the address in its citation'} ({card.access}; {card.licence})."


def find_files(card: Card, data_dir: Path | None, split: Split | None = None) -> Found:
    """Look for the card's files below `data_dir/<folder>`; below `data_dir` itself where all are there.

    With a split only what that split needs counts. Raises MedGaugeError for a file that a link leads out of the folder.
    """
    wanted = [one for one in card.files if split is None or one.split in (None, split)]
    if card.access == "embedded":
        return Found(folder=None, missing=())
    if data_dir is None:
        return _found(None, wanted)
    own = data_dir / (card.folder or card.name)
    plain_first = sorted((one.path for one in wanted), key=lambda path: bool(set(path) & _PATTERN))
    bare = not own.is_dir() and bool(wanted) and all(_there(data_dir, path) for path in plain_first)
    folder = data_dir if bare else own
    return _found(folder, [one for one in wanted if not _there(folder, one.path)])


def _found(folder: Path | None, missing: Sequence[SourceFile]) -> Found:
    unread = tuple(one.path for one in missing if folder is None or not one.pictures)
    return Found(folder=folder, missing=tuple(one.path for one in missing), unread=unread)


def require_files(
    card: Card, data_dir: Path | None, split: Split | None = None, *, without_pictures: bool = False
) -> None:
    """Raises Incomplete that names what is missing, the data set's page and its terms.

    `without_pictures`: that all pictures are missing is no more than that one is.
    """
    found = find_files(card, data_dir, split)
    if found.unread if without_pictures else found.missing:
        place = found.folder if found.folder is not None else f"--data-dir DIR, DIR/{card.folder or card.name}"
        raise Incomplete(f"{card.name}: {', '.join(found.missing)} missing in {place}. {where_to_get(card)}")


def changed_files(card: Card, data_dir: Path | None, split: Split | None = None) -> tuple[str, ...]:
    """One line for each file that is there with another hash than the card's."""
    folder = find_files(card, data_dir, split).folder
    if folder is None:
        return ()
    known = [one for one in card.files if one.sha256 and (split is None or one.split in (None, split))]
    pairs = [(one, sha256_of(folder / one.path)) for one in known if (folder / one.path).is_file()]
    return tuple(
        f"{one.path}: expected sha256 {one.sha256[:12]}…, got {sha256[:12]}…"
        for one, sha256 in pairs
        if sha256 != one.sha256
    )


def changed_count(card: Card, split: Split, count: int) -> tuple[str, ...]:
    """A line when a whole split has another number of samples than the card's."""
    expected = card.counts.get(split)
    return () if expected in (None, count) else (f"{split}: expected {expected} samples, got {count}",)


def refuse_modified(card: Card, changes: Sequence[str]) -> None:
    """Raises Modified when there are changes."""
    if changes:
        raise Modified(
            f"{card.name} is not as its card describes it: {'; '.join(changes)}. {where_to_get(card)} Get it there, or "
            "give --allow-modified, which stays written in the run"
        )


def source_hashes(card: Card, folder: Path | None) -> Mapping[str, str]:
    """Path to sha256 of the files that the card declares, without the pictures."""
    if folder is None:
        return {}
    files = {file for one in card.files for file in _matching(folder, one)}
    return {
        file.relative_to(folder).as_posix(): sha256_of(file)
        for file in sorted(files)
        if Path(file.name.lower().removesuffix(".gz")).suffix not in _PICTURES
    }


def _there(folder: Path, path: str) -> bool:
    if set(path) & _PATTERN:
        return next(folder.glob(path), None) is not None
    file = folder / path
    if file.exists() and not inside(file, folder):
        raise MedGaugeError(f"{file}: a link that leads out of the data folder {folder}")
    return file.exists()


def _matching(folder: Path, one: SourceFile) -> Iterator[Path]:
    found = folder.glob(one.path) if set(one.path) & _PATTERN else iter([folder / one.path])
    return (file for file in found if file.is_file())
