"""Grounded reports in the form of MedRegA's own records: JSON lines, a question and its answer with marked regions.

    {"id": 10, "image": "images/a.png", "width": 432, "height": 432, "conversations": [
        {"from": "human", "value": "... <image>\n请定位并描述这张医学影像中的<ref>胰腺癌</ref>"},
        {"from": "gpt", "value": "<ref>胰腺癌</ref><box>[[661, 528, 743, 599]]</box>：..."}]}

What stands before `<image>` is MedRegA's prompt and is not used; the names in `<ref>` behind it are what is asked for.
Boxes are 0 to 999. MedRegA's own Chinese records were never released: this reads a user's own.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medgauge.media import probe
from medgauge.plugins import catalog
from medgauge.protocols import BoxFormat
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Media, Sample, Size, Split
from medgauge_tasks.grounded_report.family import parse
from medgauge_tasks.loaders.records import card_folder, check_split, read_records
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.readers.record import Record
from medgauge_tasks.records import said

FILES: Mapping[Split, str] = {"train": "train.jsonl", "test": "test.jsonl"}
IMAGE = "<image>"
_NAME = re.compile(r"<ref>([^<>\n]{1,200})</ref>")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The records of `<split>.jsonl`. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, FILES[split])
    read = read_records(card, root / FILES[split], "id")
    written: BoxFormat = catalog("box_formats").load("medrega")
    return Loaded(
        root=root, samples=tuple(_sample(card, r, root, written) for r in read.records), excluded=read.excluded
    )


def turns(record: Record) -> tuple[str, str]:
    """What the human asks behind the picture, and the answer. Raises BadRecord."""
    parts = record.parts("conversations")
    speakers = [part.values.get("from") for part in parts]
    if speakers != ["human", "gpt"]:
        record.fail("conversations", "one question by human, one answer by gpt", speakers)
    asked = parts[0].text("value")
    if asked.count(IMAGE) != 1:
        record.fail("conversations", f"a question with one {IMAGE}", asked)
    return asked.partition(IMAGE)[2].strip(), parts[1].text("value")


def _sample(card: Card, record: Record, root: Path, written: BoxFormat) -> Sample:
    asked, words = turns(record)
    size = record.whole("width"), record.whole("height")
    path = record.text("image").removeprefix("./")
    named = Record(place=record.place, id=record.id, values={"image": path})
    media = named.media("image", "", lambda name: probe(name, root))
    if media.size and media.size != size:
        record.fail("width", f"the picture's own size, {media.size}", size)
    language = card.languages[0]
    common: dict[str, Any] = {
        "id": record.id,
        "task": card.name,
        "language": language,
        "choices": tuple(dict.fromkeys(name.strip() for name in _NAME.findall(asked))),
    }
    stated = Sample(**common, media=(_stated(size),), target=Answer(), group=record.id)
    target = _target(record, stated, words, written)
    tags = {**card_tags(card), "kind": "named" if common["choices"] else "all"}
    return Sample(**common, media=(media,), target=target, tags=tags, group=path)


def _stated(size: Size) -> Media:
    """A picture of the size that the record states, whether its file is there or not."""
    return Media(path="", sha256="", size=size)


def _target(record: Record, stated: Sample, words: str, written: BoxFormat) -> Answer:
    """The answer as a perfect model's would be read."""
    parsed = parse(stated, (said(stated, words),), written)
    answer = parsed.answer
    if answer is None or not answer.boxes or answer.invalid_boxes or parsed.detail["malformed"]:
        record.fail("conversations", f"an answer with boxes as {written.name!r} writes them", words)
    return answer
