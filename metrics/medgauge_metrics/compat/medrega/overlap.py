"""Precision, recall and F1 of two sets of words: a word counts once, however often it is said."""

from collections.abc import Iterable

ENOUGH = 0.75
"""The recall from which an open answer counts as right."""


def overlap(said: Iterable[str], right: Iterable[str]) -> tuple[float, float]:
    """F1 and recall. A perfect F1 is 0.999999995: there is a 1e-8 in its denominator."""
    written, wanted = set(said), set(right)
    common = len(written & wanted)
    precision = common / len(written) if written else 0.0
    recall = common / len(wanted) if wanted else 0.0
    return 2 * precision * recall / (precision + recall + 1e-8), recall
