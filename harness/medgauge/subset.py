"""Which samples a limited run asks: always the same ones, spread over the slices in their true proportions."""

import hashlib
from collections.abc import Mapping


def stratified(strata: Mapping[str, str], limit: int) -> set[str]:
    """`limit` of the ids, given the stratum of each; all of them where there are no more.

    Within a stratum ids come in the order of their hashes, at equal steps with an offset by the stratum's hash. A
    stratum of n of N ids so has n / N of the limit, give or take one, and one of a single id has its fair chance. A
    larger limit only adds ids, and neither the order nor the machine matters.
    """
    members: dict[str, list[str]] = {}
    for id, stratum in strata.items():
        members.setdefault(stratum, []).append(id)
    places = {
        id: ((rank + _uniform(stratum)) / len(own), _digest(id))
        for stratum, own in members.items()
        for rank, id in enumerate(sorted(own, key=_digest))
    }
    return set(sorted(places, key=places.__getitem__)[:limit])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _uniform(text: str) -> float:
    """Between 0 and 1, the same for the same text."""
    return (int(_digest(f"stratum {text}")[:13], 16) + 0.5) / 16**13
