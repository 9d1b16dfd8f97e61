"""The name that a box belongs to: what a tag holds, else the end of the running text before it."""

import re
from collections import deque

from medgauge_model_adapters.boxes.markup import Written
from medgauge_model_adapters.boxes.tags import Tags, patterns

LONGEST_NAME = 200
"""Characters of running text, before a box without tags, that are looked at for its name."""

_STOP = re.compile(r"[\n,;:!?。]|\.(?=\s)")
_LEAD = re.compile(r"^(?:the\s+)?(?:region|location|position|bounding box)(?:es|s)?\s+(?:of|for)\s+(?:the\s+)?", re.I)
_TRAIL = re.compile(
    r"(?:\s+(?:is|are))?(?:\s+(?:located|found|seen))?(?:\s+(?:in|at|within))?$"
    r"|(?:的?(?:区域|位置|边界框))?(?:位于|是|为|在)?$",
    re.IGNORECASE,
)
_MARKS = re.compile(r"</?(?:answer|s|bos|eos|pad)>|<\|/?[a-z_]{1,30}\|>", re.IGNORECASE)
"""Marks of a tokeniser or a prompt that are part of no name."""
_EDGE = " \t\r\n,;:.!?。*#`\"'<>/-"
_JOINERS = {"", "and", "和", "与", "及", "以及"}
"""What may stand between two boxes of one name."""


def name_of(text: str, narrow: str, written: list[Written], start: int, tags: Tags) -> tuple[str, int]:
    """The name of the boxes that start at `start`, and where what belongs to them begins.

    Boxes that only a comma or an "and" parts from the last ones share their name. `narrow` is the text with narrow
    punctuation, `written` what was found before.
    """
    previous = written[-1].end if written else 0
    if written and narrow[previous:start].strip(_EDGE + "()").lower() in _JOINERS:
        return written[-1].label, start
    return _name(text, narrow, previous, start, tags)


def _name(text: str, narrow: str, start: int, end: int, tags: Tags) -> tuple[str, int]:
    """What the last opened name tag between two places holds, else the end of the running text."""
    found = patterns(tags)
    opened = deque(found.open_name.finditer(narrow, start, end), maxlen=1)
    if opened:
        closed = found.close_name.search(narrow, opened[0].end(), end)
        return text[opened[0].end() : closed.start() if closed else end].strip(), opened[0].start()
    floor = max(start, end - LONGEST_NAME)
    tail = _MARKS.sub(_blank, found.every.sub(_blank, narrow[floor:end])).rstrip(_EDGE + "(")
    trail = _TRAIL.search(tail)
    tail = tail[: trail.start()] if trail else tail
    stops = list(_STOP.finditer(tail))
    begin = stops[-1].end() if stops else 0
    begin += len(tail[begin:]) - len(tail[begin:].lstrip(_EDGE + ")"))
    lead = _LEAD.match(tail[begin:])
    begin += lead.end() if lead else 0
    return text[floor + begin : floor + len(tail)].strip(), floor + begin


def _blank(mark: re.Match[str]) -> str:
    return " " * len(mark[0])
