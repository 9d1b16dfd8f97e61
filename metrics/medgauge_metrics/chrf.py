"""chrF: how many of the character n-grams agree (Popović 2015), which needs no tokeniser in any language."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.reducing import NO_ANSWER, sums

ORDER = 6
BETA = 2
_TERMINATORS = "\0\1"
_BITS = 10
"""Bits for one character in the packed form of an n-gram; it is numbered among those of its own pair."""
_CELLS = 1 << 18
"""Characters that are looked at together."""
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def chrf(*, words: int | str = 0) -> "ChrF":
    """Corpus chrF2; `words=2` counts word n-grams up to two as well (chrF++). Raises ValueError for other orders."""
    if int(words) not in (0, 1, 2):
        raise ValueError(f"words={words}: chrF counts word n-grams up to 0, 1 or 2")
    return ChrF(words=int(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChrF:
    """Corpus chrF as sacrebleu computes it, from 0 to 1: F2 of the mean precision and recall over the orders.

    Vector: written, reference and matched n-grams of each order. White space is taken out, case and punctuation
    stay. An order that no answer or no reference is long enough for is left out of the means. Of several references
    the one with the best chrF of its own counts. Undefined where the reference has no characters. The words of
    chrF++ are split at spaces: in Chinese a clause is one.
    """

    words: int = 0

    @property
    def name(self) -> str:
        """`chrf`, `chrf(words=2)`."""
        return f"chrf(words={self.words})" if self.words else "chrf"

    @property
    def signature(self) -> str:
        """As sacrebleu's: orders, case, effective order, space."""
        form = f"nc:{ORDER}|nw:{self.words}|beta:{BETA}|case:mixed|space:no|eff:yes"
        return f"{self.name}|{form}|refs:best-sentence|agg:corpus|v:1"

    @property
    def proportion(self) -> bool:
        """A ratio of corpus sums."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "ChrF":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """Written, reference and matched n-grams of each order; None where no reference has a character."""
        references = _references(target)
        if not references:
            return None
        written = (answer or NO_ANSWER).text
        characters = [_counted(_characters(written), _characters(reference)) for reference in references]
        return self._best(written, references, np.array(characters, dtype=np.float64))

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Vector | None]:
        """What `measure` gives for each pair, counted for thousands of pairs at once."""
        references = [_references(target) for target in targets]
        written = [(answer or NO_ANSWER).text for answer in answers]
        pairs = [
            (said, _characters(reference))
            for said, known in zip(map(_characters, written), references, strict=True)
            for reference in known
        ]
        counts = _count_all(pairs)
        ends = np.cumsum([len(known) for known in references])
        return [
            self._best(said, known, counts[end - len(known) : end]) if known else None
            for said, known, end in zip(written, references, ends.tolist(), strict=True)
        ]

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """F2 of the sums; NaN where there is no reference."""
        total = sums(statistics, weights, 3 * (ORDER + self.words))
        return {"": np.where(total[:, 1] > 0, f_score(total), np.nan)}

    def _best(self, written: str, references: Sequence[str], characters: FloatArray) -> Vector:
        """The counts against the reference with the best score; the first of several."""
        counts = characters
        if self.words:
            said = _words(written)
            rows = [_word_counts(said, _words(reference), self.words) for reference in references]
            counts = np.concatenate([characters, np.array(rows, dtype=np.float64)], axis=1)
        best = int(np.argmax(f_score(counts))) if len(references) > 1 else 0
        return tuple(counts[best].tolist())


def f_score(counts: FloatArray) -> FloatArray:
    """F2 from (B, 3 * orders) written, reference and matched n-grams: (B,), 0 where no order has both."""
    precision, recall, orders = np.zeros((3, len(counts)))
    for order in range(counts.shape[1] // 3):
        written, reference, matched = counts[:, 3 * order : 3 * order + 3].T
        both = (written > 0) & (reference > 0)
        precision += np.divide(matched, written, out=np.zeros(len(counts)), where=both)
        recall += np.divide(matched, reference, out=np.zeros(len(counts)), where=both)
        orders += both
    precision, recall = precision / np.maximum(orders, 1), recall / np.maximum(orders, 1)
    factor = BETA**2
    below = factor * precision + recall
    return np.divide((1 + factor) * precision * recall, below, out=np.zeros(len(counts)), where=below > 0)


def _references(target: Answer) -> list[str]:
    return [text for text in (target.text, *target.texts) if text and not text.isspace()]


def _characters(text: str) -> str:
    return "".join(text.split())


def _lengths(written: int, reference: int, order: int) -> tuple[int, int]:
    """Numbers of n-grams; those of the answer do not count where the reference has none."""
    possible = max(0, reference - order + 1)
    return (max(0, written - order + 1) if possible else 0), possible


def _counted(written: str, reference: str) -> list[int]:
    """Written, reference and matched n-grams of characters, order by order, for one pair."""
    counts: list[int] = []
    for order in range(1, ORDER + 1):
        grams = [Counter(s[i : i + order] for i in range(len(s) - order + 1)) for s in (written, reference)]
        counts += [*_lengths(len(written), len(reference), order), (grams[0] & grams[1]).total()]
    return counts


def _words(text: str) -> list[str]:
    """Split at spaces, with one mark taken off the end of a word, or else off its beginning."""
    words: list[str] = []
    for word in text.split():
        if len(word) > 1 and word[-1] in _PUNCTUATION:
            words += [word[:-1], word[-1]]
        elif len(word) > 1 and word[0] in _PUNCTUATION:
            words += [word[0], word[1:]]
        else:
            words.append(word)
    return words


def _word_counts(written: list[str], reference: list[str], highest: int) -> list[int]:
    counts: list[int] = []
    for order in range(1, highest + 1):
        grams = [Counter(zip(*(s[i:] for i in range(order)), strict=False)) for s in (written, reference)]
        counts += [*_lengths(len(written), len(reference), order), (grams[0] & grams[1]).total()]
    return counts


def _count_all(pairs: Sequence[tuple[str, str]]) -> FloatArray:
    """(pairs, 3 * ORDER) as `_counted` counts."""
    counts = np.zeros((len(pairs), 3 * ORDER))
    lengths = np.array([(len(a), len(b)) for a, b in pairs], dtype=np.int64).reshape(-1, 2)
    for order in range(1, ORDER + 1):
        possible = np.maximum(lengths - (order - 1), 0)
        counts[:, 3 * order - 3] = np.where(possible[:, 1] > 0, possible[:, 0], 0)
        counts[:, 3 * order - 2] = possible[:, 1]
    widths = lengths.sum(axis=1) + ORDER + 1
    by_width = np.argsort(widths, kind="stable")
    start = 0
    while start < len(pairs):
        rows = by_width[start : start + max(1, _CELLS // int(widths[by_width[start]]))]
        rows = rows[: max(1, int(np.sum(widths[rows] * np.arange(1, len(rows) + 1) <= _CELLS)))]
        counts[rows, 2::3] = _matched([pairs[row] for row in rows], int(widths[rows[-1]]))
        start += len(rows)
    return counts


def _matched(pairs: Sequence[tuple[str, str]], width: int) -> FloatArray:
    """(pairs, ORDER) matched n-grams of pairs that are not wider than `width` with ORDER + 1 cells of padding.

    All n-grams of the highest order are sorted once, pair by pair; those of lower orders are prefixes of them. An
    answer ends with another mark than a reference, so that n-grams that reach over the end match nothing.
    """
    ends = np.array([len(a) for a, _ in pairs])[:, None]
    text = "".join([f"{a}\1{b}".ljust(width, "\0") for a, b in pairs])
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).reshape(len(pairs), width)
    numbers = _numbered(codes)
    grams = np.zeros((len(pairs), width - ORDER + 1), dtype=np.int64)
    for offset in range(ORDER):
        grams = (grams << _BITS) | numbers[:, offset : width - ORDER + 1 + offset]
    grams = np.sort((grams << 1) | (np.arange(grams.shape[1]) > ends), axis=1)
    matched = _intersections(grams)
    for row, (a, b) in enumerate(pairs):
        marked = any(mark in a or mark in b for mark in _TERMINATORS)
        if marked or numbers[row].max() >= 1 << _BITS:
            matched[row] = _counted(a, b)[2::3]
    return matched


def _numbered(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The characters of each row numbered from 0 in the order of their codes."""
    columns = np.arange(codes.shape[1])
    ordered = np.sort((codes.astype(np.int64) << 32) | columns, axis=1)
    new = (ordered[:, 1:] >> 32) != (ordered[:, :-1] >> 32)
    numbers = np.zeros(codes.shape, dtype=np.int64)
    np.put_along_axis(numbers, (ordered & 0xFFFFFFFF)[:, 1:], np.cumsum(new, axis=1), axis=1)
    return numbers


def _intersections(grams: NDArray[np.int64]) -> FloatArray:
    """Sums of the smaller count of every n-gram: rows of sorted packed n-grams, the last bit says whose it is."""
    rows, width = grams.shape
    flat = grams.ravel()
    row = np.repeat(np.arange(rows), width)
    both = np.where(flat & 1, 1 << 32, 1)
    gram = flat >> 1
    matched = np.zeros((rows, ORDER))
    for order in range(ORDER, 0, -1):
        new = np.empty(len(gram), dtype=bool)
        new[0] = True
        np.logical_or(gram[1:] != gram[:-1], row[1:] != row[:-1], out=new[1:])
        starts = np.flatnonzero(new)
        both = np.add.reduceat(both, starts)
        row, gram = row[starts], gram[starts]
        matched[:, order - 1] = np.bincount(row, weights=np.minimum(both >> 32, both & 0xFFFFFFFF), minlength=rows)
        gram >>= _BITS
    return matched
