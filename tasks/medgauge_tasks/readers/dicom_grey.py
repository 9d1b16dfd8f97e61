"""Stored values of a grey DICOM frame to 256 greys."""

from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray
from medgauge_tasks.readers.grey import stretched

if TYPE_CHECKING:
    from pydicom import Dataset

_GROUPS = ("PixelValueTransformationSequence", "FrameVOILUTSequence")
"""Where files with many frames say what a plain file says at the top."""


def greys(values: NDArray[Any], header: "Dataset", frame: int, window: tuple[float, float] | None) -> NDArray[np.uint8]:
    """(height, width) as it is shown. `window` is centre and width in the units after the modality's rescale."""
    from pydicom.pixels.processing import apply_modality_lut

    said = _of_frame(header, frame)
    shown = _not_padding(values, header)
    measured = np.asarray(apply_modality_lut(values, said), dtype=np.float64)
    if window is not None:
        picture = stretched(*_window(measured, *window, "LINEAR"))
    elif "VOILUTSequence" in said:
        picture = _by_table(measured, said)
    elif "WindowCenter" in said and "WindowWidth" in said:
        picture = stretched(*_window(measured, *_first_window(said), str(said.get("VOILUTFunction") or "LINEAR")))
    else:
        inside = measured[shown] if shown.any() else measured
        picture = stretched(measured, float(inside.min()), float(inside.max()))
    if header.PhotometricInterpretation == "MONOCHROME1":
        picture = 255 - picture
    return np.where(shown, picture, 0).astype(np.uint8)


def _of_frame(header: "Dataset", frame: int) -> "Dataset":
    """The header with what its functional groups say of the frame put at the top."""
    said = copy(header)
    for group in _functional(header, frame):
        for name in _GROUPS:
            for item in group.get(name) or ():
                said.update(item)
    return said


def _functional(header: "Dataset", frame: int) -> "Iterator[Dataset]":
    yield from header.get("SharedFunctionalGroupsSequence") or ()
    each = header.get("PerFrameFunctionalGroupsSequence") or ()
    if frame < len(each):
        yield each[frame]


def _not_padding(values: NDArray[Any], header: "Dataset") -> NDArray[np.bool_]:
    """True where a pixel is no padding around the picture."""
    if "PixelPaddingValue" not in header:
        return np.ones(values.shape, dtype=np.bool_)
    one = int(header.PixelPaddingValue)
    other = int(header.get("PixelPaddingRangeLimit", one))
    return (values < min(one, other)) | (values > max(one, other))


def _first_window(said: "Dataset") -> tuple[float, float]:
    center, width = (said[name].value for name in ("WindowCenter", "WindowWidth"))
    first = (v[0] if said[name].VM > 1 else v for name, v in (("WindowCenter", center), ("WindowWidth", width)))
    return float(next(first)), float(next(first))


def _window(measured: FloatArray, center: float, width: float, function: str) -> tuple[FloatArray, float, float]:
    """Values with those that become black and white. DICOM part 3, C.11.2.1.2 and C.11.2.1.3. Raises ValueError.

    pydicom's own window gives the range of the stored bits, turned round where the rescale's slope is negative.
    """
    if function == "SIGMOID" and width > 0:
        return 1 / (1 + np.exp(np.clip(-4 * (measured - center) / width, -700, 700))), 0.0, 1.0
    if function == "LINEAR" and width >= 1:
        half = (width - 1) / 2
        if half:
            return measured, center - 0.5 - half, center - 0.5 + half
        # At a width of 1 all up to the centre is black and all above it white.
        return (measured > center - 0.5).astype(np.float64), 0.0, 1.0
    if function == "LINEAR_EXACT" and width > 0:
        return measured, center - width / 2, center + width / 2
    raise ValueError(f"a window {function} of width {width}")


def _by_table(measured: FloatArray, said: "Dataset") -> NDArray[np.uint8]:
    from pydicom.pixels.processing import apply_voi

    bits = int(said.VOILUTSequence[0].LUTDescriptor[2])
    table = np.asarray(apply_voi(np.rint(measured).astype(np.int64), said), dtype=np.float64)
    return stretched(table, 0.0, float(2**bits - 1))
