"""The boards of one family as axes, one line for each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import pi
from typing import TYPE_CHECKING, Any, Literal, cast

from medgauge_leaderboards.exports.text import TITLES
from medgauge_leaderboards.figures.drawing import (
    COLOURS,
    DOUBLE,
    GRID,
    LINES,
    MARKERS,
    MOST_LINES,
    Drawing,
    Skipped,
    because,
    blank,
    span,
    spoken,
)
from medgauge_leaderboards.figures.intervals import unranked
from medgauge_leaderboards.figures.lettering import Lettering, shortened
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Row
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.views import FAMILIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.projections.polar import PolarAxes

FEWEST = 3
"""Axes that a shape needs."""
WORSE = f"{MOST_LINES} models have a better mean place"
FAN = 0.05
"""Radians between the intervals of two models on one axis."""


def radars(site: Site, letters: Lettering) -> Iterator[Drawing | Skipped]:
    """One figure for each family with at least three boards that can be axes."""
    for family in FAMILIES:
        own = [board for board in site.boards if board.cells[0].result["family"] == family and board.models]
        if not own:
            continue
        title = f"Radar, {TITLES[family]}"
        reasons = {board.key: _unfit(board, letters) for board in own}
        fit = [board for board in own if not reasons[board.key]]
        left = [f"{letters.plain(key)}: {why}" for key, why in reasons.items() if why]
        complete = _complete(fit)
        if len(fit) < FEWEST:
            also = f" ({'; '.join(left)})" if left else ""
            yield Skipped(title=title, why=f"boards that can be axes: {len(fit)}, at least {FEWEST} are needed{also}")
        elif not complete:
            yield Skipped(title=title, why="no model has a value on every axis")
        else:
            chosen = _best(fit, complete)
            some = sorted({cell.row for board in fit for cell in board.models}.difference(complete))
            left += because([(letters.plain(row[0]), "no value on some axis") for row in some])
            more = [(letters.plain(row[0]), WORSE) for row in complete if row not in chosen]
            yield _drawing(f"radar-{family}", title, fit, chosen, letters, left + because(more))


def _unfit(board: Board, letters: Lettering) -> str:
    """Why a board cannot be an axis from 0, the worst, to 1, the best; empty where it can."""
    if why := unranked(board, letters):
        return why[0]
    made = [cell.metrics[board.primary] for cell in board.models]
    if not made[0]["higher_is_better"]:
        return f"{letters.plain(board.primary)}, lower is better"
    ends = [one[end] for one in made for end in ("value", "low", "high") if one.get(end) is not None]
    return "" if all(0 <= end <= 1 for end in ends) else f"{letters.plain(board.primary)} leaves 0 to 1"


def _complete(boards: Sequence[Board]) -> list[Row]:
    """Models with a value on every board, by name."""
    having = [{c.row for c in board.models if c.metrics[board.primary].get("value") is not None} for board in boards]
    return sorted(set.intersection(*having)) if having else []


def _best(boards: Sequence[Board], rows: Sequence[Row]) -> list[Row]:
    """The models with the best mean place by value, by name: metrics of different boards have no mean."""
    values = {row: [float(_made(board, row)["value"]) for board in boards] for row in rows}

    def place(row: Row) -> tuple[int, Row]:
        return sum(other > own for those in values.values() for other, own in zip(those, values[row], strict=True)), row

    return sorted(sorted(rows, key=place)[:MOST_LINES])


def _drawing(
    name: str, title: str, boards: Sequence[Board], rows: Sequence[Row], letters: Lettering, left: Sequence[str]
) -> Drawing:
    labels = letters.short([row[0] for row in rows], 30)
    made = {row: [_made(board, row) for board in boards] for row in rows}
    n = span([one["n"] for found in made.values() for one in found])
    names = "; ".join(shortened(labels, letters))
    axes = ", ".join(f"{letters.plain(board.key)} ({letters.plain(board.primary)})" for board in boards)
    caption = (
        f"{title}: axes are {axes}; all run from 0 in the middle to 1, higher is better. Bars across the lines are "
        f"95 % intervals, moved apart so that all are seen; a hollow mark has none. {spoken(n)} samples on an axis. "
        "The order of the axes is that of names: the area within a line means nothing."
        + (
            f" Shown are the {MOST_LINES} models with the best mean place by value on the axes, significant or not."
            if len(rows) == MOST_LINES and any(one.endswith(WORSE) for one in left)
            else ""
        )
        + (f" Short names: {names}." if names else "")
    )
    ticks = [_tick(board, letters) for board in boards]
    figure = _figure(ticks, {labels[row[0]]: found for row, found in made.items()})
    return Drawing(name=name, title=title, caption=caption, n=n, left_out=tuple(left), figure=figure)


def _tick(board: Board, letters: Lettering) -> str:
    return f"{letters.short([board.key], 24)[board.key]}\n{letters.short([board.primary], 24)[board.primary]}"


def _figure(ticks: Sequence[str], made: Mapping[str, Sequence[Mapping[str, Any]]]) -> Figure:
    figure = blank(DOUBLE, 3.9 + 0.14 * ((len(made) + 1) // 2))
    axes = cast("PolarAxes", figure.add_subplot(projection="polar"))
    angles = [2 * pi * place / len(ticks) for place in range(len(ticks))]
    axes.set_theta_offset(pi / 2)
    axes.set_theta_direction(-1)
    axes.set_ylim(0, 1)
    axes.set_yticks([0.25, 0.5, 0.75, 1.0], ["", "0.5", "", "1"])
    axes.set_xticks(angles, ticks)
    axes.tick_params(axis="x", pad=8)
    for tick, angle in zip(axes.get_xticklabels(), angles, strict=True):
        tick.set_horizontalalignment(_side(angle))
    axes.grid(color=GRID, linewidth=0.5)
    for place, (label, found) in enumerate(made.items()):
        _line(axes, angles, found, place, (place - (len(made) - 1) / 2) * FAN, label)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def _line(
    axes: PolarAxes, angles: Sequence[float], found: Sequence[Mapping[str, Any]], place: int, moved: float, label: str
) -> None:
    colour, values = COLOURS[place], [one["value"] for one in found]
    around = [*range(len(angles)), 0]
    axes.plot([angles[i] for i in around], [values[i] for i in around], color=colour, linestyle=LINES[place])
    for angle, one in zip(angles, found, strict=True):
        known = one.get("low") is not None
        if known:
            axes.plot([angle + moved] * 2, [one["low"], one["high"]], color=colour, linewidth=0.8)
        face = colour if known else "white"
        axes.plot([angle], [one["value"]], color=colour, marker=MARKERS[place], markersize=4, markerfacecolor=face)
    axes.plot([], [], color=colour, linestyle=LINES[place], marker=MARKERS[place], markersize=4, label=label)


def _side(angle: float) -> Literal["left", "center", "right"]:
    """Where a label at an angle, clockwise from the top, begins so that it lies outside."""
    if min(angle % pi, pi - angle % pi) < 0.1:
        return "center"
    return "left" if angle < pi else "right"


def _made(board: Board, row: Row) -> Mapping[str, Any]:
    return next(cell.metrics[board.primary] for cell in board.models if cell.row == row)
