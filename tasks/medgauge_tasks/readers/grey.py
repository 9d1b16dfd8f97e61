"""Measured values to the 256 greys of a picture."""

import numpy as np
from numpy.typing import NDArray

from medgauge.media import MAX_PIXELS
from medgauge.types import FloatArray
from medgauge_tasks.readers.record import Place


def stretched(values: FloatArray, low: float, high: float) -> NDArray[np.uint8]:
    """Greys of the same shape: `low` and below is 0, `high` and above 255, between them a line, rounded."""
    share = np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)
    return np.rint(255 * share).astype(np.uint8)


def check_pixels(place: Place, width: int, height: int) -> None:
    """Raises BadRecord for a picture that has no pixel, or too many to be decoded."""
    if width < 1 or height < 1 or width * height > MAX_PIXELS:
        place.fail("(pixels)", f"a picture of 1 to {MAX_PIXELS} pixels", f"{width} x {height}")
