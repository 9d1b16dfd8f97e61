"""Which findings a text affirms, denies or doubts. Own rules, in the manner of ConText (Harkema et al. 2009).

A cue reaches the findings behind it, before it, or on both sides, and its reach ends with its clause. It crosses an
English comma only within a list: a bare name follows, or an "or" comes later. It never crosses a Chinese comma, since
、 parts the members of a list. A denial is not weakened by a doubt inside it (未见可疑结节).
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from medgauge_metrics.clinical_lite.reading import Item

Polarity: TypeAlias = Literal["+", "-", "?"]
_Mark: TypeAlias = Literal["", "+", "-", "?", "muted"]
_BEHIND: dict[str, _Mark] = {
    "denies": "-", "denies_either": "-", "doubts": "?", "doubts_either": "?", "mutes": "muted"
}  # fmt: skip
_BEFORE: dict[str, _Mark] = {
    "denies_before": "-", "denies_either": "-", "doubts_before": "?", "doubts_either": "?", "doubts_around": "?"
}  # fmt: skip
_CUES = frozenset({*_BEHIND, *_BEFORE})
_EITHER = frozenset({"denies_either", "doubts_either"})
_ENDS = frozenset({"stop", "turns", "affirms"})
_CLAUSE = frozenset({"stop", "turns", "comma", "pause"})
_NAMES = frozenset({"finding", "absent"})


def polarities(said: Sequence[Item], lists: Sequence[bool]) -> list[Polarity | None]:
    """Per item the polarity of a finding; None for all else, and for a finding that the text only asks about.

    `lists`: per item, whether it is a comma within a list (`listing`).
    """
    result: list[_Mark] = [""] * len(said)
    ahead = _finding_ahead(said)
    active: _Mark = ""
    fresh = False
    for index, item in enumerate(said):
        kind = item.kind
        if kind in _ENDS or kind == "pause" or (kind == "comma" and not lists[index] and (item.gap or not fresh)):
            active, fresh = "", False
        elif kind == "finding":
            result[index], fresh = active or "+", False
        elif kind == "absent":
            result[index] = "-"
        elif kind in _CUES:
            behind = kind in _BEHIND and (kind not in _EITHER or ahead[index] or not _closes(said, index))
            if not behind or kind == "doubts_around":
                _mark_before(said, result, index)
            mark = _BEHIND[kind] if behind else "?" if kind == "doubts_around" else active
            if not (mark == "?" and active == "-" and fresh):
                active, fresh = mark, behind or (fresh and mark == active)
    return [mark if mark in ("+", "-", "?") else None for mark in result]


def listing(said: Sequence[Item]) -> list[bool]:
    """Per item, whether it is an English comma within a list: a bare name follows, or an "or" later in the clause."""
    result = [False] * len(said)
    bare, named, alternative = True, False, False
    for index in range(len(said) - 1, -1, -1):
        item = said[index]
        if item.kind == "comma":
            result[index] = (bare and named) or alternative
            bare, named = item.gap == 0, False
            continue
        if item.kind in _ENDS or item.kind in _CUES or item.kind == "pause":
            alternative = False
        if item.kind in ("stop", "turns", "pause"):
            bare, named = item.gap == 0, False
            continue
        alternative = alternative or item.kind == "alternatives"
        named = named or item.kind == "finding"
        bare = bare and item.gap == 0 and item.kind in ("finding", "joins", "alternatives")
    return result


def _finding_ahead(said: Sequence[Item]) -> list[bool]:
    """Per item, whether a finding follows before its clause, or the reach of a cue at it, ends."""
    result = [False] * len(said)
    ahead = False
    for index in range(len(said) - 1, -1, -1):
        kind = said[index].kind
        result[index] = ahead and said[index + 1].kind not in ("joins", "alternatives")
        if kind == "finding":
            ahead = True
        elif kind in _CLAUSE or kind in _ENDS or kind in _CUES:
            ahead = False
    return result


def _closes(said: Sequence[Item], index: int) -> bool:
    """Whether a cue stands at the end of its clause, next to a finding: "Effusion: none."."""
    after = said[index + 1]
    if after.gap or after.kind not in (*_CLAUSE, *_ENDS, "joins", "alternatives", "side", "side_after"):
        return False
    return said[index].gap <= 1 and index > 0 and said[index - 1].kind in ("finding", "side", "side_after", "place")


def _mark_before(said: Sequence[Item], result: list[_Mark], index: int) -> None:
    """Let the cue at `index` reach back: to the finding before it, and on through "A, B and C".

    "has resolved" also reaches over two commas, where nothing is named between.
    """
    mark = _BEFORE[said[index].kind]
    commas = 2 if said[index].kind == "denies_before" else 0
    reached = joined = False
    for at in range(index - 1, -1, -1):
        kind = said[at].kind
        if kind in _NAMES:
            if kind == "absent" or not (result[at] == "+" or (mark == "-" and result[at] == "?")):
                return
            result[at], reached, commas = mark, True, 0
        elif kind in ("comma", "pause"):
            if reached and not joined:
                return
            if not reached:
                commas -= 1
                if commas < 0:
                    return
        elif kind in ("stop", "turns") or kind in _CUES or (reached and kind not in ("joins", "alternatives", "side")):
            return
        joined = joined or kind in ("joins", "alternatives")
        if reached and said[at].gap:
            return
