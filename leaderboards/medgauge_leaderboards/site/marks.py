"""What a check of submissions found, brought to the runs of a site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medgauge.about import About
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell, Row, Run
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.submissions.folder import run_hash
from medgauge_leaderboards.submissions.status import Mark, Status, Statuses

STATED = ("parameters", "open_weights", "licence", "trained_on")
"""What a submission says of its model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A submission as the page on the method lists it."""

    mark: Mark
    rows: tuple[Row, ...]
    """Of this site; none where no run of it is here."""


def marks_of(runs: Sequence[Run], statuses: Statuses | None) -> dict[Path, Mark]:
    """Folder of a run to its mark. A run that is no submission, or was changed since the check, has none."""
    if statuses is None:
        return {}
    known = ((run.directory.path, statuses.runs.get(run_hash(run.directory.path))) for run in runs)
    return {folder: mark for folder, mark in known if mark is not None}


def statuses_of(site: Site) -> dict[Path, Status]:
    """Folder of a run to what its rows show; the one answer of all pages and exports. Others have no status."""
    return {folder: mark.status for folder, mark in marks_of(site.runs, site.statuses).items()}


def retired(board: Board, marks: Mapping[Path, Mark]) -> frozenset[Row]:
    """The rows of a board that were withdrawn or superseded: they are listed, and not ranked."""
    return frozenset(cell.row for cell in board.cells if _state(cell, marks) != "active")


def entries(site: Site) -> tuple[Entry, ...]:
    """All submissions that the check saw, by name."""
    if site.statuses is None:
        return ()
    rows: dict[str, set[Row]] = {}
    marks = marks_of(site.runs, site.statuses)
    for board in site.boards:
        for cell in board.cells:
            mark = marks.get(cell.run.directory.path)
            if mark is not None:
                rows.setdefault(mark.name, set()).add(cell.row)
    every = (*site.statuses.runs.values(), *site.statuses.bare)
    made = (Entry(mark=mark, rows=tuple(sorted(rows.get(mark.name, ())))) for mark in every)
    return tuple(sorted(made, key=lambda entry: entry.mark.name))


def stated(runs: Sequence[Run], boards: Sequence[Board], marks: Mapping[Path, Mark]) -> tuple[list[Run], list[Board]]:
    """Runs and boards that know what submissions say of their models, where the runs themselves say nothing."""
    if not marks:
        return list(runs), list(boards)
    told = {run.directory.path: replace(run, about=_told(run.about, marks.get(run.directory.path))) for run in runs}
    with_it = [
        replace(board, cells=tuple(replace(cell, run=told[cell.run.directory.path]) for cell in board.cells))
        for board in boards
    ]
    return list(told.values()), with_it


def _told(about: About, mark: Mark | None) -> About:
    if mark is None:
        return about
    added = {
        name: value
        for name in STATED
        if getattr(about, name) in (None, "", ()) and (value := getattr(mark, name)) not in (None, "", ())
    }
    doubts = tuple(f"{name}: stated by the submitter" for name in added)
    return replace(about, **added, unverified=(*about.unverified, *doubts))


def _state(cell: Cell, marks: Mapping[Path, Mark]) -> str:
    mark = marks.get(cell.run.directory.path)
    return mark.state if mark else "active"
