"""What a source says of a picture's classes, as samples: one in each of the card's languages.

A source's word for a class is the label's name, or stands in the card's option `codes`, one `code: label` a line;
several codes may mean one label.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from medgauge.errors import MedGaugeError
from medgauge.tasks import Card, Label
from medgauge.types import Answer, Media, Sample
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.readers.record import Place

Codes: TypeAlias = Mapping[str, Label]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """One picture of a source before it is asked about."""

    place: Place
    id: str
    group: str
    media: Media
    tags: Mapping[str, str]


def codes(card: Card) -> Codes:
    """The source's words for the card's labels. Raises MedGaugeError for a line that names no label."""
    named = {label.name: label for label in card.labels}
    written = {code: _label(card, named, name) for code, name in pairs(card, "codes").items()}
    spoken = {label.name for label in written.values()}
    return {**{name: label for name, label in named.items() if name not in spoken}, **written}


def pairs(card: Card, option: str) -> Mapping[str, str]:
    """An option of lines `one: other`, in their order. Raises MedGaugeError."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, card.options.get(option, "").splitlines())):
        one, colon, other = (part.strip() for part in line.partition(": "))
        if not colon or not one or not other or one in found:
            raise MedGaugeError(f"{card.name}: option {option!r}: expected lines `one: other`, one once, got {line!r}")
        found[one] = other
    return found


def class_samples(card: Card, one: Pictured, found: Iterable[Label]) -> list[Sample]:
    """The picture asked for its labels, in the card's order. Raises BadRecord where a single label is not single."""
    marked = {label.name for label in found}
    present = [label for label in card.labels if label.name in marked]
    kind = card.options.get("labels", "single")
    if kind == "single" and len(present) != 1:
        one.place.fail("(labels)", "one label", [label.name for label in present])
    return [
        Sample(
            id=one.id,
            task=card.name,
            language=language,
            choices=card.label_names(language),
            media=(one.media,),
            target=Answer(labels=tuple(label.zh if language == "zh" else label.name for label in present)),
            tags={"kind": kind, **card_tags(card), **one.tags},
            group=one.group,
        )
        for language in card.languages
    ]


def _label(card: Card, named: Mapping[str, Label], name: str) -> Label:
    if name not in named:
        raise MedGaugeError(f"{card.name}: option 'codes' names {name!r}, which is none of its labels")
    return named[name]
