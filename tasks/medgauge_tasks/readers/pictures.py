"""Pixels of PNG, JPEG, TIFF as they are stored: 16 bits stay 16, a palette's numbers stay numbers."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medgauge.errors import Incomplete
from medgauge_tasks.readers.grey import check_pixels
from medgauge_tasks.readers.record import Place


def pixels(file: Path) -> NDArray[Any]:
    """(height, width) or (height, width, channels), with no turn by EXIF.

    1-bit pictures are bool, 8-bit ones uint8 (palette: the indices), 16-bit ones uint16, else int32 or float32. What
    a model is shown is made by `medgauge.media`, not here. Raises Incomplete, and BadRecord for a file that is no
    picture or has more than 100 million pixels, which is looked at before anything is decoded.
    """
    place = Place(file=file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file) as image:
                check_pixels(place, *image.size)
                stored = np.asarray(image)
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing.") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        place.fail("(whole file)", "a picture", f"{type(error).__name__}: {error}")
    return stored
