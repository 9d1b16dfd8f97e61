"""Run directories into boards, on all cores where there is much to read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Protocol, TypeVar

from medgauge.progress import progress
from medgauge.store import SAMPLES, SCORES
from medgauge_leaderboards.site.board import Board, Measured, make_boards
from medgauge_leaderboards.site.columns import Columns, columns
from medgauge_leaderboards.site.runs import Run, heads, read_run
from medgauge_leaderboards.site.table import Table, light, tables
from medgauge_leaderboards.site.values import judge_of

MUCH = 64_000_000
"""Bytes of scores from which on processes are started."""
MOST_PROCESSES = 4
A = TypeVar("A")
B = TypeVar("B")


class Each(Protocol):
    """Applies a function to every item, in their order; `label` is what progress is called."""

    def __call__(self, label: str, function: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """Raises whatever the function raises."""
        ...


@contextmanager
def workers(paths: Sequence[Path]) -> Iterator[Each]:
    """Processes where the runs are large, this process alone where they are small."""
    size = sum((path / SCORES).stat().st_size for path in paths if (path / SCORES).is_file())
    if size < MUCH:
        yield lambda label, function, items: _each(label, map(function, items), len(items))
        return
    count = min(MOST_PROCESSES, cpu_count() or 1, len(paths))
    with ProcessPoolExecutor(max_workers=count, mp_context=get_context("spawn")) as pool:
        yield lambda label, function, items: _each(label, _submitted(pool, function, items), len(items))


def read_boards(paths: Sequence[Path], each: Each) -> tuple[list[Run], list[Board]]:
    """Raises Incomplete for a run that is not whole, MedGaugeError or BadRecord for one that was changed by hand,
    NotComparable for two runs of one model, control and task."""
    runs = each("reading runs", read_run, paths)
    kinds = {_samples_of(run): run for run in reversed(runs)}
    known = dict(zip(kinds, each("reading samples", tables, list(kinds.values())), strict=True))
    sent = {kind: {key: light(table) for key, table in made.items()} for kind, made in known.items()}
    found = each("reading scores", _columns, [(run, sent[_samples_of(run)]) for run in runs])
    measured = [
        Measured(cell=cell, table=known[_samples_of(run)][cell.key], columns=made[cell.key])
        for run, made in zip(runs, found, strict=True)
        for cell in heads(run)
    ]
    return runs, make_boards(measured)


def _columns(job: tuple[Run, Mapping[str, Table]]) -> dict[str, Columns]:
    return columns(*job)


def _samples_of(run: Run) -> tuple[object, ...]:
    """Runs with the same one have the same tables."""
    cells = tuple((cell.key, cell.primary, judge_of(cell)) for cell in heads(run))
    return run.manifest["files"].get(SAMPLES, ""), cells


def _submitted(pool: Executor, function: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
    yield from pool.map(function, items)


def _each(label: str, results: Iterator[B], total: int) -> list[B]:
    made = []
    with progress(label, total) as advance:
        for one in results:
            made.append(one)
            advance()
    return made
