"""Boxes written as tokens: `name<loc_1><loc_2><loc_3><loc_4>` and its like.

One pass over the text: the time is linear in its length, whatever it holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from medgauge_model_adapters.boxes import patches
from medgauge_model_adapters.boxes.markup import Named, Quad, Reading, Written
from medgauge_model_adapters.boxes.naming import name_of
from medgauge_model_adapters.boxes.tags import NARROW, PLAIN, Tags, patterns

_NUMBER = r"(\d{1,15})"
_NAME_AFTER = re.compile(r"[^;<\n]{0,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRuns:
    """Four tokens a box, or two cells of a grid; satisfies `medgauge_model_adapters.boxes.markup.Markup`."""

    tokens: tuple[str, ...]
    """One box, `%s` for each number."""
    glue: str = ""
    """Written between the tokens of a box; any space is read."""
    edges: tuple[str, str] = ("", "")
    """Before and after the tokens of each box."""
    between: str = ""
    """Parts two boxes of one name."""
    around: tuple[str, str] = ("", "")
    """Before and after all boxes of a name."""
    tags: Tags = PLAIN
    """Those of the name; its `open_box` announces a box, and is malformed without one."""
    separator: str = ", "
    """Parts two names with their boxes."""
    name_after: bool = False
    """The name follows each of its boxes."""
    grid: int = 0
    """Cells on a side, where the tokens are two cells; 0 where they are coordinates."""

    def read(self, text: str) -> Reading:
        """All names and boxes; tokens that make no whole box are malformed, once in each run of tokens."""
        narrow = text.translate(NARROW)
        found = _patterns(self)
        written: list[Written] = []
        opened = patterns(self.tags).open_box.finditer(narrow)
        malformed = sum(not found.announced.match(narrow, tag.end()) for tag in opened)
        for run in found.run.finditer(narrow):
            boxes = list(found.box.finditer(run[0]))
            malformed += int(len(found.token.findall(run[0])) > len(boxes) * len(self.tokens))
            if boxes:
                written.append(self._written(text, narrow, written, run, boxes))
        return Reading(written=tuple(written), malformed=malformed)

    def write(self, mentions: Sequence[Named]) -> str:
        """Names with their boxes; a name without boxes stands alone."""
        return self.separator.join(self._write_one(label, quads) for label, quads in mentions)

    def _written(
        self, text: str, narrow: str, written: list[Written], run: re.Match[str], boxes: Sequence[re.Match[str]]
    ) -> Written:
        begin, end = run.span()
        if self.name_after:
            after = _NAME_AFTER.match(narrow, end)
            label = text[end : after.end()].strip() if after else ""
            end += len(text[end : after.end()].rstrip()) if after and label else 0
        else:
            label, begin = name_of(text, narrow, written, begin, self.tags)
        return Written(
            label=label,
            quads=tuple(self._quad(box) for box in boxes),
            spans=tuple((run.start() + box.start(1), run.start() + box.end(len(box.groups()))) for box in boxes),
            start=begin,
            end=end,
        )

    def _quad(self, box: re.Match[str]) -> Quad:
        numbers = [int(number) for number in box.groups()]
        if self.grid:
            return patches.corners(numbers[0], numbers[1], self.grid)
        a, b, c, d = map(float, numbers)
        return a, b, c, d

    def _write_one(self, label: str, quads: Sequence[Sequence[str]]) -> str:
        boxes = [self.edges[0] + self.glue.join(self.tokens) % tuple(quad) + self.edges[1] for quad in quads]
        if self.name_after:
            return self.separator.join(f"{box} {label}".strip() for box in boxes)
        name = f"{self.tags.open_name}{label}{self.tags.close_name}" if label else ""
        return name + self.around[0] + self.between.join(boxes) + self.around[1] if boxes else name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patterns:
    token: re.Pattern[str]
    box: re.Pattern[str]
    run: re.Pattern[str]
    announced: re.Pattern[str]
    """What must follow a tag that announces boxes."""


@cache
def _patterns(markup: TokenRuns) -> _Patterns:
    """One token, the tokens of one box, and a run of tokens with all that may stand between and round them.

    At most two openings are looked at before a run, so that a text of openings alone takes linear time.
    """
    tokens = [re.escape(token).replace("%s", _NUMBER) for token in markup.tokens]
    before, after = (re.escape(edge) for edge in markup.edges)
    one = "|".join(dict.fromkeys(token.replace("(", "(?:") for token in tokens))
    opening = _words(markup.around[0], markup.edges[0])
    inside = "|".join([one, *opening, *_words(markup.edges[1], markup.between, markup.around[1])])
    first = rf"(?:(?:{'|'.join(opening)})\s*+){{0,2}}+" if opening else ""
    return _Patterns(
        token=re.compile(one),
        box=re.compile(r"\s*+".join([part for part in (before, *tokens, after) if part])),
        run=re.compile(rf"{first}(?:{one})(?:\s*+(?:{inside}))*+"),
        announced=re.compile(rf"\s*+(?:{one})"),
    )


def _words(*words: str) -> list[str]:
    return [re.escape(word.strip()) for word in words if word.strip()]
