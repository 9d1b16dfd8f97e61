"""Lungs boxed in chest X-rays of COVID-19 and other pneumonias: COCO JSON over pictures of many origins.

Source: General Blockchain, covid-19-chest-xray-lung-bounding-boxes-dataset, over the collection of Cohen et al.
(arXiv:2006.11988). Every picture has its own licence in the file; those under a Creative Commons licence that lets
anyone use and pass them on make up the data set, and no other is read. "Right Lung" is the patient's right, which
lies at the picture's left.
"""

from collections.abc import Mapping
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.regions import region_samples
from medgauge_tasks.readers.annotated import Annotated
from medgauge_tasks.readers.coco import read_coco
from medgauge_tasks.readers.record import Record

FILES = ("annotations/annotations.json", "annotations_ccby.json")
IMAGES = "images"
FREE = ("CC BY", "CC BY 3.0", "CC BY 4.0", "CC BY-SA")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every freely licensed picture, asked for both lungs. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, *FILES)
    file = next(root / name for name in FILES if (root / name).is_file())
    with sourced(card):
        pictures = read_coco(file)
    samples = [s for one in pictures if _said(one).get("license") in FREE for s in _samples(card, one, root)]
    return Loaded(root=root, samples=tuple(samples))


def _samples(card: Card, one: Annotated, root: Path) -> list[Sample]:
    said = Record(place=one.place, id=one.name, values={**_said(one), "file_name": one.name})
    media = said.media("file_name", IMAGES, lambda path: probe(path, root))
    tags = {"view": said.text("view"), "licence": said.text("license")}
    return region_samples(card, one, media, id=one.name, group=said.text("patientid"), tags=tags)


def _said(one: Annotated) -> Mapping[str, object]:
    said = one.said.get("metadata")
    if not isinstance(said, dict):
        one.place.fail("metadata", "an object", said)
    return said
