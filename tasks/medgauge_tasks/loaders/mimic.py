"""MIMIC-CXR-JPG: the official split, and where the pictures of a study lie.

Source: Johnson et al., MIMIC-CXR-JPG, arXiv:1901.07042. Reports of MIMIC-CXR, Chest ImaGenome and MS-CXR are
annotations of these pictures; all four are unpacked into one folder, where their own folders do not meet.
"""

from collections.abc import Mapping
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card
from medgauge.types import Media, Split
from medgauge_tasks.loaders.records import Records, records_of, sourced
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.record import Record

SPLITS = ("mimic-cxr-2.0.0-split.csv.gz", "mimic-cxr-2.0.0-split.csv")
NAMES: Mapping[str, Split | None] = {"train": "train", "test": "test", "validate": None}


def pictures_of(card: Card, root: Path, split: Split) -> Records:
    """A record for each picture of the official split: dicom_id, study_id, subject_id. Raises BadRecord, Incomplete."""
    file = next((root / name for name in SPLITS if (root / name).is_file()), root / SPLITS[0])
    with sourced(card):
        read = records_of(card, read_csv(file, ("dicom_id", "study_id", "subject_id", "split")), "dicom_id")
    wanted = tuple(record for record in read.records if NAMES[record.one_of("split", NAMES)] == split)
    return Records(records=wanted, excluded=read.excluded)


def study_folder(record: Record) -> str:
    """The folder of the record's study below the data folder, without a slash at its end."""
    subject, study = (str(record.whole(field)) for field in ("subject_id", "study_id"))
    return f"files/p{subject[:2]}/p{subject}/s{study}"


def picture(record: Record, root: Path) -> Media:
    """The record's picture as a JPEG."""
    named = Record(place=record.place, id=record.id, values={"dicom_id": f"{record.id}.jpg"})
    return named.media("dicom_id", study_folder(record), lambda path: probe(path, root))
