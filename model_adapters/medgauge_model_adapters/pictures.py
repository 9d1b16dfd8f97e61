"""Pictures as a model gets them: decoded, sized as declared, or as a data URI."""

import base64
import io
from pathlib import Path

from PIL import Image

from medgauge.media import UnreadableImage, open_image
from medgauge.resize import Resize
from medgauge.types import Media, Size

PLAIN_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
"""Files that every server decodes the same way."""
_ORIENTATION = 0x0112


def load(media: Media, resize: Resize) -> Image.Image:
    """The picture of a media with an absolute path: upright 8-bit RGB, sized (bicubic) or padded as declared.

    Raises UnreadableImage, also for a shape that the resize refuses.
    """
    image = open_image(media)
    try:
        return sized(image, resize)
    except ValueError as error:
        raise UnreadableImage(f"{media.path}: {error}") from error


def sized(image: Image.Image, resize: Resize) -> Image.Image:
    """A picture sized (bicubic) or padded as declared. Raises ValueError for a shape that the resize refuses."""
    size = resize.sent(image.size)
    if size == image.size:
        return image
    if resize.kind == "pad":
        return _padded(image, size, resize.fill)
    return image.resize(size, Image.Resampling.BICUBIC)


def data_uri(media: Media, resize: Resize) -> tuple[str, Size]:
    """A data URI and the width, height in pixels of the picture in it.

    The file's own bytes where they are what is to be sent: PNG, JPEG or WebP, upright, 8-bit grey or RGB, one frame,
    of the declared size. Else PNG, without loss. Raises UnreadableImage.
    """
    image = load(media, resize)
    own = _own_type(media, image.size)
    if own:
        return _uri(own, Path(media.path).read_bytes()), image.size
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return _uri("image/png", buffer.getvalue()), image.size


def _padded(image: Image.Image, size: Size, fill: tuple[int, int, int]) -> Image.Image:
    """The picture in the middle; of an odd difference the smaller part is above and to the left."""
    canvas = Image.new("RGB", size, fill)
    canvas.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return canvas


def _own_type(media: Media, size: Size) -> str:
    """The media type of a file that can be sent as it is, or nothing."""
    with Image.open(media.path) as image:
        plain = (
            image.size == size
            and image.mode in ("RGB", "L")
            and "transparency" not in image.info
            and getattr(image, "n_frames", 1) == 1
            and image.getexif().get(_ORIENTATION, 1) == 1
        )
        return PLAIN_TYPES.get(image.format or "", "") if plain else ""


def _uri(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
