"""How much of a sample may leave the run directory. Whatever is not known counts as `scores`.

A run brings the card of its data set with it, and may come from anybody: where the installed catalogue knows the task
too, the more careful of both cards decides.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import cast

from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog
from medgauge.tasks import PUBLISH_LEVELS, Access, Card, Publish, Task

PUBLIC_LIMIT: Mapping[Access, Publish] = {
    "embedded": "images",
    "public": "images",
    "registration": "scores",
    "credentialed": "scores",
    "never-released": "scores",
}
"""The highest level that a public page may have for data sets of each kind of access."""
_VERSION = r"(?:[- ]v?\d(?:\.\d+)*)?(?: (?:international|unported|universal|generic))?"
_CC = r"(?:cc|creative commons)[- ](?:by|attribution)(?:[- ](?:nc|sa|non-?commercial|share-?alike))*"
_NO_CHANGE = rf"{_CC}[- ](?:nd|no-?deriv(?:ative)?s)(?:[- ](?:nc|sa))*{_VERSION}"
LICENCES: tuple[tuple[str, Publish], ...] = (
    (_NO_CHANGE, "references"),
    (rf"{_CC}{_VERSION}", "images"),
    (rf"(?:cc[- ]?0|creative commons zero){_VERSION}", "images"),
    (rf"(?:odc[- ](?:by|odbl|pddl)|odbl|pddl){_VERSION}", "images"),
    (r"mit(?: licen[cs]e)?", "images"),
    (rf"apache(?:[- ]licen[cs]e)?,?(?: version)?{_VERSION}(?: licen[cs]e)?", "images"),
    (r"bsd(?:[- ]\d[- ]clause)?(?: licen[cs]e)?|\d[- ]clause bsd(?: licen[cs]e)?", "images"),
    (r"public domain|no known copyright restrictions", "images"),
    (r"nih, unrestricted with link, acknowledgement and citation", "images"),
)
"""Licences that let anybody show the data to everybody, and how much: first come first served, whatever the case.

"Non-commercial" allows showing; "no derivatives" no smaller picture.
"""
_NAMES: list[tuple[re.Pattern[str], Publish]] = [
    (re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])"), level) for pattern, level in LICENCES
]
_BESIDE = re.compile(
    r"\b(?:and|or|each picture|one picture|in the tag licence|with a take-down notice|without a version|"
    r"(?:licensed )?under(?: the)?)\b"
)
"""What may stand between the names without changing what they allow."""
_HARMLESS = "later years are not"
_DOUBT = re.compile(
    r"\b(?:no|not|non|none|unknown|unconfirmed|unclear|undetermined|n/?a|tbd|mixed|rights|permission|agreement|"
    r"credentialed|restricted|proprietary|confidential|terms|only|except|excluding|unless|code|software|article)\b"
)
"""Words that take back what a name allows, or leave it open, wherever they stand."""
_REMARK = re.compile(r"\([^()]*\)")


def allows(level: Publish, needed: Publish) -> bool:
    """True when `level` includes `needed`."""
    return PUBLISH_LEVELS.index(level) >= PUBLISH_LEVELS.index(needed)


def lowest(levels: Iterable[Publish]) -> Publish:
    """The most careful of some levels; `scores` of none."""
    present = set(levels)
    for level in PUBLISH_LEVELS:
        if level in present:
            return level
    return "scores"


def highest(levels: Iterable[Publish]) -> Publish:
    """The most open of some levels; `scores` of none."""
    present = set(levels)
    for level in reversed(PUBLISH_LEVELS):
        if level in present:
            return level
    return "scores"


def level_of(publish: Publish, card: Card | None) -> Publish:
    """The level of one sample in one run: no higher than its data set's card says, nor the installed card."""
    return lowest([publish, card.publish, _installed_level(card.name)]) if card else "scores"


def refuse_public(shown: Iterable[tuple[str, Iterable[Card | None], Publish]]) -> None:
    """Refuse a public page that shows more than the access or licence of a data set allows.

    Takes (key of the task, the cards of its runs, highest level of its samples); the installed card is asked too.
    Raises MedGaugeError that names each.
    """
    wrong: dict[str, None] = {}
    for key, cards, level in shown:
        for card in _distinct(cards):
            wrong |= dict.fromkeys(_objections(key, card, level))
    if wrong:
        raise MedGaugeError(
            "--public: these data sets may not be shown like that. Set `publish` in the card to what is allowed and "
            "run again, leave these runs out, or leave --public out; where the licence does allow it, write its name "
            "alone (such as `CC BY 4.0`) into the card and run again:\n" + "\n".join(wrong)
        )


def licence_limit(licence: str) -> Publish:
    """The highest level that the text of a licence allows on a public page; `scores` where it is not understood.

    Each part between semicolons must name licences of `LICENCES` and say nothing else, remarks in parentheses apart;
    the most careful of them decides.
    """
    text = " ".join(licence.replace("`", "").casefold().split())
    found: list[Publish] = []
    bare, _ = _without_names(text)
    if _DOUBT.search(bare.replace(_HARMLESS, "")):
        return "scores"
    for part in _REMARK.sub("", text).split(";"):
        rest, levels = _without_names(part)
        if not levels or any(letter.isalnum() for letter in _BESIDE.sub("", rest)):
            return "scores"
        found += levels
    return lowest(found)


@cache
def installed(name: str) -> Card | None:
    """The card that the installed catalogue has of a task; None where it knows none. Loads no data."""
    tasks = catalog("tasks")
    return cast(Task, tasks.load(name)).card if name in tasks.entries else None


@cache
def _installed_level(name: str) -> Publish:
    """A task that is known, and whose card cannot be read, shows scores alone."""
    try:
        card = installed(name)
    except Exception:
        return "scores"
    return card.publish if card else "images"


def _distinct(cards: Iterable[Card | None]) -> list[Card]:
    """Cards that differ, in their order; most runs of a task bring the same one."""
    found: list[Card] = []
    for card in cards:
        if card is not None and card not in found:
            found.append(card)
    return found


def _objections(key: str, card: Card, level: Publish) -> Iterable[str]:
    """What a run's card and the installed one have against a level."""
    if level == "scores":
        return
    own = installed(card.name)
    for one, whose in ((card, "the run's card"), (own, "the installed card")):
        made = _objection(one, level) if one else None
        if one and made:
            yield f"  {key}: {made} on a public page, its publish level is {level!r} ({whose} of {one.title!r})"


def _objection(card: Card, level: Publish) -> str | None:
    limit = PUBLIC_LIMIT[card.access]
    if not allows(limit, level):
        return f"access {card.access!r} allows {limit!r}"
    # What comes with MedGauge was looked at when it was taken in.
    limit = "images" if card.access == "embedded" and card.licence.strip() else licence_limit(card.licence)
    return None if allows(limit, level) else f"licence {card.licence!r} allows {limit!r}"


def _without_names(text: str) -> tuple[str, list[Publish]]:
    """What is left of a text without the names of licences, and what each of them allows."""
    found: list[Publish] = []
    for pattern, level in _NAMES:
        text, count = pattern.subn(" ", text)
        if count:
            found.append(level)
    return text, found
