"""An archive of a data set's source, unpacked into its folder: once, where the card looks, and never out of it."""

import os
import re
import shutil
import stat
import tarfile
import zlib
from collections.abc import Callable, Generator
from contextlib import closing
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TypeAlias, cast
from zipfile import BadZipFile, ZipFile

from medgauge.errors import MedGaugeError
from medgauge.media import inside
from medgauge.progress import say
from medgauge.store import write_atomic
from medgauge.tasks import Card

ENDINGS = (".zip", ".tar", ".tar.gz")
_NOT_DATA = "__MACOSX"
"""What one system's packer puts beside the files."""
_DRIVE = re.compile(r"[A-Za-z]:")
_BROKEN = (BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
"""What the readers raise of archives that are cut off, packed in a way unknown to them, or locked."""
_Members: TypeAlias = Generator[tuple[str, Callable[[], IO[bytes]]], None, None]


def unpack(card: Card, archive: Path, folder: Path, revision: str) -> None:
    """Unpack into the data set's folder, unless that was done at this revision.

    Members go where the card's paths are: as they are named, else without the one folder that all are in, else below a
    folder of the archive's name. Raises MedGaugeError, before anything is written, for a member with a path out of the
    folder, for one that is no plain file, and when none fits the card.
    """
    done = archive.with_name(f".{archive.name}.unpacked")
    if done.is_file() and done.read_text("utf-8").strip() == revision:
        return
    try:
        with closing(_members(archive)) as members:
            prefix, cut = _place(card, archive, [name for name, _ in members], folder)
        say(f"unpacking {archive}")
        with closing(_members(archive)) as members:
            for name, read in members:
                _write(folder / f"{prefix}{name[cut:]}", folder, read)
    except _BROKEN as error:
        raise MedGaugeError(
            f"{archive} cannot be unpacked: {error}. If it is cut off, delete it and fetch it again"
        ) from error
    write_atomic(done, f"{revision}\n")


def _members(archive: Path) -> _Members:
    """Every file's name and what opens it, in the archive's order."""
    if archive.suffix == ".zip":
        with ZipFile(archive) as packed:
            for one in packed.infolist():
                if not one.is_dir() and not one.filename.startswith(f"{_NOT_DATA}/"):
                    kind = stat.S_IFMT(one.external_attr >> 16)
                    yield _sound(archive, one.filename, kind in (0, stat.S_IFREG)), partial(packed.open, one)
        return
    with tarfile.open(archive) as packed_tar:
        for member in packed_tar:
            if not member.isdir():
                yield _sound(archive, member.name, member.isreg()), partial(_opened, packed_tar, member)


def _opened(packed: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    return cast(IO[bytes], packed.extractfile(member))  # a plain file's is never None


def _sound(archive: Path, name: str, plain: bool) -> str:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or _DRIVE.match(name) or not pure.parts:
        raise MedGaugeError(f"{archive}: expected a path below the folder, got {name!r}; nothing of it was unpacked")
    if not plain:
        raise MedGaugeError(f"{archive}: {name}: expected a plain file, got a link or a device; unpack it by hand")
    return pure.as_posix()


def _place(card: Card, archive: Path, names: list[str], folder: Path) -> tuple[str, int]:
    """What goes before a member's name, and how many of its characters go."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    shared = len(tops) == 1 and all("/" in name for name in names)
    stem = archive.name[: -len(next(ending for ending in reversed(ENDINGS) if archive.name.endswith(ending)))]
    ways = [("", 0), *([("", len(next(iter(tops))) + 1)] if shared else []), (f"{stem}/", 0)]
    for prefix, cut in ways:
        if any(_read_by(card, f"{prefix}{name[cut:]}") for name in names):
            return prefix, cut
    expected = ", ".join(one.path for one in card.files)
    raise MedGaugeError(
        f"{archive}: none of its files is one of {card.name}'s ({expected}); unpack it by hand, so that they lie in "
        f"{folder}"
    )


def _read_by(card: Card, name: str) -> bool:
    """`**/` matches no folder at all too, which fnmatch does not know."""
    return any(
        fnmatchcase(name, path) or fnmatchcase(name, path.replace("**/", "")) for path in (f.path for f in card.files)
    )


def _write(to: Path, folder: Path, read: Callable[[], IO[bytes]]) -> None:
    near = next(parent for parent in to.parents if parent.exists())
    if not inside(near, folder):
        raise MedGaugeError(f"{near}: a link that leads out of the data folder {folder}")
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.with_name(f".{to.name}.part")
    with read() as source, beside.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    os.replace(beside, to)
