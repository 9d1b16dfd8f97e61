"""How often answers are right that a model gives with some probability.

Expected calibration error after Naeini et al. (2015), over bins with equal counts: the mean over all events of the
distance, in the event's bin, between the share that is right and the mean probability.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medgauge.intervals import MIN_GROUPS, effective_groups, effective_n, wilson
from medgauge.types import Answer, FloatArray

BINS = 10
FEWEST = 20
"""Events of one bin, where there are fewer than ten times as many."""
ROUNDING = 0.01
"""How far the probabilities of the options may be from adding up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a model gave a probability."""

    probability: float
    right: bool
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Events of neighbouring probabilities."""

    n: int
    probability: float
    """Their mean."""
    right: float
    """The share that is right."""
    low: float | None
    high: float | None
    """95 % interval of it; None where the groups are too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """One model on one board."""

    bins: tuple[Bin, ...]
    ece: float
    samples: int
    """With probabilities."""
    without: int
    """Samples without: no answer, or none with probabilities."""
    events: int


def events_of_choice(answer: Answer, target: Answer, group: str) -> list[Event] | str:
    """The option that was answered: its probability, and whether it is right. Or why that is no probability."""
    scores = answer.scores or {}
    if why := _improper(scores.values()):
        return why
    if abs(sum(scores.values()) - 1) > ROUNDING:
        return "the scores of its options do not add up to 1"
    if answer.choice is None or target.choice is None or answer.text not in scores:
        return []
    return [Event(probability=scores[answer.text], right=answer.choice == target.choice, group=group)]


def events_of_labels(answer: Answer, target: Answer, group: str) -> list[Event] | str:
    """Every label: its probability, and whether the reference has it. Or why that is no probability."""
    scores = answer.scores or {}
    if why := _improper(scores.values()):
        return why
    if target.labels is None:
        return []
    return [Event(probability=p, right=label in target.labels, group=group) for label, p in sorted(scores.items())]


def reliability(events: Sequence[Event], samples: int, without: int) -> Reliability:
    """Bins of `events`, one at least, that come from `samples`; `without` are the other samples."""
    probability = np.array([one.probability for one in events])
    right = np.array([one.right for one in events], dtype=np.float64)
    numbers = {group: i for i, group in enumerate(sorted({one.group for one in events}))}
    group = np.array([numbers[one.group] for one in events], dtype=np.intp)
    cuts = _cuts(np.sort(probability))
    place = np.searchsorted(cuts, probability, side="right")
    bins = tuple(
        _bin(probability[here], right[here], group[here]) for b in range(len(cuts) + 1) for here in [place == b]
    )
    ece = sum(one.n * abs(one.right - one.probability) for one in bins) / len(events)
    return Reliability(bins=bins, ece=float(ece), samples=samples, without=without, events=len(events))


def _improper(values: Iterable[float]) -> str:
    return "" if all(0 <= value <= 1 for value in values) else "scores outside 0 to 1 are no probabilities"


def _cuts(ordered: FloatArray) -> FloatArray:
    """Where bins begin but for the first: equal counts as far as equal probabilities, which stay together, allow."""
    count = max(1, min(BINS, len(ordered) // FEWEST))
    starts = ordered[[len(ordered) * b // count for b in range(1, count)]]
    return np.unique(starts[starts > ordered[0]])


def _bin(probability: FloatArray, right: FloatArray, group: NDArray[np.intp]) -> Bin:
    _, place, counts = np.unique(group, return_inverse=True, return_counts=True)
    totals, hits = counts.astype(np.float64), np.bincount(place, weights=right).astype(np.float64)
    share, low, high = float(right.mean()), None, None
    if effective_groups(totals) >= MIN_GROUPS:
        low, high = wilson(share, effective_n(hits, totals))
    return Bin(n=len(right), probability=float(probability.mean()), right=share, low=low, high=high)
