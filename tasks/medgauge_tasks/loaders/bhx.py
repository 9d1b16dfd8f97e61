"""BHX: boxes around haemorrhages in the CT slices of CQ500, here as the kind of haemorrhage of a slice.

Source: Reis et al., BHX, PhysioNet (2020), over Chilamkurthy et al., Lancet 392 (2018). The table names slices by their
DICOM identifiers, so every DICOM file below the data folder is opened for its header. A slice of an annotated series
that has no box is None; one with several kinds of haemorrhage is left out, because one label is asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from medgauge.errors import MedGaugeError
from medgauge.tasks import Card, Label, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.classes import Pictured, class_samples, codes
from medgauge_tasks.loaders.found_pictures import pictures
from medgauge_tasks.loaders.own_split import in_split
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.dicom import BROKEN
from medgauge_tasks.readers.record import Place, Record

TABLE = "3_Extrapolation_to_Selected_Series.csv"
SLICE, SERIES, STUDY, KIND = "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "labelName"
NOTHING = "None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One DICOM file; or, without a path, one that the table names and nobody has."""

    uid: str
    series: str
    study: str
    path: str


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The slices of the split's studies that have one kind of haemorrhage, or none. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, TABLE)
    with sourced(card):
        rows = [_row(place, values) for place, values in read_csv(root / TABLE, (SLICE, SERIES, STUDY, KIND))]
    words, where = codes(card), pictures(card, root)
    kinds: dict[str, dict[str, Label]] = {}
    first: dict[str, Record] = {}
    for row in rows:
        kind = row.one_of(KIND, words)
        kinds.setdefault(row.id, {})[kind] = words[kind]
        first.setdefault(row.id, row)
    series = {row.text(SERIES) for row in rows}
    there = {one.uid: one for one in _slices(root) if one.series in series}
    lost = {uid: Slice(uid=uid, series=r.text(SERIES), study=r.text(STUDY), path="") for uid, r in first.items()}
    samples: list[Sample] = []
    several = 0
    for one in ({**lost, **there}).values():
        found = kinds.get(one.uid, {})
        if not in_split(card, one.study, split):
            continue
        if len(found) > 1:
            several += 1
            continue
        place = first[one.uid].place if one.uid in first else Place(file=root / one.path)
        record = Record(place=place, id=one.uid, values={"path": one.path.removesuffix(".dcm") or one.uid})
        media = where.of(record, SLICE)
        pictured = Pictured(place=place, id=one.uid, group=one.study, media=media, tags={})
        samples += class_samples(card, pictured, found.values() or [_nothing(card)])
    told = (f"{several} slices with several kinds of haemorrhage are left out",) if several else ()
    return Loaded(root=where.root, samples=tuple(samples), excluded=told)


def _row(place: Place, values: Mapping[str, str]) -> Record:
    row = Record(place=place, id="", values=values)
    return Record(place=place, id=row.text(SLICE), values=values)


def _nothing(card: Card) -> Label:
    try:
        return next(label for label in card.labels if label.name == NOTHING)
    except StopIteration:
        raise MedGaugeError(f"{card.name}: no label {NOTHING!r} for a slice without a box") from None


def _slices(root: Path) -> Iterator[Slice]:
    """Every DICOM file below the folder, by path. Raises BadRecord."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    for file in sorted(root.glob("**/*.dcm")):
        try:
            header = dcmread(file, stop_before_pixels=True, specific_tags=[SLICE, SERIES, STUDY])
            uids = [str(header[name].value) for name in (SLICE, SERIES, STUDY)]
        except (InvalidDicomError, *BROKEN) as error:
            Place(file=file).fail("(whole file)", "a DICOM file with its identifiers", f"{error}")
        yield Slice(uid=uids[0], series=uids[1], study=uids[2], path=file.relative_to(root).as_posix())
