"""Classification: which kind of lesion (single), or which of them together (multi)."""

from collections.abc import Sequence
from functools import partial

from medgauge.types import Answer, Language
from medgauge_tasks.demo.phantoms.items import Ask, Item, Picture, grouped, number, pool, take


def build_single(pictures: Sequence[Picture], rounds: int) -> list[Item]:
    """Every kind and the normal picture equally often."""
    groups = grouped(pool(pictures, "single", "normal"), lambda p: p.kinds)
    chosen = [p for group in groups.values() for p in take(group, 2 * rounds)]
    return [_item("single", "label", p) for p in chosen]


def build_multi(pictures: Sequence[Picture], rounds: int) -> list[Item]:
    """Every set of kinds, the empty one too, equally often: each kind is in half of the pictures."""
    groups = grouped(pictures, lambda p: p.kinds)
    chosen = [p for group in groups.values() for p in take(group, rounds, number(pictures))]
    return [_item("multi", "labels", p) for p in chosen]


def _item(kind: str, template: str, picture: Picture) -> Item:
    return Item(
        picture=picture,
        suffix=template,
        tags={"kind": kind, "template": template},
        ask=partial(_ask, kind, picture),
    )


def _ask(kind: str, picture: Picture, language: Language) -> Ask:
    kinds = {name: words.label(language) for name, words in picture.words.kinds.items()}
    normal = picture.words.normal.of(language)
    labels = tuple(kinds[name] for name in picture.kinds)
    if kind == "single":
        labels = labels or (normal,)
    comma, none = (", ", "none") if language == "en" else ("，", "无")
    return Ask(
        choices=(*kinds.values(), normal) if kind == "single" else tuple(kinds.values()),
        target=Answer(text=comma.join(labels) or none, labels=labels),
    )
