"""One tokeniser for both languages, without a dictionary, so that it cannot drift.

Each Chinese character (and kana) is a token, Latin words and numbers stay whole, everything is lower-cased and
punctuation is dropped. `12mm` and `12 mm` give the same two tokens; `T2` and `0.5` stay one.
"""

import re
import unicodedata

from medgauge_metrics.textform import CJK, CJK_CHARACTER, fold

SIGNATURE = "tok:char.v1"

_TOKEN = re.compile(rf"{CJK_CHARACTER}|\d+(?:[.,]\d+)*|[^\W\d_{CJK}][^\W_{CJK}]*")


def tokens(text: str) -> list[str]:
    """The tokens of a text in any mixture of Chinese and English; an empty list for none."""
    return _TOKEN.findall(unicodedata.normalize("NFC", fold(text).lower()))
