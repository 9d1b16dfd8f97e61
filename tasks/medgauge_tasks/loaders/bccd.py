"""BCCD: blood cells in smears, as Pascal VOC.

Source: Shenggan, BCCD_Dataset. The boxes were drawn with labelImg, whose corners are continuous pixels (it writes 1
where a box begins at 0). Red cells are boxed in part of every picture only, and two of their boxes have no area, so
the card asks for white cells and platelets and the boxes of red ones are not read.
"""

from collections.abc import Mapping
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.regions import region_samples
from medgauge_tasks.readers.record import Place, Record, read_text
from medgauge_tasks.readers.voc import read_voc

SETS: Mapping[Split, str] = {"train": "BCCD/ImageSets/Main/train.txt", "test": "BCCD/ImageSets/Main/test.txt"}
ANNOTATIONS, IMAGES = "BCCD/Annotations", "BCCD/JPEGImages"
CELLS = ("RBC", "WBC", "Platelets")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The pictures of one split, asked for the card's labels. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, SETS[split])
    samples: list[Sample] = []
    with sourced(card):
        for number, line in enumerate(read_text(root / SETS[split]).splitlines(), 1):
            if line.strip():
                samples += _samples(card, root, Place(file=root / SETS[split], line=number), line.strip())
    return Loaded(root=root, samples=tuple(samples))


def _samples(card: Card, root: Path, place: Place, name: str) -> list[Sample]:
    if not name.isascii() or not name.replace("_", "").isalnum():
        place.fail("(line)", "the name of a picture", name)
    one = read_voc(root / ANNOTATIONS / f"{name}.xml", from_one=False)
    stray = next((drawn for drawn in one.drawn if drawn.box.label not in CELLS), None)
    if stray is not None:
        stray.place.fail("name", f"one of {', '.join(CELLS)}", stray.box.label)
    record = Record(place=one.place, id=name, values={"filename": one.name})
    media = record.media("filename", IMAGES, lambda path: probe(path, root))
    asked = [alias for label in card.labels for alias in (label.name, *label.aliases)]
    return region_samples(card, one.only(*asked), media, id=name, group=name)
