"""Looking at pictures one after the other: can each be decoded, and what is it the same as."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from medgauge.data.similar import code_of
from medgauge.media import UnreadableImage, inside, open_image
from medgauge.store import sha256_of
from medgauge.types import Media

BATCH = 64
"""Pictures in flight at once: what bounds the memory."""
NEAR_SIDE = 256
"""A JPEG is decoded no larger than its code needs; every byte of it is still read."""
SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one picture file is."""

    file: Path
    sha256: str = ""
    """Empty when the file cannot be read."""
    code: bytes | None = None
    """For `near_pairs`; None: unreadable, or flat."""
    error: str = ""
    missing: bool = False


def look_at(file: Path, root: Path) -> Look:
    """Decode a picture below `root` and take its hash and code; whatever is wrong with it is told in `error`."""
    if not inside(file, root):
        return Look(file=file, error=f"leaves the data folder {root}")
    try:
        sha256 = sha256_of(file)
    except FileNotFoundError:
        return Look(file=file, error="no such file", missing=True)
    except OSError as error:
        return Look(file=file, error=error.strerror or str(error))
    try:
        image = open_image(Media(path=str(file), sha256=sha256, size=None), near=NEAR_SIDE)
    except UnreadableImage as error:
        return Look(file=file, sha256=sha256, error=str(error).removeprefix(f"{file}: "))
    return Look(file=file, sha256=sha256, code=code_of(image))


def look_at_all(files: Iterable[tuple[Path, Path]]) -> Iterator[Look]:
    """Looks at (file, root) in their order, a batch at a time."""
    rest = iter(files)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        while batch := list(islice(rest, BATCH)):
            yield from pool.map(look_at, *zip(*batch, strict=True))


def pictures_in(folder: Path) -> Iterator[Path]:
    """Every picture file below a folder, in the order of the names; links to folders are not followed."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names) if Path(name).suffix.lower() in SUFFIXES)
