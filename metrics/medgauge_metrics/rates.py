"""Rates that say what kind of answers stand behind a score: empty ones, cut-off ones, and the same one again and again.

How often answers repeat each other is a property of the whole set: a resample of it would repeat them by itself, so
there is no interval, and neither end is good. Beside each such rate stands the same rate of the references.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Rows
from medgauge_metrics.reducing import NO_ANSWER, SampleMean, ratio
from medgauge_metrics.textform import normalise

TEMPLATE_SHARE = 0.1
"""A sentence is a template when it stands in this share of the answers, and in two at least."""
_ANSWER, _REFERENCE = 0.0, 1.0
_WHOLE = 0.0
"""The fingerprint that stands for a text as a whole, whatever it says."""
_SENTENCE_END = re.compile(r"[。！？!?；;\n\u2028\u2029]|\.(?=\s|\Z)")
_SAYS = re.compile(r"[^\W_]")


def empty_rate() -> SampleMean:
    """Share of samples without a word said: none at all, or only spaces, control and format characters."""
    return SampleMean(
        name="empty_rate",
        signature="empty_rate|empty:no-visible-character|agg:mean|v:1",
        value=_empty,
        proportion=True,
        higher_is_better=False,
    )


def truncated_rate() -> SampleMean:
    """Share of samples whose answer was cut off at the limit of its length."""
    return SampleMean(
        name="truncated_rate",
        signature="truncated_rate|agg:mean|v:1",
        value=_truncated,
        proportion=True,
        higher_is_better=False,
    )


def duplicate_rate() -> "Repetition":
    """Share of the answers with text that say, after `normalise`, just what the answer to another sample says."""
    return Repetition(name="duplicate_rate", parts=_whole, rule="text:norm:v1", floor=2, share=0.0)


def template_rate() -> "Repetition":
    """Share of the sentences written that stand in a tenth of the answers with text, and in two of them at least.

    A sentence ends at a line break, at `. ! ? ;` or their Chinese forms; a point ends one only before a space.
    Sentences are compared after `normalise`; each counts as often as it is written. One without a letter or digit is
    none.
    """
    rule = f"sentence:norm:v1|in:{TEMPLATE_SHARE:g}-of-answers-and-2"
    return Repetition(name="template_rate", parts=_sentences, rule=rule, floor=2, share=TEMPLATE_SHARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """How much of what was written is repeated in other answers; part `reference`: the same of the references.

    Rows, any number a sample: (0 for the answer or 1 for the reference, fingerprint, times). The fingerprint is an
    integer below 2**53 from the SHA-256 of the normalised words, 0 for the text as a whole. An answer without text
    has no rows; NaN where there is no answer with text. Every sample defines it.
    """

    name: str
    parts: Callable[[str], Sequence[str]]
    """Of a text: what may be repeated."""
    rule: str
    floor: int
    """Texts that must hold a part before it counts as repeated."""
    share: float
    """Share of the texts that must hold it."""

    @property
    def signature(self) -> str:
        """What is compared, and how."""
        return f"{self.name}|{self.rule}|hash:sha256-53|agg:set|v:1"

    @property
    def proportion(self) -> bool:
        """The samples are not independent."""
        return False

    @property
    def higher_is_better(self) -> None:
        """Normal reports may be alike: it ranks nothing."""
        return

    @property
    def resampled(self) -> bool:
        """A resample repeats its samples by itself."""
        return False

    def prepare(self, targets: Sequence[Answer]) -> "Repetition":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Rows:
        """The fingerprints of answer and reference."""
        return self._rows(_ANSWER, (answer or NO_ANSWER).text) + self._rows(_REFERENCE, target.text)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """Repeated parts over all parts; a weight is a number of copies."""
        values = statistics.values.reshape(-1, 3)
        rows = statistics.row_weights(weights)
        return {
            name: self._rate(values[values[:, 0] == side, 1:], rows[:, values[:, 0] == side])
            for name, side in (("", _ANSWER), ("reference", _REFERENCE))
        }

    def _rows(self, side: float, text: str) -> Rows:
        if _invisible(text):
            return ()
        counts = Counter(map(fingerprint, self.parts(text)))
        return ((side, _WHOLE, 1.0), *((side, mark, float(times)) for mark, times in counts.items()))

    def _rate(self, values: FloatArray, rows: FloatArray) -> FloatArray:
        """Of (R, 2) fingerprints and times, and (B, R) weights of the rows."""
        marks, index = np.unique(values[:, 0], return_inverse=True)
        holding, written = np.zeros((2, len(rows), len(marks)))
        for one in range(len(rows)):
            holding[one] = np.bincount(index, weights=rows[one], minlength=len(marks))
            written[one] = np.bincount(index, weights=rows[one] * values[:, 1], minlength=len(marks))
        texts = holding[:, marks == _WHOLE].sum(axis=1, keepdims=True)
        repeated = (holding >= self.floor) & (holding >= self.share * texts - 1e-9) & (marks != _WHOLE)
        return ratio((written * repeated).sum(axis=1), (written * (marks != _WHOLE)).sum(axis=1))


def fingerprint(text: str) -> float:
    """An integer from 1 to 2**53 - 1 that stands for the words of a text, whatever their case and punctuation.

    A text of marks alone is compared as it is. Two different ones among a million share one with a chance of 6e-5.
    """
    form = normalise(text) or text.strip()
    digest = hashlib.sha256(form.encode("utf-8", "surrogatepass")).digest()
    return float((int.from_bytes(digest[:8], "big") >> 11) or 1)


def _whole(text: str) -> Sequence[str]:
    return (text,)


def _sentences(text: str) -> Sequence[str]:
    return [sentence for sentence in _SENTENCE_END.split(text) if _SAYS.search(sentence)]


def _invisible(text: str) -> bool:
    return all(c.isspace() or unicodedata.category(c) in ("Cc", "Cf") for c in text)


def _empty(answer: Answer, target: Answer) -> float | None:
    return None if _invisible(target.text) else float(_invisible(answer.said or answer.text))


def _truncated(answer: Answer, target: Answer) -> float:
    return float(answer.truncated)
