"""Gain over blind: a model minus the same model without the picture, on the same samples."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge.errors import NotComparable
from medgauge.stats import Estimate, paired_difference
from medgauge_leaderboards.site.board import Board, digest
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.values import prepared

NoGain: TypeAlias = Literal["no-control", "not-comparable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """The difference with its interval, or why there is none."""

    estimate: Estimate | None = None
    why: NoGain | None = None


def gain(board: Board, cell: Cell) -> Gain:
    """The model's primary metric minus that of its blind run. Paired, resampled by group."""
    blind = board.cell((cell.row[0], "blind"))
    if blind is None:
        return Gain(why="no-control")
    if cell.primary != board.primary or not _alike(cell, blind):
        return Gain(why="not-comparable")
    try:
        return Gain(estimate=paired_difference(prepared(cell, cell.primary), cell.scores(), blind.scores()))
    except NotComparable:
        return Gain(why="not-comparable")


def _alike(cell: Cell, blind: Cell) -> bool:
    """Same metric made the same way, same samples, same wording, same model settings."""
    name = cell.primary
    return (
        blind.primary == name
        and _contents(blind) == _contents(cell)
        and blind.metrics[name].get("signature") == cell.metrics[name].get("signature")
        and blind.spec == cell.spec
        and blind.run.spec.model == cell.run.spec.model
        and blind.run.spec.generation == cell.run.spec.generation
        and (blind.run.spec.cot, blind.run.spec.schema) == (cell.run.spec.cot, cell.run.spec.schema)
    )


def _contents(cell: Cell) -> set[str]:
    return {digest(stored.sample) for stored in cell.samples.values()}
