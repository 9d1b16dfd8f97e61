"""MMMU, its five subjects of health and medicine: Parquet, up to seven pictures in a row, options as a Python list.

Source: Yue et al., MMMU, CVPR 2024. The answers of the test set were never released, so the validation set is read.
Words name pictures as `<image 1>`; that is written `[image 1]` here, because `<image>` is where prompts have their
pictures. An open question may have several right answers, again as a Python list.
"""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Media, Sample, Split
from medgauge_tasks.loaders.choices import choice_sample, lettered
from medgauge_tasks.loaders.embedded import keep
from medgauge_tasks.loaders.path_vqa import picture_bytes
from medgauge_tasks.loaders.records import card_folder, check_split, records_of, sourced
from medgauge_tasks.loaders.rendered import canvas
from medgauge_tasks.readers.parquet_rows import read_parquet
from medgauge_tasks.readers.record import Record, Rows

SUBJECTS = (
    "Basic_Medical_Science",
    "Clinical_Medicine",
    "Diagnostics_and_Laboratory_Medicine",
    "Pharmacy",
    "Public_Health",
)
FILE = "validation-00000-of-00001.parquet"
PICTURES = tuple(f"image_{number}" for number in range(1, 8))
_NAMED = re.compile(r"<image (\d)>")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The validation questions of every subject. Raises BadRecord and Incomplete."""
    check_split(card, split)
    folder = card_folder(card, data_dir, f"{SUBJECTS[0]}/{FILE}")
    root = canvas(card, folder).root
    with sourced(card):
        read = records_of(card, _rows(folder, root), "id")
    return Loaded(root=root, samples=tuple(_sample(card, r, root) for r in read.records), excluded=read.excluded)


def _rows(folder: Path, root: Path) -> Rows:
    for subject in SUBJECTS:
        for place, values in read_parquet(folder / subject / FILE):
            paths = {
                field: keep(root, picture_bytes(place, field, cell)) if _holds(cell := values.get(field)) else None
                for field in PICTURES
            }
            yield place, {**values, **paths, "subject": subject.replace("_", " ")}


def _holds(cell: Any) -> bool:
    """Whether a cell stands for a picture; the table has seven, of which most are blank."""
    return any(cell.values()) if isinstance(cell, dict) else cell is not None


def _sample(card: Card, record: Record, root: Path) -> Sample:
    media = tuple(probe(record.text(field), root) for field in PICTURES if record.optional(field))
    question = _words(record.text("question"))
    tags = {
        "subject": record.text("subject"),
        "difficulty": record.text("topic_difficulty"),
        "pictures": str(len(media)),
    }
    if record.one_of("question_type", ("multiple-choice", "open")) == "open":
        return _open(card, record, question, media, tags)
    options = [_words(option) for option in _listed(record, "options")]
    letters = [chr(ord("A") + number) for number in range(len(options))]
    right = lettered(record, "answer", letters)
    return choice_sample(
        card, record, question=question, options=options, right=right, media=media, tags=tags, group=record.id
    )


def _open(card: Card, record: Record, question: str, media: tuple[Media, ...], tags: Mapping[str, str]) -> Sample:
    answer = record.text("answer")
    first, *others = _listed(record, "answer") if answer.startswith("[") else [answer]
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        question=question,
        media=media,
        target=Answer(text=first, texts=tuple(others)),
        tags={"kind": "open", **tags},
        group=record.id,
    )


def _listed(record: Record, field: str) -> list[str]:
    """The texts of a Python list that a text spells. Raises BadRecord."""
    text = record.text(field)
    try:
        listed: Any = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        listed = None
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) and one.strip() for one in listed):
        record.fail(field, "a Python list of texts", text)
    return [one.strip() for one in listed]


def _words(text: str) -> str:
    return _NAMED.sub(r"[image \1]", text)
