"""Whether an answer is written in the language that was asked in.

Counted are Han characters, Latin words, and what is written in any other script. Numbers, units, single letters and
abbreviations (`CT`, `T2WI`, `X-ray`, `mmHg`, `HbA1c`) belong to every language and are not counted.

- Chinese: there are Han characters, at least as many as Latin words and others together.
- English: there are Latin words, at least as many as Han characters and others together.
- Nothing counted, but a letter or digit: it complies with both languages (`T2`, `12 mm`).
- No letter and no digit: it complies with neither.

So a Chinese report may hold English terms, and an English one may quote a Chinese word. What the rule cannot see: a
Spanish answer passes for English and traditional for simplified characters; English in capitals only is taken for
abbreviations as far as its words have no more than four letters; one Chinese word of n characters outweighs n - 1
English words, so that a very short mixture may count as Chinese.
"""

import re
import unicodedata
from dataclasses import dataclass

from medgauge.types import Answer, Language
from medgauge_metrics.reducing import SampleMean
from medgauge_metrics.textform import CJK, fold

SIGNATURE = "lang:script.v1"

_HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_KANA = re.compile("[\u3040-\u30ff]")
_WORD = re.compile(rf"[^\W_{CJK}]+(?:['’\u0300-\u036f][^\W_{CJK}]*)*")
_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff'’]+")
_DIGITS = re.compile(r"[\d²³⁰-⁹₀-₉]+")
_X_RAY = re.compile(rf"(?<![^\W_{CJK}])x[-‐ ]?rays?(?![^\W_{CJK}])", re.IGNORECASE)
"""Chinese reports write it as it is."""
_UNITS = frozenset(
    [
        *("mm", "cm", "dm", "km", "nm", "um", "µm", "μm", "ml", "dl", "cl", "cc", "kg", "mg", "ug", "µg", "μg", "ng"),
        *("hu", "hz", "khz", "mhz", "kv", "ma", "mas", "mgy", "gy", "msv", "sv", "ms", "min", "kcal", "mol", "mmol"),
        *("ppm", "bpm", "kpa", "iu", "meq", "px", "ph"),
    ]
)
_LONGER_ABBREVIATIONS = frozenset(("FLAIR", "COVID", "SPAIR", "BIRADS", "TIRADS", "PIRADS", "LIRADS", "DICOM", "SPECT"))
_ABBREVIATION = 4
"""Letters that an abbreviation in capitals may have; one more with small letters between (`SUVmax` has six)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripts:
    """How much of a text is written in which script."""

    han: int
    """Characters."""
    latin: int
    """Words."""
    other: int
    """Words, and characters of kana."""
    neutral: int
    """Numbers, units, single letters, abbreviations."""


_BOX_TAG = re.compile(r"</?(?:ref|box)>|\\boxed\b", re.IGNORECASE)
"""Markup that is no word of the answer."""


def language_compliance() -> SampleMean:
    """Share of answers in the language asked; an empty one is not. Undefined where no language is known."""
    return SampleMean(
        name="language_compliance",
        signature=f"language_compliance|{SIGNATURE}|empty:wrong|agg:mean|v:1",
        value=_compliance,
        proportion=True,
    )


def complies(text: str, language: Language) -> bool:
    """Whether a text is written in a language, by the rule of this module."""
    scripts = count_scripts(text)
    ours, theirs = (scripts.han, scripts.latin) if language == "zh" else (scripts.latin, scripts.han)
    if ours + theirs + scripts.other == 0:
        return scripts.neutral > 0
    return ours > 0 and ours >= theirs + scripts.other


def count_scripts(text: str) -> Scripts:
    """Characters and words by script; any text, in time linear in its length."""
    folded = _X_RAY.sub("CT", unicodedata.normalize("NFC", fold(text)))
    latin = other = neutral = 0
    for word in _WORD.findall(folded):
        letters = _DIGITS.sub("", word)
        if not letters or _neutral(letters):
            neutral += 1
        elif _LATIN.fullmatch(letters):
            latin += 1
        else:
            other += 1
    han = len(_HAN.findall(folded))
    return Scripts(han=han, latin=latin, other=other + len(_KANA.findall(folded)), neutral=neutral)


def _neutral(letters: str) -> bool:
    """A single letter, a unit or an abbreviation, in Latin or Greek; digits are taken out before."""
    if len(letters) == 1:
        return True
    if not letters.isascii():
        return letters in _UNITS
    inner_capital = letters[1:] != letters[1:].lower() and len(letters) <= _ABBREVIATION + 2
    capitals = letters.isupper() and (len(letters) <= _ABBREVIATION or letters in _LONGER_ABBREVIATIONS)
    mixed = inner_capital and not letters.isupper()
    return letters.lower() in _UNITS or capitals or mixed


def _compliance(answer: Answer, target: Answer) -> float | None:
    if target.language is None:
        return None
    return float(complies(_BOX_TAG.sub(" ", answer.said or answer.text), target.language))
