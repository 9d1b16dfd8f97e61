"""Where a text names one of a set of names, and whether it says so or denies it.

Names are matched whole (`normal` is not in `abnormal`), the longest first, in any case, with or without a plural
`s`, and whatever punctuation stands between their words. A denial reaches from its cue to the end of the clause;
it crosses a comma only in an English list that ends in "or". "Cannot be excluded" counts as denied: it is no claim.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from medgauge_metrics.textform import CJK_CHARACTER, WORD_CHARACTER
from medgauge_metrics.tokenize import tokens

SIGNATURE = "mentions:v1"

_REACH = 200
_CLAUSE_END = re.compile(
    r"[.;:!?\n。；：！？](?!\d)|，|但|而(?!非|不)|却|可见|伴有|提示"
    r"|\b(?:but|however|although|though|except|yet|and[ ](?:with|has|have|there))\b",
    re.IGNORECASE,
)
_COMMA = re.compile(r",(?!\d)")
_OR = re.compile(r"\b(?:or|nor)\b", re.IGNORECASE)
_CUE = re.compile(
    r"\b(?:no|not(?![ ]only)|without|neither|nor|never|absen(?:t|ce)|lack|negative[ ]for|free[ ]of|den(?:y|ies|ied)"
    r"|rather[ ]than|instead[ ]of|exclud(?:e|es|ed|ing)|rul(?:e|es|ed|ing)[ ]out|cannot|unlikely)\b|n['’]t\b"
    r"|未|无(?!论|疑)|没有?|不是|并非|而非|而不是|不存在|不考虑|不支持|不伴|排除|否认|无法|不能",
    re.IGNORECASE,
)
_ADJACENT_CUE = re.compile(r"(?:[不非无]|\bnon[- ]?|\bnot[ ])\Z", re.IGNORECASE)
_DENIED_AFTER = re.compile(
    r"[^\S\n]{0,4}(?:can[ ]?not[ ]be[ ](?:excluded|ruled[ ]out)"
    r"|(?:is|are|was|were|ha(?:s|ve)[ ]been)[ ]{1,4}(?:absent|not\b|ruled[ ]out|excluded|negative|unlikely)"
    r"|[:(=-]?[^\S\n]{0,4}(?:absent|negative|no|none|not[ ](?:seen|present)"
    r"|阴性|不存在|未见|没有|无|否|(?:已|不能|无法)?排除)[^\S\n]{0,4}(?=\Z|[,.;!?)\n，。；、！？]))",
    re.IGNORECASE,
)
_COORDINATION = re.compile(r"[\s,、]{0,4}(?:and|or|&|/|和|及|与|或)?\s{0,4}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One place where a text names something."""

    index: int
    """Of the name in the sequence that was asked for."""
    start: int
    end: int
    denied: bool


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> tuple[re.Pattern[str] | None, dict[str, int]]:
    """One alternation of all names, longest first, and the group name of each."""
    forms = [(index, _form(name)) for index, name in enumerate(names)]
    ordered = sorted((f for f in forms if f[1]), key=lambda f: (-len(names[f[0]]), f[0]))
    if not ordered:
        return None, {}
    pattern = "|".join(f"(?P<n{index}>{form})" for index, form in ordered)
    return re.compile(pattern, re.IGNORECASE), {f"n{index}": index for index, _ in ordered}


def _form(name: str) -> str:
    """A name as a pattern: its tokens with at most three marks between them, word boundaries, an optional plural."""
    words = tokens(name)
    if not words:
        return ""
    parts = [re.escape(word) for word in words]
    last = words[-1]
    if re.fullmatch(r"[a-z]{4,}", last):
        parts[-1] = _singular_or_plural(last)
    body = r"[\W_]{0,3}".join(parts)
    before = "" if re.match(CJK_CHARACTER, words[0]) else f"(?<!{WORD_CHARACTER})"
    after = "" if re.match(CJK_CHARACTER, last) else f"(?!{WORD_CHARACTER})"
    return f"{before}{body}{after}"


def _singular_or_plural(word: str) -> str:
    if word.endswith("y"):
        return f"{word[:-1]}(?:ys?|ies)"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return f"{word}?"
    return f"{word}(?:e?s)?"


def named(text: str, names: Sequence[str]) -> list[Named]:
    """All places where the folded `text` names one of `names`, in order, never overlapping."""
    pattern, groups = _pattern(tuple(names))
    matches = list(pattern.finditer(text)) if pattern else []
    if not matches:
        return []
    marks = _marks(text, [m.span() for m in matches])
    found = [
        Named(
            index=groups[m.lastgroup or ""],
            start=m.start(),
            end=m.end(),
            denied=_ADJACENT_CUE.search(text, max(0, m.start() - 8), m.start()) is not None or marks.deny(m.start()),
        )
        for m in matches
    ]
    return _denied_from_behind(text, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """Positions, in order, of what opens and ends a denial; found once, because a text may name much."""

    cues: list[int]
    """Where each cue ends."""
    ends: list[int]
    """Where each end of a clause begins."""
    commas: list[int]
    ors: list[int]

    def deny(self, start: int) -> bool:
        """Whether a cue before `start` reaches it."""
        before = bisect_right(self.cues, start)
        cue = self.cues[before - 1] if before else -1
        if cue < max(0, start - _REACH) or _any(self.ends, cue, start):
            return False
        if not _any(self.commas, cue, start) or _any(self.ors, cue, start):
            return True
        clause_end = bisect_left(self.ends, start)
        limit = self.ends[clause_end] if clause_end < len(self.ends) else start + _REACH
        return _any(self.ors, start, min(limit, start + _REACH))


def _marks(text: str, taken: Sequence[tuple[int, int]]) -> _Marks:
    """The marks of a text; a cue inside a name, as in `No finding`, is none."""
    starts = [start for start, _ in taken]

    def free(position: int) -> bool:
        at = bisect_right(starts, position) - 1
        return at < 0 or position >= taken[at][1]

    return _Marks(
        cues=[m.end() for m in _CUE.finditer(text) if free(m.start())],
        ends=[m.start() for m in _CLAUSE_END.finditer(text) if free(m.start())],
        commas=[m.start() for m in _COMMA.finditer(text)],
        ors=[m.start() for m in _OR.finditer(text) if free(m.start())],
    )


def _any(positions: Sequence[int], low: int, high: int) -> bool:
    """Whether some position lies in [low, high)."""
    at = bisect_left(positions, low)
    return at < len(positions) and positions[at] < high


def _denied_from_behind(text: str, found: list[Named]) -> list[Named]:
    """Denials that follow the name (`effusion is absent`), passed back over `A and B are absent`."""
    result: list[Named] = []
    later = False
    for here, following in zip(reversed(found), [None, *reversed(found)], strict=False):
        linked = following is not None and _COORDINATION.fullmatch(text, here.end, following.start) is not None
        later = (later and linked) or _DENIED_AFTER.match(text, here.end) is not None
        result.append(replace(here, denied=True) if later else here)
    return result[::-1]
