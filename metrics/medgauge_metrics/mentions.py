"""Where a text names one of a set of names, and whether it says so, denies it or hedges.

Names are matched whole (`normal` is not in `abnormal`), the longest first, in any case, with or without a plural
`s`, in traditional or simplified characters, and whatever punctuation stands between their words. A denial reaches
from its cue to the end of the clause; it crosses a comma only in an English list that ends in "or". It may stand
behind the name: `: 0`, `": false`, `(-)`, `| No |`. "Cannot be excluded" counts as denied: it is no claim. "Cannot
determine whether" is a hedge, not a denial. "No change in" denies nothing, "has resolved" does.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from medgauge_metrics.textform import CJK_CHARACTER, WORD_CHARACTER
from medgauge_metrics.tokenize import tokens
from medgauge_metrics.traditional import SIMPLIFIED, TRADITIONAL, simplified

_REACH = 200
_ADJACENT = 8
_BETWEEN = r"[\W_]{0,3}"
_LATIN_WORD = re.compile(r"[a-z]{4,}")
_CLAUSE_END = re.compile(
    r"[.;:!?\n。；：！？](?!\d)|，|但|而(?!非|不)|却|可见|伴有|提示"
    r"|\b(?:but|however|although|though|except|yet|and[ ](?:with|has|have|there))\b",
    re.IGNORECASE,
)
_COMMA = re.compile(r",(?!\d)")
_OR = re.compile(r"\b(?:or|nor)\b", re.IGNORECASE)
_COURSE = (
    r"(?![ ](?:(?:significant|substantial|appreciable|marked|obvious|major|notable|relevant|definite|interval"
    r"|further)[ ]){0,3}(?:changes?[ ](?:in|since|from)\b(?![ ]keeping)"
    r"|(?:increase|decrease|worsening|improvement|progression)[ ](?:in|of)\b))"
)
_COURSE_ZH = r"(?!见?(?:明显|显著)?(?:变化|改变))"
_CUE = re.compile(
    rf"\b(?:(?:no|without){_COURSE}|not(?![ ]only)|neither|nor|never|absen(?:t|ce)|lack|negative[ ]for|free[ ]of"
    r"|den(?:y|ies|ied)|rather[ ]than|instead[ ]of|exclud(?:e|es|ed|ing)|rul(?:e|es|ed|ing)[ ]out|cannot|unlikely)\b"
    rf"|n['’]t\b|未{_COURSE_ZH}|无(?!论|疑){_COURSE_ZH}|没有?+{_COURSE_ZH}"
    r"|不是|并非|而非|而不是|不存在|不考虑|不支持|不伴|排除|否认|无法|不能",
    re.IGNORECASE,
)
_ADJACENT_CUE = re.compile(r"(?:[不非无]|\bnon[- ]?|\bnot[ ])\Z", re.IGNORECASE)
_CAN = (
    r"(?:can[ ]?not|can['’]?t|could[ ]not|couldn['’]?t|unable[ ]to|(?:im|not[ ])possible[ ]to|(?:hard|difficult)[ ]to"
    r"|not[ ](?:able|qualified|licensed|allowed|permitted|trained|authori[sz]ed)[ ]to)"
)
_TOLD = r"(?:determined|assessed|evaluated|diagnosed|confirmed|established|ascertained|verified|judged|interpreted)"
_HEDGE_EN = (
    rf"\b(?:{_CAN}[ ](?:\w{{1,20}}[ ])?(?:determine|tell|say|answer|assess|confirm|know|judge|conclude|decide|provide"
    r"|help|diagnose|evaluate|establish|ascertain|verify|interpret|analy[sz]e|comment"
    rf"|be[ ](?:\w{{1,20}}ly[ ])?(?:sure|certain|{_TOLD}))\b"
    r"(?![ ](?:the[ ]|its[ ])?(?:exact[ ]|precise[ ])?(?:size|cause|extent|severity|side|type|nature|origin|age)\b)"
    r"|not[ ](?:sure|certain)\b|unsure\b|(?:uncertain|unclear)[ ](?:if|whether)\b|(?:do[ ]not|don['’]?t)[ ]know\b"
    r"|insufficient[ ](?:information|evidence|data|detail)\b)"
)
_HEDGE_ZH = (
    r"(?:(?:无法|难以|无从|不能|未能|不可能|没法|没办法)(?!排除|除外)[^\s,.;:!?，。；：！？、]{0,4}?"
    r"(?:判断|判定|断定|确定|确认|确诊|诊断|评估|评价|回答|明确|肯定|得出|分析|辨别|鉴别|识别)"
    r"|不确定|不清楚|不知道|不好说|看不清)"
)
_HEDGE = re.compile(f"{_HEDGE_EN}|{_HEDGE_ZH}", re.IGNORECASE)
_SPACE = r"[^\S\n]{0,40}+"
_MARKS_AFTER = r"(?=\s{0,4}(?:\Z|[;!?)\]}|(\"'”’」\n。；、！？，]|[.,](?!\d)))"
_UNSURE = r"(?:uncertain|unclear|unknown|indeterminate|undetermined)\b"
_PRESENT = r"(?:is|are)[ ](?:present[ ](?:or[ ](?:not|absent)[ ])?+)?+"
_HEDGED_AFTER = re.compile(
    rf"[\"'”’」]?+{_SPACE}(?:(?:is|are)[ ]present[ ](?:or[ ](?:not|absent)[ ])?+(?:is|remains)[ ]{_UNSURE}"
    rf"|[:(=|]{_SPACE}[\"']?+(?:{_UNSURE}|不明确)"
    rf"|(?:{_PRESENT})?+[?:(=|-]?+{_SPACE}(?:i[ ]|i['’]m[ ]|i[ ]am[ ]|it[ ])?+{_HEDGE_EN}"
    rf"|(?:(?:是否)?存在|与否)?+[?:(=|-]?+{_SPACE}(?:目前|尚|暂|仍|还)?+{_HEDGE_ZH}{_MARKS_AFTER})",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"[^\S\n]{0,4}(?:can[ ]?not[ ]be[ ](?:excluded|ruled[ ]out)"
    r"|(?:is|are|was|were|ha(?:s|ve)[ ]been)[ ]{1,4}(?:absent|ruled[ ]out|excluded|negative|unlikely|resolved|cleared"
    r"|not\b(?![ ](?:\w{1,20}ly[ ])?(?:resolved|cleared|changed|new|worse|improved)\b)"
    r"|no[ ]longer[ ](?:\w{1,20}ly[ ])?(?:seen|visible|present|evident|identified|visuali[sz]ed|apparent|detected))"
    r"|ha(?:s|ve|d)[ ](?:(?:now|since|completely|fully|entirely)[ ]){0,2}(?:resolved|cleared|disappeared)\b"
    r"|(?:已经?|完全){1,2}(?:消失|消散|吸收)|已?不再(?:可见|存在|显示)"
    r"|(?:(?:present|seen|visible|evident)(?=[?:]))?+[:(=?–—-]?[^\S\n]{0,4}"
    r"(?:absent|negative|no|none|not[ ](?:seen|present)|阴性|不存在|未见|没有|无|否|(?:已|不能|无法)?排除)"
    r"[^\S\n]{0,4}(?=\Z|[,.;!?)\n，。；、！？]))",
    re.IGNORECASE,
)
_FIELD = (
    r"(?:[,:]\s{0,40}+\{?+\s{0,40}+[\"'](?:present|presence|value|status|result|answer|label|detected|存在|结果)"
    r"[\"'])?+"
)
_VALUE_SIGN = rf"{_SPACE}[\"'”’」)\]]?+{_FIELD}{_SPACE}(?:[:=|(\[→]|[-=]>){_SPACE}[\"'“‘「]?+{_SPACE}"
_VALUE = re.compile(rf"{_VALUE_SIGN}(?:0(?:\.0{{1,6}}+)?+|false|absent|negative|n/a|阴性){_MARKS_AFTER}", re.IGNORECASE)
"""Behind a name, up to the next name: what says no and nothing else, also where only a space follows."""
_WORD_VALUE = re.compile(
    rf"{_VALUE_SIGN}(?:no(?:[ ](?:evidence|signs?))?+|none|n|[-−–—]"
    r"|not[ ](?:seen|present|detected|identified|evident|visible|found|observed|mentioned)"
    rf"|不存在|未见|没有|无|否|(?:已|不能|无法)?排除){_MARKS_AFTER}",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"\s{0,40}[)\]}|\"'”’」]")
"""What keeps the `no` in a value from being the cue of what follows."""
_COORDINATION = re.compile(r"(?:[^\S\n]|[,、]){0,4}(?:and|or|&|/|和|及|与|或)?[^\S\n]{0,4}", re.IGNORECASE)
LEXICON: tuple[str | re.Pattern[str], ...] = (
    *(str(_REACH), str(_ADJACENT), _BETWEEN, WORD_CHARACTER, CJK_CHARACTER, TRADITIONAL, SIMPLIFIED, _LATIN_WORD),
    *(_CLAUSE_END, _COMMA, _OR, _CUE, _ADJACENT_CUE, _HEDGE, _HEDGED_AFTER, _DENIED_AFTER),
    *(_VALUE, _WORD_VALUE, _CLOSED, _COORDINATION),
)
"""What opens, carries and ends a denial or hedge; part of every reading's fingerprint that goes by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One place where a text names something."""

    index: int
    """Of the name in the sequence that was asked for."""
    start: int
    end: int
    denied: bool
    hedged: bool
    """The text says that it cannot tell; then `denied` is true too."""


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
    words = tokens(simplified(name))
    if not words:
        return ""
    parts = [re.escape(word) for word in words]
    last = words[-1]
    if _LATIN_WORD.fullmatch(last):
        parts[-1] = _singular_or_plural(last)
    body = _BETWEEN.join(parts)
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
    text = simplified(text)
    pattern, groups = _pattern(tuple(names))
    matches = list(pattern.finditer(text)) if pattern else []
    if not matches:
        return []
    values = _values(text, matches)
    marks = _marks(text, sorted([*(m.span() for m in matches), *(v[:2] for v in values.values() if v[2])]))
    found: list[Named] = []
    for m in matches:
        unsure = marks.hedge(m.start())
        adjacent = _ADJACENT_CUE.search(text, max(0, m.start() - _ADJACENT), m.start()) is not None
        denied = unsure or adjacent or marks.deny(m.start())
        found.append(Named(index=groups[m.lastgroup or ""], start=m.start(), end=m.end(), denied=denied, hedged=unsure))
    return _said_behind(text, found, values)


