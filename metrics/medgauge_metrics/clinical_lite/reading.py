"""A text as items: the words that the lexicon knows, in order, and how many unknown words stand between them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from medgauge_metrics.clinical_lite.lexicon import Kind, Lexicon, Node, State, words

_WRAPPED = 50
"""A line of at least so many characters may go on in the next."""
_CJK = "\u2e80"
_UNSEEN = ("filler", "inert")


class Item(NamedTuple):
    """One known word sequence. A tuple, because a report has hundreds."""

    kind: Kind
    value: str
    gap: int
    """Unknown words since the item before it, fillers not counted."""


def items(text: str, lexicon: Lexicon) -> list[Item]:
    """All items of a text; the last one is a `stop`. States are findings already, where their place is said."""
    return _with_states(_known(words(_unwrapped(text)), lexicon.root), lexicon)


def _unwrapped(text: str) -> str:
    """Lines that only the width of the page broke are joined: long ones without an end, before a small letter."""
    if "\n" not in text:
        return text
    lines = text.splitlines()
    joined = [lines[0]]
    for before, line in pairwise(lines):
        goes_on = len(before) >= _WRAPPED and before[-1] not in ".;:!?。；：！？" and line.lstrip()[:1].islower()
        joined += [" " if goes_on else "\n", line]
    return "".join(joined)


def _known(said: Sequence[str], root: Mapping[str, Node]) -> list[Item]:
    """The longest known sequence at every word, left to right, never overlapping."""
    result: list[Item] = []
    start, gap, count = 0, 0, len(said)
    while start < count:
        node = root.get(said[start])
        entry = None
        at = start
        while node is not None:
            entry = node.entry or entry
            at += 1
            node = node.following.get(said[at]) if at < count else None
        if entry is None:
            gap, start = gap + 1, start + 1
            continue
        word, start, kind = said[start], start + entry.length, entry.kind
        if kind in _UNSEEN:
            gap += kind == "inert"
            continue
        if word == "," and start < count and said[start] >= _CJK:
            kind = "pause"
        result.append(Item(kind, entry.value, gap))
        gap = 0
        if word == "?":
            result.append(Item("stop", "", 0))
    result.append(Item("stop", "", gap))
    return result


def _with_states(said: list[Item], lexicon: Lexicon) -> list[Item]:
    """Every state as the findings that it names with the places before it in its clause, or else the first behind."""
    if not any(item.kind in ("state", "state_absent") for item in said):
        return said
    result: list[Item] = []
    places: list[str] = []
    joined = False
    for index, item in enumerate(said):
        if item.kind == "place":
            places = [*places, item.value] if joined and not item.gap else [item.value]
            joined = True
        elif item.kind in ("state", "state_absent"):
            state = lexicon.states[item.value]
            found = _named(state, places) or _named(state, _place_behind(said, index))
            names = found or ([state.otherwise] if state.otherwise else [])
            kind: Kind = "finding" if item.kind == "state" else "absent"
            result += [Item(kind, name, item.gap if not n else 0) for n, name in enumerate(names)]
            joined = False
            continue
        elif item.kind in ("comma", "pause", "stop", "turns"):
            places, joined = _inside(said, index, places, lexicon), False
        else:
            joined = joined and item.kind == "joins"
        result.append(item)
    return result


def _inside(said: Sequence[Item], index: int, places: list[str], lexicon: Lexicon) -> list[str]:
    """The places that a mark leaves: those of the finding or place before it, where a comma leads inside of it."""
    if said[index].kind not in ("comma", "pause") or said[index + 1][::2] != ("within", 0):
        return []
    before = said[index - 1] if index else said[index]
    home = lexicon.homes.get(before.value) if before.kind == "finding" else None
    return [home] if home else places


def _named(state: State, places: Sequence[str]) -> list[str]:
    """The findings that a state names with some places, each once."""
    return list(dict.fromkeys(state.at[place] for place in places if place in state.at))


def _place_behind(said: Sequence[Item], index: int) -> list[str]:
    index += 1
    while said[index].kind in ("side", "side_after", "joins"):
        index += 1
    return [said[index].value] if said[index].kind == "place" else []
