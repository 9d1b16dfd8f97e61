"""The same questions in two languages: how much better a model is in Chinese than in English."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from medgauge.codec import plain
from medgauge.protocols import Metric
from medgauge.stats import Side, difference
from medgauge.tasks import Card
from medgauge.types import Language, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One task in one language: its scores, and the metrics as prepared on its targets."""

    card: Card
    language: Language
    scores: Sequence[Score]
    metrics: Sequence[Metric]


def parity(zh: Judged, en: Judged) -> dict[str, Any]:
    """Metric to its paired difference, zh minus en, over the items that exist in both languages.

    An item is a sample id in one group; `n_unpaired` counts, by language, the samples without a partner, and
    `n_undefined` the pairs in which the metric is undefined in either language. Each side is measured by its own
    metric, as prepared on its own targets (label space, idf): `signatures` holds both.

    It is a difference of scores of one metric in two languages. Metrics that count tokens are on one scale only
    where the tokeniser is the same, which is why the default tokeniser is the same for both.
    """
    theirs = {_item(score): score for score in en.scores}
    pairs = [(score, theirs[_item(score)]) for score in zh.scores if _item(score) in theirs]
    unpaired = {"zh": len(zh.scores) - len(pairs), "en": len(en.scores) - len(pairs)}
    other = {metric.name: metric for metric in en.metrics}
    return {
        metric.name: _difference(metric, other[metric.name], pairs) | {"n_unpaired": unpaired}
        for metric in zh.metrics
        if metric.name in other and pairs
    }


def parities(judged: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    """Task to its `parity`, for every task that was run in both languages."""
    by_task: dict[str, dict[Language, Judged]] = {}
    for one in judged:
        by_task.setdefault(one.card.name, {})[one.language] = one
    made = {task: parity(both["zh"], both["en"]) for task, both in by_task.items() if {"zh", "en"} <= both.keys()}
    return {task: found for task, found in made.items() if found}


def _item(score: Score) -> tuple[str, str, int]:
    return score.key.id, score.group, score.key.trial


def _difference(zh: Metric, en: Metric, pairs: Sequence[tuple[Score, Score]]) -> dict[str, Any]:
    one = Side(metric=zh, scores=[score for score, _ in pairs])
    other = Side(metric=en, scores=[score for _, score in pairs])
    made = plain(difference(one, other))
    return made | {"higher_is_better": zh.higher_is_better, "signatures": {"zh": zh.signature, "en": en.signature}}
