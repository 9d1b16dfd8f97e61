"""NIfTI volumes to slices, turned as a radiologist looks at them."""

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.errors import Incomplete
from medgauge.types import FloatArray
from medgauge_tasks.readers.grey import check_pixels, stretched
from medgauge_tasks.readers.record import Place

Plane: TypeAlias = Literal["axial", "coronal", "sagittal"]
ACROSS: dict[Plane, int] = {"sagittal": 0, "coronal": 1, "axial": 2}
"""The patient's axis (0 left-right, 1 back-front, 2 down-up) that a plane cuts across."""
_SIDES: dict[Plane, tuple[int, int]] = {"axial": (0, 1), "coronal": (0, 2), "sagittal": (1, 2)}
"""The axes that lie in the picture: across it, and down it."""
_BROKEN = (OSError, EOFError, ValueError, zlib.error)
"""What nibabel raises for files that are cut off or hold nonsense; a bad gzip is an OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """An opened file: nothing is read but the header."""

    place: Place
    data: Any
    """What nibabel reads slices from, in the order of the file."""
    axes: tuple[int, int, int]
    """The axis of the file along which the patient's left-right, back-front and down-up run."""
    signs: tuple[int, int, int]
    """1 where the numbers of that axis rise towards the patient's right, front and top, else -1."""

    def count(self, plane: Plane) -> int:
        """Number of slices."""
        return int(self.data.shape[self.axes[ACROSS[plane]]])


def open_nifti(file: Path) -> Volume:
    """A volume of three axes, or of four where the fourth is time. Raises Incomplete and BadRecord."""
    from nibabel.filebasedimages import ImageFileError
    from nibabel.loadsave import load
    from nibabel.nifti1 import Nifti1Image
    from nibabel.nifti2 import Nifti2Image
    from nibabel.orientations import io_orientation
    from nibabel.spatialimages import HeaderDataError

    place = Place(file=file)
    try:
        image = load(file)
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing.") from None
    except (ImageFileError, HeaderDataError, *_BROKEN) as error:
        place.fail("(whole file)", "a NIfTI file", f"{type(error).__name__}: {error}")
    if not isinstance(image, Nifti1Image | Nifti2Image) or image.ndim not in (3, 4):
        place.fail("(whole file)", "a NIfTI volume of three or four axes", type(image).__name__)
    affine = np.asarray(image.affine, dtype=np.float64)
    turns = io_orientation(affine) if np.isfinite(affine).all() else np.full((3, 2), np.nan)
    if np.isnan(turns).any():
        place.fail("(affine)", "directions for all three axes", affine.tolist())
    order = [int(np.flatnonzero(turns[:, 0] == axis)[0]) for axis in range(3)]
    signs = [int(turns[axis, 1]) for axis in order]
    return Volume(
        place=place, data=image.dataobj, axes=(order[0], order[1], order[2]), signs=(signs[0], signs[1], signs[2])
    )


def read_slice(volume: Volume, plane: Plane, index: int, *, time: int = 0) -> FloatArray:
    """One slice in the file's units (scaled, Hounsfield for CT), (height, width), one voxel a pixel.

    Slices count from the patient's left, back or bottom. The picture is turned as a radiologist looks at it, however
    the file is stored: the patient's right (sagittal: front) is at the picture's left; the front (axial) or the top
    is up. Voxels that are not square are not stretched. Raises BadRecord.
    """
    if not 0 <= index < volume.count(plane):
        volume.place.fail("(slice)", f"a number from 0 to {volume.count(plane) - 1}", index)
    cut, (across, down) = ACROSS[plane], _SIDES[plane]
    picked: list[int | slice] = [slice(None)] * 3
    picked[volume.axes[cut]] = index if volume.signs[cut] > 0 else volume.count(plane) - 1 - index
    if len(volume.data.shape) == 4:
        picked.append(time)
    height, width = (volume.data.shape[volume.axes[side]] for side in (down, across))
    check_pixels(volume.place, width, height)
    try:
        values = np.asarray(volume.data[tuple(picked)], dtype=np.float64)
    except (*_BROKEN, IndexError) as error:
        volume.place.fail("(voxels)", "the voxels that the header promises", f"{type(error).__name__}: {error}")
    if not np.isfinite(values).all():
        volume.place.fail(f"({plane} slice {index})", "finite numbers", "NaN or infinity")
    rows = values if volume.axes[down] < volume.axes[across] else values.T
    turned = rows[:: -volume.signs[down], :: -volume.signs[across]]
    return np.ascontiguousarray(turned)


def slice_picture(values: FloatArray, window: tuple[float, float] | None) -> NDArray[np.uint8]:
    """Greys of a slice between two values in its units; None takes the slice's own least and greatest."""
    low, high = window or (float(values.min()), float(values.max()))
    return stretched(values, low, high)


def slice_classes(values: FloatArray, place: Place) -> NDArray[np.int64]:
    """A slice of a label volume as whole numbers. Raises BadRecord where one is none."""
    if not np.equal(values, np.rint(values)).all():
        place.fail("(voxels)", "whole numbers, one for each class", float(values[values != np.rint(values)][0]))
    return values.astype(np.int64)
