"""Pictures that a model cannot open as the source keeps them (DICOM, volumes, arrays), drawn once as PNG."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from platformdirs import user_cache_path

from medgauge.errors import Incomplete, MedGaugeError
from medgauge.tasks import Card

VERSION = 1
"""Of how the readers draw; an older drawing is never taken for a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Where the drawings of one copy of a data set lie: `Loaded.root` of a loader that draws."""

    root: Path

    def picture(self, name: str, source: Path, draw: Callable[[], NDArray[np.uint8]]) -> str:
        """The path below `root` of the drawing called `name`; drawn when it is missing or `source` has changed.

        The drawing bears the source's own time, by which a change is seen. `draw` gives (height, width) or (height,
        width, 3). Raises what `draw` raises; Incomplete when nothing can be written or `source` is missing.
        """
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise MedGaugeError(f"picture {name!r} leaves the folder of the drawings")
        file = self.root / f"{name}.png"
        try:
            time = source.stat().st_mtime_ns
            if not file.is_file() or file.stat().st_mtime_ns != time:
                _write(file, draw(), time)
        except OSError as error:
            raise Incomplete(f"{source}: cannot be drawn as {file} ({error.strerror})") from error
        return f"{name}.png"


def canvas(card: Card, folder: Path) -> Canvas:
    """The folder for the drawings of the copy in `folder`, in the user's cache."""
    copy = hashlib.sha256(os.path.realpath(folder).encode()).hexdigest()[:12]
    return Canvas(root=user_cache_path("medgauge") / "drawn" / f"{card.name}-{VERSION}-{copy}")


def _write(file: Path, pixels: NDArray[Any], time: int) -> None:
    """In one step, so that two runs at once do not see half a picture."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(suffix=".png", dir=file.parent)
    os.close(handle)
    try:
        Image.fromarray(pixels).save(beside)
        os.utime(beside, ns=(time, time))
        Path(beside).replace(file)
    finally:
        Path(beside).unlink(missing_ok=True)
