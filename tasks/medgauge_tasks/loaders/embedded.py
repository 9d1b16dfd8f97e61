"""Pictures that stand inside a table, as the bytes of their files: written out once, under the hash of the bytes."""

import hashlib
import os
import tempfile
from pathlib import Path

from medgauge.errors import Incomplete

STARTS = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpg",
    b"RIFF": "webp",
    b"GIF8": "gif",
    b"II*\0": "tif",
    b"MM\0*": "tif",
    b"BM": "bmp",
}
"""First bytes of a file to the ending of its name; the pixels are looked at by whoever opens it."""


def keep(root: Path, picture: bytes) -> str:
    """The path below `root` of a file with these bytes, which is written when it is not there. Raises Incomplete."""
    ending = next((ending for start, ending in STARTS.items() if picture.startswith(start)), "bin")
    name = f"{hashlib.sha256(picture).hexdigest()}.{ending}"
    file = root / name
    try:
        if not file.is_file() or file.stat().st_size != len(picture):
            _write(file, picture)
    except OSError as error:
        raise Incomplete(f"{file}: a picture out of a table cannot be written ({error.strerror})") from error
    return name


def _write(file: Path, picture: bytes) -> None:
    """In one step, so that two runs at once do not see half a picture."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(picture)
        Path(beside).replace(file)
    finally:
        Path(beside).unlink(missing_ok=True)
