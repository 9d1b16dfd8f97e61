"""The primary metrics of one family as a table for people: models by tasks, each family alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from medgauge.ranks import RankSet
from medgauge.types import Family
from medgauge_leaderboards.exports.escape import visible
from medgauge_leaderboards.exports.frame import statuses
from medgauge_leaderboards.site.board import Board, Problem
from medgauge_leaderboards.site.runs import Cell, Row
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.standing import Standing
from medgauge_leaderboards.site.views import FAMILIES, badges


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One column of the table; texts are in their `visible` form."""

    key: str
    metric: str
    higher_is_better: bool | None
    n: tuple[int, int]
    """Fewest and most samples that a model was asked."""
    synthetic: bool
    unranked: tuple[str, ...]
    """Why models have no rank here; empty where they have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One model on one task."""

    value: float | None
    low: float | None
    high: float | None
    rank: RankSet | None
    best: bool
    """It has the best value."""
    near: bool
    """It has not, but does not differ significantly from what has."""
    notes: tuple[str, ...]
    """What to know before comparing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """Models without controls, as on the overview."""

    family: Family
    tasks: tuple[Task, ...]
    rows: tuple[tuple[str, tuple[Entry | None, ...]], ...]
    """A model and its entries, None for a task that it was not asked. Best first on the first task that ranks; who
    has no value there comes last."""


def wide(site: Site) -> list[Wide]:
    """One table for each family that any model was asked, in the order of the overview."""
    found = statuses(site)
    made = []
    for family in FAMILIES:
        boards = [board for board in site.boards if board.cells[0].result["family"] == family and board.models]
        if boards:
            columns = [_entries(board, site.standings[board.key], found) for board in boards]
            models = {model for column in columns for model in column}
            rows = [
                (visible(model), tuple(column.get(model) for column in columns)) for model in _order(models, boards)
            ]
            made.append(Wide(family=family, tasks=tuple(map(_task, boards)), rows=tuple(rows)))
    return made


def _task(board: Board) -> Task:
    counts = [cell.result["n"] for cell in board.models]
    return Task(
        key=visible(board.key),
        metric=visible(board.primary),
        higher_is_better=board.cells[0].metrics[board.primary]["higher_is_better"],
        n=(min(counts), max(counts)),
        synthetic=board.card is not None and board.card.synthetic,
        unranked=tuple(_why(board)),
    )


def _why(board: Board) -> Iterable[str]:
    if board.ranked(board.primary):
        return
    if any(cell.metrics[cell.primary]["higher_is_better"] is None for cell in board.models):
        yield "neither end of the metric is better"
    yield from (_differs(problem) for problem in board.problems if problem.metric in ("", board.primary))


def _differs(problem: Problem) -> str:
    what = {"primary": "main metric", "version": "version of the task", "samples": "samples", "signature": "signature"}
    return f"models differ in the {what[problem.what]}"


def _entries(board: Board, standing: Standing, found: Mapping[object, str | None]) -> dict[str, Entry]:
    """Models to their entries."""
    best = _best(board, standing)
    return {
        cell.row[0]: Entry(
            value=made.get("value"),
            low=made.get("low"),
            high=made.get("high"),
            rank=standing.ranks.get(cell.row),
            best=cell.row in best,
            near=cell.row not in best and bool(best) and _near(standing, best, cell.row),
            notes=tuple(map(visible, (*badges(cell), *filter(None, [found.get(cell.run.directory.path)])))),
        )
        for cell in board.models
        for made in (cell.metrics.get(board.primary, {}),)
    }


def _best(board: Board, standing: Standing) -> set[Row]:
    """The models with the best value; none where all that have a rank share it."""
    signed = {cell.row: _signed(cell) for cell in board.models if cell.row in standing.ranks}
    most = max(signed.values(), default=0.0)
    best = {row for row, value in signed.items() if value == most}
    return best if len(best) < len(signed) else set()


def _near(standing: Standing, best: Iterable[Row], row: Row) -> bool:
    """Whether it has a rank and no best one is significantly better."""
    return row in standing.ranks and not any(standing.differences[one, row].better for one in best)


def _order(models: Iterable[str], boards: Sequence[Board]) -> list[str]:
    first = next((board for board in boards if board.ranked(board.primary)), None)
    known = (
        {cell.row[0]: _signed(cell) for cell in first.models if _has_value(cell) and cell.row not in first.retired}
        if first
        else {}
    )
    return sorted(models, key=lambda model: (model not in known, -known.get(model, 0.0), model))


def _has_value(cell: Cell) -> bool:
    return cell.metrics[cell.primary].get("value") is not None


def _signed(cell: Cell) -> float:
    """The value of a ranked metric, turned so that more is better."""
    made = cell.metrics[cell.primary]
    value = float(made["value"])
    return value if made["higher_is_better"] else -value
