"""How much of a sample may leave the run directory. Whatever is not known counts as `scores`."""

from collections.abc import Iterable, Mapping

from medgauge.errors import MedGaugeError
from medgauge.store import StoredSample
from medgauge.tasks import PUBLISH_LEVELS, Access, Card, Publish

PUBLIC_LIMIT: Mapping[Access, Publish] = {
    "embedded": "images",
    "public": "images",
    "registration": "scores",
    "credentialed": "scores",
    "never-released": "scores",
}
"""The highest level that a public page may have for data sets of each kind of access."""
UNKNOWN_LICENCE = ("", "unknown", "none")


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


def level_of(stored: StoredSample, card: Card | None) -> Publish:
    """The level of one sample in one run: no higher than its data set's card says."""
    return lowest([stored.publish, card.publish]) if card else "scores"


def refuse_public(levels: Iterable[tuple[str, Card | None, Publish]]) -> None:
    """Refuse a public page that shows more than the access or licence of a data set allows.

    Takes (key of the task, card, highest level of its samples). Raises MedGaugeError that names each.
    """
    wrong = [line for key, card, level in levels if (line := _objection(key, card, level))]
    if wrong:
        raise MedGaugeError(
            "--public: these data sets may not be shown like that; set `publish: scores` in the card and run "
            "again, or leave --public out:\n" + "\n".join(wrong)
        )


def _objection(key: str, card: Card | None, level: Publish) -> str | None:
    if card is None or level == "scores":
        return None
    limit = PUBLIC_LIMIT[card.access]
    if not allows(limit, level):
        return f"  {key}: access {card.access!r} allows {limit!r} on a public page, its publish level is {level!r}"
    if card.licence.strip().lower() in UNKNOWN_LICENCE:
        return f"  {key}: licence {card.licence!r} allows 'scores' on a public page, its publish level is {level!r}"
    return None
