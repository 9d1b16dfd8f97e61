"""`sm`: one object with many regions, names not looked at."""

from collections.abc import Sequence
from statistics import fmean

from medgauge_metrics.compat.medrega.records import Picture
from medgauge_metrics.compat.medrega.seen import matches, see
from medgauge_metrics.compat.medrega.stops import Crash

NAMES = ("precision", "recall", "f1", "iou")
THRESHOLD = 0.75


def many_regions(pictures: Sequence[Picture]) -> dict[str, float]:
    """`precision` is over the reference's boxes and `recall` over the answer's, means over records; `iou` is pooled.

    Raises Crash.
    """
    rates: list[tuple[float, float]] = []
    overlaps: list[float] = []
    for picture in pictures:
        seen = see(picture)
        found = [match.iou for match in matches(seen)]
        hits = sum(iou >= THRESHOLD for iou in found)
        rates.append((share(hits, seen.n_right), share(hits, seen.n_said)))
        overlaps += found
    if not overlaps:
        raise Crash("ZeroDivisionError", "no record has boxes on both sides")
    return {
        "precision": fmean(precision for precision, _ in rates),
        "recall": fmean(recall for _, recall in rates),
        "f1": fmean(harmonic(*both) for both in rates),
        "iou": sum(overlaps) / len(overlaps),
    }


def share(part: int, whole: int) -> float:
    """0 of nothing."""
    return part / whole if whole else 0.0


def harmonic(precision: float, recall: float) -> float:
    """F1 of one record."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