def hedged(text: str, position: int) -> bool:
    """Whether the folded `text` says, up to `position` and of what stands there, that it cannot tell."""
    return _marks(simplified(text), []).hedge(position)


def _values(text: str, matches: Sequence[re.Match[str]]) -> dict[int, tuple[int, int, bool]]:
    """By the end of a name: the span of its denying value (`: 0`), and whether no cue is to be read in it."""
    found: dict[int, tuple[int, int, bool]] = {}
    for here, following in zip(matches, [*matches[1:], None], strict=True):
        value = _VALUE.match(text, here.end(), following.start() if following else len(text))
        word = None if value else _WORD_VALUE.match(text, here.end())
        if value:
            found[here.end()] = (*value.span(), True)
        elif word:
            found[here.end()] = (*word.span(), _CLOSED.match(text, word.end()) is not None)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """Positions, in order, of what opens and ends a denial; found once, because a text may name much."""

    cues: list[int]
    """Where each cue ends."""
    hedges: list[int]
    """Where each hedge ends."""
    ends: list[int]
    """Where each end of a clause begins."""
    commas: list[int]
    ors: list[int]

    def deny(self, start: int) -> bool:
        """Whether a cue before `start` reaches it."""
        return self._reaches(_last(self.cues, start), start)

    def hedge(self, start: int) -> bool:
        """Whether a hedge before `start` reaches it, with no denial of another part of the sentence between them."""
        at = _last(self.hedges, start)
        return self._reaches(at, start) and not _any(self.commas, at, _last(self.cues, start))

    def _reaches(self, cue: int, start: int) -> bool:
        if cue < max(0, start - _REACH) or _any(self.ends, cue, start):
            return False
        if not _any(self.commas, cue, start) or _any(self.ors, cue, start):
            return True
        clause_end = bisect_left(self.ends, start)
        limit = self.ends[clause_end] if clause_end < len(self.ends) else start + _REACH
        return _any(self.ors, start, min(limit, start + _REACH))


