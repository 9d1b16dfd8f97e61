"""The pictures as files: found in the installed packages, checked, and written once as PNG."""

import hashlib
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from platformdirs import user_cache_path

from medgauge.errors import Incomplete
from medgauge_tasks.demo.pictures.spec import Picture, pictures, text

VERSION = 1
"""Of the code below; part of the folder's name, so that an older rendering is never taken for this one."""


def rendered(data_dir: Path | None) -> Path:
    """The folder with `<picture>.png` for every picture; made when it is missing. Raises Incomplete.

    It lies in `data_dir`, or in the user's cache when there is no `data_dir` or nothing can be written to it. The
    pictures are made in a temporary folder beside it and moved there in one step.
    """
    name = f"medgauge-pictures-{VERSION}-{hashlib.sha256(text().encode()).hexdigest()[:12]}"
    if data_dir is not None:
        try:
            return _made(data_dir, name)
        except OSError:
            # A read-only copy of the data is no reason to fail.
            pass
    cache = user_cache_path("medgauge")
    try:
        return _made(cache, name)
    except OSError as error:
        raise Incomplete(f"cannot write the pictures to {cache} ({error}); give a folder with --data-dir") from error


def pixels(picture: Picture) -> NDArray[np.uint8]:
    """The rendered pixels, (height, width) or (height, width, 3). Raises Incomplete."""
    file = source_file(picture)
    image = _dicom(file, picture) if file.suffix == ".dcm" else _plain(file)
    return image.repeat(picture.scale, axis=0).repeat(picture.scale, axis=1)


def source_file(picture: Picture) -> Path:
    """The picture's file inside its package, byte for byte the one that was described. Raises Incomplete."""
    spec = find_spec(picture.package)
    folder = Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
    file = folder / picture.file if folder else None
    if file is None or not file.is_file():
        raise Incomplete(f"package {picture.package} as installed has no {picture.file}; install a newer release of it")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != picture.sha256:
        raise Incomplete(f"{file} is not the picture that was described: sha256 {digest}, expected {picture.sha256}")
    return file


def _made(base: Path, name: str) -> Path:
    if (base / name).is_dir():
        return base / name
    base.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=base))
    try:
        work.chmod(0o755)
        for id, picture in pictures().pictures.items():
            Image.fromarray(pixels(picture)).save(work / f"{id}.png")
        work.rename(base / name)
    except OSError:
        # Another run may have finished the same folder first; its pictures are the same.
        if not (base / name).is_dir():
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return base / name


def _plain(file: Path) -> NDArray[np.uint8]:
    with Image.open(file) as image:
        return np.asarray(image, dtype=np.uint8)


def _dicom(file: Path, picture: Picture) -> NDArray[np.uint8]:
    from pydicom import dcmread
    from pydicom.pixels.processing import apply_color_lut, apply_rescale
    from pydicom.pixels.utils import pixel_array

    dataset = dcmread(file)
    try:
        values = pixel_array(dataset, index=picture.frame)
    except (RuntimeError, NotImplementedError, ValueError) as error:
        raise Incomplete(f"{file}: pydicom and Pillow as installed cannot decode it: {error}") from error
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, dataset)
        # The table's entries have 16 bits, whatever the pixels have.
        values = values >> 8 if values.dtype == np.uint16 else values
    if picture.window is None:
        return np.asarray(values, dtype=np.uint8)
    low, high = picture.window
    grey = (apply_rescale(values, dataset).astype(np.float64) - low) / (high - low)
    return np.rint(255 * np.clip(grey, 0, 1)).astype(np.uint8)
