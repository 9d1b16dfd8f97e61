"""Images from disk: probed once when samples are made, decoded by whoever needs the pixels."""

import hashlib
import mimetypes
import os
import warnings
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePath

import numpy as np
from PIL import Image, ImageOps

from medgauge.errors import MedGaugeError
from medgauge.types import Media, Size

MAX_PIXELS = 100_000_000
"""A picture with more pixels than this is refused before it is decoded (10,000 x 10,000)."""


class LeavesFolder(MedGaugeError):
    """A path that leads out of the data folder, by itself or by a link."""


class UnreadableImage(MedGaugeError):
    """The file is missing, is no image, is cut off, or is too large."""


def probe(path: str, root: Path) -> Media:
    """Describe an image file below `root` without keeping its pixels.

    Size is of the upright image (EXIF orientation applied). A file that cannot be decoded gives a Media
    with size None: its sample will be failed and counted, never dropped. Raises LeavesFolder.
    """
    file = root / path
    if PurePath(path).is_absolute() or ".." in PurePath(path).parts or not inside(file, root):
        raise LeavesFolder(f"image path {path!r} leaves the data folder {root}")
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    try:
        stat = file.stat()
        sha256, size = _probe(str(file), stat.st_mtime_ns, stat.st_size)
    except OSError:
        sha256, size = "", None
    return Media(path=path, sha256=sha256, size=size, media_type=media_type)


def inside(file: Path, folder: Path) -> bool:
    """Whether a file lies below a folder once every link is followed."""
    return Path(os.path.realpath(file)).is_relative_to(_real(folder))


@lru_cache(maxsize=64)
def _real(folder: Path) -> str:
    return os.path.realpath(folder)


@lru_cache(maxsize=100_000)
def _probe(file: str, modified: int, length: int) -> tuple[str, Size | None]:
    """Hash and size; remembered while the file stays as it is, because many samples share a picture."""
    with Path(file).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        return digest, open_image(Media(path=file, sha256=digest, size=None)).size
    except UnreadableImage:
        return digest, None


def at(media: Media, root: Path) -> Media:
    """The same media with an absolute path, as a Request carries it."""
    return replace(media, path=str((root / media.path).absolute()))


def open_image(media: Media, near: int | None = None) -> Image.Image:
    """Decode a media with an absolute path to an upright 8-bit RGB image. Raises UnreadableImage.

    `near` lets a JPEG be decoded at a fraction of its size, with no side under `near` pixels: for thumbnails.
    16-bit and float images are stretched from their minimum and maximum to 0-255; an alpha channel is laid
    over black.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(media.path) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise UnreadableImage(f"{media.path}: {image.width} x {image.height} pixels, over {MAX_PIXELS}")
                if near is not None:
                    image.draft("RGB", (near, near))
                image.load()
                return _rgb(ImageOps.exif_transpose(image))
    except (OSError, ValueError, SyntaxError, RuntimeError, Image.DecompressionBombError) as error:
        raise UnreadableImage(f"{media.path}: not a readable image ({type(error).__name__}: {error})") from error


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        pixels = np.asarray(image, dtype=np.float64)
        low, high = float(pixels.min()), float(pixels.max())
        if not np.isfinite([low, high]).all():
            raise ValueError("pixels that are not finite")
        image = Image.fromarray(np.uint8(255 * (pixels - low) / (high - low or 1.0)))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image.convert("RGBA"))
    return image.convert("RGB")
