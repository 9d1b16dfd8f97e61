"""One task in two languages: both values of each model, and how far apart they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medgauge import codec
from medgauge.store import RESULTS
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell, Row, Run
from medgauge_leaderboards.site.slices import MODALITY, HeatMap, across
from medgauge_leaderboards.site.views import Number, Scale, number

_SCALE = Scale(low=0.0, high=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Chinese minus English, over the samples that exist in both."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One model in both languages."""

    cell: Cell
    english: Number | None
    chinese: Number | None
    gap: Gap | None
    """None where the run holds no sample in both languages, or its two languages come from two runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """Both boards of one task."""

    english: Board
    chinese: Board
    rows: tuple[GapRow, ...]
    heat: HeatMap | None
    """Modality by language: columns are the rows' models in English and Chinese by turns."""


def pairs_of(boards: Sequence[Board]) -> dict[str, tuple[Board, Board]]:
    """The English and the Chinese board of every task that has both, by the key of either."""
    by_task: dict[tuple[str, str], Board] = {
        (board.cells[0].spec.name, board.cells[0].result["language"]): board for board in boards
    }
    found = {}
    for (task, language), board in by_task.items():
        other = by_task.get((task, "zh" if language == "en" else "en"))
        if other is not None:
            found[board.key] = (board, other) if language == "en" else (other, board)
    return found


def parities(runs: Sequence[Run]) -> dict[int, Mapping[str, Any]]:
    """Of each run, by its identity, the differences between languages that its results hold."""
    return {id(run): run.directory.results().get("parity", {}) for run in runs}


def languages(pair: tuple[Board, Board], cells: Sequence[Cell], known: Mapping[int, Mapping[str, Any]]) -> Languages:
    """The models among `cells` in both languages, in their order; `known` is from `parities`. Raises BadRecord."""
    english, chinese = pair
    names = list(dict.fromkeys(cell.row for board in pair for cell in board.models))
    order = {cell.row: place for place, cell in enumerate(cells)}
    rows = [_row(pair, row, known) for row in sorted(names, key=lambda row: (order.get(row, len(order)), row))]
    columns = [board.cell(one.cell.row) for one in rows for board in pair]
    return Languages(english=english, chinese=chinese, rows=tuple(rows), heat=across(pair, columns, MODALITY))


def _row(pair: tuple[Board, Board], row: Row, known: Mapping[int, Mapping[str, Any]]) -> GapRow:
    one, other = (board.cell(row) for board in pair)
    cell = one or other
    assert cell is not None  # the row is of one of the boards
    gap = None
    if one and other and one.run is other.run and one.primary == other.primary:
        made = known.get(id(one.run), {}).get(one.spec.name, {}).get(one.primary)
        gap = codec.convert(Gap, made, one.run.directory.path / RESULTS) if made is not None else None
    numbers = [number(cell, cell.primary, _SCALE) if cell else None for cell in (one, other)]
    return GapRow(cell=cell, english=numbers[0], chinese=numbers[1], gap=gap)
