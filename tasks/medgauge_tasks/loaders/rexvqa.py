"""ReXVQA: one JSON object of questions by id, four options each, about the chest X-rays of ReXGradient-160K.

Source: Pal et al., ReXVQA, arXiv:2506.04353. Options begin with their letter ("A. Yes"), which is taken off. Pictures
are named from the folder of the metadata ("../deid_png/..."); the archive of ReXGradient-160K is unpacked beside it.
"""

from pathlib import Path
from string import ascii_uppercase

from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.choices import bare, choice_sample, lettered
from medgauge_tasks.loaders.medxpertqa import named_pictures
from medgauge_tasks.loaders.records import card_folder, check_split, records_of, sourced
from medgauge_tasks.readers.json_rows import read_object
from medgauge_tasks.readers.record import Place, Record, Rows

FILE = "metadata/test_vqa_data.json"
UP = "../"


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The questions of the test split, in the file's order. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, FILE)
    with sourced(card):
        read = records_of(card, _rows(root / FILE), "id")
    return Loaded(root=root, samples=tuple(_sample(card, r, root) for r in read.records), excluded=read.excluded)


def _rows(file: Path) -> Rows:
    for number, (id, values) in enumerate(read_object(file).values.items(), 1):
        place = Place(file=file, number=number, part="the object")
        if not isinstance(values, dict):
            place.fail(id, "an object, the question", values)
        paths = values.get("ImagePath")
        if isinstance(paths, list):
            values = {**values, "ImagePath": [p.removeprefix(UP) if isinstance(p, str) else p for p in paths]}
        yield place, {**values, "id": id}


def _sample(card: Card, record: Record, root: Path) -> Sample:
    options = bare(record.texts("options"))
    return choice_sample(
        card,
        record,
        question=record.text("question"),
        options=options,
        right=lettered(record, "correct_answer", ascii_uppercase[: len(options)]),
        media=named_pictures(record, "ImagePath", "", root),
        tags={"question_type": record.text("task_name"), "category": record.text("category")},
        group=record.optional("PatientID") or record.text("study_id"),
    )
