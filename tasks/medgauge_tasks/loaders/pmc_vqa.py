"""PMC-VQA: questions with four options about figures of open articles, in two versions of one form.

Source: Zhang et al., PMC-VQA, arXiv:2305.10415. Version 1 (`train.csv`, `test.csv`) spells the answer out and gives its
letter as `Answer_label`; version 2 (`train_2.csv`, `test_2.csv`) gives the letter as `Answer`. Version 1 writes the
letter before each option as well (" A:Focal uptake "), which is taken off. A sample's id is the row's number.
"""

from collections.abc import Mapping
from pathlib import Path

from medgauge.errors import MedGaugeError
from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.choices import bare, choice_sample, lettered
from medgauge_tasks.loaders.records import card_folder, check_split, records_of, sourced
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.record import Record, Rows

LETTERS = "ABCD"
LABEL: Mapping[str, str] = {"1": "Answer_label", "2": "Answer"}
"""The card's option `form` to the column with the right letter."""
FILES: Mapping[str, Mapping[Split, str]] = {
    "1": {"train": "train.csv", "test": "test.csv"},
    "2": {"train": "train_2.csv", "test": "test_2.csv"},
}
FOLDERS = ("images", "figures", "images_2")
"""What the two archives of pictures are unpacked to."""


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The questions of one split, in the file's order. Raises BadRecord and Incomplete."""
    check_split(card, split)
    form = card.options.get("form", "")
    if form not in FILES:
        raise MedGaugeError(f"{card.name}: option 'form' is {form!r}; it can be {', '.join(FILES)}")
    root = card_folder(card, data_dir, FILES[form][split])
    with sourced(card):
        read = records_of(card, _numbered(root / FILES[form][split], LABEL[form]), "id")
    folders = [folder for folder in FOLDERS if (root / folder).is_dir()] or [FOLDERS[0]]
    samples = tuple(_sample(card, record, LABEL[form], root, folders) for record in read.records)
    return Loaded(root=root, samples=samples, excluded=read.excluded)


def _numbered(file: Path, label: str) -> Rows:
    columns = ("Figure_path", "Question", *(f"Choice {letter}" for letter in LETTERS), label)
    for number, (place, values) in enumerate(read_csv(file, columns), 1):
        yield place, {**values, "id": number}


def _sample(card: Card, record: Record, label: str, root: Path, folders: list[str]) -> Sample:
    name = record.text("Figure_path")
    folder = next((f for f in folders if (root / f / name).is_file()), folders[0])
    return choice_sample(
        card,
        record,
        question=record.text("Question"),
        options=bare([record.text(f"Choice {letter}") for letter in LETTERS]),
        right=lettered(record, label, LETTERS),
        media=(record.media("Figure_path", folder, lambda path: probe(path, root)),),
        tags={},
        group=name,
    )
