"""Names of tasks and models as file names that every system takes."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable

LONGEST = 60
_DIGITS = (0, 8, 16, 32, 64)
"""Of the hash, the more the oftener a name meets another."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A file name for every name: lower case letters, digits, `-`, `_`; different names get different ones.

    Where two names would meet, or nothing readable is left, a piece of the name's hash is added. A name that looks
    like what another one became is hashed in its turn, until none meet.
    """
    plain = {name: _plain(name) for name in sorted(set(names))}
    steps = {name: int(not slug or bool(_RESERVED.fullmatch(slug))) for name, slug in plain.items()}
    while True:
        made = {name: _hashed(name, slug, _DIGITS[steps[name]]) for name, slug in plain.items()}
        alike: dict[str, list[str]] = defaultdict(list)
        for name, slug in made.items():
            alike[slug].append(name)
        meeting = [names for names in alike.values() if len(names) > 1]
        if not meeting:
            return made
        for names in meeting:
            # Whoever is plain makes way first, so that a name that was hashed keeps what it had.
            least = min(steps[name] for name in names)
            steps |= {name: least + 1 for name in names if steps[name] == least}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:LONGEST]


def _hashed(name: str, slug: str, digits: int) -> str:
    if not digits:
        return slug
    return f"{slug or 'x'}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:digits]}"
