"""On which side a text puts its findings.

A side stands before its findings ("left effusion and atelectasis", 左侧胸腔积液), or behind them with a preposition or
at the end of the clause ("effusion in the left base", "effusions bilaterally"). It ends with its clause, but goes on
through a list of bare names, and in Chinese over a comma to a part of the same place (左肺上叶见结节，下叶实变).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

from medgauge_metrics.clinical_lite.reading import Item

Side: TypeAlias = Literal["left", "right", "bilateral", "none"]
_LINKS = frozenset({"joins", "alternatives", "affirms", "doubts_around"})


@dataclass(slots=True, kw_only=True)
class _Reader:
    """What is known on the way through one clause."""

    sides: list[str]
    side: str = ""
    """That a finding would get now."""
    used: bool = False
    """Whether a finding has it already: the next one only inherits."""
    waiting: list[int] = field(default_factory=list)
    """Findings, linked by "and", that a side behind them would be about."""
    linked: bool = False
    given: list[int] = field(default_factory=list)
    """Findings that have a side from behind, as long as nothing else is named: a second side makes it both."""

    def name(self, index: int, item: Item) -> None:
        """A finding takes the side before it; without one of its own it may still get one from behind."""
        self.given.clear()
        self.sides[index] = self.side
        own = bool(self.side) and not self.used
        if own or not self.linked or item.gap > 1:
            self.waiting.clear()
        if not own:
            self.waiting.append(index)
        self.used, self.linked = True, True

    def give(self, side: str) -> None:
        """A side behind the findings that wait is theirs, and nobody else's."""
        waiting = list(self.waiting)
        for index in waiting or self.given:
            self.sides[index] = side if waiting or self.sides[index] == side else "bilateral"
        self.end()
        self.given.extend(waiting)

    def end(self) -> None:
        """The clause ends."""
        self.side, self.used, self.linked = "", False, False
        self.waiting.clear()
        self.given.clear()


def sides(said: Sequence[Item], lists: Sequence[bool]) -> list[Side]:
    """Per item the side of a finding, `none` where no side is said. `lists`: commas within a list."""
    reader = _Reader(sides=["none"] * len(said))
    ahead = _finding_ahead(said)
    for index, item in enumerate(said):
        if item.kind == "finding" or item.kind == "absent":
            reader.name(index, item)
        elif item.kind == "side_after" or (item.kind == "side" and not ahead[index]):
            if reader.waiting or (reader.given and not ahead[index]):
                reader.give(item.value)
            elif not reader.used:
                reader.side = item.value
        elif item.kind == "side":
            reader.side, reader.used, reader.linked = item.value, False, False
        elif item.kind in ("comma", "pause"):
            _comma(reader, said, index, listed=lists[index])
        elif item.kind in ("stop", "turns"):
            reader.end()
        else:
            reader.linked = reader.linked and item.kind in _LINKS and not item.gap
    return [cast(Side, side or "none") for side in reader.sides]


def _comma(reader: _Reader, said: Sequence[Item], index: int, *, listed: bool) -> None:
    """What a comma leaves of a side."""
    after = said[index + 1]
    if listed:
        return
    if after.kind in ("carries", "within") and not after.gap:
        reader.used = False
        reader.waiting.clear()
    elif after.kind == "side" and not after.gap and said[index + 2].kind in ("comma", "stop"):
        reader.side, reader.used = "", True
    elif not (reader.side and not reader.used and not said[index].gap):
        reader.end()


def _finding_ahead(said: Sequence[Item]) -> list[bool]:
    """Per item, whether a finding follows in its clause."""
    result = [False] * len(said)
    ahead = False
    for index in range(len(said) - 1, -1, -1):
        result[index] = ahead
        if said[index].kind in ("finding", "absent"):
            ahead = True
        elif said[index].kind in ("stop", "turns", "comma", "pause"):
            ahead = False
    return result
