"""PadChest-GR: reports as a list of sentences, each with the boxes of what it speaks of.

Source: Castro et al., PadChest-GR, NEJM AI 2025. Sentences are in Spanish and, translated, in English, which is what is
read. Boxes are shares of the picture; those of the second reader (`extra_boxes`) are not used. A sentence with boxes is
a segment that is named by the sentence's labels; one without any belongs to the text alone.
"""

from collections.abc import Mapping
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Box, Sample, Segment, Size, Split
from medgauge_tasks.loaders.records import card_folder, check_split, read_records, sourced
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.readers.annotated import Annotated, BoxForm, Drawn
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.record import Record

FILE = "grounded_reports_20240819.json"
TABLE = "master_table.csv"
FOLDERS = ("Padchest_GR_files/PadChest_GR", "Padchest_GR_files")
"""What the archive in 37 parts is unpacked to."""
FORM = BoxForm(order="xyxy", denominator=1)
UNNAMED = "finding"
"""What a sentence with boxes and without labels speaks of."""
SLACK = 1.0
"""Pixels that a box may leave the picture by, because its shares are rounded."""
NAMES: Mapping[str, Split | None] = {"train": "train", "test": "test", "validation": None}


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The studies of the official split. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, FILE)
    read = read_records(card, root / FILE, "StudyID")
    with sourced(card):
        studies = _studies(root / TABLE)
    samples = []
    for record in read.records:
        if record.id not in studies:
            record.fail("StudyID", f"a study that {TABLE} has too", record.id)
        row = studies[record.id]
        if NAMES[row.one_of("split", NAMES)] == split:
            samples.append(_sample(card, record, row.text("PatientID"), root))
    return Loaded(root=root, samples=tuple(samples), excluded=read.excluded)


def _studies(file: Path) -> Mapping[str, Record]:
    """Study to the first of its rows; the table has a row for each label."""
    found: dict[str, Record] = {}
    for place, values in read_csv(file, ("StudyID", "PatientID", "split")):
        row = Record(place=place, id="", values=values)
        found.setdefault(row.text("StudyID"), row)
    return found


def _sample(card: Card, record: Record, patient: str, root: Path) -> Sample:
    name = record.text("ImageID")
    folder = next((f for f in FOLDERS if (root / f / name).is_file()), FOLDERS[0])
    media = record.media("ImageID", folder, lambda path: probe(path, root))
    sentences = [one for one in record.parts("findings") if one.optional("sentence_en")]
    if not sentences:
        record.fail("findings", "at least one sentence in English", record.get("findings"))
    segments = tuple(
        Segment(label=label, text=one.text("sentence_en"), boxes=boxes)
        for one in sentences
        for label, boxes in _grounded(one, media.size)
    )
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        media=(media,),
        target=Answer(
            text=" ".join(one.text("sentence_en") for one in sentences),
            segments=segments,
            boxes=tuple(box for segment in segments for box in segment.boxes),
        ),
        tags={**card_tags(card), "boxes": "yes" if segments else "no"},
        group=patient,
    )


def _grounded(one: Record, size: Size | None) -> list[tuple[str, tuple[Box, ...]]]:
    """The sentence's name and boxes; nothing where it has none, or the picture's size is not known."""
    given = one.values.get("boxes") or []
    if not isinstance(given, list):
        one.fail("boxes", "a list of boxes", given)
    if not given or size is None:
        return []
    label = ", ".join(one.texts("labels")) if one.values.get("labels") else UNNAMED
    numbers = [Record(place=one.place, id=one.id, values={"boxes": box}).xyxy("boxes") for box in given]
    drawn = tuple(Drawn(place=one.place, box=Box(xyxy=FORM.xyxy(n, size), label=label)) for n in numbers)
    return [(label, Annotated(place=one.place, name=label, size=size, drawn=drawn).framed(slack=SLACK))]
