"""The default tokeniser over many texts in one pass, without an object for each character."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medgauge_metrics.numbering import Codes, Integers, numbered_slices, running
from medgauge_metrics.textform import CJK_CHARACTER
from medgauge_metrics.tokenize import folded, form

_POINTS = 0x110000
_OTHER, _CJK, _DIGIT, _LETTER, _POINT = range(5)
_HAN = re.compile(CJK_CHARACTER)
_ROOM = 1 << 17
"""Characters that are looked at together, about."""


def cut(texts: Sequence[str]) -> tuple[tuple[str, ...], Integers, Integers]:
    """What `tokens` cuts each text into: distinct words, the number of every token, (texts + 1,) where texts begin.

    So many texts at a time as the cache of a processor holds.
    """
    ends = running(map(len, texts), len(texts))
    numbers: dict[str, int] = {}
    ids, starts, low, tokens = [np.zeros(0, dtype=np.int64)], [np.zeros(1, dtype=np.int64)], 0, 0
    while low < len(texts):
        high = max(low + 1, int(np.searchsorted(ends, ends[low] + _ROOM, side="right")) - 1)
        words, chunk, begins = _cut(texts[low:high])
        ids.append(np.array([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.int64)[chunk])
        starts.append(begins[1:] + tokens)
        low, tokens = high, tokens + len(chunk)
    return tuple(numbers), np.concatenate(ids), np.concatenate(starts)


def _cut(texts: Sequence[str]) -> tuple[tuple[str, ...], Integers, Integers]:
    """As `cut`, all at once."""
    whole, lengths = _joined(texts)
    codes, kind_of, distinct = _kinds(whole)
    kinds = kind_of[codes]
    begin, end = _words(kinds)
    words, word_ids = numbered_slices(whole, codes, begin, end)
    chinese = distinct[kind_of[distinct] == _CJK]
    offsets = running((length + 1 for length in lengths), len(lengths))
    if not len(chinese):
        return words, word_ids, np.searchsorted(begin, offsets).astype(np.int64)
    number = np.zeros(len(kind_of), dtype=np.int64)
    number[chinese] = np.arange(len(chinese))
    alone = kinds == _CJK
    token = alone.copy()
    token[begin] = True
    places = np.flatnonzero(token)
    ids = number[codes[places]]
    ids[~alone[places]] = word_ids + len(chinese)
    return (*map(chr, chinese.tolist()), *words), ids, np.searchsorted(places, offsets).astype(np.int64)


def _joined(texts: Sequence[str]) -> tuple[str, list[int]]:
    """The forms of all texts with a line break before the first and behind each, and their lengths.

    Lower case is never shorter, and a text in normal form stays as it is: lengths are kept if their sum is.
    """
    joined = "\n".join(["", *texts, ""])
    whole = folded(joined).lower()
    if len(whole) == len(joined) and unicodedata.is_normalized("NFC", whole):
        return whole, list(map(len, texts))
    forms = list(map(form, texts))
    return "\n".join(["", *forms, ""]), list(map(len, forms))


def _kinds(whole: str) -> tuple[Codes, NDArray[np.uint8], Integers]:
    """The codes of all characters, the kind of each code, and the codes there may be."""
    codes: Codes
    if whole.isascii():
        codes, distinct, points = np.frombuffer(whole.encode("ascii"), dtype=np.uint8), np.arange(128), 128
    else:
        codes, points = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype="<u4"), _POINTS
        seen = np.zeros(points, dtype=bool)
        seen[codes] = True
        distinct = np.flatnonzero(seen)
    kind_of = np.zeros(points, dtype=np.uint8)
    kind_of[distinct] = [_kind(chr(code)) for code in distinct.tolist()]
    return codes, kind_of, distinct


def _kind(character: str) -> int:
    if _HAN.match(character):
        return _CJK
    if character.isdecimal():
        return _DIGIT
    return _LETTER if character.isalnum() else _POINT if character in ".," else _OTHER


def _words(kinds: NDArray[np.uint8]) -> tuple[Integers, Integers]:
    """Begin and end of every word and number: in a run of letters and digits a number goes before the first letter.

    A run of digits alone goes on behind one point or comma with the number at the beginning of the next run.
    """
    letter = kinds == _LETTER
    word = letter | (kinds == _DIGIT)
    begin = np.flatnonzero(word[1:] > word[:-1]) + 1
    end = np.flatnonzero(word[1:] < word[:-1]) + 1
    lettered = np.flatnonzero(letter[1:] > letter[:-1]) + 1
    first = _first_letters(kinds, begin, lettered)
    point = begin[kinds[begin] == _DIGIT]
    point = point[(kinds[point - 1] == _POINT) & (kinds[point - 2] == _DIGIT)]
    if len(point):
        before = np.searchsorted(begin, point) - 1
        point = point[np.searchsorted(lettered, begin[before]) == np.searchsorted(lettered, end[before])]
    if len(first) or len(point):
        begin = np.sort(np.concatenate([np.setdiff1d(begin, point, assume_unique=True), first]))
        end = np.sort(np.concatenate([np.setdiff1d(end, point - 1, assume_unique=True), first]))
    return begin, end


def _first_letters(kinds: NDArray[np.uint8], begin: Integers, lettered: Integers) -> Integers:
    """Where a word goes on from the number that begins its run; `lettered` is where runs of letters begin."""
    index = np.flatnonzero(kinds[lettered - 1] == _DIGIT)
    run = begin[np.searchsorted(begin, lettered[index], side="right") - 1]
    before = np.where(index > 0, lettered[index - 1], -1)
    return lettered[index[before < run]]
