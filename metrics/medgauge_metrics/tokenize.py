"""Tokenisers by name. The default works for both languages without a dictionary, so that it cannot drift.

It makes each Chinese character (and kana) a token and keeps Latin words and numbers whole; everything is lower-cased
and punctuation is dropped. `12mm` and `12 mm` give the same two tokens; `T2` and `0.5` stay one.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from medgauge_metrics.jieba_cut import dictionary, jieba_words
from medgauge_metrics.mteval import mteval_13a, mteval_zh
from medgauge_metrics.textform import CJK, CJK_CHARACTER, fold

SIGNATURE = "tok:char.v1"

Tokenise: TypeAlias = Callable[[str], list[str]]

_TOKEN = re.compile(rf"{CJK_CHARACTER}|\d+(?:[.,]\d+)*|[^\W\d_{CJK}][^\W_{CJK}]*")
_ASCII_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[a-z][a-z0-9]*")
_WIDE = re.compile("[\uff01-\uff5e\u3000]")


def tokens(text: str) -> list[str]:
    """The tokens of a text in any mixture of Chinese and English; an empty list for none."""
    return _ASCII_TOKEN.findall(text.lower()) if text.isascii() else _TOKEN.findall(form(text))


def form(text: str) -> str:
    """Folded, in lower case and composed (NFC): what the tokens of `char` and `jieba` are cut from."""
    return unicodedata.normalize("NFC", folded(text).lower())


def folded(text: str) -> str:
    """`fold`, faster for a long text with few full-width forms."""
    wide = set() if text.isascii() else set(_WIDE.findall(text))
    if len(wide) > 12:
        return fold(text)
    for character in wide:
        text = text.replace(character, fold(character))
    return text


def _jieba(text: str) -> list[str]:
    return jieba_words(form(text))


TOKENISERS: Mapping[str, Tokenise] = MappingProxyType(
    {"char": tokens, "jieba": _jieba, "none": str.split, "13a": mteval_13a, "zh": mteval_zh}
)
"""`char`: see above. `jieba`: words of jieba's dictionary, lower-cased, without punctuation (`0.5` is two).
`none`: split at spaces, the text as it is. `13a`, `zh`: as sacrebleu cuts texts, with case and punctuation."""


def tokeniser_signature(name: str) -> str:
    """How the tokeniser of that name cuts, for a signature."""
    if name == "char":
        return f"{SIGNATURE}|case:lower|punct:dropped"
    if name == "jieba":
        return f"tok:jieba-{dictionary()}|hmm:no|case:lower|punct:dropped"
    return f"tok:{name}|case:mixed|punct:kept"
