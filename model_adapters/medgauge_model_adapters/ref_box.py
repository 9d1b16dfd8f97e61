"""Boxes written as `<ref>name</ref><box>[[a, b, c, d], ...]</box>`, with the tags or what is left without them.

Decoders often drop special tokens, so `name[[a, b, c, d]]` must read the same. One pass over the text: the time is
linear in its length, whatever it holds.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medgauge_model_adapters.markup import Quad, Reading, Written

_NARROW = str.maketrans("，、［］【】：；（）．－＋＜＞／", ",,[][]:;().-+<>/")
"""Full-width punctuation to its narrow form, one character for one, so that spans stay true."""

_RUN = re.compile(r"\[(?:[\[\]\d.,\s+-]|e(?=[+-]?\d)|nan|inf(?:inity)?)*+", re.IGNORECASE)
_LEAF = re.compile(r"\[([^\[\]]*+)(\]?)")
_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{1,30})?(?:e[+-]?\d{1,4})?|nan|inf(?:inity)?)", re.IGNORECASE)
"""What is read as a number; one that is not finite makes its box invalid, not unreadable."""
_TAG = re.compile(r"</?(?:ref|box)>", re.IGNORECASE)
_OPEN_BOX = re.compile(r"<box>", re.IGNORECASE)
_OPEN_REF = re.compile(r"<ref>", re.IGNORECASE)
_CLOSE_BOX = re.compile(r"\s*+</box>", re.IGNORECASE)
_OPENED = re.compile(r"\s*+\[")
_CLOSE_REF = re.compile(r"</ref>", re.IGNORECASE)
_STOP = re.compile(r"[\n,;:!?。]|\.(?=\s)")
_LEAD = re.compile(r"^(?:the\s+)?(?:region|location|position|bounding box)(?:es|s)?\s+(?:of|for)\s+(?:the\s+)?", re.I)
_TRAIL = re.compile(
    r"(?:\s+(?:is|are))?(?:\s+(?:located|found|seen))?(?:\s+(?:in|at|within))?$"
    r"|(?:的?(?:区域|位置|边界框))?(?:位于|是|为|在)?$",
    re.IGNORECASE,
)
_EDGE = " \t\r\n,;:.!?。*#`\"'<>/-"
_JOINERS = {"", "and", "和", "与", "及", "以及"}
"""What may stand between two lists of boxes of one name."""
_LOOK_BEHIND = 16
_LOOK_AHEAD = 200
LONGEST_NAME = 200
"""Characters of running text, before a box without tags, that are looked at for its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """One bracketed list of boxes with its tags, if any."""

    start: int
    end: int
    quads: tuple[Quad, ...]
    malformed: int


def read(text: str) -> Reading:
    """All names and boxes of a text. A name belongs to the boxes that follow it; it is empty where none is written."""
    narrow = text.translate(_NARROW)
    written: list[Written] = []
    malformed = _tags_without_list(narrow)
    for found in _lists(narrow):
        malformed += found.malformed
        previous = written[-1].end if written else 0
        label, start = "", found.start
        if written and narrow[previous : found.start].strip(_EDGE + "()").lower() in _JOINERS:
            label = written[-1].label
        else:
            label, start = _name(text, narrow, previous, found.start)
        written.append(Written(label=label, quads=found.quads, start=start, end=found.end))
    return Reading(written=tuple(written), malformed=malformed)


def write(mentions: Sequence[tuple[str, Sequence[Sequence[int]]]]) -> str:
    """Names with their boxes; a name without boxes is a bare `<ref>`."""
    return ", ".join(_write_one(label, quads) for label, quads in mentions)


def _write_one(label: str, quads: Sequence[Sequence[int]]) -> str:
    name = f"<ref>{label}</ref>" if label else ""
    lists = ", ".join("[" + ", ".join(map(str, quad)) + "]" for quad in quads)
    return f"{name}<box>[{lists}]</box>" if quads else name


def _lists(narrow: str) -> Iterator[_List]:
    """Every run of brackets and numbers that is box markup."""
    for run in _RUN.finditer(narrow):
        before = narrow[max(0, run.start() - _LOOK_BEHIND) : run.start()].rstrip()
        tagged = before.lower().endswith("<box>")
        quads, malformed, end = _quads(run[0], plain=not tagged and not run[0].startswith("[["))
        if tagged and not quads:
            malformed = max(malformed, 1)
        if not quads and not malformed:
            continue
        start = max(0, run.start() - _LOOK_BEHIND) + len(before) - len("<box>") if tagged else run.start()
        end += run.start()
        search = _CLOSE_BOX.search if tagged else _CLOSE_BOX.match
        closed = search(narrow, end, end + _LOOK_AHEAD)
        yield _List(start=start, end=closed.end() if closed else end, quads=quads, malformed=malformed)


def _quads(run: str, *, plain: bool) -> tuple[tuple[Quad, ...], int, int]:
    """Boxes, unreadable lists, and where the run's last bracket ends.

    In `plain` text, a single bracket with one or two numbers is a remark such as `[3]`, not a box.
    """
    quads: list[Quad] = []
    malformed = end = 0
    for leaf in _LEAF.finditer(run):
        end = leaf.end()
        inner = leaf[1].strip(" \t\r\n,")
        if not inner and not leaf[2]:
            continue
        numbers = [part.strip() for part in inner.split(",")]
        numeric = all(map(_NUMBER.fullmatch, numbers))
        if leaf[2] and numeric and len(numbers) == 4:
            a, b, c, d = map(float, numbers)
            quads.append((a, b, c, d))
        elif not plain or (numeric and len(numbers) > 2):
            malformed += 1
    return tuple(quads), malformed, max(end, run.rfind("]") + 1)


def _tags_without_list(narrow: str) -> int:
    """How many `<box>` tags are followed by no bracket at all."""
    return sum(not _OPENED.match(narrow, tag.end(), tag.end() + _LOOK_BEHIND) for tag in _OPEN_BOX.finditer(narrow))


def _name(text: str, narrow: str, start: int, end: int) -> tuple[str, int]:
    """The name before a box and where it begins: what the last `<ref>` holds, else the end of the running text."""
    opened = deque(_OPEN_REF.finditer(narrow, start, end), maxlen=1)
    if opened:
        closed = _CLOSE_REF.search(narrow, opened[0].end(), end)
        return text[opened[0].end() : closed.start() if closed else end].strip(), opened[0].start()
    floor = max(start, end - LONGEST_NAME)
    tail = _TAG.sub(lambda tag: " " * len(tag[0]), narrow[floor:end]).rstrip(_EDGE + "(")
    trail = _TRAIL.search(tail)
    tail = tail[: trail.start()] if trail else tail
    stops = list(_STOP.finditer(tail))
    begin = stops[-1].end() if stops else 0
    begin += len(tail[begin:]) - len(tail[begin:].lstrip(_EDGE + ")"))
    lead = _LEAD.match(tail[begin:])
    begin += lead.end() if lead else 0
    return text[floor + begin : floor + len(tail)].strip(), floor + begin