def _marks(text: str, taken: Sequence[tuple[int, int]]) -> _Marks:
    """The marks of a text; a cue inside a name, as in `No finding`, or inside a closed value is none."""
    starts = [start for start, _ in taken]

    def free(position: int) -> bool:
        at = bisect_right(starts, position) - 1
        return at < 0 or position >= taken[at][1]

    return _Marks(
        cues=[m.end() for m in _CUE.finditer(text) if free(m.start())],
        hedges=[m.end() for m in _HEDGE.finditer(text) if free(m.start())],
        ends=[m.start() for m in _CLAUSE_END.finditer(text) if free(m.start())],
        commas=[m.start() for m in _COMMA.finditer(text)],
        ors=[m.start() for m in _OR.finditer(text) if free(m.start())],
    )


def _last(positions: Sequence[int], limit: int) -> int:
    """The last position up to and including `limit`; -1 for none."""
    before = bisect_right(positions, limit)
    return positions[before - 1] if before else -1


def _any(positions: Sequence[int], low: int, high: int) -> bool:
    """Whether some position lies in [low, high)."""
    at = bisect_left(positions, low)
    return at < len(positions) and positions[at] < high


def _said_behind(text: str, found: list[Named], values: dict[int, tuple[int, int, bool]]) -> list[Named]:
    """Denials and hedges that follow the name (`effusion is absent`), passed back over `A and B are absent`.

    A value (`A, B: 0`) is not passed back over a comma.
    """
    result: list[Named] = []
    later: Literal["hedge", "value", "denial"] | None = None
    for here, following in zip(reversed(found), [None, *reversed(found)], strict=False):
        linked = _COORDINATION.fullmatch(text, here.end, following.start) if following else None
        if linked is None or (later == "value" and "," in linked[0]):
            later = None
        if _HEDGED_AFTER.match(text, here.end):
            later = "hedge"
        elif here.end in values:
            later = "value"
        elif _DENIED_AFTER.match(text, here.end):
            later = "denial"
        result.append(replace(here, denied=True, hedged=here.hedged or later == "hedge") if later else here)
    return result[::-1]
