"""Names of tasks and models as file names that every system takes."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

LONGEST = 60
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def slugs(names: Iterable[str]) -> dict[str, str]:
    """A file name for every name: lower case letters, digits, `-`, `_`; different names get different ones.

    Where two names would meet, or nothing readable is left, a piece of the name's hash is added.
    """
    unique = sorted(set(names))
    plain = {name: _plain(name) for name in unique}
    count = Counter(plain.values())
    return {
        name: slug if slug and count[slug] == 1 and not _RESERVED.fullmatch(slug) else _hashed(name, slug)
        for name, slug in plain.items()
    }


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:LONGEST]


def _hashed(name: str, slug: str) -> str:
    return f"{slug or 'x'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
