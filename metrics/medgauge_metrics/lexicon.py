"""The fingerprint of the word lists and patterns that a reading goes by, for signatures."""

import hashlib
import json
import re
from collections.abc import Iterable


def fingerprint(parts: Iterable[str | re.Pattern[str]]) -> str:
    """Eight hexadecimal digits over words and patterns, in their order; a changed lexicon is another signature."""
    written = [(part, 0) if isinstance(part, str) else (part.pattern, part.flags) for part in parts]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()[:8]
