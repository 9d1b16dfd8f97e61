"""What the builders of samples share: pictures with their truth, and one sample in both languages."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from medgauge.tasks import Card
from medgauge.types import Answer, Box, Language, Media, Sample, Xyxy
from medgauge_tasks.demo.phantoms.design import MODALITIES, Plan, Spot
from medgauge_tasks.demo.phantoms.store import Scene
from medgauge_tasks.demo.phantoms.words import Words, words

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture with all that is known about it."""

    plan: Plan
    scene: Scene
    media: Media

    @property
    def words(self) -> Words:
        """Vocabulary of its modality."""
        return words()[self.plan.modality]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of lesion that it shows, in the order of the design."""
        present = {spot.kind for spot in self.plan.spots}
        return tuple(kind for kind in self.words.kinds if kind in present)

    def lesions(self, kind: str) -> list[tuple[Spot, Xyxy]]:
        """Lesions of a kind with their boxes, in reading order."""
        pairs = zip(self.plan.spots, self.scene.lesions, strict=True)
        return [(spot, box) for spot, box in pairs if spot.kind == kind]

    def boxes(self, kind: str, language: Language) -> tuple[Box, ...]:
        """The boxes of a kind with its name."""
        label = self.words.kinds[kind].label(language)
        return tuple(Box(xyxy=box, label=label) for _, box in self.lesions(kind))

    def part_boxes(self, part: str, language: Language) -> tuple[Box, ...]:
        """The boxes of a structure with its name."""
        label = self.words.parts[part].of(language).label
        return tuple(Box(xyxy=box, label=label) for box in self.scene.parts[part])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One item in one language, before it is a sample."""

    target: Answer
    question: str = ""
    choices: tuple[str, ...] = ()
    regions: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item in both languages."""

    picture: Picture
    suffix: str
    """Makes the id unique within the picture."""
    tags: Mapping[str, str]
    ask: Callable[[Language], Ask]


Build: TypeAlias = Callable[[Sequence[Picture], int], list[Item]]
"""Items from all pictures of one modality; the number is 1 for the test split and 3 for the train split."""


def samples(card: Card, pictures: Sequence[Picture], rounds: int, build: Build) -> tuple[Sample, ...]:
    """All samples of a card: modalities take turns, the languages of an item stand side by side."""
    queues = [build([p for p in pictures if p.plan.modality == m], rounds) for m in MODALITIES]
    items = [q[i] for i in range(max(map(len, queues))) for q in queues if i < len(q)]
    return tuple(_sample(card, item, language) for item in items for language in card.languages)


def take(options: Sequence[T], n: int, start: int = 0) -> list[T]:
    """n different options from a place on, round the end. Raises ValueError when there are fewer."""
    if n > len(options):
        raise ValueError(f"{n} of {len(options)} options")
    return [options[(start + i) % len(options)] for i in range(n)]


def grouped(pictures: Iterable[Picture], key: Callable[[Picture], Hashable]) -> dict[Hashable, list[Picture]]:
    """Pictures by a key, in order."""
    groups: dict[Hashable, list[Picture]] = {}
    for picture in pictures:
        groups.setdefault(key(picture), []).append(picture)
    return groups


def pool(pictures: Iterable[Picture], *names: str) -> list[Picture]:
    """Pictures of some pools of the design."""
    return [p for p in pictures if p.plan.pool in names]


def number(pictures: Sequence[Picture]) -> int:
    """Number of the pictures' modality: where choices that take turns begin."""
    return MODALITIES.index(pictures[0].plan.modality)


def _sample(card: Card, item: Item, language: Language) -> Sample:
    plan, ask = item.picture.plan, item.ask(language)
    return Sample(
        id=f"{plan.name}-{item.suffix}",
        task=card.name,
        language=language,
        question=ask.question,
        choices=ask.choices,
        media=(item.picture.media,),
        regions=ask.regions,
        target=ask.target,
        tags={**item.tags, "modality": plan.modality, "organ": item.picture.words.organ},
        group=plan.name,
    )
