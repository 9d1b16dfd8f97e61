"""Boxes written as JSON objects: `[{"bbox_2d": [a, b, c, d], "label": "name"}, ...]`, fenced or bare.

Every complete object counts, wherever it stands, so a list that was cut off keeps what was finished. One pass over
the text: the time is linear in its length.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from medgauge.codec import clean_text
from medgauge_model_adapters.markup import LARGEST, Quad, Reading, Written

LABEL_KEY = "label"
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|[{}]')
_FENCES = ("```json", "```JSON", "```")
_AFTER = re.compile(r"(?:\s*+,(?=\s*+\{))?(?:\s*+\])?(?:\s*+```)?")


def read(text: str, box_key: str) -> Reading:
    """All objects of a text that hold `box_key`. Any other object, and one that never ends, is malformed."""
    written: list[Written] = []
    malformed = previous = 0
    for start, end in _objects(text):
        found = _entry(text[start:end], box_key) if end else None
        if found is None:
            malformed += 1
            continue
        label, quads, unreadable = found
        malformed += unreadable
        after = _AFTER.match(text, end)
        stop = after.end() if after else end
        written.append(Written(label=label, quads=quads, start=_opening(text, previous, start), end=stop))
        previous = stop
    return Reading(written=tuple(written), malformed=malformed)


def write(mentions: Sequence[tuple[str, Sequence[Sequence[int]]]], box_key: str) -> str:
    """One object a box; a name without boxes has no object."""
    entries = [{box_key: list(quad), LABEL_KEY: label} for label, quads in mentions for quad in quads]
    body = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f"```json\n[{body}]\n```"


def _objects(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the innermost objects; the end is 0 for one that the text breaks off."""
    start = text.find("{")
    while start >= 0:
        end, position = 0, start + 1
        while token := _TOKEN.search(text, position):
            position = token.end()
            if token[0] == "{":
                start = token.start()
            elif token[0] == "}":
                end = position
                break
        yield start, end
        start = text.find("{", end) if end else -1


def _entry(text: str, box_key: str) -> tuple[str, tuple[Quad, ...], int] | None:
    """Label, boxes and the number of unreadable boxes of one object; None when it is none of ours."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    value = data.get(box_key)
    if not isinstance(value, list):
        return None
    label = data.get(LABEL_KEY, "")
    lists: list[Any] = value if value and all(isinstance(item, list) for item in value) else [value]
    quads = tuple(quad for quad in map(_quad, lists) if quad is not None)
    return clean_text(label).strip() if isinstance(label, str) else "", quads, len(lists) - len(quads)


def _quad(values: list[Any]) -> Quad | None:
    """Four numbers, or None. NaN and infinity are numbers here: their box is invalid, not unreadable."""
    if len(values) != 4 or any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        return None
    if not all(-LARGEST <= v <= LARGEST or (isinstance(v, float) and not math.isfinite(v)) for v in values):
        return None
    a, b, c, d = map(float, values)
    return (a, b, c, d)


def _opening(text: str, floor: int, start: int) -> int:
    """Where the bracket and the fence before an object begin."""
    before = text[floor:start].rstrip()
    if not before.endswith("["):
        return start
    before = before[:-1].rstrip()
    fence = next((fence for fence in _FENCES if before.endswith(fence)), "")
    return floor + len(before) - len(fence)
