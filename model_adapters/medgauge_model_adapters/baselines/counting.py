"""What is typical of a handful of answers: the most frequent, the middle one, the median box."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from medgauge.types import FloatArray, Xyxy

T = TypeVar("T", bound=Hashable)
_TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
MOST_COMPARED = 400
"""Texts that are compared with each other for the middle one; the first so many stand for all."""


def majority(values: Iterable[T]) -> T:
    """The most frequent value; of equally frequent ones the first in the order of their `repr`."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], repr(value)))


def tokens(text: str) -> list[str]:
    """Words in lower case, each Chinese character one."""
    return _TOKEN.findall(text.lower())


def word_table(texts: Sequence[str]) -> tuple[FloatArray, tuple[str, ...]]:
    """Which words each text holds: (N, V) of 0 and 1, and the V words in order."""
    held = [set(tokens(text)) for text in texts]
    words = tuple(sorted(set().union(*held)))
    place = {word: index for index, word in enumerate(words)}
    table = np.zeros((len(texts), len(words)))
    for row, some in enumerate(held):
        table[row, [place[word] for word in some]] = 1.0
    return table, words


def medoid(texts: Sequence[str]) -> str:
    """The text that shares most words (F1) with all the others; frequent texts count as often as they come."""
    sample = list(texts)[:MOST_COMPARED]
    table, _ = word_table(sample)
    sizes = table.sum(axis=1)
    overlap = 2 * table @ table.T / np.maximum(sizes[:, None] + sizes[None, :], 1.0)
    means = overlap.mean(axis=1).round(9)
    return min((text for text, mean in zip(sample, means, strict=True) if mean == means.max()), key=repr)


def median_box(boxes: Sequence[Xyxy]) -> Xyxy:
    """The median of every side."""
    x1, y1, x2, y2 = (float(side) for side in np.median(np.asarray(boxes, dtype=np.float64), axis=0))
    return (x1, y1, x2, y2)
