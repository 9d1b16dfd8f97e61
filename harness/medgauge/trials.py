"""Several answers to one question: every trial is a whole pass over the data, and a number is the mean over passes.

So a metric of the whole set (a rate of duplicates, a ranking) never takes two trials of one question for two
questions, and the interval, which resamples groups, draws the same groups for every trial.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

import numpy as np

from medgauge.types import FloatArray, Score

Reduce: TypeAlias = Callable[[FloatArray], Mapping[str, FloatArray]]
"""(B, units) weights to named numbers, (B,) each."""
T = TypeVar("T")


def by_trial(scores: Sequence[Score]) -> list[list[Score]]:
    """The scores of each trial, in the order of trials; of none, one empty pass."""
    return split([score.key.trial for score in scores], scores)


def split(trials: Sequence[int], values: Sequence[T]) -> list[list[T]]:
    """Values by the trial at the same place, in the order of trials; of none, one empty list."""
    passes: dict[int, list[T]] = {trial: [] for trial in sorted(set(trials))} or {0: []}
    for trial, value in zip(trials, values, strict=True):
        passes[trial].append(value)
    return list(passes.values())


def mean_of(passes: Sequence[Reduce]) -> Reduce:
    """The mean over trials of every number; NaN where a trial leaves it undefined."""
    if len(passes) == 1:
        return passes[0]

    def reduce(weights: FloatArray) -> dict[str, FloatArray]:
        numbers = [one(weights) for one in passes]
        names = dict.fromkeys(name for each in numbers for name in each)
        missing = np.full(len(weights), np.nan)
        return {name: np.mean([each.get(name, missing) for each in numbers], axis=0) for name in names}

    return reduce
