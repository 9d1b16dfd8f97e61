"""What every metric says of one sample alone, and whether the sample counts as right."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from medgauge.metrics import parse_metric
from medgauge.protocols import Metric
from medgauge.score import target_of
from medgauge.stats import gather
from medgauge.types import Score
from medgauge_leaderboards.site.runs import Cell

Verdict: TypeAlias = Literal["right", "partial", "wrong", "undefined"]
BLOCK = 256
"""Samples reduced at once."""
PER_SAMPLE = ("accuracy", "subset_accuracy")
"""Where a task has one of these it decides right and wrong: a macro average says little about one sample."""


def prepared(cell: Cell, name: str) -> Metric:
    """A metric of the cell, prepared on the cell's targets as the run prepared it."""
    samples = [stored.sample for stored in cell.samples.values()]
    return parse_metric(name).prepare([target_of(sample) for sample in samples])


def judge_of(cell: Cell) -> str:
    """The name of the metric that decides right and wrong for single samples."""
    return next((name for name in PER_SAMPLE if name in cell.metrics), cell.primary)


def sample_values(cell: Cell, scores: Sequence[Score]) -> list[dict[str, float | None]]:
    """For each score: metric name to its main number on this sample alone, None where it has none."""
    names = sorted({name for score in scores for name in score.stats})
    columns = {name: _column(prepared(cell, name), scores) for name in names}
    return [{name: columns[name][i] for name in names} for i in range(len(scores))]


def verdict(cell: Cell, score: Score, values: Mapping[str, float | None]) -> Verdict:
    """Right at the best value, wrong at the worst, partial between them.

    Where nothing is to be found pooled box metrics are undefined: silence is right then, and any box is wrong. A
    metric that ranks nothing has no best value.
    """
    name = judge_of(cell)
    value = values.get(name)
    if value is None:
        return _of_nothing(cell, score)
    higher = cell.metrics[name]["higher_is_better"]
    if higher is None:
        return "undefined"
    if not higher:
        return "right" if value <= 0 else "wrong"
    if value <= 0:
        return "wrong"
    return "right" if value >= 1 - 1e-9 else "partial"


def _of_nothing(cell: Cell, score: Score) -> Verdict:
    if cell.result["family"] != "text-to-region" or cell.samples[score.key.id].sample.target.boxes:
        return "undefined"
    silent = score.answer is not None and not score.answer.boxes and not score.answer.invalid_boxes
    return "right" if silent else "wrong"


def _column(metric: Metric, scores: Sequence[Score]) -> list[float | None]:
    """One number a score. Every score is made a group of its own, and each weight vector picks one."""
    result: list[float | None] = []
    for start in range(0, len(scores), BLOCK):
        block = [replace(score, group=f"{i:06d}") for i, score in enumerate(scores[start : start + BLOCK])]
        defined = [i for i, score in enumerate(block) if score.stats.get(metric.name) is not None]
        numbers: list[float | None] = [None] * len(block)
        if defined:
            statistics = gather(metric, [block[i] for i in defined])
            for i, number in zip(defined, metric.reduce(statistics, np.eye(statistics.units))[""], strict=True):
                numbers[i] = float(number) if np.isfinite(number) else None
        result += numbers
    return result
