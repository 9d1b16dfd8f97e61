"""The name of the thing in a box."""

from collections.abc import Sequence
from statistics import fmean

from medgauge_metrics.compat.medrega.bleu_a import bleu_a
from medgauge_metrics.compat.medrega.cleaners import cut_out
from medgauge_metrics.compat.medrega.overlap import ENOUGH, overlap
from medgauge_metrics.compat.medrega.records import Pair
from medgauge_metrics.compat.medrega.stops import Crash

NAMES = ("bleu1", "F1", "recall", "accuracy", "bertscore")
WEIGHTS = "microsoft/deberta-xlarge-mnli"


def region_to_text(pairs: Sequence[Pair]) -> dict[str, float]:
    """Means over samples of lower-case words; `[[...]]` is cut out of the answer, tags and marks stay. Raises Crash."""
    bleus: list[float] = []
    overlaps: list[tuple[float, float]] = []
    for pair in pairs:
        if pair.said is None:
            raise Crash("AttributeError", "no answer to lower", pair.number)
        said, right = cut_out(pair.said.lower(), "[[", "]]").split(), pair.right.lower().split()
        bleus.append(bleu_a(said, right))
        overlaps.append(overlap(said, right))
    return {
        "bleu1": fmean(bleus),
        "F1": fmean(f1 for f1, _ in overlaps),
        "recall": fmean(recall for _, recall in overlaps),
        "accuracy": fmean(recall >= ENOUGH for _, recall in overlaps),
    }
