"""GMAI-MMBench, its validation set, the only one with answers: one table of tabs, pictures in it as base64.

Source: Chen et al., GMAI-MMBench, NeurIPS 2024. Options stand in the columns A to E, of which the last may be blank;
the right one's letter is `answer`.
"""

import base64
import binascii
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.choices import choice_sample, lettered
from medgauge_tasks.loaders.embedded import keep
from medgauge_tasks.loaders.records import card_folder, check_split, records_of, sourced
from medgauge_tasks.loaders.rendered import canvas
from medgauge_tasks.readers.record import Place, Record, Rows
from medgauge_tasks.readers.wide_tsv import read_wide_tsv

FILE = "GMAI_mm_bench_VAL.tsv"
LETTERS = "ABCDE"
TAGS = {"task": "clinical VQA task", "department": "department", "granularity": "perceptual granularity"}
COLUMNS = ("index", "image", "question", *LETTERS, "answer", "modality", *TAGS.values())


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every question of the validation set. Raises BadRecord and Incomplete."""
    check_split(card, split)
    folder = card_folder(card, data_dir, FILE)
    root = canvas(card, folder).root
    with sourced(card):
        read = records_of(card, _rows(folder / FILE, root), "index")
    return Loaded(root=root, samples=tuple(_sample(card, r, root) for r in read.records), excluded=read.excluded)


def _rows(file: Path, root: Path) -> Rows:
    """Every row; the picture is written out and gives its path, so that none is held."""
    for place, values in read_wide_tsv(file, COLUMNS):
        yield place, {**values, "image": keep(root, _decoded(place, values["image"]))}


def _decoded(place: Place, cell: str) -> bytes:
    try:
        picture = base64.b64decode(cell, validate=True)
    except (binascii.Error, ValueError) as error:
        place.fail("image", "a picture in base64", str(error))
    if not picture:
        place.fail("image", "a picture in base64", "a blank cell")
    return picture


def _sample(card: Card, record: Record, root: Path) -> Sample:
    options = [words for letter in LETTERS if (words := record.optional(letter))]
    return choice_sample(
        card,
        record,
        question=record.text("question"),
        options=options,
        right=lettered(record, "answer", LETTERS[: len(options)]),
        media=(probe(record.text("image"), root),),
        tags={"modality": record.text("modality")} | {tag: record.text(column) for tag, column in TAGS.items()},
        group=record.text("image").partition(".")[0],
    )
