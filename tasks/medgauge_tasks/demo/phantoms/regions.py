"""Region-to-text and text-to-region."""

from collections.abc import Sequence
from functools import partial

from medgauge.types import Answer, Box, Language, Xyxy
from medgauge_tasks.demo.phantoms.items import Ask, Item, Picture, number, pool, take


def build_names(pictures: Sequence[Picture], rounds: int) -> list[Item]:
    """What is in this box: every kind of lesion equally often, every structure equally often."""
    items = []
    for i, kind in enumerate(pictures[0].words.kinds):
        boxes = [(p, box) for p in pictures for _, box in p.lesions(kind)]
        chosen = take(boxes, 2 if rounds == 1 else 8, 3 * i)
        for j, (picture, box) in enumerate(chosen):
            items.append(_name_item("lesion", picture, kind, box, str(j)))
    for i, part in enumerate(pictures[0].words.parts):
        for j, picture in enumerate(take(pictures, 1 if rounds == 1 else 4, 3 * i + number(pictures))):
            boxes_of = picture.scene.parts[part]
            items.append(_name_item("structure", picture, part, boxes_of[(j + i) % len(boxes_of)], str(j)))
    return items


def build_boxes(pictures: Sequence[Picture], rounds: int) -> list[Item]:
    """Where is what is named: a kind (present or not), all kinds, a structure."""
    first = number(pictures)
    kinds, parts = tuple(pictures[0].words.kinds), tuple(pictures[0].words.parts)
    items = []
    for i, picture in enumerate(take(pool(pictures, "normal"), rounds)):
        items.append(_box_item("lesion", picture, (kinds[(first + i) % 3],)))
    for picture in take(pool(pictures, "single"), 2 * rounds, first) + take(pool(pictures, "several"), 2 * rounds):
        items.append(_box_item("lesion", picture, picture.kinds))
    for i, picture in enumerate(take(pictures, rounds, first)):
        items.append(_box_item("structure", picture, (parts[(first + i) % len(parts)],)))
    mixed = pool(pictures, "mixed")
    single = [p for p in mixed if len(p.kinds) == len(p.plan.spots)]
    double = [p for p in mixed if len(p.kinds) < len(p.plan.spots)]
    for picture in take(single, rounds, first) + take(double, rounds):
        items.append(_box_item("lesions", picture, kinds))
    return items


def _name_item(template: str, picture: Picture, name: str, box: Xyxy, mark: str) -> Item:
    def ask(language: Language) -> Ask:
        named = picture.words.kinds[name].label(language) if template == "lesion" else None
        text = named or picture.words.parts[name].of(language).label
        return Ask(regions=(Box(xyxy=box),), target=Answer(text=text))

    return Item(picture=picture, suffix=f"{template}-{name}-{mark}", tags={"template": template}, ask=ask)


def _box_item(template: str, picture: Picture, names: tuple[str, ...]) -> Item:
    per_name = [len(_boxes(template, picture, name, "en")) for name in names]
    regime = ("s" if len(names) == 1 else "m") + ("m" if max(per_name) > 1 else "s")
    # The regimes are spelt objects first, boxes an object second: `sm` is one object with several boxes.
    return Item(
        picture=picture,
        suffix=f"{template}-{'-'.join(names)}",
        tags={"template": template, "regime": regime},
        ask=partial(_ask_boxes, template, picture, names),
    )


def _boxes(template: str, picture: Picture, name: str, language: Language) -> tuple[Box, ...]:
    return picture.part_boxes(name, language) if template == "structure" else picture.boxes(name, language)


def _ask_boxes(template: str, picture: Picture, names: tuple[str, ...], language: Language) -> Ask:
    vocabulary = picture.words
    labels = tuple(
        vocabulary.parts[n].of(language).label if template == "structure" else vocabulary.kinds[n].label(language)
        for n in names
    )
    boxes = tuple(box for name in names for box in _boxes(template, picture, name, language))
    return Ask(choices=labels, target=Answer(boxes=boxes))
