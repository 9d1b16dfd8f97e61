"""The pictures on disk: made once for a folder, then only checked.

A folder holds the images and, written last, `scenes.json` with the fingerprint of the code that drew them.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

from PIL import Image

from medgauge.codec import decode, dumps, plain
from medgauge.errors import BadRecord, MedGaugeError
from medgauge.types import Split, Xyxy
from medgauge_tasks.demo.phantoms.design import VERSION, Plan, plans
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing
from medgauge_tasks.demo.phantoms.draw.render import draw
from medgauge_tasks.demo.phantoms.draw.shapes import box_of

MARKER = "scenes.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The truth about one picture."""

    name: str
    """Id of the picture; its file is `<name>.png`."""
    sha256: str
    """Of the file's bytes."""
    parts: Mapping[str, tuple[Xyxy, ...]]
    """Named structures with their boxes, from left to right."""
    lesions: tuple[Xyxy, ...]
    """One box for each spot of the plan, in its order."""

    @property
    def path(self) -> str:
        """The image's path below the folder."""
        return f"{self.name}.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What the marker file holds."""

    fingerprint: str
    scenes: tuple[Scene, ...]


def folder_name(split: Split) -> str:
    """Name of a split's folder below the data folder."""
    return f"phantoms-v{VERSION}-{split}"


def prepare(parent: Path, split: Split) -> tuple[Path, tuple[Scene, ...]]:
    """The folder of a split below `parent`, made when it is not there or not whole. Raises MedGaugeError.

    Safe against a kill and against others doing the same: the pictures are made aside and moved in, the marker
    last, and everybody's bytes are the same.
    """
    folder = parent / folder_name(split)
    ready = _read(folder, split)
    if ready is not None:
        return folder, ready
    try:
        parent.mkdir(parents=True, exist_ok=True)
        aside = parent / f".{folder.name}-{uuid4().hex}"
        aside.mkdir()
        try:
            scenes = _make(aside, plans(split))
            _move(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise MedGaugeError(
            f"cannot write the phantoms to {folder} ({error.strerror or error}); "
            "name a folder that can be written, or none to use the user's cache folder"
        ) from error
    return folder, scenes


@cache
def fingerprint() -> str:
    """Digest of the code that decides about pixels and boxes: a folder made by other code is made anew."""
    root = files("medgauge_tasks.demo.phantoms")
    sources = [root / name for name in ("design.py", "dice.py", "store.py")]
    sources += sorted((f for f in (root / "draw").iterdir() if f.name.endswith(".py")), key=lambda f: f.name)
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def scene_of(plan: Plan, drawing: Drawing, sha256: str) -> Scene:
    """Boxes of a drawing's masks."""
    return Scene(
        name=plan.name,
        sha256=sha256,
        parts={name: tuple(box_of(mask) for mask in masks) for name, masks in drawing.parts.items()},
        lesions=tuple(box_of(mask) for mask in drawing.lesions),
    )


def _read(folder: Path, split: Split) -> tuple[Scene, ...] | None:
    """The scenes of a whole folder; None when anything is missing or not as the marker says."""
    marker = folder / MARKER
    try:
        index = decode(Index, marker.read_text("utf-8"), marker)
        if index.fingerprint != fingerprint() or [s.name for s in index.scenes] != [p.name for p in plans(split)]:
            return None
        whole = all(hashlib.sha256((folder / s.path).read_bytes()).hexdigest() == s.sha256 for s in index.scenes)
    except (OSError, UnicodeDecodeError, BadRecord):
        return None
    return index.scenes if whole else None


def _make(folder: Path, todo: tuple[Plan, ...]) -> tuple[Scene, ...]:
    scenes = []
    for plan in todo:
        drawing = draw(plan)
        file = folder / f"{plan.name}.png"
        Image.fromarray(drawing.pixels).save(file, compress_level=1)
        scenes.append(scene_of(plan, drawing, hashlib.sha256(file.read_bytes()).hexdigest()))
    index = Index(fingerprint=fingerprint(), scenes=tuple(scenes))
    with (folder / MARKER).open("w", encoding="utf-8") as stream:
        stream.write(dumps(plain(index)) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return index.scenes


def _move(aside: Path, folder: Path) -> None:
    """Rename the folder into place; where one is already, replace its files one by one, the marker last."""
    try:
        aside.rename(folder)
        return
    except OSError:
        if not folder.is_dir():
            raise
    for file in sorted(aside.iterdir(), key=lambda f: f.name == MARKER):
        file.replace(folder / file.name)
