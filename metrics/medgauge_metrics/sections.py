"""Which part of a report says what is seen, and which what it means.

A heading is a known name at the beginning of a line or sentence that is followed by a colon, stands alone on its line,
or stands in brackets (`Findings:`, `## IMPRESSION`, `**Findings:**`, `影像所见：`, `【影像结论】`). Nothing is guessed:
a report without headings has no sections, and an unknown heading belongs to the section it stands in.

影像诊断 is what is seen in the reports of MedRegA. Most hospitals head the conclusion with it, below another heading
for what is seen; where a text has such a heading, 影像诊断 is its conclusion. `Diagnosis` and 诊断 head a conclusion
too; a heading for both at once (`Findings and impression`) is not known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

SIGNATURE = "headings:v1"
SECTIONS = ("findings", "impression", "body")
_Kind: TypeAlias = Literal["findings", "impression", "either", "other"]

_KIND_OF_STUDY = r"(?:影像学?|检查|放射学?|超声|CT|MRI?|DR|PET|X[线光])"
_FINDINGS = (
    r"(?:(?:key|main|imaging|radiolog(?:ic|ical|y)|radiographic|ct|mri?|x-?ray)[ ])?findings?"
    rf"|{_KIND_OF_STUDY}?所见|{_KIND_OF_STUDY}(?:表现|描述)"
)
_IMPRESSION = (
    r"(?:(?:overall|final|radiolog(?:ic|ical|y)|imaging)[ ])?(?:impressions?|conclusions?|diagnos[ie]s)"
    rf"|{_KIND_OF_STUDY}?(?:结论|印象)|{_KIND_OF_STUDY}(?:意见|提示)|影响结论|诊断(?:意见|结论|提示|印象)?|最后诊断"
    r"|(?:CT|MRI?|DR|PET|超声|X[线光])诊断"
)
_EITHER = r"影像学?诊断"
_OTHER = (
    r"(?:(?:clinical|medical|patient)[ ])?(?:history|information|indications?)|reason[ ]for[ ](?:the[ ])?(?:exam(?:"
    r"ination)?|study)|comparisons?|(?:(?:imaging|scan)[ ])?techniques?|exam(?:ination)?s?|recommendations?"
    r"|检查(?:方法|技术|部位|项目|名称|目的)|扫描(?:方法|技术|部位|范围)|临床(?:诊断|病史|信息|资料|表现)|现?病史|主诉|对比|比较|建议"
)
_NAME = rf"(?:(?P<findings>{_FINDINGS})|(?P<either>{_EITHER})|(?P<impression>{_IMPRESSION})|(?P<other>{_OTHER}))"
_DECORATION = r"(?:[^\S\n]|[>#*_\-•·])*+"
_NUMBER = r"(?:\d{1,2}[.)、]|[（(]?[一二三四五六七八九十]{1,3}[）)、.])?"
_LINE = r"(?:\A|(?<=\n))"
_SENTENCE = rf"(?:{_LINE}|(?<=[!?！？。；])|(?<=\.\s))"
_BEFORE = rf"{_DECORATION}{_NUMBER}[^\S\n]*+[*_]{{0,3}}"
_COLON = r"[^\S\n]*+[*_]{0,3}[^\S\n]*+[:：][*_]{0,3}"
_ALONE = r"[^\S\n]*+[*_]{0,3}[^\S\n]*+(?=\n|\Z)"
_BRACKETED = r"[*_]{0,3}[【\[][^\S\n]{0,4}%s[^\S\n]{0,4}[】\]][*_]{0,3}[^\S\n]*+[:：]?[*_]{0,3}"


def _named(group: str) -> str:
    """The pattern of all names, its groups prefixed so that it can stand in one pattern more than once."""
    return re.sub(r"\?P<(\w+)>", rf"?P<{group}_\1>", _NAME)


_HEADING = re.compile(
    rf"{_SENTENCE}{_BEFORE}(?:{_named('colon')}{_COLON}|{_BRACKETED % _named('bracketed')})"
    rf"|{_LINE}{_BEFORE}{_named('alone')}{_ALONE}",
    re.IGNORECASE,
)
_NEXT = re.compile(rf"{_BEFORE}(?:{_named('colon')}{_COLON}|{_BRACKETED % _named('bracketed')})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    kind: _Kind
    start: int
    end: int


def section_text(text: str, section: str) -> str | None:
    """The words under the headings of one section, without the headings; several parts are joined by a line break.

    `findings`, `impression`: None where the text has no such heading, and empty where nothing stands below it.
    `body`: all words but the headings; the text itself where it has none. Raises ValueError for another section.
    """
    if section not in SECTIONS:
        raise ValueError(f"section {section!r}: expected one of {', '.join(SECTIONS)}")
    headings = _headings(text)
    if not headings:
        return text if section == "body" else None
    ends = [heading.start for heading in headings[1:]] + [len(text)]
    parts = [(h.kind, text[h.end : end].strip()) for h, end in zip(headings, ends, strict=True)]
    if section == "body":
        return "\n".join(filter(None, [text[: headings[0].start].strip(), *(part for _, part in parts)]))
    chosen = [part for kind, part in parts if kind == section]
    return "\n".join(filter(None, chosen)) if chosen else None


def _headings(text: str) -> list[_Heading]:
    """All headings in order; the kind `either` is resolved."""
    found = list(_found(text))
    seen: _Kind = "impression" if any(heading.kind == "findings" for heading in found) else "findings"
    return [
        _Heading(kind=seen, start=heading.start, end=heading.end) if heading.kind == "either" else heading
        for heading in found
    ]


def _found(text: str) -> Iterator[_Heading]:
    """Headings as written; one that follows another at once counts (`Comparison: Findings: clear`)."""
    match = _HEADING.search(text)
    while match:
        yield _Heading(kind=_kind(match), start=match.start(), end=match.end())
        match = _NEXT.match(text, match.end()) or _HEADING.search(text, match.end())


def _kind(match: re.Match[str]) -> _Kind:
    kinds: dict[str, _Kind] = {"findings": "findings", "impression": "impression", "either": "either"}
    return kinds.get((match.lastgroup or "").rpartition("_")[2], "other")
