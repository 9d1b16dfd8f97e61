"""MS-CXR: a sentence about a finding, and the boxes that radiologists drew for it.

Source: Boecking et al., ECCV 2022; version 1.1.0 as CSV, one row a box. Rows of one picture and one sentence are one
question. The official split of 1.1.0 is by the column `split`; `val` is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Box, Sample, Split
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.regions import card_tags, regime
from medgauge_tasks.readers.annotated import Annotated, BoxForm, Drawn
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.record import Place, Record

FILE = "MS_CXR_Local_Alignment_v1.1.0.csv"
COLUMNS = (
    "dicom_id",
    "category_name",
    "label_text",
    "path",
    "x",
    "y",
    "w",
    "h",
    "image_width",
    "image_height",
    "split",
)
BOX = ("x", "y", "w", "h")
FORM = BoxForm(order="xywh")
NAMES: Mapping[str, Split | None] = {"train": "train", "test": "test", "val": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence about one picture."""

    row: Record
    """The first of its rows."""
    number: int
    """From 1, among the sentences about the picture."""
    drawn: list[Drawn] = field(default_factory=list)


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every pair of picture and sentence of the split. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, FILE)
    with sourced(card):
        found = _sentences(root / FILE, split)
    return Loaded(root=root, samples=tuple(_sample(card, one, root) for one in found))


def _sentences(file: Path, split: Split) -> list[Sentence]:
    found: dict[tuple[str, str], Sentence] = {}
    counted: dict[str, int] = {}
    for place, values in read_csv(file, COLUMNS):
        row = Record(place=place, id="", values=values)
        if NAMES[row.one_of("split", NAMES)] != split:
            continue
        picture, words = row.text("dicom_id"), row.text("label_text")
        if (picture, words) not in found:
            counted[picture] = counted.get(picture, 0) + 1
            found[picture, words] = Sentence(row=row, number=counted[picture])
        found[picture, words].drawn.append(_drawn(place, row, words))
    return list(found.values())


def _drawn(place: Place, row: Record, words: str) -> Drawn:
    xyxy = FORM.xyxy(tuple(row.number(column) for column in BOX), None)
    return Drawn(place=place, box=Box(xyxy=xyxy, label=words))


def _sample(card: Card, one: Sentence, root: Path) -> Sample:
    row = one.row
    size = row.whole("image_width"), row.whole("image_height")
    media = row.media("path", "", lambda path: probe(path, root))
    if media.size and media.size != size:
        row.fail("image_width", f"the picture's own size, {media.size}", size)
    annotated = Annotated(place=row.place, name=row.text("path"), size=size, drawn=tuple(one.drawn))
    boxes = annotated.framed()
    words = row.text("label_text")
    return Sample(
        id=f"{row.text('dicom_id')}-{one.number}",
        task=card.name,
        language="en",
        choices=(words,),
        media=(media,),
        target=Answer(boxes=boxes),
        tags={**card_tags(card), "finding": row.text("category_name"), "regime": regime((words,), boxes)},
        group=patient(row),
    )


def patient(row: Record) -> str:
    """The patient's folder in the path `files/p10/p10000032/s50414267/....jpg`. Raises BadRecord."""
    parts = row.text("path").split("/")
    if len(parts) != 5 or parts[0] != "files":
        row.fail("path", "files/p../p<subject>/s<study>/<picture>.jpg", row.text("path"))
    return parts[2].removeprefix("p")
