"""What the pages show, as plain values: the templates only lay it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medgauge.types import Family
from medgauge_leaderboards.site.board import Board, Problem
from medgauge_leaderboards.site.gain import Gain, gain
from medgauge_leaderboards.site.runs import Cell

FAMILIES: tuple[Family, ...] = (
    "vqa",
    "report",
    "classification",
    "region-to-text",
    "text-to-region",
    "grounded-report",
)
BASELINES = ("baseline/blind", "baseline/prior")
"""Models that show what is had without looking; marked as such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The ends of the little interval plots of one column."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Place of a value, 0 to 100."""
        return round(min(100.0, max(0.0, 100 * (value - self.low) / (self.high - self.low))), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number as a cell shows it."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_undefined: int
    scale: Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A model's cells on one board."""

    cell: Cell
    number: Number
    gain: Gain
    badges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One board as a column of the overview."""

    board: Board
    slug: str
    badges: tuple[str, ...]
    ranked: bool
    higher_is_better: bool | None
    """None where the metric ranks nothing."""
    entries: Mapping[str, Entry]
    """By model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One family on the overview."""

    family: Family
    columns: tuple[Column, ...]
    models: tuple[str, ...]
    sorted_by: int | None
    """The column that the rows are ordered by, best first; None where no column may be ranked."""


def sections(boards: Sequence[Board], slugs: Mapping[str, str]) -> list[Section]:
    """The overview: boards grouped by family, in a fixed order."""
    found = []
    for family in FAMILIES:
        own = [board for board in boards if board.cells[0].result["family"] == family and board.models]
        columns = tuple(_column(board, slugs[board.key]) for board in own)
        if columns:
            found.append(_section(family, columns))
    return found


def number(cell: Cell, metric: str, scale: Scale) -> Number | None:
    """One metric of one cell; None where the cell does not have it."""
    made = cell.metrics.get(metric)
    return as_number(made, scale) if made is not None else None


def as_number(made: Mapping[str, Any], scale: Scale) -> Number:
    """A metric's entry of `results.json`."""
    return Number(
        value=made.get("value"),
        low=made.get("low"),
        high=made.get("high"),
        n=made["n"],
        n_undefined=made.get("n_undefined", 0),
        scale=scale,
    )


def scale_of(made: Sequence[Mapping[str, Any]]) -> Scale:
    """0 to 1 where everything fits in it, wider where something does not."""
    ends = [float(m[end]) for m in made for end in ("value", "low", "high") if m.get(end) is not None]
    return Scale(low=min([0.0, *ends]), high=max([1.0, *ends]))


def best_first(cells: Sequence[Cell], metric: str, *, ranked: bool) -> list[Cell]:
    """Cells by a metric, best first and those without a value last; by name where they may not be ranked."""

    def place(cell: Cell) -> tuple[bool, float, str]:
        made = cell.metrics.get(metric, {})
        value = made.get("value") if ranked else None
        if value is None:
            return True, 0.0, cell.row[0]
        return False, -value if made["higher_is_better"] else value, cell.row[0]

    return sorted(cells, key=place)


def badges(cell: Cell) -> tuple[str, ...]:
    """What a reader must know before comparing this cell."""
    spec = cell.run.spec
    marks = {
        f"control-{spec.control}": spec.control != "none",
        "out-of-fold": cell.spec.fit == "out-of-fold",
        "partial": spec.limit is not None,
        "modified": bool(cell.modified),
    }
    return tuple(name for name, holds in marks.items() if holds)


def differing_settings(boards: Sequence[Board]) -> list[str]:
    """Models whose runs on this page were not made with one and the same settings."""
    made: dict[str, set[str]] = {}
    for board in boards:
        for cell in board.models:
            spec = cell.run.spec
            options = sorted(spec.model.options.items())
            made.setdefault(cell.row[0], set()).add(
                repr((options, spec.model.box_format, spec.generation, spec.cot, spec.schema))
            )
    return sorted(name for name, settings in made.items() if len(settings) > 1)


def controls_alone(boards: Sequence[Board]) -> list[tuple[Board, str]]:
    """Control runs whose model has no run of its own on that board."""
    return [
        (board, cell.row[0])
        for board in boards
        for cell in board.cells
        if cell.row[1] != "none" and board.cell((cell.row[0], "none")) is None
    ]


def problems_of(boards: Sequence[Board]) -> list[tuple[Board, Problem]]:
    """All differences that keep models from being ranked."""
    return [(board, problem) for board in boards for problem in board.problems]


def _column(board: Board, slug: str) -> Column:
    scale = scale_of([cell.metrics[board.primary] for cell in board.models if board.primary in cell.metrics])
    return Column(
        board=board,
        slug=slug,
        badges=("synthetic",) if board.card and board.card.synthetic else (),
        ranked=board.ranked(board.primary),
        higher_is_better=board.cells[0].metrics[board.primary]["higher_is_better"],
        entries={
            cell.row[0]: Entry(
                cell=cell,
                number=number(cell, board.primary, scale) or _without(cell, scale),
                gain=gain(board, cell),
                badges=badges(cell),
            )
            for cell in board.models
        },
    )


def _without(cell: Cell, scale: Scale) -> Number:
    """The cell of a run that does not have the metric of its column."""
    return Number(value=None, low=None, high=None, n=cell.result["n"], n_undefined=0, scale=scale)


def _section(family: Family, columns: tuple[Column, ...]) -> Section:
    models = sorted({model for column in columns for model in column.entries})
    first = next((index for index, column in enumerate(columns) if column.ranked), None)
    if first is not None:
        column = columns[first]
        known = [entry.cell for entry in column.entries.values()]
        ordered = [cell.row[0] for cell in best_first(known, column.board.primary, ranked=True)]
        models = ordered + [model for model in models if model not in column.entries]
    return Section(family=family, columns=columns, models=tuple(models), sorted_by=first)
