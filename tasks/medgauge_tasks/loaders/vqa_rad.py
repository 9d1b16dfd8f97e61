"""VQA-RAD in the layout of its OSF project: one JSON array and one folder of images.

Source: Lau et al., A dataset of clinically generated visual questions and answers about radiology images,
Scientific Data 5:180251 (2018). The file says `"CLOSED "` twice (with a blank), gives some answers as numbers and
one id as text; all three are read for what they mean. CLOSED is not the same as yes or no.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Media, Sample, Split
from medgauge_tasks.loaders.polar import polar_of
from medgauge_tasks.loaders.records import check_split, data_folder, read_records
from medgauge_tasks.readers.record import Record

FOLDER = "vqa_rad"
FILE = "VQA_RAD Dataset Public.json"
IMAGES = "VQA_RAD Image Folder"
SPLIT_OF = {"freeform": "train", "para": "train", "test_freeform": "test", "test_para": "test"}
MISSPELT = {"ATRIB": "ATTRIB", "PRSE": "PRES"}
"""Question types that the file spells in a second way, once each."""


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The 451 official test questions, or the other 1,797 for `train`. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = data_folder(card, data_dir, FOLDER, FILE)
    read = read_records(card, root / FILE, "qid")
    wanted = [r for r in read.records if SPLIT_OF[r.one_of("phrase_type", SPLIT_OF)] == split]
    find = partial(probe, root=root)
    samples = tuple(_sample(card, record, find) for record in wanted)
    return Loaded(root=root, samples=samples, excluded=read.excluded)


def question_types(text: str) -> str:
    """The question types of one row, upper case, in alphabetical order: `"POS, pres"` gives `"POS, PRES"`."""
    names = (name.strip().upper() for name in text.split(","))
    return ", ".join(sorted({MISSPELT.get(name, name) for name in names if name}))


def _sample(card: Card, record: Record, find: Callable[[str], Media]) -> Sample:
    answer = record.words("answer")
    answer_type = record.one_of("answer_type", ("CLOSED", "OPEN"))
    polar = polar_of(answer, "en")
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        question=record.text("question"),
        media=(record.media("image_name", IMAGES, find),),
        target=Answer(text=answer, polar=polar),
        tags={
            "kind": answer_type.lower(),
            "answer_type": answer_type,
            "polar": "yes" if polar else "no",
            "organ": record.one_of("image_organ", ("ABD", "CHEST", "HEAD")),
            "question_type": question_types(record.text("question_type")),
        },
        group=record.text("image_name"),
    )
