"""ChestX-Det: thirteen findings boxed by radiologists in pictures of ChestX-ray14.

Source: https://github.com/Deepwise-AILab/ChestX-Det-Dataset. One JSON array a split; `syms` names the box of the same
place in `boxes`, which is left, top, right, bottom in pixels. The outlines beside them are not read.
"""

from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Box, Sample, Split
from medgauge_tasks.loaders.records import card_folder, check_split, read_records
from medgauge_tasks.loaders.regions import region_samples
from medgauge_tasks.readers.annotated import Annotated, BoxForm, Drawn
from medgauge_tasks.readers.record import Record

FILE = "ChestX_Det_test.json"
FOLDERS = ("test", "test_data/test", "test_data")
FORM = BoxForm(order="xyxy")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every picture, asked for all thirteen findings, whether it has them or not. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, FILE)
    read = read_records(card, root / FILE, "file_name")
    samples: list[Sample] = []
    for record in read.records:
        folder = next((one for one in FOLDERS if (root / one / record.id).is_file()), FOLDERS[0])
        media = record.media("file_name", folder, lambda path: probe(path, root))
        samples += region_samples(card, _annotated(record), media, id=record.id, group=record.id)
    return Loaded(root=root, samples=tuple(samples), excluded=read.excluded)


def _annotated(record: Record) -> Annotated:
    names, boxes = record.get("syms"), record.get("boxes")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        record.fail("syms", "a list of names", names)
    if not isinstance(boxes, list) or len(boxes) != len(names):
        record.fail("boxes", f"a list of {len(names)} boxes, as many as names", boxes)
    drawn = []
    for name, numbers in zip(names, boxes, strict=True):
        one = Record(place=record.place, id=record.id, values={"boxes": numbers})
        drawn.append(Drawn(place=record.place, box=Box(xyxy=FORM.xyxy(one.numbers("boxes", 4), None), label=name)))
    return Annotated(place=record.place, name=record.id, drawn=tuple(drawn))
