"""MedMNIST: one `.npz` file with `train_images`, `train_labels`, `val_...`, `test_...`."""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal
from zlib import error as ZlibError

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from medgauge.errors import Incomplete
from medgauge_tasks.readers.grey import check_pixels
from medgauge_tasks.readers.record import Place

_BROKEN = (
    *(zipfile.BadZipFile, ZlibError, EOFError, OSError, NotImplementedError, RuntimeError),
    *(UnicodeDecodeError, struct.error),
)
"""What zipfile raises for archives that are cut off or hold nonsense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """One picture with its labels."""

    place: Place
    index: int
    """From 0, in the split."""
    image: NDArray[np.uint8]
    """(height, width) or (height, width, 3)."""
    labels: tuple[int, ...]
    """The number of the class; with several labels, 0 or 1 for each."""


def read_medmnist(file: Path, split: Literal["train", "val", "test"]) -> Iterator[Pictured]:
    """The pictures of one split, one at a time, so that a file of gigabytes needs little memory.

    Nothing is unpickled: an array of objects is refused. Raises Incomplete and BadRecord.
    """
    place = Place(file=file)
    try:
        with ExitStack() as stack:
            archive = stack.enter_context(zipfile.ZipFile(file))
            images = stack.enter_context(_member(place, archive, f"{split}_images"))
            labels = stack.enter_context(_member(place, archive, f"{split}_labels"))
            yield from _rows(place, split, images, labels)
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing.") from None
    except _BROKEN as error:
        place.fail("(whole file)", "an npz file", f"{type(error).__name__}: {error}")


def _member(place: Place, archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    if f"{name}.npy" not in archive.namelist():
        place.fail(name, "an array of that name", sorted(archive.namelist()))
    return archive.open(f"{name}.npy")


def _rows(place: Place, split: str, images: IO[bytes], labels: IO[bytes]) -> Iterator[Pictured]:
    shape, kind = _header(place, f"{split}_images", images)
    marks, mark_kind = _header(place, f"{split}_labels", labels)
    if kind != np.uint8 or len(shape) not in (3, 4) or shape[3:] not in ((), (3,)):
        place.fail(f"{split}_images", "uint8 of shape (n, height, width) or (n, height, width, 3)", f"{kind} {shape}")
    if mark_kind.kind not in "iu" or len(marks) != 2 or marks[0] != shape[0]:
        place.fail(f"{split}_labels", f"whole numbers of shape ({shape[0]}, labels)", f"{mark_kind} {marks}")
    check_pixels(place, shape[2], shape[1])
    for index in range(shape[0]):
        at = Place(file=place.file, number=index + 1, part=f"{split}_images")
        image = _read(at, images, shape[1:], kind)
        marked = _read(at, labels, marks[1:], mark_kind)
        yield Pictured(place=at, index=index, image=image, labels=tuple(marked.tolist()))


def _header(place: Place, name: str, member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = npy.read_magic(member)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, kind = read(member)
    except ValueError as error:
        place.fail(name, "an array as numpy writes it", str(error))
    if kind.hasobject or fortran:
        place.fail(name, "plain numbers in C order", f"{kind}{' in Fortran order' if fortran else ''}")
    return shape, kind


def _read(place: Place, member: IO[bytes], shape: tuple[int, ...], kind: np.dtype[Any]) -> NDArray[Any]:
    size = int(np.prod(shape)) * kind.itemsize
    data = member.read(size)
    if len(data) < size:
        place.fail("(bytes)", f"{size} bytes", len(data))
    return np.frombuffer(data, dtype=kind).reshape(shape)
