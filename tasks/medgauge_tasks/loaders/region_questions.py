"""MedRegA's two kinds of question about regions: what a region is, and where named things are.

The card's option `subtask` takes the names of structures or of lesions, `regime` the questions with one or many objects
(first letter), of which each has one box or one has many (second letter).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from medgauge.errors import MedGaugeError
from medgauge.tasks import Card
from medgauge.types import Answer, Box, Media, Sample, Xyxy
from medgauge_tasks.loaders.regions import regime

LESION = re.compile(
    r"tumou?r|cancer|carcinoma|lesion|polyp|nodule|h(?:a)?emorrhage|(?:o)?edema|necro|embolism|schwannoma|pneumo"
    r"|effusion|infarct|stroke|isch|covid|infection|metasta|cyst|melanoma|sclerosis|no.reflow|abnormal|opacity"
    r"|ulcer|fracture|glioma|defect|pathology|neoplasm|mass\b",
    re.IGNORECASE,
)
"""A name in which this is found is a lesion's, any other a structure's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One picture with its named boxes."""

    id: str
    group: str
    media: Media
    modality: str
    boxes: Mapping[str, Sequence[Xyxy]]


def subtask(name: str) -> str:
    """`lesion` or `structure`."""
    return "lesion" if LESION.search(name) else "structure"


def questions(card: Card, asked: Asked) -> list[Sample]:
    """The samples of the card's subtask or regime. Raises MedGaugeError for a card that has neither option."""
    if card.family == "region-to-text" and card.options.get("subtask") in ("structure", "lesion"):
        return list(_names(card, asked))
    if card.family == "text-to-region" and card.options.get("regime") in ("ss", "sm", "ms", "mm"):
        return list(_places(card, asked))
    raise MedGaugeError(f"{card.name}: needs an option subtask (structure, lesion) or regime (ss, sm, ms, mm)")


def _names(card: Card, asked: Asked) -> Iterator[Sample]:
    for name, boxes in asked.boxes.items():
        if subtask(name) != card.options["subtask"]:
            continue
        for number, xyxy in enumerate(boxes):
            yield Sample(
                id=f"{asked.id}--{name}-{number}",
                task=card.name,
                language="en",
                media=(asked.media,),
                regions=(Box(xyxy=xyxy),),
                target=Answer(text=name),
                tags={"kind": "region", "modality": asked.modality, "subtask": subtask(name)},
                group=asked.group,
            )


def _places(card: Card, asked: Asked) -> Iterator[Sample]:
    """Every name by itself where one object is asked for; else all names of the picture at once."""
    names = tuple(asked.boxes)
    several = card.options["regime"][0] == "m"
    for choices in [names] if several else [(name,) for name in names]:
        boxes = tuple(Box(xyxy=xyxy, label=name) for name in choices for xyxy in asked.boxes[name])
        if not boxes or regime(choices, boxes) != card.options["regime"]:
            continue
        yield Sample(
            id=asked.id if several else f"{asked.id}--{choices[0]}",
            task=card.name,
            language="en",
            choices=choices,
            media=(asked.media,),
            target=Answer(boxes=boxes),
            tags={"modality": asked.modality, "regime": card.options["regime"]},
            group=asked.group,
        )
