"""MIMIC-CXR: every picture of a study with the study's findings and impression.

A study whose report lacks one of the two sections is left out, and told of. Pictures of one study are cases of their
own, frontal or lateral, as MedRegA has them; a patient is a group.
"""

from functools import partial
from pathlib import Path

from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Sample, Split
from medgauge_tasks.loaders.mimic import SPLITS, picture, pictures_of, study_folder
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.readers.record import Record
from medgauge_tasks.readers.report_sections import read_sections

HEADINGS = (("findings", "finding"), ("impression", "conclusion"))
"""What the two sections are called, the usual heading first."""


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The pictures of the official split. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, *SPLITS)
    read = pictures_of(card, root, split)
    studies = {study_folder(record) for record in read.records}
    with sourced(card):
        reports = {study: report(root / f"{study}.txt") for study in sorted(studies)}
    lacking = sorted(study for study, text in reports.items() if not text)
    told = (f"{len(lacking)} of {len(reports)} studies have no findings or no impression",) if lacking else ()
    make = partial(_sample, card, root=root)
    samples = tuple(make(r, text) for r in read.records if (text := reports[study_folder(r)]))
    return Loaded(root=root, samples=samples, excluded=(*read.excluded, *told))


def report(file: Path) -> str:
    """Findings and impression under their headings; empty where one of them is. Raises BadRecord and Incomplete."""
    sections = read_sections(file)
    findings, impression = (next((sections[h] for h in names if h in sections), "") for names in HEADINGS)
    return f"Findings: {findings}\nImpression: {impression}" if findings and impression else ""


def _sample(card: Card, record: Record, text: str, *, root: Path) -> Sample:
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        media=(picture(record, root),),
        target=Answer(text=text),
        tags=card_tags(card),
        group=str(record.whole("subject_id")),
    )
