"""BLEU over a whole set, and the mean of BLEU-2 over its samples (Papineni et al. 2002)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.counts import Counts, count_all, count_one
from medgauge_metrics.reading import Reading, named
from medgauge_metrics.reducing import ratio, sums
from medgauge_metrics.text_mean import TextMean

_Smooth: TypeAlias = Literal["none", "exp"]


def bleu1(*, tokenizer: str = "char", section: str = "", smooth: str = "none") -> "Bleu":
    """Corpus BLEU of single tokens."""
    return _bleu(1, Reading(tokenizer=tokenizer, section=section), smooth)


def bleu2(*, tokenizer: str = "char", section: str = "", smooth: str = "none") -> "Bleu":
    """Corpus BLEU up to two tokens."""
    return _bleu(2, Reading(tokenizer=tokenizer, section=section), smooth)


def bleu3(*, tokenizer: str = "char", section: str = "", smooth: str = "none") -> "Bleu":
    """Corpus BLEU up to three tokens."""
    return _bleu(3, Reading(tokenizer=tokenizer, section=section), smooth)


def bleu4(*, tokenizer: str = "char", section: str = "", smooth: str = "none") -> "Bleu":
    """Corpus BLEU up to four tokens."""
    return _bleu(4, Reading(tokenizer=tokenizer, section=section), smooth)


def sentence_bleu2(*, tokenizer: str = "char", section: str = "") -> TextMean:
    """Mean over samples of BLEU up to two tokens, not smoothed: 0 where an answer shares no pair with a reference.

    For comparison with ReXrank; it is not the BLEU of the set. Undefined where a reference is a single token.
    """
    return TextMean(
        head="sentence_bleu2",
        values=_sentence_bleu2,
        how="smooth:none|refs:clip-max.closest-length|agg:mean|v:1",
        reading=Reading(tokenizer=tokenizer, section=section),
    )


def _bleu(order: int, reading: Reading, smooth: str) -> "Bleu":
    if smooth not in ("none", "exp"):
        raise ValueError(f"smooth={smooth}: expected none or exp")
    return Bleu(order=order, reading=reading, smooth=cast(_Smooth, smooth))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleu:
    """Corpus BLEU with brevity penalty and uniform weights.

    Vector: answer length c, reference length r, n-grams of the highest order in the reference, then matched and
    written n-grams of each order. An n-gram counts as often as the reference holds it that holds it most often; r is
    the length closest to c, the shorter of two, and n-grams are those of the shortest reference. Undefined where no
    sample has references long enough for the highest order; 0 where an order has no match. `smooth=exp` halves a
    match of one for every order without any, as mteval and sacrebleu do. A text without tokens adds nothing to c and
    still counts in r.
    """

    order: int
    reading: Reading
    smooth: _Smooth = "none"

    @property
    def name(self) -> str:
        """`bleu4`, `bleu4(tokenizer=jieba)`."""
        smooth = {"smooth": self.smooth} if self.smooth != "none" else {}
        return named(f"bleu{self.order}", dict(self.reading.options) | smooth)

    @property
    def signature(self) -> str:
        """Tokeniser, section, smoothing, rule for references, aggregation."""
        how = f"smooth:{self.smooth}|refs:clip-max.closest-length|agg:corpus|v:1"
        return f"{self.name}|{self.reading.signature}|{how}"

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

    def prepare(self, targets: Sequence[Answer]) -> "Bleu":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """Lengths and n-gram counts; None where no reference has tokens."""
        references = list(map(self.reading.tokens, self.reading.references(target)))
        return self._vectors(count_one(self.reading.tokens(self.reading.written(answer)), references))[0]

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Vector | None]:
        """What `measure` gives for each pair; all metrics of a reading share one count."""
        return self._vectors(count_all(*self.reading.batch(answers, targets)))

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """`exp(min(0, 1 - r/c)) * (product of matched/written)^(1/order)`."""
        total = sums(statistics, weights, 3 + 2 * self.order)
        written, reference, possible = total[:, 0], total[:, 1], total[:, 2]
        matched = _halved(total[:, 3::2], total[:, 4::2]) if self.smooth == "exp" else total[:, 3::2]
        precisions = np.nan_to_num(ratio(matched, total[:, 4::2]))
        with np.errstate(divide="ignore", over="ignore"):
            mean = np.exp(np.log(precisions).mean(axis=1))
            brevity = np.exp(np.minimum(0.0, 1.0 - np.where(written > 0, ratio(reference, written), np.inf)))
        return {"": np.where(possible > 0, brevity * mean, np.nan)}

    def _vectors(self, counts: Counts) -> list[Vector | None]:
        rows = np.zeros((len(counts.written), 3 + 2 * self.order))
        rows[:, 0], rows[:, 1] = counts.written, counts.closest
        rows[:, 2] = np.maximum(counts.shortest - self.order + 1, 0)
        rows[:, 3::2] = counts.clipped[:, : self.order]
        rows[:, 4::2] = np.maximum(counts.written[:, None] - np.arange(self.order), 0)
        return [tuple(row) if row[1] else None for row in rows.tolist()]


def _halved(matched: FloatArray, written: FloatArray) -> FloatArray:
    """(B, orders) matches, with 1/2, 1/4... for the first, second... order without any; none where no order has any."""
    none = (matched == 0) & (written > 0)
    halves = 0.5 ** np.cumsum(none, axis=1)
    return np.where(none & matched.any(axis=1, keepdims=True), halves, matched)


def _sentence_bleu2(counts: Counts) -> FloatArray:
    orders = np.arange(2)
    written = np.maximum(counts.written[:, None] - orders, 1)
    precision = np.sqrt(np.prod(counts.clipped[:, :2] / written, axis=1))
    missing = ratio(counts.closest.astype(float), np.maximum(counts.written, 1).astype(float))
    value = np.exp(np.minimum(0.0, 1.0 - missing)) * precision
    return np.where(counts.shortest >= len(orders), value, np.nan)
