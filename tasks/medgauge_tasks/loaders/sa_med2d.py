"""SA-Med2D-20M: masks of 2D slices, as the regions that MedRegA asks for: a name for a region, regions for names.

Source: Ye et al., arXiv:2311.11969, as the hub keeps it; Wang et al., MedRegA, for what is asked. MedRegA's own test
items were never released. These are others, made in the same way out of cases of which MedRegInstruct's public training
files name no slice: a share of them, drawn as `own_split` says. A case is a patient where its name tells: what names a
frame of the heart is taken off.

A picture is `images/<modality>--<data set>--<case>--<slice>.png`, a mask `masks/<picture>--<class>_<instance>.png`;
what a class is called stands in `SAMed2D_v1_class_mapping_id.json` for each data set. Masks of unions are not read.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from medgauge.errors import Incomplete, MedGaugeError, shorten
from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Media, Split, Xyxy
from medgauge_tasks.loaders.own_split import in_split
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.region_questions import Asked, questions
from medgauge_tasks.loaders.regions import removed_line
from medgauge_tasks.readers.json_rows import read_json, read_object
from medgauge_tasks.readers.masks import object_box, read_mask
from medgauge_tasks.readers.record import Place, Record

HOME = "SAMed2Dv1"
MAPPING = f"{HOME}/SAMed2D_v1_class_mapping_id.json"
TRAINING = ("MedRegInstruct/train/region2text.jsonl", "MedRegInstruct/train/text2region.jsonl")
MODALITIES = {
    "ct": "ct", "mr": "mri", "x": "x-ray", "dermoscopy": "dermoscopy", "endoscopy": "endoscopy",
    "fundus": "fundus", "ultrasound": "ultrasound", "pet": "pet",
}  # fmt: skip
FORM = "modality--data set--case--slice.png"
_FRAME = re.compile(r"(_frame\d+|(-\d+)?[-_](ED|ES))$")
"""The end of a case that is one frame of a patient: patient001_frame01 of ACDC, P010-4-ES of CMRxMotions."""
_MASK = re.compile(r"(?P<picture>.+)--(?P<class>\d{4})_(?P<instance>\d+)\.png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A picture by its name."""

    name: str
    modality: str
    source: str
    case: str
    """The data set and the patient or volume in it."""
    masks: list[tuple[int, str]] = field(default_factory=list)
    """Class and file of each mask."""


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """What the card asks of every picture of the split. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root, min_area = card_folder(card, data_dir, MAPPING), int(card.options["min_area"])
    with sourced(card):
        names = read_object(root / MAPPING)
        slices = {one.name: one for one in _unseen(card, root, split)}
        _add_masks(root, slices)
    samples, removed, other = [], [], 0
    for one in (slices[name] for name in sorted(slices)):
        media = probe(f"{HOME}/images/{one.name}.png", root)
        boxes, specks, strange = _boxes(root, one, media, _classes(names, one.source), min_area)
        removed += specks
        other += strange
        asked = Asked(id=one.name, group=one.case, media=media, modality=one.modality, boxes=boxes)
        samples += questions(card, asked)
    told = (f"{other} masks of another size than their picture are left out",) if other else ()
    return Loaded(root=root, samples=tuple(samples), excluded=(*removed_line(removed, min_area), *told))


def _unseen(card: Card, root: Path, split: Split) -> list[Slice]:
    """The pictures of the split without those of the cases that MedRegInstruct's training files name.

    Raises MedGaugeError where the two write names so differently that none could be left out.
    """
    trained = [path for file in TRAINING for path in _trained(root / file)]
    seen = {_case(path.rpartition("/")[2].split("--")) for path in trained}
    sources: set[str] = set()
    slices = [one for one in _slices(card, root, split, sources) if one.case not in seen]
    if sources and sources.isdisjoint(case.partition("--")[0] for case in seen):
        raise MedGaugeError(
            f"{card.name}: {' and '.join(TRAINING)} name none of the sources of this copy "
            f"({shorten(', '.join(sorted(sources)))}), so that no case that was trained on can be left out; expected "
            f"pictures called {FORM}, got {shorten(trained[0] if trained else 'no record')}"
        )
    return slices


def _trained(file: Path) -> Iterator[str]:
    """The pictures that a file of MedRegInstruct trains on, those of other collections too."""
    for place, values in read_json(file):
        yield Record(place=place, id="", values=values).text("image")


def _case(parts: Sequence[str]) -> str:
    return _FRAME.sub("", "--".join(parts[1:3]))


def _slices(card: Card, root: Path, split: Split, sources: set[str]) -> Iterator[Slice]:
    """The pictures of the split; `sources` takes the data sets of all pictures, of either split."""
    skip = set(card.options.get("without", "").split())
    for name in _files(root / HOME / "images"):
        parts = name.removesuffix(".png").split("--")
        if len(parts) < 4 or not name.endswith(".png"):
            Place(file=root / HOME / "images" / name).fail("(name)", FORM, name)
        modality = MODALITIES.get(parts[0].partition("_")[0])
        if modality is None:
            Place(file=root / HOME / "images" / name).fail("(name)", f"one of {', '.join(MODALITIES)}", parts[0])
        if parts[1] in skip:
            continue
        sources.add(parts[1])
        if in_split(card, _case(parts), split):
            yield Slice(name=name.removesuffix(".png"), modality=modality, source=parts[1], case=_case(parts))


def _add_masks(root: Path, slices: Mapping[str, Slice]) -> None:
    """Gives every slice its masks, in one pass over the folder, which holds millions."""
    for name in _files(root / HOME / "masks"):
        found = _MASK.fullmatch(name)
        if found is None:
            Place(file=root / HOME / "masks" / name).fail("(name)", "picture--class_instance.png", name)
        if found["picture"] in slices:
            slices[found["picture"]].masks.append((int(found["class"]), name))


def _files(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries if not entry.name.startswith("."))
    except FileNotFoundError:
        raise Incomplete(f"{folder} is missing.") from None


def _classes(names: Record, source: str) -> Mapping[int, str]:
    """Number to name of a data set's classes. Raises BadRecord."""
    said = names.get(source)
    if not isinstance(said, dict):
        names.fail(source, "an object of names to numbers", said)
    inner = Record(place=names.place, id=source, values=said)
    return {inner.whole(name): name for name in said}


def _boxes(
    root: Path, one: Slice, media: Media, classes: Mapping[int, str], min_area: int
) -> tuple[Mapping[str, list[Xyxy]], list[int], int]:
    """Name to boxes, the areas of what was too small, and how many masks have another size than the picture."""
    boxes: dict[str, list[Xyxy]] = {}
    removed: list[int] = []
    other = 0
    for number, name in sorted(one.masks):
        file = root / HOME / "masks" / name
        if number not in classes:
            Place(file=file).fail("(class)", f"a number of {one.source}: {sorted(classes)}", number)
        if classes[number].startswith("union_"):
            continue
        mask = read_mask(file, above=0)
        if media.size and (mask.shape[1], mask.shape[0]) != media.size:
            other += 1
            continue
        found = object_box(mask, min_area)
        removed += found.removed
        boxes.setdefault(classes[number].replace("_", " "), []).extend(found.boxes)
    if not one.masks and media.size is None:
        raise MedGaugeError(f"{root / media.path}: no picture")
    return {name: found for name, found in sorted(boxes.items()) if found}, removed, other
