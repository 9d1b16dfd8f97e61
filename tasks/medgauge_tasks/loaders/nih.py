"""ChestX-ray14: boxes drawn by a radiologist, and four findings adjudicated by several.

Sources: Wang et al., ChestX-ray8, CVPR 2017 (`BBox_List_2017.csv`); Majkowska et al., Radiology 294(2) (2020) (the
findings). Every picture of the data set has 1024 x 1024 pixels, which is what the boxes are drawn on. A file's name
begins with the patient's number.
"""

from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Media, Sample, Split
from medgauge_tasks.loaders.records import card_folder, check_split, read_records, sourced
from medgauge_tasks.loaders.regions import card_tags, region_samples
from medgauge_tasks.readers.box_csv import NIH, read_boxes
from medgauge_tasks.readers.record import Record

BOXES = "BBox_List_2017.csv"
FINDINGS = ("google2019_nih-chest-xray-labels.csv", "google2019_subset.csv")
SIZE = (1024, 1024)
FOLDERS = ("images", "bbox_images", "images_*/images")
"""Where the pictures lie once unpacked: in one folder, or in one for each archive."""


def load_boxes(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Each of the 880 pictures, asked for the findings that were boxed in it. Raises BadRecord and Incomplete.

    Other findings may be there without a box, so they are not asked for.
    """
    check_split(card, split)
    root = card_folder(card, data_dir, BOXES)
    with sourced(card):
        pictures = read_boxes(root / BOXES, NIH, size=SIZE)
    samples: list[Sample] = []
    for one in pictures:
        record = Record(place=one.place, id=one.name, values={"Image Index": one.name})
        asked = [drawn.box.label for drawn in one.drawn]
        media = _picture(record, root)
        samples += region_samples(card, one, media, id=one.name, group=_patient(one.name), asked=asked)
    return Loaded(root=root, samples=tuple(samples))


def load_findings(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Each adjudicated picture with those of the card's labels that are YES. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, *FINDINGS)
    file = next(root / name for name in FINDINGS if (root / name).is_file())
    read = read_records(card, file, "Image Index")
    samples = [s for record in read.records for s in _findings(card, record, _picture(record, root))]
    return Loaded(root=root, samples=tuple(samples), excluded=read.excluded)


def _findings(card: Card, record: Record, media: Media) -> list[Sample]:
    present = [label for label in card.labels if record.one_of(label.name, ("YES", "NO")) == "YES"]
    return [
        Sample(
            id=record.id,
            task=card.name,
            language=language,
            choices=card.label_names(language),
            media=(media,),
            target=Answer(labels=tuple(label.zh if language == "zh" else label.name for label in present)),
            tags={"kind": "multi", "set": record.one_of("Set Id", ("val", "test")), **card_tags(card)},
            group=_patient(record.id),
        )
        for language in card.languages
    ]


def _picture(record: Record, root: Path) -> Media:
    """The picture in the first folder that has it; in the first of all when none has."""
    name = record.text("Image Index")
    folders = [folder.relative_to(root).as_posix() for pattern in FOLDERS for folder in sorted(root.glob(pattern))]
    found = next((folder for folder in folders if (root / folder / name).is_file()), FOLDERS[0])
    return record.media("Image Index", found, lambda path: probe(path, root))


def _patient(name: str) -> str:
    return name.partition("_")[0]
