"""Synthetic reports in two languages, made by templates from a seed, and edits whose harm is known.

They are synthetic and say so: no physician wrote them, and their levels say nothing of real reports. What an edit does
to a number transfers, because it follows from what the metric looks at.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeAlias

from medgauge.types import Language

Side: TypeAlias = Literal["left", "right"]
Edit: TypeAlias = Literal["negations", "sides", "sizes", "shuffle", "half", "another"]
EDITS: Mapping[Edit, str] = MappingProxyType(
    {
        "negations": "what is affirmed is denied, and the other way round",
        "sides": "left and right are exchanged",
        "sizes": "every size is tripled",
        "shuffle": "the sentences come in another order, which harms nobody",
        "half": "every second sentence is left out",
        "another": "the report of another patient",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of a report."""

    what: int
    """Index into the findings of the template."""
    present: bool
    side: Side | None
    size: tuple[int, int] | None
    """Millimetres; only of what is present."""
    tail: int
    """Index into the words that say nothing."""


Report: TypeAlias = tuple[Statement, ...]
_SIDED: Mapping[Language, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "en": (
            ("pleural effusion", "hemithorax"), ("pneumothorax", "hemithorax"), ("consolidation", "lower lobe"),
            ("atelectasis", "lung base"), ("nodule", "upper lobe"), ("mass", "lung"), ("fracture", "ribs"),
            ("kidney stone", "kidney"), ("cyst", "kidney"), ("hydronephrosis", "flank"),
        ),
        "zh": (
            ("胸腔积液", "侧"), ("气胸", "侧"), ("实变", "肺下叶"), ("肺不张", "下"), ("结节", "肺上叶"),
            ("肿块", "肺"), ("骨折", "侧肋骨"), ("肾结石", "侧"), ("囊肿", "肾"), ("肾积水", "侧"),
        ),
    }
)  # fmt: skip
"""Findings and their sites."""
_UNSIDED: Mapping[Language, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("cardiomegaly", "ascites", "splenomegaly", "pneumoperitoneum"),
        "zh": ("心影增大", "腹水", "脾大", "气腹"),
    }
)
_SIZED = (4, 5, 8)
"""Findings of which a size is said."""
_TAILS: Mapping[Language, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            ", as far as the images of this series can be judged at the usual settings",
            ", which was looked for on every image and in all planes that were sent",
            ", best judged on the later images of the series and on the reformatted ones",
            ", as described by the same reader who looked at the images of the day before",
        ),
        "zh": (
            "，以上描述根据本次检查全部图像及重建图像得出",
            "，本次图像质量尚可，已逐层观察并与重建图像对照",
            "，于后续层面及多平面重建图像显示较为清楚",
            "，由同一名医师在工作站上逐层阅片后描述",
        ),
    }
)
"""Words that say nothing, so that a report is as long as reports are."""
_WORD: Mapping[Side, str] = MappingProxyType({"left": "左", "right": "右"})


def make_reports(count: int, seed: int) -> tuple[Report, ...]:
    """Reports of eight sentences, each about another finding; the same for the same seed."""
    generator = random.Random(seed)
    return tuple(_report(generator) for _ in range(count))


def text_of(report: Report, language: Language) -> str:
    """The report in words."""
    sentences = [(_english if language == "en" else _chinese)(statement) for statement in report]
    return " ".join(sentences) if language == "en" else "".join(sentences)


def edited(reports: Sequence[Report], edit: Edit, seed: int) -> tuple[Report, ...]:
    """Every report after an edit."""
    if edit == "another":
        return (*reports[1:], reports[0])
    generator = random.Random(seed)
    if edit == "shuffle":
        return tuple(tuple(generator.sample(report, len(report))) for report in reports)
    if edit == "half":
        return tuple(report[::2] for report in reports)
    return tuple(tuple(map(_CHANGES[edit], report)) for report in reports)


def _report(generator: random.Random) -> Report:
    chosen = generator.sample(range(len(_SIDED["en"]) + len(_UNSIDED["en"])), 8)
    return tuple(_statement(generator, what) for what in chosen)


def _statement(generator: random.Random, what: int) -> Statement:
    sized = what in _SIZED
    longest = generator.randint(6, 60)
    return Statement(
        what=what,
        present=sized or generator.random() < 0.5,
        side=generator.choice(("left", "right")) if what < len(_SIDED["en"]) else None,
        size=(longest, generator.randint(4, longest)) if sized else None,
        tail=generator.randrange(len(_TAILS["en"])),
    )


def _english(said: Statement) -> str:
    start, tail = "There is clear" if said.present else "There is no", _TAILS["en"][said.tail]
    if said.side is None:
        return f"{start} evidence of {_UNSIDED['en'][said.what - len(_SIDED['en'])]}{tail}."
    finding, site = _SIDED["en"][said.what]
    size = f" measuring {said.size[0]} x {said.size[1]} mm" if said.size else ""
    return f"{start} evidence of {finding} in the {said.side} {site}{size}{tail}."


def _chinese(said: Statement) -> str:
    start, tail = "可见" if said.present else "未见", _TAILS["zh"][said.tail]
    if said.side is None:
        return f"{start}{_UNSIDED['zh'][said.what - len(_SIDED['zh'])]}{tail}。"
    finding, site = _SIDED["zh"][said.what]
    size = f"，大小约{said.size[0]}mm×{said.size[1]}mm" if said.size else ""
    return f"{_WORD[said.side]}{site}{start}{finding}{size}{tail}。"


def _other_polarity(said: Statement) -> Statement:
    """What has a size keeps it, and stays: the edit changes one thing."""
    return said if said.size else replace(said, present=not said.present)


def _other_side(said: Statement) -> Statement:
    return said if said.side is None else replace(said, side="right" if said.side == "left" else "left")


def _tripled(said: Statement) -> Statement:
    return replace(said, size=(said.size[0] * 3, said.size[1] * 3)) if said.size else said


_CHANGES: Mapping[Edit, Callable[[Statement], Statement]] = MappingProxyType(
    {"negations": _other_polarity, "sides": _other_side, "sizes": _tripled}
)
