"""The pictures' items as samples of the five families that ask about them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from medgauge.errors import MedGaugeError
from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Box, Family, Language, Media, Sample, Split
from medgauge_tasks.demo.pictures.render import rendered
from medgauge_tasks.demo.pictures.spec import Object, Picture, pictures
from medgauge_tasks.loaders.polar import polar_of
from medgauge_tasks.loaders.real_suite import Content
from medgauge_tasks.loaders.records import check_split
from medgauge_tasks.loaders.regions import regime

Items: TypeAlias = list[tuple[str, Content]]
"""Suffix of the item's id, and what it says in one language."""


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every item of the card's family in both languages; the pictures are rendered on first use. Raises Incomplete."""
    check_split(card, split)
    if card.family not in ITEMS:
        raise MedGaugeError(f"{card.name}: the pictures have no items of family {card.family!r}")
    root = rendered(data_dir)
    samples = []
    for id, picture in pictures().pictures.items():
        media = probe(f"{id}.png", root)
        for language in card.languages:
            items = ITEMS[card.family](picture, language)
            samples += [_sample(card, f"{id}-{suffix}", picture, language, content, media) for suffix, content in items]
    return Loaded(root=root, samples=tuple(samples))


def _sample(card: Card, id: str, picture: Picture, language: Language, content: Content, media: Media) -> Sample:
    return Sample(
        id=id,
        task=card.name,
        language=language,
        question=content.question,
        choices=content.choices,
        media=(media,),
        regions=content.regions,
        target=content.target,
        tags={**picture.tags, **content.tags},
        group=media.path.removesuffix(".png"),
    )


def _vqa(picture: Picture, language: Language) -> Items:
    items: Items = []
    for number, one in enumerate(picture.vqa, 1):
        question, answer, choices = one.put(language)
        target = Answer(
            text=answer,
            polar=polar_of(answer, language),
            choice=choices.index(answer) if choices else None,
        )
        content = Content(question=question, choices=choices, target=target, tags={"kind": one.kind})
        items.append((f"q{number}", content))
    return items


def _classification(picture: Picture, language: Language) -> Items:
    space = pictures().modalities
    label = picture.modality if language == "en" else space.zh[space.en.index(picture.modality)]
    choices = tuple(space.en if language == "en" else space.zh)
    question = space.question.en if language == "en" else space.question.zh
    content = Content(question=question, choices=choices, target=Answer(labels=(label,)), tags={"kind": "single"})
    return [("modality", content)]


def _region_to_text(picture: Picture, language: Language) -> Items:
    named = [o for o in picture.objects if o.name] + picture.regions
    return [
        (f"name{number}", Content(regions=_boxes(one, ""), target=Answer(text=one.called(language)), tags={}))
        for number, one in enumerate(named, 1)
    ]


def _text_to_region(picture: Picture, language: Language) -> Items:
    objects = {o.en: o for o in picture.objects}
    items: Items = []
    for number, names in enumerate(picture.find, 1):
        asked = [objects[name] for name in names]
        choices = tuple(one.called(language) for one in asked)
        boxes = tuple(box for one in asked for box in _boxes(one, one.called(language)))
        tags = {"regime": regime(choices, boxes)}
        items.append((f"find{number}", Content(choices=choices, target=Answer(boxes=boxes), tags=tags)))
    return items


def _report(picture: Picture, language: Language) -> Items:
    words = picture.report.en if language == "en" else picture.report.zh
    return [("report", Content(target=Answer(text=words), tags={}))]


def _boxes(one: Object, label: str) -> tuple[Box, ...]:
    return tuple(Box(xyxy=(float(x1), float(y1), float(x2), float(y2)), label=label) for x1, y1, x2, y2 in one.boxes)


ITEMS: Mapping[Family, Callable[[Picture, Language], Items]] = {
    "vqa": _vqa,
    "classification": _classification,
    "region-to-text": _region_to_text,
    "text-to-region": _text_to_region,
    "report": _report,
}
