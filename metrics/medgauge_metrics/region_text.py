"""What is said of each region: the words under every label of the reference against the answer's under the same.

The mean runs over the labels of all references that have text, 0 where the answer has none for the label; segments
of one label are joined. What the answer says of other labels costs nothing here: `object_precision` counts it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from medgauge.types import Answer, Segment
from medgauge_metrics.reducing import Counts, Pooled
from medgauge_metrics.rouge import lcs_f1
from medgauge_metrics.textform import normalise
from medgauge_metrics.tokenize import SIGNATURE as TOKENISER
from medgauge_metrics.tokenize import tokens

_Similarity: TypeAlias = Callable[[Sequence[str], Sequence[str]], float]
_Units: TypeAlias = Callable[[str], list[str]]


def region_rouge_l() -> Pooled:
    """Mean ROUGE-L of the texts of the regions."""
    return _mean("region_rouge_l", f"{TOKENISER}|beta:1", lcs_f1, tokens)


def region_token_f1() -> Pooled:
    """Mean F1 of the multisets of tokens of the texts of the regions."""
    return _mean("region_token_f1", f"{TOKENISER}|bag:multiset", _bag_f1, tokens)


def region_exact() -> Pooled:
    """Share of the regions whose text equals the reference's after `normalise`."""
    return _mean("region_exact", "norm:v1", _same, _words)


def _mean(name: str, how: str, similarity: _Similarity, units: _Units) -> Pooled:
    """A mean over regions is hits over reference, with similarities for hits."""
    return Pooled(
        name=name,
        signature=f"{name}|{how}|labels:equal-norm:v1|missing:0|agg:mean-of-regions|v:1",
        count=_Regions(similarity=similarity, units=units),
        of="recall",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regions:
    """Sum of similarities, labels in the answer (unused), labels with text in the reference."""

    similarity: _Similarity
    units: _Units

    def __call__(self, answer: Answer, target: Answer) -> Counts | None:
        """Of one sample; None where no label of the reference has text."""
        wanted = {label: words for label, words in self._texts(target.segments).items() if words}
        if not wanted:
            return None
        given = self._texts(answer.segments)
        total = sum(self.similarity(given.get(label, []), words) for label, words in wanted.items())
        return total, float(len(given)), float(len(wanted))

    def _texts(self, segments: Iterable[Segment]) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = defaultdict(list)
        for segment in segments:
            texts[normalise(segment.label)] += self.units(segment.text)
        return texts


def _words(text: str) -> list[str]:
    return normalise(text).split()


def _bag_f1(written: Sequence[str], reference: Sequence[str]) -> float:
    shared = (Counter(written) & Counter(reference)).total()
    return 2 * shared / (len(written) + len(reference))


def _same(written: Sequence[str], reference: Sequence[str]) -> float:
    return float(list(written) == list(reference))
