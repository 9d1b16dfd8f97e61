"""SLAKE: one JSON array a split, questions in English and Chinese, one folder a picture.

Source: Liu et al., SLAKE, ISBI 2021. The original archive keeps the arrays in `Slake1.0/`, the hub at the top; the
pictures are `imgs/xmlab<n>/source.jpg`. The two languages are different questions, not translations of each other.
CLOSED is not the same as yes or no, in neither language.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import cast

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Language, Media, Sample, Split
from medgauge_tasks.loaders.polar import polar_of
from medgauge_tasks.loaders.records import card_folder, check_split, read_records
from medgauge_tasks.readers.record import Record

FILES: Mapping[Split, tuple[str, ...]] = {
    "train": ("Slake1.0/train.json", "train.json"),
    "test": ("Slake1.0/test.json", "test.json"),
}
IMAGES = ("imgs", "Slake1.0/imgs")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The questions of one split in both languages, in the file's order. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, *FILES[split])
    file = next(root / name for name in FILES[split] if (root / name).is_file())
    images = next((name for name in IMAGES if (root / name).is_dir()), IMAGES[0])
    read = read_records(card, file, "qid")
    find = partial(probe, root=root)
    samples = tuple(_sample(card, record, images, find) for record in read.records)
    return Loaded(root=root, samples=samples, excluded=read.excluded)


def _sample(card: Card, record: Record, images: str, find: Callable[[str], Media]) -> Sample:
    language = cast(Language, record.one_of("q_lang", ("en", "zh")))
    answer, answer_type = record.words("answer"), record.one_of("answer_type", ("CLOSED", "OPEN"))
    polar = polar_of(answer, language)
    return Sample(
        id=record.id,
        task=card.name,
        language=language,
        question=record.text("question"),
        media=(record.media("img_name", images, find),),
        target=Answer(text=answer, polar=polar),
        tags={
            "kind": answer_type.lower(),
            "answer_type": answer_type,
            "polar": "yes" if polar else "no",
            "modality": record.one_of("modality", ("CT", "MRI", "X-Ray")),
            "organ": record.text("location"),
            "question_type": record.text("content_type"),
            "knowledge": "yes" if record.one_of("base_type", ("vqa", "kvqa")) == "kvqa" else "no",
        },
        group=record.text("img_name"),
    )
