"""Scores into `results.json`: numbers with intervals, counts by status, slices."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from medgauge.codec import plain
from medgauge.protocols import Metric
from medgauge.stats import estimates
from medgauge.tasks import Card
from medgauge.types import Language, Score, Status

SCHEMA_VERSION = 1
STATUSES: tuple[Status, ...] = ("scored", "no_answer", "refused", "failed")


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
        "slices": _slices(scores, metrics),
        **_numbers(scores, metrics),
    }


def _numbers(scores: Sequence[Score], metrics: Sequence[Metric]) -> dict[str, Any]:
    return {
        "n": len(scores),
        "n_groups": len({score.group for score in scores}),
        "metrics": {name: value for metric in metrics for name, value in _metric(metric, scores).items()},
    }


def _metric(metric: Metric, scores: Sequence[Score]) -> dict[str, dict[str, Any]]:
    made = {"signature": metric.signature, "higher_is_better": metric.higher_is_better}
    return {
        f"{metric.name}/{name}" if name else metric.name: plain(estimate) | made
        for name, estimate in estimates(metric, scores).items()
    }


def _slices(scores: Sequence[Score], metrics: Sequence[Metric]) -> dict[str, dict[str, Any]]:
    """Tag to value to numbers. Samples without the tag are in none of its slices."""
    tags = sorted({tag for score in scores for tag in score.tags})
    values = {tag: sorted({score.tags[tag] for score in scores if tag in score.tags}) for tag in tags}
    return {
        tag: {value: _numbers([s for s in scores if s.tags.get(tag) == value], metrics) for value in values[tag]}
        for tag in tags
    }
