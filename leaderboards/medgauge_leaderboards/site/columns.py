"""What a board needs of every score of a cell, as arrays: millions of scores fit where their objects would not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medgauge.errors import BadRecord, Incomplete
from medgauge.protocols import Metric, Statistics
from medgauge.significance import mean_differences
from medgauge.types import FloatArray
from medgauge_leaderboards.site.runs import Cell, Run, heads
from medgauge_leaderboards.site.scorelines import ScoreLines, read_scores
from medgauge_leaderboards.site.table import Table
from medgauge_leaderboards.site.values import judge_of, unit_values, verdict_of

STATUS_LETTER: Mapping[str, str] = {"scored": "s", "no_answer": "n", "refused": "r", "failed": "f"}
WORTH = {"r": 1.0, "p": 0.5, "w": 0.0, "u": np.nan}
VERDICT_LETTER = {"right": "r", "partial": "p", "wrong": "w", "undefined": "u"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The scores of one cell in the order of its samples; letters and values are of the first trial."""

    status: str
    """A letter a sample, as `STATUS_LETTER` has it."""
    verdict: str
    """A letter a sample, as `VERDICT_LETTER` has it."""
    values: FloatArray
    """(n,) the primary metric on each sample alone; NaN where it has no value there."""
    credit: FloatArray
    """(n,) what each sample counts when samples won and lost are counted; NaN where nothing can be said of it."""
    credited: str
    """The metric that `credit` is of."""
    credit_sign: int
    """1 where more credit is better, -1 where less is, 0 where neither."""
    defined: NDArray[np.bool_]
    """(n,) whether the reference leaves the primary metric defined."""
    passes: tuple[Statistics, ...]
    """The primary metric's statistics in each trial, rows in the order of the sorted ids, so that those of two runs
    over the same samples stand side by side; groups are numbered in the order of their sorted names."""
    metric: Metric
    """The primary metric, prepared."""
    names: tuple[str, ...]
    """Metrics that have statistics."""


def columns(run: Run, tables: Mapping[str, Table]) -> dict[str, Columns]:
    """The arrays of every cell of a run, by key. Reads all of its scores.

    Raises Incomplete when a sample lacks a score in any trial, BadRecord where scores are not of one form.
    """
    found = read_scores(run, sorted({name for table in tables.values() for name in table.metrics}))
    made = {}
    for cell in heads(run):
        table = tables[cell.key]
        trials = [found.get((cell.spec.name, cell.result["language"], t)) for t in range(cell.trials)]
        made[cell.key] = _columns(cell, table, [_checked(cell, table, one) for one in trials])
    return made


def placed(made: Columns, table: Table, ids: tuple[str, ...], contents: tuple[str, ...]) -> Columns:
    """The arrays in the order of other ids; a sample that the cell lacks, or has in another version, is `-`."""
    if table.ids == ids and table.contents == contents:
        return made
    place = {id: i for i, id in enumerate(table.ids)}
    at = [place.get(id, -1) for id in ids]
    at = [i if i >= 0 and table.contents[i] == contents[j] else -1 for j, i in enumerate(at)]
    index = np.array(at)
    return replace(
        made,
        status="".join(made.status[i] if i >= 0 else "-" for i in at),
        verdict="".join(made.verdict[i] if i >= 0 else "-" for i in at),
        values=np.where(index >= 0, made.values[index], np.nan),
        credit=np.where(index >= 0, made.credit[index], np.nan),
        defined=np.where(index >= 0, made.defined[index], False),
    )


def _checked(cell: Cell, table: Table, scores: ScoreLines | None) -> ScoreLines:
    path, n, have = cell.run.directory.path, cell.result["n"], scores.ids if scores else ()
    if scores is None or len(have) != n or len(table.ids) != n or set(have) != set(table.ids):
        raise Incomplete(
            f"{path}: {cell.key} reports n {n}, has {len(table.ids)} samples and {len(have)} scores of them; "
            "`medgauge score` writes them anew"
        )
    groups = dict(zip(table.ids, table.groups, strict=True))
    for id, group in zip(scores.ids, scores.groups, strict=True):
        if groups[id] != group:
            raise BadRecord(scores.file, None, f"group of {id!r}", f"the sample's, {groups[id]!r}", group)
    unknown = sorted(set(scores.status) - set(STATUS_LETTER))
    if unknown:
        raise BadRecord(scores.file, None, "status", f"one of {', '.join(STATUS_LETTER)}", unknown[0])
    return scores


def _columns(cell: Cell, table: Table, trials: Sequence[ScoreLines]) -> Columns:
    first, primary, judge = trials[0], table.metrics[cell.primary], table.metrics[judge_of(cell)]
    place = {id: i for i, id in enumerate(first.ids)}
    at = np.array([place[id] for id in table.ids], dtype=np.intp)
    values = _values(first, primary)[at]
    judged = values if judge == primary else _values(first, judge)[at]
    higher, drawing = cell.metrics[judge.name]["higher_is_better"], cell.result["family"] == "text-to-region"
    verdicts = (
        verdict_of(None if np.isnan(value) else float(value), higher, bool(silent) if empty and drawing else None)
        for value, silent, empty in zip(judged, first.silent[at], table.empty, strict=True)
    )
    verdict = "".join(VERDICT_LETTER[one] for one in verdicts)
    passes = tuple(_pass(table, one, primary) for one in trials)
    credit, credited, sign = _credit(
        cell, values, verdict, plain=mean_differences(primary, passes[0], passes[0]) is not None
    )
    return Columns(
        status="".join(STATUS_LETTER[first.status[i]] for i in at),
        verdict=verdict,
        values=values,
        credit=credit,
        credited=credited,
        credit_sign=sign,
        defined=first.statistics(primary.name)[0][at],
        passes=passes,
        metric=primary,
        names=first.names,
    )


def _credit(cell: Cell, values: FloatArray, verdict: str, *, plain: bool) -> tuple[FloatArray, str, int]:
    """A plain mean is the mean of what it says of each sample, so that counts. Another metric may say nothing or too
    much of one sample alone: there the verdict counts, by the metric that judges, and where that is the metric itself
    its values do, beside silence where nothing was to be found."""
    judge = judge_of(cell)
    higher = cell.metrics[cell.primary]["higher_is_better"]
    sign = 0 if higher is None else 1 if higher else -1
    if plain:
        return values, cell.primary, sign
    worth = np.array([WORTH[letter] for letter in verdict])
    if judge != cell.primary:
        return worth, judge, 1
    return np.where(np.isnan(values), worth if sign >= 0 else 1 - worth, values), judge, sign


def _values(scores: ScoreLines, metric: Metric) -> FloatArray:
    """(n,) the metric on each score alone, in the order of the file."""
    defined, statistics = scores.statistics(metric.name)
    made = np.full(len(defined), np.nan)
    made[defined] = unit_values(metric, statistics)
    return made


def _pass(table: Table, scores: ScoreLines, metric: Metric) -> Statistics:
    """The statistics of one trial, by group, in the order of the sorted ids."""
    defined, statistics = scores.statistics(metric.name)
    number = {group: index for index, group in enumerate(sorted(set(table.groups)))}
    kept = np.flatnonzero(defined)
    unit = np.array([number[scores.groups[i]] for i in kept], dtype=np.intp)
    rank = np.empty(len(kept), dtype=np.intp)
    rank[sorted(range(len(kept)), key=lambda i: scores.ids[kept[i]])] = np.arange(len(kept))
    rows = np.argsort(rank[statistics.owner], kind="stable")
    owner = unit[statistics.owner][rows]
    return Statistics(values=statistics.values[rows], owner=owner, units=len(number))
