"""DICOM to pictures: greys by the file's window, colours as RGB, one frame at a time."""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import DecompressionBombError
from pydicom import Dataset, dcmread
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array

from medgauge.errors import Incomplete, MedGaugeError
from medgauge_tasks.readers.dicom_grey import greys
from medgauge_tasks.readers.dicom_overlay import burn_overlays
from medgauge_tasks.readers.grey import check_pixels
from medgauge_tasks.readers.record import Place

BROKEN = (
    *(AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError),
    *(RuntimeError, TypeError, ValueError, BytesLengthException, DecompressionBombError, struct.error, zlib.error),
)
"""What pydicom and its decoders raise for files that are cut off or hold nonsense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the greys stand for: `center` is mid grey, `width` goes from black to white, in the file's units."""

    center: float
    width: float


def frames(file: Path) -> int:
    """How many frames the file has. Raises Incomplete and BadRecord."""
    return _frames(Place(file=file), _header(file))


def read_dicom(
    file: Path, *, frame: int = 0, window: Window | None = None, overlays: bool = False
) -> NDArray[np.uint8]:
    """One frame as a viewer shows it, (height, width) or (height, width, 3).

    Grey: the modality's table or rescale, then `window`, else the file's own first window or table, else a stretch from
    the least to the greatest value without padding; MONOCHROME1 is turned round, so that air is dark. Colour: YBR
    becomes RGB, a palette its colours, more than 8 bits the upper 8. Overlays are left out unless asked for, because
    people draw the answer in them. The picture is the pixel matrix: boxes of the source fit it as they are.

    Raises Incomplete; BadRecord, also for more pixels than may be decoded, before they are; MedGaugeError when
    the pixels are packed in a way that no installed decoder reads.
    """
    place, header = Place(file=file), _header(file)
    count = _frames(place, header)
    if not 0 <= frame < count:
        place.fail("(frame)", f"a number from 0 to {count - 1}", frame)
    values = _values(place, frame)
    try:
        if values.ndim == 2 and np.issubdtype(values.dtype, np.integer):
            values = _own_bits(values, int(header.BitsStored), int(header.HighBit))
        if values.ndim == 3:
            picture = _eight_bits(values, int(header.BitsStored))
        elif header.PhotometricInterpretation == "PALETTE COLOR":
            picture = _coloured(values, header)
        else:
            picture = greys(values, header, frame, (window.center, window.width) if window else None)
        return burn_overlays(picture, header, frame) if overlays else picture
    except BROKEN as error:
        place.fail("(pixels)", "values as DICOM describes them", f"{type(error).__name__}: {error}")


def _header(file: Path) -> Dataset:
    place = Place(file=file)
    try:
        header = dcmread(file, stop_before_pixels=True)
        kind = str(header.get("Modality", "none"))
        known = "Rows" in header and "Columns" in header
        if known:
            check_pixels(place, int(header.Columns), int(header.Rows))
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing.") from None
    except (InvalidDicomError, *BROKEN) as error:
        place.fail("(whole file)", "a DICOM file", f"{type(error).__name__}: {error}")
    if not known:
        place.fail("(whole file)", "a DICOM picture, with Rows and Columns", kind)
    return header


def _frames(place: Place, header: Dataset) -> int:
    try:
        count = int(header.get("NumberOfFrames") or 1)
    except BROKEN as error:
        place.fail("NumberOfFrames", "a whole number", str(error))
    return count


def _values(place: Place, frame: int) -> NDArray[Any]:
    """The stored values of one frame, (height, width) or (height, width, 3)."""
    try:
        values = pixel_array(place.file, index=frame)
    except RuntimeError as error:
        if "missing dependencies" in str(error) or "plugins" in str(error):
            raise MedGaugeError(f"{place.file}: no installed decoder reads its pixels: {error}") from error
        place.fail("(pixels)", "pixels that can be decoded", str(error))
    except BROKEN as error:
        place.fail("(pixels)", "pixels that can be decoded", f"{type(error).__name__}: {error}")
    return values


def _own_bits(values: NDArray[Any], stored: int, high: int) -> NDArray[Any]:
    """Without the bits above and below the pixel's own, where old files keep overlays."""
    bits = values.dtype.itemsize * 8
    if not 0 < stored <= high + 1 <= bits or stored == bits:
        return values
    return (values << (bits - 1 - high)) >> (bits - stored)


def _coloured(values: NDArray[Any], header: Dataset) -> NDArray[np.uint8]:
    coloured = apply_color_lut(values, header)[..., :3]
    return _eight_bits(coloured, coloured.dtype.itemsize * 8)


def _eight_bits(values: NDArray[Any], stored: int) -> NDArray[np.uint8]:
    return (values >> (stored - 8) if stored > 8 else values).astype(np.uint8)
