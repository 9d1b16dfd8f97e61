"""Scores into `results.json`: numbers with intervals, counts by status, slices, differences between languages."""

import math
from collections import Counter
from collections.abc import Container, Sequence
from typing import Any

import numpy as np

from medgauge.codec import plain
from medgauge.parity import Judged, parities
from medgauge.prepare import result_name
from medgauge.protocols import Metric
from medgauge.stats import description, estimates, gather, reduced
from medgauge.tasks import Card
from medgauge.trials import by_trial
from medgauge.types import Language, Score, Status

SCHEMA_VERSION = 3
"""3: where samples were asked more than once, `trials`, and `trials` and `trial_sd` of every number.

2: `higher_is_better` may be null; `intervals` and `parity` beside `tasks`; `no_interval` says why there is none.
"""
STATUSES: tuple[Status, ...] = ("scored", "no_answer", "refused", "failed")


def whole_results(judged: Sequence[Judged]) -> dict[str, Any]:
    """All of `results.json`: every task in every language, how intervals are made, and parity of languages."""
    return {
        "schema_version": SCHEMA_VERSION,
        "intervals": description(),
        "tasks": {
            result_name(one.card.name, one.language, one.card.languages): task_results(
                one.card, one.language, one.scores, one.metrics
            )
            for one in judged
        },
        "parity": parities(judged),
    }


def task_results(card: Card, language: Language, scores: Sequence[Score], metrics: Sequence[Metric]) -> dict[str, Any]:
    """The entry of one task in one language."""
    counts = Counter(score.status for score in scores)
    return {
        "task": card.name,
        "family": card.family,
        "language": language,
        "primary": card.primary,
        "status": {status: counts[status] for status in STATUSES},
        "truncated": sum(score.truncated for score in scores),
        **_trials(scores),
        "slices": _slices(scores, metrics, card.primary),
        **_numbers(scores, metrics),
    }


def _trials(scores: Sequence[Score]) -> dict[str, int]:
    """How often each sample was asked, where that is more than once: `status` and `truncated` count answers."""
    passes = len(by_trial(scores))
    return {"trials": passes} if passes > 1 else {}


def _numbers(scores: Sequence[Score], metrics: Sequence[Metric]) -> dict[str, Any]:
    return {
        "n": len(by_trial(scores)[0]),
        "n_groups": len({score.group for score in scores}),
        "metrics": {name: value for metric in metrics for name, value in _metric(metric, scores).items()},
    }


def _metric(metric: Metric, scores: Sequence[Score]) -> dict[str, dict[str, Any]]:
    made = {"signature": metric.signature, "higher_is_better": metric.higher_is_better}
    spreads = _spreads(metric, scores)
    return {
        f"{metric.name}/{name}" if name else metric.name: plain(estimate) | made | spreads.get(name, {})
        for name, estimate in estimates(metric, scores).items()
    }


def _spreads(metric: Metric, scores: Sequence[Score]) -> dict[str, dict[str, Any]]:
    """Every number of each trial alone, and their standard deviation (over K - 1); nothing of a single trial.

    None in place of a number that a trial leaves undefined, and of a deviation that needs it.
    """
    passes = by_trial(scores)
    if len(passes) == 1:
        return {}
    statistics = [gather(metric, one) for one in passes]
    if not any(one.values.size for one in statistics):
        return {}
    numbers = [reduced(metric, one, np.ones((1, one.units))) for one in statistics]
    spreads = {}
    for name in dict.fromkeys(name for each in numbers for name in each):
        values = [float(each[name][0]) if name in each else math.nan for each in numbers]
        spreads[name] = {
            "trials": [value if math.isfinite(value) else None for value in values],
            "trial_sd": float(np.std(values, ddof=1)) if all(map(math.isfinite, values)) else None,
        }
    return spreads


def _slices(scores: Sequence[Score], metrics: Sequence[Metric], primary: str) -> dict[str, dict[str, Any]]:
    """Tag to value to numbers, without a metric's parts. Samples without the tag are in none of its slices."""
    tags = sorted({tag for score in scores for tag in score.tags})
    values = {tag: sorted({score.tags[tag] for score in scores if tag in score.tags}) for tag in tags}
    kept = {primary, *(metric.name for metric in metrics)}
    return {
        tag: {value: _slice([s for s in scores if s.tags.get(tag) == value], metrics, kept) for value in values[tag]}
        for tag in tags
    }


def _slice(scores: Sequence[Score], metrics: Sequence[Metric], kept: Container[str]) -> dict[str, Any]:
    numbers = _numbers(scores, metrics)
    return numbers | {"metrics": {name: made for name, made in numbers["metrics"].items() if name in kept}}
