"""MedRegInstruct as released: the training records of region-to-text and text-to-region, in MedRegA's own form.

Source: https://huggingface.co/datasets/Luxuriant16/MedRegInstruct; Wang et al., ICLR 2025. A record is one picture, a
question with one `<image>`, and the answer; boxes are 0 to 999. The pictures are those of SA-Med2D-20M and are looked
for where the record says, then among its images by name. A record is known by its line.
"""

import re
from pathlib import Path

from medgauge.media import probe
from medgauge.plugins import catalog
from medgauge.protocols import BoxFormat, Decoded, Frame
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Box, Media, Sample, Size, Split
from medgauge_tasks.loaders.medrega_records import turns
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.region_questions import subtask
from medgauge_tasks.loaders.regions import regime
from medgauge_tasks.readers.json_rows import read_json
from medgauge_tasks.readers.record import Record

IMAGES = "SAMed2Dv1/images"
_NAME = re.compile(r"<ref>([^<>\n]{1,200})</ref>")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The records of the card's option `file`. Raises BadRecord and Incomplete."""
    check_split(card, split)
    file = card.options["file"]
    root = card_folder(card, data_dir, file)
    with sourced(card):
        records = [Record(place=p, id=f"line-{p.line}", values=values) for p, values in read_json(root / file)]
    written: BoxFormat = catalog("box_formats").load("medrega")
    make = _what if card.family == "region-to-text" else _where
    samples = tuple(make(card, record, _media(record, root), written) for record in records)
    return Loaded(root=root, samples=samples)


def _media(record: Record, root: Path) -> Media:
    path = record.text("image").removeprefix("./")
    if not (root / path).is_file():
        path = f"{IMAGES}/{path.rpartition('/')[2]}"
    named = Record(place=record.place, id=record.id, values={"image": path})
    media = named.media("image", "", lambda name: probe(name, root))
    if media.size and media.size != _size(record):
        record.fail("width", f"the picture's own size, {media.size}", _size(record))
    return media


def _size(record: Record) -> Size:
    return record.whole("width"), record.whole("height")


def _decoded(record: Record, words: str, written: BoxFormat) -> Decoded:
    size = _size(record)
    found = written.decode(words, Frame(original=size, sent=size))
    if found.malformed or not found.mentions or any(one.invalid or not one.boxes for one in found.mentions):
        record.fail("conversations", f"boxes as {written.name!r} writes them", words)
    return found


def _what(card: Card, record: Record, media: Media, written: BoxFormat) -> Sample:
    asked, name = turns(record)
    regions = tuple(Box(xyxy=xyxy) for one in _decoded(record, asked, written).mentions for xyxy in one.boxes)
    name = name.strip().rstrip(".")
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        media=(media,),
        regions=regions,
        target=Answer(text=name),
        tags={"kind": "region", "subtask": subtask(name)},
        group=media.path,
    )


def _where(card: Card, record: Record, media: Media, written: BoxFormat) -> Sample:
    asked, words = turns(record)
    choices = tuple(dict.fromkeys(name.strip() for name in _NAME.findall(asked)))
    boxes = tuple(
        Box(xyxy=xyxy, label=one.label) for one in _decoded(record, words, written).mentions for xyxy in one.boxes
    )
    strange = next((box.label for box in boxes if box.label not in choices), None)
    if strange is not None or not choices:
        record.fail("conversations", f"boxes of what is asked for, {', '.join(choices) or 'nothing'}", strange)
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        choices=choices,
        media=(media,),
        target=Answer(boxes=boxes),
        tags={"regime": regime(choices, boxes)},
        group=media.path,
    )
