"""The word overlaps that MedEvalKit prints for open questions: nltk's BLEU of one pair, and a token F1.

Facts: `sentence_bleu` of nltk 3.10 without smoothing; `calculate_f1` of MedEvalKit's `utils/utils.py`.
"""

import math
import sys

from medgauge_metrics.counts import ngrams


def bleu(said: str, right: str, order: int) -> float:
    """BLEU of one pair with uniform weights over words between single spaces, a full stop being a word.

    An order without a match counts as the smallest normal float, so that a perfect one-word answer has a BLEU-4 of
    1.8e-231. No single word in common: 0.
    """
    answer, reference = _split(said), _split(right)
    logs: list[float] = []
    for n in range(1, order + 1):
        written = ngrams(answer, n)
        matched = (written & ngrams(reference, n)).total()
        if n == 1 and not matched:
            return 0.0
        share = matched / max(1, written.total()) if matched else sys.float_info.min
        logs.append(1 / order * math.log(share))
    short = 1.0 if len(answer) > len(reference) else math.exp(1 - len(reference) / len(answer))
    return short * math.exp(math.fsum(logs))


def f1_precision_recall(said: str, right: str) -> tuple[float, float, float] | None:
    """F1, precision and recall of the sets of words, in the order of the original; None where it would fail."""
    written, wanted = set(said.lower().split()), set(right.lower().split())
    if not written or not wanted:
        return None
    common = len(written & wanted)
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / len(written), common / len(wanted)
    return 2 * (precision * recall) / (precision + recall), precision, recall


def _split(text: str) -> list[str]:
    return text.lower().replace(".", " .").split(" ")
