"""Models on one board: the value that ranks, its interval, and the ranks that the tests leave to each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from medgauge_leaderboards.figures.drawing import (
    COLOURS,
    GRID,
    SINGLE,
    Drawing,
    Skipped,
    because,
    blank,
    direction,
    head,
    named_parts,
    parts,
    span,
    spoken,
    under,
)
from medgauge_leaderboards.figures.lettering import Lettering, shortened
from medgauge_leaderboards.site.board import Board, Problem
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.standing import Standing
from medgauge_leaderboards.site.views import best_first

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 40
"""Models of one figure: more do not fit on a page."""
ROW = 0.19
"""Inches for one model."""
WIDTH = 26
"""Columns of a model's name."""
DIFFERENT = {"primary": "main metric", "version": "version of the task", "samples": "samples", "signature": "signature"}


def interval_plots(site: Site, letters: Lettering) -> Iterator[Drawing | Skipped]:
    """One figure for each board, in pieces where it has very many models."""
    for board in site.boards:
        title = f"Intervals, {letters.plain(board.key)}"
        ordered = best_first(board)
        valued = [cell for cell in ordered if _made(cell, board).get("value") is not None]
        left = because([(letters.plain(cell.row[0]), "no value") for cell in ordered if cell not in valued])
        if not valued:
            yield Skipped(title=title, why="no model has a value")
        name = f"intervals-{site.slugs[board.key]}"
        for named, titled, piece in named_parts(name, title, parts(len(valued), MOST)):
            yield _drawing((named, titled), board, valued[piece], letters, site.standings[board.key], left)


def unranked(board: Board, letters: Lettering) -> list[str]:
    """Why models of a board have no ranks; nothing where they have."""
    if board.ranked(board.primary):
        return []
    ends = [cell.metrics[board.primary]["higher_is_better"] for cell in board.models if board.primary in cell.metrics]
    found = ["neither end of the metric is better"] if None in ends else []
    return found + [
        f"models differ in the {DIFFERENT[one.what]} ({_groups(one, letters)})"
        for one in board.problems
        if one.metric in ("", board.primary)
    ]


def _groups(problem: Problem, letters: Lettering) -> str:
    return "; ".join(f"{letters.plain(value)}: {letters.plain(', '.join(names))}" for value, names in problem.groups)


def _drawing(
    named: tuple[str, str],
    board: Board,
    cells: Sequence[Cell],
    letters: Lettering,
    standing: Standing,
    left: Sequence[str],
) -> Drawing:
    labels = letters.short([cell.row[0] for cell in cells], WIDTH)
    n = span([_made(cell, board)["n"] for cell in cells])
    return Drawing(
        name=named[0],
        title=named[1],
        caption=" ".join(_caption(board, cells, labels, letters, standing)),
        n=n,
        left_out=tuple(left),
        figure=_figure(board, cells, labels, letters, standing),
    )


def _caption(
    board: Board, cells: Sequence[Cell], labels: Mapping[str, str], letters: Lettering, standing: Standing
) -> Iterator[str]:
    higher = board.cells[0].metrics[board.primary]["higher_is_better"]
    n = span([_made(cell, board)["n"] for cell in cells])
    yield f"{letters.plain(board.key)}: {letters.plain(board.primary)} ({direction(higher)}), {spoken(n)} samples."
    undefined = span([_made(cell, board).get("n_undefined", 0) for cell in cells])
    if undefined[1]:
        yield f"Undefined on {spoken(undefined).removeprefix('n = ')} of them."
    yield "Lines are 95 % intervals."
    without = [cell for cell in cells if _made(cell, board).get("low") is None]
    if without:
        named = [f"{labels[cell.row[0]]} ({_made(cell, board).get('no_interval') or 'unknown'})" for cell in without]
        yield f"Hollow marks have no interval: {', '.join(named)}."
    if standing.ranks:
        yield "On the right, the ranks that the paired tests of all pairs leave to each model (Holm, 5 %)."
    for why in unranked(board, letters):
        yield f"Not ranked, in the order of names: {why}."
    if n[0] != n[1]:
        counts = [f"{labels[cell.row[0]]} {_made(cell, board)['n']}" for cell in cells]
        yield f"Samples: {', '.join(counts)}."
    if names := shortened(labels, letters):
        yield f"Short names: {'; '.join(names)}."


def _figure(
    board: Board, cells: Sequence[Cell], labels: Mapping[str, str], letters: Lettering, standing: Standing
) -> Figure:
    figure = blank(SINGLE, 0.9 + ROW * len(cells))
    axes = figure.add_subplot()
    for place, cell in enumerate(cells):
        _point(axes, place, _made(cell, board))
    axes.set_yticks(range(len(cells)), [labels[cell.row[0]] for cell in cells])
    axes.set_ylim(len(cells) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.5)
    axes.margins(x=0.06)
    higher = board.cells[0].metrics[board.primary]["higher_is_better"]
    axes.set_xlabel(under(board.primary, higher, letters))
    head(figure, board.key, letters)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    _ranks(axes, cells, standing)
    return figure


def _point(axes: Axes, place: int, made: Mapping[str, Any]) -> None:
    known = made.get("low") is not None
    if known:
        axes.plot([made["low"], made["high"]], [place, place], color=COLOURS[1], solid_capstyle="butt", linewidth=1.2)
    axes.plot(
        [made["value"]],
        [place],
        marker="o",
        markersize=4,
        color=COLOURS[1],
        markerfacecolor=COLOURS[1] if known else "white",
    )


def _ranks(axes: Axes, cells: Sequence[Cell], standing: Standing) -> None:
    """The ranks as labels of the other side."""
    if not standing.ranks:
        return
    found = [standing.ranks.get(cell.row) for cell in cells]
    texts = ["" if r is None else f"{r.best}" if r.best == r.worst else f"{r.best}\u2013{r.worst}" for r in found]
    other = axes.twinx()
    other.set_ylim(axes.get_ylim())
    other.set_yticks(range(len(cells)), texts)
    other.tick_params(axis="y", length=0)
    other.set_title("ranks", loc="right")
    for spine in other.spines.values():
        spine.set_visible(False)


def _made(cell: Cell, board: Board) -> Mapping[str, Any]:
    return cell.metrics.get(board.primary, {})
