"""Reports as plain text in sections with headings in capitals: "FINDINGS:", "IMPRESSION:"."""

import re
from collections.abc import Mapping
from pathlib import Path

from medgauge_tasks.readers.record import read_text

_HEADING = re.compile(r"^[ \t]*([A-Z][A-Z ,/&()-]{1,60}):", re.MULTILINE)


def read_sections(file: Path) -> Mapping[str, str]:
    """Heading in small letters to the words under it, in one line; blank ones left out.

    What stands before the first heading has none. Of a heading that comes twice, as in an addendum, the last counts.
    Raises Incomplete and BadRecord.
    """
    text = read_text(file)
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    sections = {
        heading[1].strip().lower(): " ".join(text[heading.end() : end].split())
        for heading, end in zip(headings, ends, strict=False)
    }
    return {name: words for name, words in sections.items() if words}
