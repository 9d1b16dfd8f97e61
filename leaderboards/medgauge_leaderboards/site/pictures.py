"""Small pictures, drawn anew into the site once however many samples show them."""

import io
import os
import re
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from medgauge.prepare import THUMBNAIL
from medgauge.store import RunDirectory

SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 4_000_000
"""Of a thumbnail; one of noise has a tenth of that."""
QUALITY = 85
"""As runs draw their thumbnails."""
QUICKLY = 0
"""WebP's method: seven times as fast as the usual one, and no larger."""


class Pictures:
    """The `media/` folder of a site being built."""

    def __init__(self, runs: Sequence[Path], folder: Path) -> None:
        self._runs = [RunDirectory(path) for path in runs]
        self._folder = folder
        self._refused: set[str] = set()

    def publish(self, sha256: str) -> str | None:
        """Draw a thumbnail anew and return its path inside the site; None when no run has a sound one.

        A file that is no thumbnail is named on stderr.
        """
        if not SHA256.fullmatch(sha256) or sha256 in self._refused:
            return None
        file = self._folder / f"{sha256}.webp"
        if not file.exists():
            sources = (found for run in self._runs if (found := run.thumbnail(sha256)))
            drawn = next((made for source in sources if (made := _drawn(source)) is not None), None)
            if drawn is None:
                self._refused.add(sha256)
                return None
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = file.with_name(f".{file.name}.{os.getpid()}")  # another process may want the same picture
            beside.write_bytes(drawn)
            beside.replace(file)
        return f"media/{file.name}"


def _drawn(source: Path) -> bytes | None:
    """The pixels of a thumbnail and nothing else that its file holds; None where it is no thumbnail."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(_read(source)), formats=["WEBP"]) as image:
            if max(image.size) > THUMBNAIL or getattr(image, "n_frames", 1) != 1:
                raise ValueError(f"{image.size[0]}x{image.size[1]} pixels, {getattr(image, 'n_frames', 1)} frames")
            # A new picture has neither metadata, nor colour profile, nor what hides where it is transparent.
            plain = image.convert("RGB")
        plain.info.clear()
        made = io.BytesIO()
        plain.save(made, "WEBP", quality=QUALITY, method=QUICKLY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        print(
            f"{source}: not published: expected one WebP picture of at most {THUMBNAIL} pixels a side in a plain file, "
            f"got {type(error).__name__}: {error}; delete it and run again to have it drawn anew",
            file=sys.stderr,
        )
        return None
    return made.getvalue()


def _read(source: Path) -> bytes:
    """The bytes of a plain file. Raises OSError for a link, ValueError for a pipe, a device or a file too large."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(source, flags), "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("no plain file")
        if found.st_size > MOST_BYTES:
            raise ValueError(f"{found.st_size:,} bytes, more than {MOST_BYTES:,}")
        return stream.read(MOST_BYTES + 1)
