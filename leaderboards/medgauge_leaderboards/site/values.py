"""What every metric says of one sample alone, and whether the sample counts as right."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from medgauge.metrics import parse_metric
from medgauge.protocols import Metric, Statistics
from medgauge.score import target_of
from medgauge.types import FloatArray, Rows, Score, Vector
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
    made = {name: values_of(prepared(cell, name), [score.stats.get(name) for score in scores]) for name in names}
    return [
        {name: None if np.isnan(made[name][i]) else float(made[name][i]) for name in names} for i in range(len(scores))
    ]


def unit_values(metric: Metric, statistics: Statistics) -> FloatArray:
    """(units,) the metric's main number on each sample alone; NaN where it has none.

    Every sample is a unit of its own, in ascending order, and each weight vector picks one.
    """
    made = np.full(statistics.units, np.nan)
    for start in range(0, statistics.units, BLOCK):
        end = min(start + BLOCK, statistics.units)
        rows = slice(*np.searchsorted(statistics.owner, [start, end]))
        block = Statistics(values=statistics.values[rows], owner=statistics.owner[rows] - start, units=end - start)
        numbers = metric.reduce(block, np.eye(block.units))[""]
        made[start:end] = np.where(np.isfinite(numbers), numbers, np.nan)
    return made


def verdict(cell: Cell, score: Score, values: Mapping[str, float | None]) -> Verdict:
    """Right at the best value, wrong at the worst, partial between them.

    Where nothing is to be found pooled box metrics are undefined: silence is right then, and any box is wrong. A
    metric that ranks nothing has no best value.
    """
    name = judge_of(cell)
    nothing = cell.result["family"] == "text-to-region" and not cell.samples[score.key.id].sample.target.boxes
    answer = score.answer
    silent = answer is not None and not answer.boxes and not answer.invalid_boxes
    return verdict_of(values.get(name), cell.metrics[name]["higher_is_better"], silent if nothing else None)


def verdict_of(value: float | None, higher: bool | None, silent: bool | None) -> Verdict:
    """`verdict`, from the value of the metric that judges and its better end.

    `silent` is whether nothing was drawn; None where there was something to find, or no drawing was asked for.
    """
    if value is None:
        return "undefined" if silent is None else "right" if silent else "wrong"
    if higher is None:
        return "undefined"
    if not higher:
        return "right" if value <= 0 else "wrong" if value >= 1 - 1e-9 else "partial"
    if value <= 0:
        return "wrong"
    return "right" if value >= 1 - 1e-9 else "partial"


def values_of(metric: Metric, stats: Sequence[Vector | Rows | None]) -> FloatArray:
    """(n,) the metric on each sample alone, from statistics as scores hold them; NaN where it is undefined."""
    rows: list[Vector] = []
    owner: list[int] = []
    defined = [i for i, one in enumerate(stats) if one is not None]
    for unit, i in enumerate(defined):
        one = stats[i] or ()
        nested = [row for row in one if isinstance(row, tuple)]
        own = nested if nested or not one else [tuple(x for x in one if not isinstance(x, tuple))]
        rows += own
        owner += [unit] * len(own)
    width = len(rows[0]) if rows else 0
    values = np.array(rows, dtype=np.float64).reshape(len(rows), width)
    made = np.full(len(stats), np.nan)
    units = Statistics(values=values, owner=np.array(owner, dtype=np.intp), units=len(defined))
    made[defined] = unit_values(metric, units)
    return made
