"""Test pictures of a data set that a folder of other pictures holds too, whatever it calls them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medgauge.data.canonical import load
from medgauge.data.pictures import Look, look_at_all, pictures_in
from medgauge.data.similar import Codes, near_pairs, stack
from medgauge.errors import NothingSelected
from medgauge.progress import progress
from medgauge.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A test picture and a picture of the folder that are the same, or look so."""

    picture: str
    """Path in the data set."""
    samples: int
    """Test samples that show it."""
    file: str
    """Path in the folder."""
    bits: int
    """Of 256 bits, how many differ."""
    same_bytes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """What was compared, and every match."""

    name: str
    pictures: int
    """Test pictures that could be compared: readable, and not of one grey."""
    of: int
    """All test pictures."""
    against: int
    """Pictures of the folder that could be compared."""
    matches: tuple[Match, ...]


def leakage(task: Task, data_dir: Path | None, against: Path) -> Leakage:
    """Compare the test pictures with every picture below a folder. Raises NothingSelected when it holds none."""
    loaded = load(task, None if task.card.access == "embedded" else data_dir, "test")
    shown: dict[str, int] = {}
    for sample in loaded.samples:
        for path in dict.fromkeys(media.path for media in sample.media):
            shown[path] = shown.get(path, 0) + 1
    mine = _looks([loaded.root / path for path in shown], loaded.root, f"{task.name} test pictures")
    theirs = _looks(list(pictures_in(against)), against, f"pictures of {against.name}")
    if not theirs:
        raise NothingSelected(f"{against}: no picture in it that can be compared")
    paths = [look.file.relative_to(loaded.root).as_posix() for look in mine]
    return Leakage(
        name=task.name,
        pictures=len(mine),
        of=len(shown),
        against=len(theirs),
        matches=tuple(
            Match(
                picture=paths[row],
                samples=shown[paths[row]],
                file=theirs[other].file.relative_to(against).as_posix(),
                bits=bits,
                same_bytes=mine[row].sha256 == theirs[other].sha256,
            )
            for row, other, bits in near_pairs(_codes(mine), _codes(theirs))
        ),
    )


def _looks(files: Sequence[Path], root: Path, label: str) -> list[Look]:
    """The pictures that have a code."""
    found = []
    with progress(label, len(files)) as advance:
        for look in look_at_all((file, root) for file in files):
            if look.code is not None:
                found.append(look)
            advance()
    return found


def _codes(looks: Sequence[Look]) -> Codes:
    return stack([look.code for look in looks if look.code is not None])
