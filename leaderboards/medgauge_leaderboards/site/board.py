"""All cells of one task in one language, and what keeps them from being ranked together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge.errors import NotComparable
from medgauge.tasks import Card, Publish
from medgauge_leaderboards.site.columns import Columns, placed
from medgauge_leaderboards.site.levels import highest, level_of, lowest
from medgauge_leaderboards.site.runs import Cell, Row
from medgauge_leaderboards.site.table import Table

DiffersIn: TypeAlias = Literal["primary", "version", "samples", "signature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in which the models of one board differ and must not."""

    what: DiffersIn
    metric: str = ""
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    """What it is, and the models for which it is so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A cell with its samples and all of its scores."""

    cell: Cell
    table: Table
    columns: Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One task in one language."""

    key: str
    cells: tuple[Cell, ...]
    """Sorted by model; controls after the model itself."""
    ids: tuple[str, ...]
    """All samples that any cell has, in the order of the first cell that has each, models before controls."""
    contents: tuple[str, ...]
    """Hash of each sample, as the first of these cells has it."""
    strata: tuple[str, ...]
    """Tags of each sample, as one string."""
    levels: tuple[Publish, ...]
    """Of each sample, the most careful that any run gives."""
    columns: Mapping[Row, Columns]
    """The scores of each row, in the order of `ids`; a sample that a row did not answer, or answered in another
    version, has the letter `-`."""
    own: Mapping[Row, Columns]
    """The scores of each row in the order of its own table, whole, whatever others answered."""
    tables: Mapping[Row, Table]
    problems: tuple[Problem, ...]
    retired: frozenset[Row] = frozenset()
    """Rows that were taken back: they are listed, last, and enter no rank and no family of tests."""

    @property
    def card(self) -> Card | None:
        """The data set's card."""
        return self.cells[0].card

    @property
    def primary(self) -> str:
        """The metric that ranks (of the first cell, where they differ)."""
        return self.cells[0].primary

    @property
    def models(self) -> tuple[Cell, ...]:
        """The cells that are rows of the overview."""
        return tuple(cell for cell in self.cells if cell.row[1] == "none")

    @property
    def level(self) -> Publish:
        """The highest level of its samples."""
        return highest(self.levels)

    def ranked(self, metric: str) -> bool:
        """Whether the values of a metric may be ordered: it has a better end, and was made alike for all models."""
        ends = (cell.metrics[metric]["higher_is_better"] for cell in self.cells if metric in cell.metrics)
        return None not in ends and not any(problem.metric in ("", metric) for problem in self.problems)

    def cell(self, row: Row) -> Cell | None:
        """The cell of a row."""
        return next((cell for cell in self.cells if cell.row == row), None)


def make_boards(found: Iterable[Measured]) -> list[Board]:
    """Group cells by task and language. Raises NotComparable for two runs of one model, control and task."""
    by_key: dict[str, dict[Row, Measured]] = {}
    for measured in found:
        row = by_key.setdefault(measured.cell.key, {})
        if measured.cell.row in row:
            _refuse_double(row[measured.cell.row].cell, measured.cell)
        row[measured.cell.row] = measured
    return [_board(key, row) for key, row in by_key.items()]


def _refuse_double(first: Cell, second: Cell) -> None:
    model, control = first.row
    raise NotComparable(
        f"{first.run.directory.path} and {second.run.directory.path} both hold {first.key} of model {model!r}"
        f" (control {control}); give one of them, or other names to the models"
    )


def _board(key: str, rows: Mapping[Row, Measured]) -> Board:
    # "none" sorts after "blind", the model itself comes first all the same.
    ordered = [rows[row] for row in sorted(rows, key=lambda row: (row[0], row[1] != "none", row[1]))]
    tables = {one.cell.row: one.table for one in ordered}
    # Most rows share one table and one card: each such pair is looked at once.
    first = sorted(ordered, key=lambda one: one.cell.row[1] != "none")  # a control's older samples stand back
    distinct = {(id(one.table), one.cell.card and one.cell.card.publish): one for one in first}.values()
    place: dict[str, tuple[str, str]] = {}
    levels: dict[str, Publish] = {}
    for one in distinct:
        table = one.table
        for name, content, stratum, publish in zip(table.ids, table.contents, table.strata, table.publish, strict=True):
            level = level_of(publish, one.cell.card)
            place.setdefault(name, (content, stratum))
            levels[name] = lowest([levels[name], level]) if name in levels else level
    ids, contents = tuple(place), tuple(content for content, _ in place.values())
    return Board(
        key=key,
        cells=tuple(one.cell for one in ordered),
        ids=ids,
        contents=contents,
        strata=tuple(stratum for _, stratum in place.values()),
        levels=tuple(levels[name] for name in ids),
        columns={one.cell.row: placed(one.columns, one.table, ids, contents) for one in ordered},
        own={one.cell.row: one.columns for one in ordered},
        tables=tables,
        problems=_problems([one.cell for one in ordered], tables),
    )


def _problems(all_cells: Sequence[Cell], tables: Mapping[Row, Table]) -> tuple[Problem, ...]:
    """Controls are left out: they rank nobody, and a gain looks at its control by itself."""
    cells = [cell for cell in all_cells if cell.row[1] == "none"]
    found: list[Problem | None] = [
        _differing("primary", "", cells, [cell.primary for cell in cells]),
        _differing("version", "", cells, [str(cell.spec.version) for cell in cells]),
        _differing("samples", "", cells, [tables[cell.row].digest for cell in cells]),
    ]
    for name in sorted({name for cell in cells for name in cell.metrics}):
        having = [cell for cell in cells if name in cell.metrics]
        signatures = [str(cell.metrics[name].get("signature", "")) for cell in having]
        found.append(_differing("signature", name, having, signatures))
    return tuple(problem for problem in found if problem)


def _differing(what: DiffersIn, metric: str, cells: Sequence[Cell], values: Sequence[str]) -> Problem | None:
    if len(set(values)) < 2:
        return None
    groups = tuple(
        (value, tuple(cell.row[0] for cell, own in zip(cells, values, strict=True) if own == value))
        for value in sorted(set(values))
    )
    return Problem(what=what, metric=metric, groups=groups)
