"""Texts by the words they are expected to hold: the training text that best agrees with predicted words is said."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from medgauge.types import FloatArray
from medgauge_model_adapters.baselines.counting import word_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasebook:
    """Known texts, and which of the words that differ between them each holds."""

    texts: tuple[str, ...]
    """Each text once."""
    table: FloatArray = field(repr=False)
    """(texts, V) of 0 and 1."""
    always: float
    """How many words all texts share."""

    def closest(self, expected: FloatArray) -> str:
        """The text with the best expected F1 for (V,) probabilities of its words."""
        shared = self.table @ expected + self.always
        total = self.table.sum(axis=1) + expected.sum() + 2 * self.always
        return self.texts[int(np.argmax((2 * shared / np.maximum(total, 1e-9)).round(9)))]


def make_phrasebook(texts: Sequence[str], most: int = 160) -> tuple[Phrasebook, FloatArray]:
    """The phrasebook of training texts, and (N, V) which words each of the N holds.

    Words of all texts, and of only one of many, predict nothing and are left out; so are the rarest beyond `most`.
    """
    table, _ = word_table(texts)
    counts = table.sum(axis=0)
    telling = np.flatnonzero((counts < len(texts)) & (counts >= (2 if len(texts) > 8 else 1)))
    telling = np.sort(telling[np.argsort(-np.minimum(counts, len(texts) - counts)[telling], kind="stable")][:most])
    first = {text: row for row, text in reversed(list(enumerate(texts)))}
    rows = sorted(first.values())
    book = Phrasebook(
        texts=tuple(texts[row] for row in rows),
        table=table[rows][:, telling],
        always=float((counts == len(texts)).sum()),
    )
    return book, table[:, telling]
