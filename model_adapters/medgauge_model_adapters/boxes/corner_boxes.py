"""Boxes written as two corners: `<ref>name</ref><box>(a, b),(c, d)</box>`, with the tags or without.

One pass over the text: the time is linear in its length, whatever it holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from medgauge_model_adapters.boxes.markup import NUMBER, Named, Quad, Reading, Written
from medgauge_model_adapters.boxes.naming import name_of
from medgauge_model_adapters.boxes.tags import NARROW, REF_BOX, Tags, patterns

_RUN = re.compile(r"\((?:[()\d.,\s+-]|e(?=[+-]?\d)|nan|inf(?:inity)?)*+", re.IGNORECASE)
_CORNER = rf"\(\s*+({NUMBER})\s*+,\s*+({NUMBER})\s*+\)"
_PAIR = re.compile(rf"{_CORNER}\s*+,?\s*+{_CORNER}", re.IGNORECASE)
_OPENED = re.compile(r"\s*+\(")
_BLANK = 11
"""Characters of space between a tag and its corners that are looked through."""
_LOOK_AHEAD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CornerPairs:
    """Top left and bottom right in round brackets; satisfies `medgauge_model_adapters.boxes.markup.Markup`."""

    tags: Tags = REF_BOX

    def read(self, text: str) -> Reading:
        """All names and boxes. A name belongs to the boxes that follow it; it is empty where none is written."""
        narrow = text.translate(NARROW)
        found = patterns(self.tags)
        written: list[Written] = []
        opened = found.open_box.finditer(narrow)
        malformed = sum(not _OPENED.match(narrow, tag.end(), tag.end() + _BLANK + 5) for tag in opened)
        for run in _RUN.finditer(narrow):
            start = self._start(narrow, run.start())
            tagged = start < run.start()
            pairs = list(_PAIR.finditer(narrow, run.start(), run.end()))
            malformed += _unpaired(run[0], len(pairs), tagged=tagged)
            if not pairs:
                continue
            closed = found.close_box.match(narrow, pairs[-1].end(), pairs[-1].end() + _LOOK_AHEAD)
            label, begin = name_of(text, narrow, written, start, self.tags)
            written.append(
                Written(
                    label=label,
                    quads=tuple(_quad(pair) for pair in pairs),
                    spans=tuple((pair.start(1), pair.end(4)) for pair in pairs),
                    start=begin,
                    end=closed.end() if closed else pairs[-1].end(),
                )
            )
        return Reading(written=tuple(written), malformed=malformed)

    def write(self, mentions: Sequence[Named]) -> str:
        """Names with their boxes, each between box tags of its own."""
        return ", ".join(self._write_one(label, quads) for label, quads in mentions)

    def _write_one(self, label: str, quads: Sequence[Sequence[str]]) -> str:
        name = f"{self.tags.open_name}{label}{self.tags.close_name}" if label else ""
        corners = (f"({a},{b}),({c},{d})" for a, b, c, d in quads)
        return name + "".join(f"{self.tags.open_box}{pair}{self.tags.close_box}" for pair in corners)

    def _start(self, narrow: str, run: int) -> int:
        """Where the box tag before a run begins; the run itself where there is none."""
        floor = max(0, run - len(self.tags.open_box) - _BLANK)
        before = narrow[floor:run].rstrip()
        if not self.tags.open_box or not before.lower().endswith(self.tags.open_box):
            return run
        return floor + len(before) - len(self.tags.open_box)


def _quad(pair: re.Match[str]) -> Quad:
    a, b, c, d = map(float, pair.groups())
    return a, b, c, d


def _unpaired(run: str, pairs: int, *, tagged: bool) -> int:
    """1 where brackets are left over. In running text, a single bracket such as `(2019)` is a remark."""
    brackets = run.count("(")
    if pairs:
        return int(brackets > 2 * pairs)
    return int(tagged or brackets > 1)
