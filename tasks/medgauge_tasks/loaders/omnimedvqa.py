"""OmniMedVQA, its open half: one JSON array for each of 42 data sets, questions with two to four options.

Source: Hu et al., OmniMedVQA, CVPR 2024. The right answer is spelt out as `gt_answer`. One record of `Chest CT
Scan.json` calls its modality `modality` instead of `modality_type`; both are read.
"""

from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.choices import choice_sample, spelt
from medgauge_tasks.loaders.records import card_folder, check_split, records_of, sourced
from medgauge_tasks.readers.json_rows import read_json
from medgauge_tasks.readers.record import Record, Rows

PATTERN = "QA_information/Open-access/*.json"
OPTIONS = tuple(f"option_{letter}" for letter in "ABCDE")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every question of every open data set, in the order of the files' names. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, PATTERN)
    with sourced(card):
        read = records_of(card, _rows(root), "question_id")
    return Loaded(root=root, samples=tuple(_sample(card, r, root) for r in read.records), excluded=read.excluded)


def _rows(root: Path) -> Rows:
    for file in sorted(root.glob(PATTERN)):
        yield from read_json(file)


def _sample(card: Card, record: Record, root: Path) -> Sample:
    options = [record.words(field) for field in OPTIONS if record.values.get(field) not in (None, "")]
    modality = record.text("modality_type" if "modality_type" in record.values else "modality")
    return choice_sample(
        card,
        record,
        question=record.text("question"),
        options=options,
        right=spelt(record, "gt_answer", options),
        media=(record.media("image_path", "", lambda path: probe(path, root)),),
        tags={
            "source": record.place.file.stem,
            "question_type": record.text("question_type"),
            "modality": modality,
        },
        group=record.text("image_path"),
    )
