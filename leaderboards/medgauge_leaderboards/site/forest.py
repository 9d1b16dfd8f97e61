"""The intervals of one metric under each other: one axis, one row a model, controls below theirs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medgauge.ranks import RankSet
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.standing import Standing
from medgauge_leaderboards.site.views import Number, Scale, best_first, number

TICKS = 5
"""About so many marks on the axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark of the axis."""

    at: float
    """Its place, 0 to 100."""
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One row; its number is placed on the shared axis."""

    cell: Cell
    number: Number
    rank: RankSet | None
    sd: float | None
    """Standard deviation over trials, in the metric's unit; None without trials or where one has no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """The plot of one metric."""

    ticks: tuple[Tick, ...]
    rows: tuple[ForestRow, ...]
    trials: bool
    """Whether any row was asked more than once."""


def in_order(board: Board) -> tuple[Cell, ...]:
    """Models best first, by name where they may not be ranked, each with its controls behind it; lone controls last."""
    models = best_first(board)
    own = {cell.row[0] for cell in models}
    alone = sorted({cell.row[0] for cell in board.cells} - own)
    controls = {
        name: [cell for cell in board.cells if cell.row[0] == name and cell.row[1] != "none"] for name in [*own, *alone]
    }
    with_own = [one for cell in models for one in (cell, *controls[cell.row[0]])]
    return (*with_own, *(cell for name in alone for cell in controls[name]))


def forest(board: Board, standing: Standing, cells: Sequence[Cell]) -> Forest:
    """The primary metric of some cells, in their order."""
    plain = Scale(low=0.0, high=1.0)
    numbers = [number(cell, board.primary, plain) or _nothing(cell, plain) for cell in cells]
    ends = [end for one in numbers for end in (one.value, one.low, one.high) if end is not None]
    scale, ticks = axis(ends)
    rows = [
        ForestRow(
            cell=cell,
            number=number(cell, board.primary, scale) or _nothing(cell, scale),
            rank=standing.ranks.get(cell.row),
            sd=cell.metrics.get(board.primary, {}).get("trial_sd"),
        )
        for cell in cells
    ]
    return Forest(ticks=ticks, rows=tuple(rows), trials=any(cell.trials > 1 for cell in cells))


def axis(values: Sequence[float]) -> tuple[Scale, tuple[Tick, ...]]:
    """An axis that holds some values, with round marks at both ends; 0 to 1 for none."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    width = high - low
    if width < 1e-9:
        width = max(abs(low), 1.0) * 0.1
        low, high = (0.0 if 0 <= low < width / 2 else low - width / 2), high + width / 2
        width = high - low
    power = 10.0 ** math.floor(math.log10(width / TICKS))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power * TICKS >= width * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    scale = Scale(low=first * step, high=last * step)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    marks = (Tick(at=scale.at(i * step), label=_label(i * step, digits)) for i in range(first, last + 1))
    return scale, tuple(marks)


def _label(value: float, digits: int) -> str:
    return f"{value + 0.0:.{digits}f}".replace("-", "\u2212")


def _nothing(cell: Cell, scale: Scale) -> Number:
    """The number of a cell that does not have the metric."""
    return Number(value=None, low=None, high=None, n=cell.result["n"], n_undefined=0, scale=scale)
