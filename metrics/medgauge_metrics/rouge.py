"""ROUGE: n-grams or the longest common subsequence that an answer shares with a reference (Lin 2004)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import LCSseq

from medgauge.types import FloatArray
from medgauge_metrics.counts import Counts
from medgauge_metrics.reading import Reading
from medgauge_metrics.text_mean import TextMean, best, f1


def rouge1(*, tokenizer: str = "char", section: str = "") -> TextMean:
    """Mean ROUGE-1 F1: single tokens, precision and recall weighted alike, with the best reference."""
    return _rouge_n(1, Reading(tokenizer=tokenizer, section=section))


def rouge2(*, tokenizer: str = "char", section: str = "") -> TextMean:
    """Mean ROUGE-2 F1: pairs of tokens. Undefined where a reference is a single token, which has no pair."""
    return _rouge_n(2, Reading(tokenizer=tokenizer, section=section))


def rouge_l(*, beta: str | float = 1.0, tokenizer: str = "char", section: str = "") -> TextMean:
    """Mean ROUGE-L: F of the longest common subsequence of tokens, with the best reference.

    Recall weighs `beta` squared times what precision does. Another `beta` than 1 follows the caption evaluation of
    COCO, whose is 1.2: of several references the best precision and the best recall are taken, each on its own.
    Raises ValueError for a `beta` that is not positive.
    """
    weight = float(beta)
    if not 0 < weight < 1e6:
        raise ValueError(f"beta={beta}: expected a positive number")
    alike = weight == 1
    return TextMean(
        head="rouge_l",
        values=_even if alike else _Weighted(beta=weight),
        how=f"beta:{weight:g}|refs:{'best' if alike else 'best-p-best-r'}|agg:mean|v:1",
        options=() if alike else (("beta", f"{weight:g}"),),
        reading=Reading(tokenizer=tokenizer, section=section),
        shared="subsequence",
    )


def lcs_f1(written: Sequence[str], reference: Sequence[str]) -> float:
    """ROUGE-L F1 of two lists of tokens; 0 where either is empty."""
    common = LCSseq.similarity(written, reference)
    return 2 * common / (len(written) + len(reference)) if common else 0.0


def _rouge_n(order: int, reading: Reading) -> TextMean:
    return TextMean(
        head=f"rouge{order}",
        values=_Shared(order=order),
        how="beta:1|refs:best|agg:mean|v:1",
        reading=reading,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """F1 of the n-grams of one order."""

    order: int

    def __call__(self, counts: Counts) -> FloatArray:
        written = np.maximum(counts.written - self.order + 1, 0)[:, None]
        references = np.maximum(counts.references - self.order + 1, 0)
        return best(f1(counts.shared[:, :, self.order - 1], written, references), counts, self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighted:
    """F of the best precision and the best recall of the longest common subsequences."""

    beta: float

    def __call__(self, counts: Counts) -> FloatArray:
        longest, square = counts.shared[:, :, 0], self.beta * self.beta
        precision = longest.max(axis=1) / np.maximum(counts.written, 1)
        recall = (longest / np.maximum(counts.references, 1)).max(axis=1)
        below = recall + square * precision
        value = np.divide((1 + square) * precision * recall, below, out=np.zeros(len(below)), where=below > 0)
        return np.where(counts.shortest > 0, value, np.nan)


def _even(counts: Counts) -> FloatArray:
    return best(f1(counts.shared[:, :, 0], counts.written[:, None], counts.references), counts)
