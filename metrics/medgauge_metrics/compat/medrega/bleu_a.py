"""BLEU-1 of one pair as torchmetrics computes it: in 32 bits, through a logarithm."""

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np


def bleu_a(said: Sequence[str], right: Sequence[str]) -> float:
    """Share of the words said that are in the reference, times brevity; 0 where no word is.

    One word in five is 0.19999998807907104: the exponential of a 32-bit logarithm.
    """
    return bleu_of_counts((Counter(said) & Counter(right)).total(), len(said), len(right))


def bleu_of_counts(matched: int, said: int, right: int) -> float:
    """The same from the number of matched words and the two lengths."""
    if not matched:
        return 0.0
    precision = _rounded(math.exp, _rounded(math.log, np.float32(matched) / np.float32(said)))
    one = np.float32(1)
    brevity = one if said > right else _rounded(math.exp, one - np.float32(right) / np.float32(said))
    return float(brevity * precision)


def _rounded(function: Callable[[float], float], value: np.float32) -> np.float32:
    """In 64 bits and rounded, as torch's own comes out; numpy's logarithm in 32 bits differs in the last."""
    return np.float32(function(float(value)))
