"""Sizes in a report, in millimetres: `12 x 8 mm`, `1.5cmX0.8cm`, `2.1 (AP) x 3.2 (TR) cm`, `12㎜`, 12毫米.

A number without a unit beside it or at the end of its `x` chain is no size; neither is `12 mm/s`, `mmHg` or `cm3`. A
range (`3-5 mm`) counts as its two ends. A size belongs to no finding: reports agree on sizes wherever they say them.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from medgauge_metrics.textform import CJK, fold
from medgauge_metrics.traditional import simplified

ABSOLUTE = 1.0
"""Millimetres by which two sizes may always differ."""
RELATIVE = 0.1
"""Share of the size in the reference by which two sizes may differ."""
Lengths: TypeAlias = tuple[float, ...]
"""One to three lengths in mm, the largest first."""

_NUMBER = r"\d{1,4}(?:\.\d{1,3})?(?![\d.]*\d|,\d)"
_UNIT = r"mm|cm|millimet(?:er|re)s?|centimet(?:er|re)s?|毫米|公厘|厘米|公分"
_GAP = r"[ \t]{0,3}"
_NO_LENGTH = rf"(?!x{_GAP}\d)[a-z\d²³^/]|[ ]?(?:hg|/)"
_LABEL = rf"(?:{_GAP}\([a-z{CJK} .-]{{1,20}}\))?"
"""The direction in which a length is measured: `2.1 (AP) x 3.2 (TR) cm`."""
_MARK = r"[x×*✕~–—-]|by|to|至|到|乘|及"


def _part(n: int) -> str:
    """The pattern of the n-th number of a size, and of its unit if it has one."""
    number = rf"(?P<number{n}>{_NUMBER})(?:{_LABEL}{_GAP}-?(?P<unit{n}>{_UNIT})(?!{_NO_LENGTH}))?"
    return rf"(?:{_LABEL}{_GAP}(?P<mark{n}>{_MARK}){_GAP}{number})?" if n else number


_SIZE = re.compile(rf"(?<![\d.a-z])(?<!\d,){_part(0)}{_part(1)}{_part(2)}")
_RANGES = frozenset("~–—-") | {"to", "至", "到", "及"}
_SQUARES = {ord("㎜"): "mm", ord("㎝"): "cm"}
_CENTIMETRES = ("cm", "centi", "厘米", "公分")


@lru_cache(maxsize=65_536)
def sizes(text: str) -> frozenset[Lengths]:
    """All sizes of a text, each once; lengths of zero are left out."""
    found: set[Lengths] = set()
    for match in _SIZE.finditer(simplified(fold(text)).lower().translate(_SQUARES)):
        found.update(_read(match))
    return frozenset(found)


def matched(answer: Iterable[Lengths], target: Iterable[Lengths]) -> int:
    """How many sizes can be paired one to one: as many lengths, each within max(1 mm, 10 %) of the reference's.

    The largest pairing, not a greedy one.
    """
    written, wanted = sorted(answer), sorted(target)
    near = [_near(size, written) for size in wanted]
    owner: dict[int, int] = {}
    partner: dict[int, int] = {}
    return sum(_pair(index, near, owner, partner) for index in range(len(wanted)))


def _read(match: re.Match[str]) -> list[Lengths]:
    """The size that a match says, or the two ends of a range; nothing where no unit is said."""
    said = match.groupdict(default="")
    parts = [(said.get(f"mark{n}", ""), said[f"number{n}"], said[f"unit{n}"]) for n in range(3) if said[f"number{n}"]]
    while parts and not parts[-1][2] and parts[-1][0] in _RANGES:
        parts.pop()  # "5 mm to 8 weeks" says nothing of 8 mm
    unit = next((unit for _, _, unit in reversed(parts) if unit), "")
    if not unit:
        return []
    lengths = []
    for _, number, own in reversed(parts):
        unit = own or unit
        lengths.append(round(float(number) * (10 if unit.startswith(_CENTIMETRES) else 1), 6))
    if any(mark in _RANGES for mark, _, _ in parts):
        return [(length,) for length in lengths if length]
    return [tuple(sorted(lengths, reverse=True))] if all(lengths) else []


def _near(size: Lengths, written: Sequence[Lengths]) -> list[int]:
    """Places in the sorted `written` of the sizes that may be paired with `size`."""
    found = []
    reach = max(ABSOLUTE, RELATIVE * size[0]) + 1e-9
    for index in range(bisect_left(written, (size[0] - reach,)), len(written)):
        other = written[index]
        if other[0] > size[0] + reach:
            break
        if len(other) == len(size) and all(
            abs(a - b) <= max(ABSOLUTE, RELATIVE * b) + 1e-9 for a, b in zip(other, size, strict=True)
        ):
            found.append(index)
    return found


def _pair(start: int, near: Sequence[Sequence[int]], owner: dict[int, int], partner: dict[int, int]) -> bool:
    """Find `start` a partner, moving others to another one where need be (Kuhn's augmenting path, breadth first).

    `owner`: written size to the wanted one it is paired with; `partner`: the other way round.
    """
    came: dict[int, int] = {}
    queue = [start]
    for wanted in queue:
        for candidate in near[wanted]:
            if candidate in came:
                continue
            came[candidate] = wanted
            if candidate in owner:
                queue.append(owner[candidate])
                continue
            free: int | None = candidate
            while free is not None:
                mover = came[free]
                left = partner.get(mover)
                owner[free], partner[mover] = mover, free
                free = left
            return True
    return False
