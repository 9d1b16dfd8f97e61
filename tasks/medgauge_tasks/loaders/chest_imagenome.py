"""Chest ImaGenome: for pictures of MIMIC-CXR, boxes of structures and the sentences of the report that speak of each.

Source: Wu et al., Chest ImaGenome, NeurIPS 2021 (silver data set: boxes by a detector, sentences by rules). Its own
splits ignore those of MIMIC-CXR, on whose train split most models have learnt; so the pictures of MIMIC-CXR's official
split are taken that have a scene graph. Some of its boxes leave the picture, which they are cut to; what then has no
area is no box.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Box, Sample, Segment, Size, Split
from medgauge_tasks.loaders.mimic import picture, pictures_of
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.readers.json_rows import read_object
from medgauge_tasks.readers.record import Record

FOLDERS = ("silver_dataset/scene_graph/scene_graph", "silver_dataset/scene_graph")
"""What `scene_graph.zip` is unpacked to, in it or in a folder of its name."""
ENDING = "_SceneGraph.json"
CORNERS = ("original_x1", "original_y1", "original_x2", "original_y2")
"""In pixels of the picture; without `original_` they are in those of the square of 224."""


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every picture with at least one of the card's structures that is boxed and spoken of.

    Raises BadRecord and Incomplete.
    """
    check_split(card, split)
    root = card_folder(card, data_dir, *(f"{folder}/*{ENDING}" for folder in FOLDERS))
    folder = next(root / folder for folder in FOLDERS if next((root / folder).glob(f"*{ENDING}"), None))
    read = pictures_of(card, root, split)
    samples: list[Sample] = []
    mute = 0
    for record in read.records:
        file = folder / f"{record.id}{ENDING}"
        if file.is_file():
            with sourced(card):
                sample = _sample(card, record, read_object(file), root)
            samples += [sample] if sample.target.segments else []
            mute += not sample.target.segments
    told = (f"{mute} scene graphs speak of none of the structures that they have boxes of",) if mute else ()
    return Loaded(root=root, samples=tuple(samples), excluded=(*read.excluded, *told))


def _sample(card: Card, record: Record, graph: Record, root: Path) -> Sample:
    media = picture(record, root)
    said = dict(_said(graph.parts("attributes")))
    boxes = dict(_boxes(graph.parts("objects"), media.size))
    names = [label.name for label in card.labels if label.name in said and (label.name in boxes or media.size is None)]
    segments = tuple(
        Segment(label=name, text=said[name], boxes=(Box(xyxy=boxes[name], label=name),) if name in boxes else ())
        for name in names
    )
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        choices=tuple(names),
        media=(media,),
        target=Answer(
            text=" ".join(one.text for one in segments),
            segments=segments,
            boxes=tuple(box for one in segments for box in one.boxes),
        ),
        tags={**card_tags(card), "view": graph.text("viewpoint")},
        group=str(record.whole("subject_id")),
    )


def _said(attributes: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """Structure and the different sentences about it, line breaks taken out."""
    for one in attributes:
        phrases = one.get("phrases")
        if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
            one.fail("phrases", "a list of texts", phrases)
        words = " ".join(dict.fromkeys(" ".join(phrase.split()) for phrase in phrases)).strip()
        if words:
            yield one.text("bbox_name"), words


def _boxes(objects: Iterable[Record], size: Size | None) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Structure and its box, cut to the picture; none where the picture's size is not known."""
    if size is None:
        return
    for one in objects:
        x1, y1, x2, y2 = (one.number(field) for field in CORNERS)
        cut = (max(x1, 0.0), max(y1, 0.0), min(x2, float(size[0])), min(y2, float(size[1])))
        if cut[0] < cut[2] and cut[1] < cut[3]:
            yield one.text("bbox_name"), cut
