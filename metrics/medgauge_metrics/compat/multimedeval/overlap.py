"""The word overlaps of torchmetrics 1.9 that MultiMedEval is built on: BLEU of one pair, ROUGE-1 and ROUGE-L.

They are printed as means over samples. The original adds up in 32 bits for BLEU; here it is 64, so that the two
agree to six digits. ROUGE is rounded to 32 bits as there.
"""

import math
import re
from collections import Counter

import numpy as np
from rapidfuzz.distance import LCSseq

from medgauge_metrics.counts import ngrams

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def bleu(said: str, right: str, order: int) -> float:
    """BLEU of one sentence, not smoothed, case kept, words between spaces; 0 where an order has no match."""
    answer, reference = said.split(), right.split()
    logs = 0.0
    for n in range(1, order + 1):
        written, wanted = ngrams(answer, n), ngrams(reference, n)
        matched = (written & wanted).total()
        if not matched:
            return 0.0
        logs += math.log(matched / written.total()) / order
    short = min(0.0, 1 - len(reference) / len(answer))
    return math.exp(short + logs)


def rouge_1(said: str, right: str) -> float:
    """F1 of the multisets of words."""
    answer, reference = _words(said), _words(right)
    return _f1((Counter(answer) & Counter(reference)).total(), len(answer), len(reference))


def rouge_l(said: str, right: str) -> float:
    """F1 by the longest common subsequence of words."""
    answer, reference = _words(said), _words(right)
    return _f1(LCSseq.similarity(answer, reference), len(answer), len(reference))


def _f1(common: int, written: int, wanted: int) -> float:
    if not common:
        return 0.0
    precision, recall = common / written, common / wanted
    return float(np.float32(2 * precision * recall / (precision + recall)))


def _words(text: str) -> list[str]:
    """Latin letters and digits alone: a Chinese text has no words."""
    return _NOT_WORD.sub(" ", text.lower()).split()
