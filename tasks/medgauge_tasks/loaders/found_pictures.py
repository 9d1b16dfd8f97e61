"""The picture of a record, by the card's option `picture`: paths below the data folder, one a line.

`{id}` and `{column}` stand for what the record says; `*` in the folder of a path stands for any name. The first file
that is there is taken; one whose name differs in capitals alone (IM1.JPG, im1.jpg) is there too. DICOM is drawn as PNG.
"""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medgauge.errors import MedGaugeError
from medgauge.media import LeavesFolder, inside, probe
from medgauge.tasks import Card
from medgauge.types import Media
from medgauge_tasks.loaders.rendered import Canvas, canvas
from medgauge_tasks.readers.record import Record

if TYPE_CHECKING:
    from medgauge_tasks.readers.dicom import Window

DICOM = (".dicom", ".dcm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Where the pictures of one copy of a data set lie."""

    source: Path
    templates: tuple[str, ...]
    folders: Mapping[str, tuple[str, ...]]
    """Folder of a template that has a `*` in it to the folders that there are."""
    drawn: Canvas | None = None
    window: "Window | None" = None
    listed: dict[Path, Mapping[str, str]] = field(default_factory=dict)
    """Folder to the names in it by their small letters, of folders in which a name was missed."""

    @property
    def root(self) -> Path:
        """What the paths of the media are relative to."""
        return self.drawn.root if self.drawn else self.source

    def of(self, record: Record, field: str) -> Media:
        """The record's picture; `field` is what an error names. One that is missing has no size. Raises BadRecord."""
        paths = [path for template in self.templates for path in self._paths(template, record)]
        path = next(filter(None, map(self._there, paths)), paths[0])
        named = Record(place=record.place, id=record.id, values={field: path})
        return named.media(field, "", self._find)

    def _there(self, path: str) -> str:
        """The path as the disk has it; empty where there is no such file, or only several that could be meant."""
        file = self.source / path
        if file.is_file():
            return path
        if "\0" in path or not inside(file, self.source):
            return ""
        if file.parent not in self.listed:
            self.listed[file.parent] = _by_small_letters(file.parent)
        name = self.listed[file.parent].get(file.name.casefold(), "")
        return f"{path.rpartition('/')[0]}/{name}".removeprefix("/") if name else ""

    def _paths(self, template: str, record: Record) -> list[str]:
        folder, _, name = template.rpartition("/")
        values = {**record.values, "id": record.id}
        try:
            folders = self.folders.get(folder) or (folder.format_map(values),)
            file = name.format_map(values)
        except KeyError as error:
            record.fail(str(error.args[0]), "a value", "no such field")
        return [f"{one}/{file}" if one else file for one in folders]

    def _find(self, path: str) -> Media:
        if self.drawn is None:
            return probe(path, self.source)
        from medgauge_tasks.readers.dicom import read_dicom

        file = self.source / path
        if not inside(file, self.source):
            raise LeavesFolder(f"image path {path!r} leaves the data folder {self.source}")
        name = path.removesuffix(file.suffix)
        if file.is_file():
            self.drawn.picture(name, file, partial(read_dicom, file, window=self.window))
        return probe(f"{name}.png", self.drawn.root)


def _by_small_letters(folder: Path) -> Mapping[str, str]:
    """Names of the files of a folder by their small letters, without those of which several differ in capitals."""
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_file()]
    many = Counter(map(str.casefold, names))
    return {name.casefold(): name for name in names if many[name.casefold()] == 1}


def pictures(card: Card, source: Path) -> Pictures:
    """The pictures of a card's copy in the folder `source`. Raises MedGaugeError for an option that cannot be."""
    templates = tuple(filter(None, map(str.strip, card.options.get("picture", "").splitlines())))
    drawn = {template.endswith(DICOM) for template in templates}
    if len(drawn) != 1:
        raise MedGaugeError(f"{card.name}: option 'picture': expected paths, all of DICOM or none, got {templates}")
    patterns = {template.rpartition("/")[0] for template in templates if "*" in template}
    return Pictures(
        source=source,
        templates=templates,
        folders={one: tuple(f.relative_to(source).as_posix() for f in sorted(source.glob(one))) for one in patterns},
        drawn=canvas(card, source) if True in drawn else None,
        window=window(card) if "window" in card.options else None,
    )


def window(card: Card) -> "Window | None":
    """The option `window`, centre and width in the file's units; None where the file's own is taken."""
    from medgauge_tasks.readers.dicom import Window

    words = card.options.get("window", "").split()
    if not words:
        return None
    try:
        center, width = map(float, words)
    except ValueError:
        raise MedGaugeError(f"{card.name}: option 'window': expected centre and width, got {words}") from None
    return Window(center=center, width=width)
