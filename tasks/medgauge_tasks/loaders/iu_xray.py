"""IU X-Ray in the split of R2Gen: one JSON object with an array a split, two views a study.

Source: Demner-Fushman et al., JAMIA 23(2) (2016); split and layout of Chen et al., R2Gen, EMNLP 2020. The report is the
findings alone. Each view is a case of its own, as MedRegA counts them (1,180 test pictures of 590 studies); the two
views of a study are one group.
"""

from pathlib import Path
from typing import Any

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Sample, Split
from medgauge_tasks.loaders.records import card_folder, check_split, records_of, sourced
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.readers.json_rows import read_object
from medgauge_tasks.readers.record import Place, Record, Rows

FILE = "annotation.json"
IMAGES = "images"


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every view of every study of the split. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, FILE)
    with sourced(card):
        read = records_of(card, _views(root / FILE, split), "view")
    return Loaded(root=root, samples=tuple(_sample(card, r, root) for r in read.records), excluded=read.excluded)


def _views(file: Path, split: Split) -> Rows:
    for number, study in enumerate(read_object(file).parts(split), 1):
        place = Place(file=file, number=number, part=split)
        here = Record(place=place, id="", values=study.values)
        for view, path in enumerate(here.texts("image_path")):
            values: dict[str, Any] = {**study.values, "view": f"{here.text('id')}-{view}", "image_path": path}
            yield place, values


def _sample(card: Card, record: Record, root: Path) -> Sample:
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        media=(record.media("image_path", IMAGES, lambda path: probe(path, root)),),
        target=Answer(text=record.text("report")),
        tags=card_tags(card),
        group=record.text("id"),
    )
