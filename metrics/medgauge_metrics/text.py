"""Metrics that compare words: equality, token F1, corpus BLEU, ROUGE-L, length."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import LCSseq

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.reducing import NO_ANSWER, SampleMean, ratio, sums
from medgauge_metrics.textform import fold, normalise
from medgauge_metrics.tokenize import SIGNATURE as TOKENISER
from medgauge_metrics.tokenize import tokens


def exact_match() -> SampleMean:
    """Share of answers that equal the reference after `normalise`. A reference without text is undefined."""
    return SampleMean(name="exact_match", signature="exact_match|norm:v1|agg:mean|v:1", value=_equal, proportion=True)


def token_f1() -> SampleMean:
    """Mean F1 of the multisets of tokens: twice the overlap over both lengths."""
    return SampleMean(name="token_f1", signature=f"token_f1|{TOKENISER}|bag:multiset|agg:mean|v:1", value=_token_f1)


def rouge_l() -> SampleMean:
    """Mean ROUGE-L F1: the longest common subsequence of tokens, precision and recall weighted alike."""
    return SampleMean(name="rouge_l", signature=f"rouge_l|{TOKENISER}|beta:1|agg:mean|v:1", value=_rouge_l)


def bleu1() -> "Bleu":
    """Corpus BLEU of single tokens."""
    return Bleu(order=1)


def bleu4() -> "Bleu":
    """Corpus BLEU up to four tokens, not smoothed."""
    return Bleu(order=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleu:
    """Corpus BLEU with one reference, brevity penalty, uniform weights, no smoothing (Papineni et al. 2002).

    Vector: answer length c, reference length r, n-grams of the highest order in the reference, then matched and
    written n-grams of each order. Undefined where no reference is long enough for the highest order; 0 where an
    order has no match. A text without tokens adds nothing to c and still counts in r.
    """

    order: int

    @property
    def name(self) -> str:
        """`bleu4`."""
        return f"bleu{self.order}"

    @property
    def signature(self) -> str:
        """Tokeniser, smoothing, aggregation."""
        return f"bleu{self.order}|{TOKENISER}|case:lower|punct:dropped|smooth:none|agg:corpus|v:1"

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
        """Lengths and n-gram counts; None where the reference has no tokens."""
        reference = tokens(target.text)
        if not reference:
            return None
        written = tokens((answer or NO_ANSWER).text)
        vector = [len(written), len(reference), max(0, len(reference) - self.order + 1)]
        for order in range(1, self.order + 1):
            grams = _grams(written, order)
            vector += [(grams & _grams(reference, order)).total(), grams.total()]
        return tuple(float(v) for v in vector)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """`exp(min(0, 1 - r/c)) * (product of matched/written)^(1/order)`."""
        total = sums(statistics, weights, 3 + 2 * self.order)
        written, reference, possible = total[:, 0], total[:, 1], total[:, 2]
        precisions = np.nan_to_num(ratio(total[:, 3::2], total[:, 4::2]))
        with np.errstate(divide="ignore", over="ignore"):
            mean = np.exp(np.log(precisions).mean(axis=1))
            brevity = np.exp(np.minimum(0.0, 1.0 - np.where(written > 0, ratio(reference, written), np.inf)))
        return {"": np.where(possible > 0, brevity * mean, np.nan)}


def length_ratio() -> "LengthRatio":
    """Tokens written over tokens in the references, over the whole set."""
    return LengthRatio()


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthRatio:
    """Tokens written over tokens in the references: 1 is the length of the references.

    It explains a move of BLEU and ranks nothing: longer is not better, and `higher_is_better` only says that no
    answer, 0, is the worst.
    """

    @property
    def name(self) -> str:
        """`length_ratio`."""
        return "length_ratio"

    @property
    def signature(self) -> str:
        """Tokeniser and aggregation."""
        return f"length_ratio|{TOKENISER}|agg:corpus|v:1"

    @property
    def proportion(self) -> bool:
        """May exceed 1."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """See the class."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "LengthRatio":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(tokens written, tokens in the reference); None where the reference has none."""
        reference = len(tokens(target.text))
        return (float(len(tokens((answer or NO_ANSWER).text))), float(reference)) if reference else None

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The ratio of the sums."""
        total = sums(statistics, weights, 2)
        return {"": ratio(total[:, 0], total[:, 1])}


def lcs_f1(written: Sequence[str], reference: Sequence[str]) -> float:
    """ROUGE-L F1 of two lists of tokens; 0 where either is empty."""
    common = LCSseq.similarity(written, reference)
    return 2 * common / (len(written) + len(reference)) if common else 0.0


def _equal(answer: Answer, target: Answer) -> float | None:
    if not target.text.strip():
        return None
    reference = normalise(target.text)
    if not reference:
        return float(fold(answer.text).strip() == fold(target.text).strip())
    return float(normalise(answer.text) == reference)


def _token_f1(answer: Answer, target: Answer) -> float | None:
    reference = Counter(tokens(target.text))
    if not reference:
        return None
    written = Counter(tokens(answer.text))
    return 2 * (written & reference).total() / (written.total() + reference.total())


def _rouge_l(answer: Answer, target: Answer) -> float | None:
    reference = tokens(target.text)
    return lcs_f1(tokens(answer.text), reference) if reference else None


def _grams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[i:] for i in range(order)), strict=False))
