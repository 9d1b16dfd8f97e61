"""ROUGE as the package rouge_score computes it (its own tokens, no stems), and the mean that `evaluate` makes of it.

Its words are of a-z and 0-9 alone: a Chinese text has none but its numbers and Latin letters.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

_NOT_WORD = re.compile(r"[^a-z0-9]+")
RESAMPLES = 1000
SEED = 0


def rouge_1(said: str, right: str) -> float:
    """F1 of the multisets of words."""
    answer, reference = _words(said), _words(right)
    return _f1((Counter(answer) & Counter(reference)).total(), len(answer), len(reference))


def rouge_l(said: str, right: str) -> float:
    """F1 by the longest common subsequence of words."""
    from rapidfuzz.distance import LCSseq

    answer, reference = _words(said), _words(right)
    return _f1(LCSseq.similarity(answer, reference), len(answer), len(reference))


def bootstrap_median(values: Sequence[float]) -> float:
    """The median of the means of 1000 resamples. The original draws them unseeded; here the seed is fixed."""
    given, random = np.array(values, dtype=np.float64), np.random.RandomState(SEED)
    means = [given[random.choice(len(given), size=len(given))].mean() for _ in range(RESAMPLES)]
    return float(np.percentile(means, 50))


def _words(text: str) -> list[str]:
    return _NOT_WORD.sub(" ", text.lower()).split()


def _f1(common: int, said: int, right: int) -> float:
    if not common:
        return 0.0
    precision, recall = common / said, common / right
    return 2 * precision * recall / (precision + recall)
