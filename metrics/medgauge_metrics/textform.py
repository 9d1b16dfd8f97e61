"""The form of a text: folding, normalising, and the slice of a reply that is its final answer.

Everything here works on any string a model may write, in time linear in its length.
"""

import re
import unicodedata

CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""Ranges for a regex character class: Han, kana and the two marks that stand for a character."""
CJK_CHARACTER = f"[{CJK}]"
WORD_CHARACTER = rf"[^\W_{CJK}]"
"""A letter or digit that joins words by standing next to another: everything that is not written without spaces."""

_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_KEPT = r"<>=+%/"
_INSIDE_NUMBERS = r"(?<=\d)[.,:\-](?=\d)|(?<![^\s<>=+(])[.\-](?=\d)"
_INITIAL = rf"(?<=(?<!{WORD_CHARACTER})[^\W\d_])\.(?!\d)"
_JOINED = r"[-'\u2018\u2019\u02bc]"
_MARKS = re.compile(rf"(?P<number>{_INSIDE_NUMBERS})|(?P<joined>{_INITIAL}|{_JOINED})|(?P<gap>[^\w\s{_KEPT}]|_)")
_MAY_BE_INVISIBLE = re.compile(rf"[^\s\x20-\x7e{CJK}、。《》「」『』【】]")
"""Whatever is not surely seen: the few texts that hold any are looked at character by character."""
_CJK_SPACE = re.compile(rf"(?<={CJK_CHARACTER}) | (?={CJK_CHARACTER})")


def fold(text: str) -> str:
    """Full-width forms (U+FF01-FF5E and the wide space) to ASCII, one character to one; nothing else changes.

    NFKC is not used: it turns `10⁹/L` into `109/L`.
    """
    return text.translate(_FOLD)


def normalise(text: str) -> str:
    """The form in which two short answers are compared for equality.

    Full-width folding, lower case, punctuation of all scripts out, spaces collapsed. Articles stay. Kept are the
    signs `< > = + % /` and symbols such as `±`; `. , : -` between digits, so that `1.5` is not `15` and `3-4` is
    not `34`; and a point or minus that begins a number. A hyphen or apostrophe inside a word closes up (`x-ray`
    is `xray`), other punctuation becomes a space. A space beside a Chinese character means nothing and goes.
    """
    text = unicodedata.normalize("NFC", fold(text).lower().translate(_DASHES))
    if _MAY_BE_INVISIBLE.search(text):
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cf", "Cc"))
    text = " ".join(_MARKS.sub(_replace, text).split())
    return _CJK_SPACE.sub("", text)


def _replace(match: re.Match[str]) -> str:
    if match["number"]:
        return match["number"]
    if match["joined"]:
        return ""
    mark = match["gap"]
    symbol = ord(mark) > 127 and unicodedata.category(mark)[0] in "SMN"
    return mark if symbol else " "
