"""What each picture shows, decided before it is drawn so that every question can be balanced.

A modality has three kinds of lesion and four quadrants, each with room for one lesion. A split holds, for every
modality, four pools of pictures: `single` (one lesion; within each kind side, level and size are halved exactly),
`normal`, `several` (two or three lesions of one kind) and `mixed` (two or three kinds).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias

from medgauge.types import Split
from medgauge_tasks.demo.phantoms.dice import Dice

Pool: TypeAlias = Literal["single", "normal", "several", "mixed"]
Side: TypeAlias = Literal["left", "right"]
Level: TypeAlias = Literal["upper", "lower"]
Size: TypeAlias = Literal["small", "large"]

VERSION = 1
KINDS: Mapping[str, tuple[str, str, str]] = {
    "x-ray": ("nodule", "cavity", "consolidation"),
    "ct": ("cyst", "mass", "calcification"),
    "mri": ("tumor", "abscess", "infarct"),
    "ultrasound": ("cyst", "nodule", "stone"),
    "fundus": ("hemorrhage", "exudate", "nevus"),
    "oct": ("cyst", "focus", "schisis"),
    "dermoscopy": ("nevus", "hemangioma", "melanoma"),
    "histology": ("nest", "necrosis", "mucin"),
}
"""Modality to its kinds of lesion."""
MODALITIES: tuple[str, ...] = tuple(KINDS)
ROUNDS: Mapping[Split, int] = {"test": 1, "train": 3}
"""How many balanced blocks of pictures a modality has in a split."""
_SIDES: tuple[Side, Side] = ("left", "right")
_LEVELS: tuple[Level, Level] = ("upper", "lower")
_SIZES: tuple[Size, Size] = ("small", "large")
_QUADRANTS = tuple(product(_LEVELS, _SIDES))
_PAIRS = ((0, 1), (0, 2), (1, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One lesion to be drawn."""

    kind: str
    """One of the modality's kinds."""
    side: Side
    """Half of the image."""
    level: Level
    """Half of the image; in OCT upper is the inner, lower the outer retina."""
    size: Size
    """Large: the longest side of its box is over one seventh of the image's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One picture to be drawn."""

    modality: str
    pool: Pool
    index: int
    """Number of the picture within its modality; those of the train split start at 1000."""
    seed: tuple[int, ...]
    spots: tuple[Spot, ...]
    """In reading order: upper left, upper right, lower left, lower right."""
    mirrored: bool
    """Swaps the places of landmarks, where the modality has such."""
    wording: int
    """0 or 1: which of two ways the report is worded in."""

    @property
    def name(self) -> str:
        """Id of the picture, and its file's stem."""
        return f"{self.modality}-{self.index:04d}"


Draft: TypeAlias = tuple[Pool, tuple[Spot, ...]]
_NORMAL: Draft = ("normal", ())


def plans(split: Split) -> tuple[Plan, ...]:
    """All pictures of a split, modality by modality."""
    return tuple(plan for modality in MODALITIES for plan in _modality(modality, split))


def _modality(modality: str, split: Split) -> list[Plan]:
    number = MODALITIES.index(modality)
    seed = (VERSION, 0 if split == "train" else 1, number)
    dice = Dice.seeded(*seed)
    drafts: list[Draft] = []
    for turn in range(ROUNDS[split]):
        drafts.extend(_single(modality, dice))
        drafts.extend([_NORMAL] * (3 if split == "test" else 2))
        drafts.extend(_several(modality, number + turn, split, dice))
        drafts.extend(_mixed(modality, number + turn, dice))
    sides = _halved(len(drafts), dice)
    wordings = _halved(len(drafts), dice)
    return [
        Plan(
            modality=modality,
            pool=pool,
            index=index + (1000 if split == "train" else 0),
            seed=(*seed, index + 1),
            spots=tuple(sorted(spots, key=lambda s: _QUADRANTS.index((s.level, s.side)))),
            mirrored=sides[index],
            wording=int(wordings[index]),
        )
        for index, (pool, spots) in enumerate(drafts)
    ]


def _halved(n: int, dice: Dice) -> list[bool]:
    """n booleans, as many True as False in every pair of neighbours."""
    flips = [dice.uniform(0, 1) < 0.5 for _ in range((n + 1) // 2)]
    return [bool(i % 2) != flips[i // 2] for i in range(n)]


def _single(modality: str, dice: Dice) -> list[Draft]:
    """Two pictures a kind that are each other's opposite in side, level and size."""
    drafts: list[Draft] = []
    for kind in KINDS[modality]:
        up, big = dice.pick((0, 1)), dice.pick((0, 1))
        for i in (0, 1):
            spot = Spot(kind=kind, side=_SIDES[i], level=_LEVELS[up ^ i], size=_SIZES[big ^ i])
            drafts.append(("single", (spot,)))
    return drafts


def _several(modality: str, shift: int, split: Split, dice: Dice) -> list[Draft]:
    """Two and three lesions of one kind; the kinds take turns."""
    kinds = KINDS[modality]
    counts = (2, 3) if split == "train" else (2, 3, 2 + shift % 2)
    return [("several", _scatter([kinds[(shift + i) % 3]] * count, dice)) for i, count in enumerate(counts)]


def _mixed(modality: str, shift: int, dice: Dice) -> list[Draft]:
    """Each pair of kinds once, every second one with a further lesion; all three kinds once."""
    kinds = KINDS[modality]
    drafts: list[Draft] = []
    for i, pair in enumerate(_PAIRS):
        extra = [kinds[dice.pick(pair)]] if (i + shift) % 2 else []
        drafts.append(("mixed", _scatter([kinds[k] for k in pair] + extra, dice)))
    return [*drafts, ("mixed", _scatter(list(kinds), dice))]


def _scatter(kinds: list[str], dice: Dice) -> tuple[Spot, ...]:
    places = dice.shuffled(_QUADRANTS)[: len(kinds)]
    return tuple(
        Spot(kind=kind, side=side, level=level, size=dice.pick(_SIZES))
        for kind, (level, side) in zip(kinds, places, strict=True)
    )
