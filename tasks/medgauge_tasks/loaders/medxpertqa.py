"""MedXpertQA, its questions with pictures: JSON lines, five options, one or several pictures.

Source: Zuo et al., MedXpertQA, ICML 2025. The question's text ends in the options ("Answer Choices: (A) ..."), which
stand in a field of their own as well; the text is cut there, so that a prompt does not list them twice.
"""

from functools import partial
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Media, Sample, Split
from medgauge_tasks.loaders.choices import choice_sample, lettered
from medgauge_tasks.loaders.records import card_folder, check_split, read_records
from medgauge_tasks.readers.record import Record

FILE = "MM/test.jsonl"
IMAGES = "images"
OPTIONS = "Answer Choices:"


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The questions of the test split, in the file's order. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, FILE)
    read = read_records(card, root / FILE, "id")
    return Loaded(root=root, samples=tuple(_sample(card, r, root) for r in read.records), excluded=read.excluded)


def _sample(card: Card, record: Record, root: Path) -> Sample:
    given = record.get("options")
    letters = sorted(given) if isinstance(given, dict) else []
    if len(letters) < 2 or letters != [chr(ord("A") + n) for n in range(len(letters))]:
        record.fail("options", "an object of options under A, B, ...", given)
    options = Record(place=record.place, id=record.id, values=given)
    return choice_sample(
        card,
        record,
        question=record.text("question").rpartition(OPTIONS)[0].strip() or record.text("question"),
        options=[options.words(letter) for letter in letters],
        right=lettered(record, "label", letters),
        media=named_pictures(record, "images", IMAGES, root),
        tags={
            "medical_task": record.text("medical_task"),
            "body_system": record.text("body_system"),
            "question_type": record.text("question_type"),
        },
        group=record.id,
    )


def named_pictures(record: Record, field: str, folder: str, root: Path) -> tuple[Media, ...]:
    """The pictures that a list of names stands for, in its order. Raises BadRecord."""
    named = [Record(place=record.place, id=record.id, values={field: name}) for name in record.texts(field)]
    return tuple(one.media(field, folder, partial(probe, root=root)) for one in named)
