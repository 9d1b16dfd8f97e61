"""Classification: every piece of an answer becomes the label with the highest BLEU-1, the first of equals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from string import punctuation

from medgauge.errors import shorten
from medgauge_metrics.compat.medrega.bleu_a import bleu_of_counts
from medgauge_metrics.compat.medrega.labels import LabelList
from medgauge_metrics.compat.medrega.records import Pair
from medgauge_metrics.compat.medrega.stops import Crash

NAMES = ("F1-macro", "Accuracy")


def classification(pairs: Sequence[Pair], given: LabelList) -> dict[str, float]:
    """Macro F1 and accuracy (of whole sets, where a sample may have several labels). Raises Crash.

    The mean is over all labels where there may be several, a label that never holds counting 0; else over those that
    the references or the answers have.
    """
    right = [_reference(pair, given) for pair in pairs]
    said = [_answer(pair, given) for pair in pairs]
    labels = range(len(given.labels)) if given.many else sorted(frozenset().union(*right, *said))
    return {
        "F1-macro": fmean(_f1(label, said, right) for label in labels),
        "Accuracy": fmean(a == b for a, b in zip(said, right, strict=True)),
    }


def closest(pieces: Sequence[str], labels: Sequence[str]) -> list[int]:
    """The index of the label with the highest BLEU-1 for each piece; 0 where no label shares a word with it."""
    counted = [Counter(label.lower().split()) for label in labels]
    holding: dict[str, list[int]] = {}
    for label, counts in enumerate(counted):
        for word in counts:
            holding.setdefault(word, []).append(label)
    return [_closest(piece.split(), counted, holding) for piece in pieces]


def _closest(said: Sequence[str], counted: Sequence[Counter[str]], holding: Mapping[str, Sequence[int]]) -> int:
    """Only labels that share a word are looked at; `holding` has them by their words."""
    counts = Counter(word for word in said if word in holding)
    sharing = sorted({label for word in counts for label in holding[word]})
    bleus = [bleu_of_counts((counts & counted[at]).total(), len(said), counted[at].total()) for at in sharing]
    return sharing[bleus.index(max(bleus))] if bleus else 0


def _reference(pair: Pair, given: LabelList) -> frozenset[int]:
    text = _bare(pair.right)
    names = text.split(",") if given.many else [text]
    for name in names:
        if name not in given.labels:
            raise Crash("ValueError", f"{shorten(name)} is not in the list of labels", pair.number)
    return frozenset(given.labels.index(name) for name in names)


def _answer(pair: Pair, given: LabelList) -> frozenset[int]:
    if pair.said is None:
        raise Crash("AttributeError", "no answer to strip", pair.number)
    pieces = _bare(pair.said).lower().split(",")
    return frozenset(closest(pieces if given.many else pieces[:1], given.labels))


def _bare(text: str) -> str:
    """Without the punctuation at the end, and without the space behind a comma."""
    return text.rstrip(punctuation).replace(", ", ",")


def _f1(label: int, said: Sequence[frozenset[int]], right: Sequence[frozenset[int]]) -> float:
    """0 where the label stands on neither side."""
    hits = sum(label in a and label in b for a, b in zip(said, right, strict=True))
    total = sum((label in a) + (label in b) for a, b in zip(said, right, strict=True))
    return 2 * hits / total if total else 0.0
