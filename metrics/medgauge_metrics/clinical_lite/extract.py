"""What a report says, as a set of tuples: finding, polarity, side."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from medgauge_metrics.clinical_lite.laterality import Side, sides
from medgauge_metrics.clinical_lite.lexicon import lexicon
from medgauge_metrics.clinical_lite.polarity import Polarity, listing, polarities
from medgauge_metrics.clinical_lite.reading import items


class Finding(NamedTuple):
    """One thing that a report says of one finding."""

    name: str
    """As the lexicon calls it."""
    polarity: Polarity
    """Affirmed, denied or doubted."""
    side: Side


@lru_cache(maxsize=65_536)
def findings(text: str) -> frozenset[Finding]:
    """All findings of a text in English, Chinese or both; each once, whatever is said twice.

    What is said of a side and again without one counts with the side. Left and right together are bilateral; what is
    denied on both sides is denied, without a side. A doubt about what is also affirmed is none.
    """
    book = lexicon()
    said = items(text, book)
    lists = listing(said)
    found: dict[tuple[str, Polarity], set[Side]] = {}
    for item, polarity, side in zip(said, polarities(said, lists), sides(said, lists), strict=True):
        if polarity:
            found.setdefault((item.value, polarity), set()).add("none" if item.value in book.unsided else side)
    merged = {Finding(*key, side) for key, several in found.items() for side in _merged(several, key[1])}
    return frozenset(f for f in merged if f.polarity != "?" or f._replace(polarity="+") not in merged)


def _merged(several: Iterable[Side], polarity: Polarity) -> set[Side]:
    """The sides of one finding in one polarity."""
    said = set(several)
    both = "bilateral" in said or {"left", "right"} <= said
    if polarity == "-":
        return {"none"} if both or "none" in said else said
    return {"bilateral"} if both else said - {"none"} or {"none"}
