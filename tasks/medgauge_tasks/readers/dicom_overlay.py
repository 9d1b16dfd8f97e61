"""Overlays of a DICOM file, drawn in white."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pydicom import Dataset

GROUPS = range(0x6000, 0x6020, 2)


def burn_overlays(picture: NDArray[np.uint8], header: "Dataset", frame: int) -> NDArray[np.uint8]:
    """The picture, (height, width) or (height, width, 3), with every overlay that has its own data in white.

    Origins count rows and columns from 1 and may lie outside; what does is not drawn. An overlay of many frames is
    drawn from its own frame.
    """
    drawn = picture.copy()
    for group in GROUPS:
        if (group, 0x3000) not in header:
            continue
        bits = header.overlay_array(group)
        plane = bits[min(frame, len(bits) - 1)] if bits.ndim == 3 else bits
        top, left = (int(start) - 1 for start in header[group, 0x0050].value)
        rows, columns = np.nonzero(plane)
        rows, columns = rows + top, columns + left
        inside = (rows >= 0) & (rows < drawn.shape[0]) & (columns >= 0) & (columns < drawn.shape[1])
        drawn[rows[inside], columns[inside]] = 255
    return drawn
