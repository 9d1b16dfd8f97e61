"""Boxes written as lists in brackets: `<ref>name</ref><box>[[a, b, c, d], ...]</box>`, `name [a, b, c, d]`.

With the tags of a model, or with what is left without them: `name[[a, b, c, d]]` must read the same. One pass over
the text: the time is linear in its length, whatever it holds.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medgauge_model_adapters.boxes.markup import NUMBER, Named, Quad, Reading, Span, Written
from medgauge_model_adapters.boxes.naming import name_of
from medgauge_model_adapters.boxes.tags import NARROW, REF_BOX, Tags, patterns

_RUN = {
    joined: re.compile(rf"\[(?:[\[\]\d.,\s+{';' if joined else ''}-]|e(?=[+-]?\d)|nan|inf(?:inity)?)*+", re.IGNORECASE)
    for joined in (False, True)
}
_LEAF = re.compile(r"\[([^\[\]]*+)(\]?)")
_NUMBER = re.compile(NUMBER, re.IGNORECASE)
_OPENED = re.compile(r"\s*+\[")
_BLANK = 11
"""Characters of space between a tag and its list that are looked through."""
_LOOK_AHEAD = 200
_PADDING = " \t\r\n,"


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """One bracketed list of boxes with its tags, if any."""

    start: int
    end: int
    quads: tuple[Quad, ...]
    spans: tuple[Span, ...]
    malformed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketLists:
    """Lists of four numbers; satisfies `medgauge_model_adapters.boxes.markup.Markup`."""

    tags: Tags = REF_BOX
    double: bool = True
    """Boxes are written in a list of lists; one without it is read all the same."""
    joined: bool = False
    """Boxes of one name share a pair of brackets, parted by semicolons."""

    def read(self, text: str) -> Reading:
        """All names and boxes. A name belongs to the boxes that follow it; it is empty where none is written."""
        narrow = text.translate(NARROW)
        written: list[Written] = []
        malformed = self._tags_without_list(narrow)
        for found in self._lists(narrow):
            malformed += found.malformed
            label, start = name_of(text, narrow, written, found.start, self.tags)
            written.append(Written(label=label, quads=found.quads, spans=found.spans, start=start, end=found.end))
        return Reading(written=tuple(written), malformed=malformed)

    def write(self, mentions: Sequence[Named]) -> str:
        """Names with their boxes; a name without boxes stands alone."""
        return ", ".join(self._write_one(label, quads) for label, quads in mentions)

    def _write_one(self, label: str, quads: Sequence[Sequence[str]]) -> str:
        name = f"{self.tags.open_name}{label}{self.tags.close_name}" if label else ""
        if not quads:
            return name
        if self.joined:
            inner = "[" + ";".join(",".join(quad) for quad in quads) + "]"
        else:
            inner = ", ".join("[" + ", ".join(quad) + "]" for quad in quads)
        boxes = self.tags.open_box + (f"[{inner}]" if self.double else inner) + self.tags.close_box
        return f"{name}{boxes}" if self.tags.open_name or not name else f"{name} {boxes}"

    def _lists(self, narrow: str) -> Iterator[_List]:
        """Every run of brackets and numbers that is box markup."""
        opening = self.tags.open_box
        behind = len(opening) + _BLANK
        for run in _RUN[self.joined].finditer(narrow):
            before = narrow[max(0, run.start() - behind) : run.start()].rstrip()
            tagged = bool(opening) and before.lower().endswith(opening)
            found = self._quads(run[0], run.start(), plain=not tagged and not run[0].startswith("[["))
            malformed = found.malformed
            if tagged and not found.quads:
                malformed = max(malformed, 1)
            if not found.quads and not malformed:
                continue
            start = max(0, run.start() - behind) + len(before) - len(opening) if tagged else run.start()
            close_box = patterns(self.tags).close_box
            search = close_box.search if tagged else close_box.match
            closed = search(narrow, found.end, found.end + _LOOK_AHEAD)
            end = closed.end() if closed else found.end
            yield _List(start=start, end=end, quads=found.quads, spans=found.spans, malformed=malformed)

    def _quads(self, run: str, start: int, *, plain: bool) -> _List:
        """The boxes of one run, the number of its unreadable lists, and where its last bracket ends.

        In `plain` text, a single bracket with one or two numbers is a remark such as `[3]`, not a box.
        """
        quads: list[Quad] = []
        spans: list[Span] = []
        malformed = end = 0
        for leaf in _LEAF.finditer(run):
            end = leaf.end()
            if not leaf[1].strip(_PADDING) and not leaf[2]:
                continue
            place = leaf.start(1)
            for part in leaf[1].split(";"):
                inner = part.strip(_PADDING)
                numbers = [number.strip() for number in inner.split(",")]
                numeric = all(map(_NUMBER.fullmatch, numbers))
                if leaf[2] and numeric and len(numbers) == 4:
                    a, b, c, d = map(float, numbers)
                    quads.append((a, b, c, d))
                    begin = start + place + len(part) - len(part.lstrip(_PADDING))
                    spans.append((begin, begin + len(inner)))
                elif not plain or (numeric and len(numbers) > 2):
                    malformed += 1
                place += len(part) + 1
        end = start + max(end, run.rfind("]") + 1)
        return _List(start=start, end=end, quads=tuple(quads), spans=tuple(spans), malformed=malformed)

    def _tags_without_list(self, narrow: str) -> int:
        """How many box tags are followed by no bracket at all."""
        if self.tags.any_answer:
            return 0
        opened = patterns(self.tags).open_box.finditer(narrow)
        return sum(not _OPENED.match(narrow, tag.end(), tag.end() + _BLANK + 5) for tag in opened)
