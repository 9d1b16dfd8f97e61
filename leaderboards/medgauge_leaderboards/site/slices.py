"""The primary metric on parts of the data, as tables whose cells are shaded by value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.levels import allows, lowest
from medgauge_leaderboards.site.runs import Cell

FEW = 20
"""A part with fewer samples says little: it is grey and has no shade."""
STEPS = 9
"""Shades of one table, the worst value 0."""
MODALITY = "modality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """One cell."""

    value: float | None
    half: float | None
    """Half the width of the 95 % interval; None where there is none."""
    n: int
    step: int | None
    """Its shade, 0 to `STEPS` - 1; None for few samples or no value."""

    @property
    def few(self) -> bool:
        """Whether there are too few samples to say much."""
        return self.n < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One value of a tag."""

    value: str
    n: int
    """The most samples that any cell has of it."""
    cells: tuple[Heat | None, ...]
    """None where a cell has no such samples."""

    @property
    def few(self) -> bool:
        """Whether all of its cells have few samples."""
        return self.n < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """One tag; columns are the models of the page."""

    tag: str
    rows: tuple[HeatRow, ...]
    ends: tuple[float, float] | None
    """The values of the lightest and the darkest shade; None where nothing is shaded."""
    hidden: int
    """Values of the tag that are not shown: fewer than `FEW` samples under a level that shows no questions."""


def slices(board: Board, cells: Sequence[Cell]) -> tuple[HeatMap, ...]:
    """One map for each tag that divides the samples."""
    return tuple(_map(board, tag, [_of_tag(cell, tag) for cell in cells]) for tag in _tags(cells))


def across(boards: Sequence[Board], columns: Sequence[Cell | None], tag: str) -> HeatMap | None:
    """One map of several boards that rank by one metric; None where the tag divides not all of them.

    `columns` are cells of any of the boards, None for one that a model lacks.
    """
    divides = all(tag in _tags(board.cells) for board in boards)
    primary = {board.primary for board in boards}
    if not divides or len(primary) > 1:
        return None
    careful = min(boards, key=lambda board: allows(lowest(board.levels), "references"))
    return _map(careful, tag, [_of_tag(cell, tag) if cell else {} for cell in columns])


def _of_tag(cell: Cell, tag: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = cell.result.get("slices", {}).get(tag, {})
    return found


def _tags(cells: Iterable[Cell]) -> list[str]:
    """Tags that divide the samples; one that has the same value everywhere says nothing new."""
    values: dict[str, set[str]] = {}
    for cell in cells:
        for tag, parts in cell.result.get("slices", {}).items():
            whole = [value for value, part in parts.items() if part["n"] == cell.result["n"]]
            values.setdefault(tag, set()).update(value for value in parts if value not in whole)
    return sorted(tag for tag, found in values.items() if found)


def _map(board: Board, tag: str, of_cell: Sequence[Mapping[str, Any]]) -> HeatMap:
    named = sorted({value for found in of_cell for value in found})
    most = {value: max(found[value]["n"] for found in of_cell if value in found) for value in named}
    # Of few samples the value of a tag may point at one of them: words of the data set need the level that shows them.
    open_ = allows(lowest(board.levels), "references")
    kept = [value for value in named if open_ or most[value] >= FEW]
    made = {value: [_plain(board, found.get(value)) for found in of_cell] for value in kept}
    known = [
        one.value for row in made.values() for one in row if one is not None and one.value is not None and not one.few
    ]
    ends = _ends(board, known)
    rows = [
        HeatRow(value=value, n=most[value], cells=tuple(_shaded(one, ends) for one in made[value])) for value in kept
    ]
    return HeatMap(tag=tag, rows=tuple(rows), ends=ends, hidden=len(named) - len(kept))


def _plain(board: Board, part: Mapping[str, Any] | None) -> Heat | None:
    if part is None:
        return None
    made = part["metrics"].get(board.primary, {})
    low, high = made.get("low"), made.get("high")
    half = (high - low) / 2 if low is not None and high is not None else None
    n = part["n"] - made.get("n_undefined", 0)
    return Heat(value=made.get("value"), half=half, n=n, step=None)


def _ends(board: Board, values: Sequence[float]) -> tuple[float, float] | None:
    """The worst value and the best; where neither end is better, the lowest and the highest."""
    if not values:
        return None
    higher = board.cells[0].metrics[board.primary]["higher_is_better"]
    return (max(values), min(values)) if higher is False else (min(values), max(values))


def _shaded(one: Heat | None, ends: tuple[float, float] | None) -> Heat | None:
    if one is None or one.value is None or one.few or ends is None:
        return one
    light, dark = ends
    share = (one.value - light) / (dark - light) if dark != light else 0.5
    return Heat(value=one.value, half=one.half, n=one.n, step=min(STEPS - 1, int(share * STEPS)))
