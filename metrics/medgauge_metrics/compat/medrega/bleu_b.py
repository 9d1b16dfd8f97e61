"""BLEU as `bleu` of Hugging Face's `evaluate` computes it: over a corpus, not smoothed, words by mteval-v13a."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medgauge_metrics.counts import ngrams
from medgauge_metrics.mteval import mteval_13a


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a corpus comes down to."""

    matched: tuple[int, ...]
    """Clipped matches by order, from 1."""
    possible: tuple[int, ...]
    """N-grams of the answers by order."""
    said: int
    """Words of all answers."""
    right: int
    """Words of all references."""


def counts(said: Sequence[str], right: Sequence[str], orders: int) -> Counts:
    """Of answers and their references, one each, case kept."""
    pairs = [(mteval_13a(answer), mteval_13a(reference)) for answer, reference in zip(said, right, strict=True)]
    return Counts(
        matched=tuple(sum(_matched(*pair, order) for pair in pairs) for order in range(1, orders + 1)),
        possible=tuple(sum(max(0, len(a) - order + 1) for a, _ in pairs) for order in range(1, orders + 1)),
        said=sum(len(answer) for answer, _ in pairs),
        right=sum(len(reference) for _, reference in pairs),
    )


def bleu_b(made: Counts, order: int) -> float:
    """BLEU with uniform weights up to an order. Raises ZeroDivisionError where answers or references have no word."""
    ratio = made.said / made.right
    brevity = 1.0 if ratio > 1 else math.exp(1 - 1 / ratio)
    if not all(made.matched[:order]):
        return 0.0
    shares = [m / p for m, p in zip(made.matched[:order], made.possible[:order], strict=True)]
    return math.exp(sum(1 / order * math.log(share) for share in shares)) * brevity


def _matched(said: list[str], right: list[str], order: int) -> int:
    return (ngrams(said, order) & ngrams(right, order)).total()
