"""The scores of the package `rouge` 1.0.1: sets of n-grams, and a union of common subsequences over sentences.

Rebuilt from what it does, for comparison: its `rouge-l` is not ROUGE-L. Sentences end at each full stop, figures
included. A reply is read in time linear in its length, for a reference of given length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_DEEPEST = 980
"""Steps that the original's recursion makes before it meets the interpreter's 1000 frames, its callers' included.

Within some ten steps of it, the frames above decide.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The three F values."""

    one: float
    two: float
    longest: float


class CannotScore(Exception):
    """The package would raise; the text is what it would say."""


def rouge(said: str, right: str) -> Scores:
    """ROUGE-1, ROUGE-2 and `rouge-l` F of one pair, both in lower case. Raises CannotScore."""
    answer, reference = _sentences(said.lower()), _sentences(right.lower())
    if not answer:
        raise CannotScore("ValueError: Hypothesis is empty.")
    if not reference:
        raise CannotScore("ValueError: Reference is empty.")
    written, wanted = _flat(answer), _flat(reference)
    union: set[str] = set()
    for sentence in reference:
        for other in dict.fromkeys(answer):
            union |= _common(sentence.split(" "), other.split(" "))
    return Scores(
        one=_set_f(set(written), set(wanted)),
        two=_set_f(set(pairwise(written)), set(pairwise(wanted))),
        longest=_f(len(union), len(set(written)), len(set(wanted))),
    )


def _sentences(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split(".") if part]


def _flat(sentences: Sequence[str]) -> list[str]:
    """All words; a sentence of blanks is one empty word."""
    return [word for sentence in sentences for word in sentence.split(" ")]


def _set_f(written: set[str] | set[tuple[str, str]], wanted: set[str] | set[tuple[str, str]]) -> float:
    return _f(sum(gram in wanted for gram in written), len(written), len(wanted))


def _f(common: int, written: int, wanted: int) -> float:
    precision = common / written if written else 0.0
    recall = common / wanted if wanted else 0.0
    return 2.0 * ((precision * recall) / (precision + recall + 1e-8))


def _common(reference: list[str], answer: list[str]) -> set[str]:
    """Words of one longest common subsequence: the one that is found from the end, going left in the answer on ties.

    Words of the answer that the reference lacks change neither the table nor the way through it, except its length.
    """
    places = [at for at, word in enumerate(answer, 1) if word in reference]
    words = [answer[at - 1] for at in places]
    table = _table(reference, words)
    found: set[str] = set()
    i, j, left, steps = len(reference), len(words), len(answer), 0
    while i and j:
        # words that are not in the reference are walked over one by one
        steps, left = steps + left - places[j - 1], places[j - 1]
        if reference[i - 1] == words[j - 1]:
            found.add(words[j - 1])
            i, j, left, steps = i - 1, j - 1, left - 1, steps + 1
        elif table[i - 1][j] > table[i][j - 1]:
            i, steps = i - 1, steps + 1
        else:
            j, left, steps = j - 1, left - 1, steps + 1
        if steps > _DEEPEST:
            break
    if i:
        steps += left
    if steps > _DEEPEST:
        raise CannotScore("RecursionError: maximum recursion depth exceeded")
    return found


def _table(reference: list[str], words: list[str]) -> list[list[int]]:
    """Length of the longest common subsequence of every pair of beginnings."""
    table = [[0] * (len(words) + 1)]
    for right in reference:
        above, row = table[-1], [0]
        for at, word in enumerate(words):
            row.append(above[at] + 1 if word == right else max(above[at + 1], row[at]))
        table.append(row)
    return table
