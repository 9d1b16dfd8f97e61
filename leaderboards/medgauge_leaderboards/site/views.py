"""What the pages show, as plain values: the templates only lay it out."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medgauge.ranks import RankSet
from medgauge.types import Family
from medgauge_leaderboards.site.board import Board, Problem
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.standing import Difference, NoGain, Standing

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
    gain: Difference | NoGain
    badges: tuple[str, ...]
    rank: RankSet | None
    """None where it has no value, or the column ranks nobody."""
    first: bool
    """Whether no model of the column is significantly better, and there is another to be better than."""
    place: int | None
    """Of its value among those of the column, lowest 0, equal ones alike: what a script sorts by. None without one."""
    gain_place: int | None
    """Likewise of its gain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One board as a column of the overview."""

    board: Board
    slug: str
    badges: tuple[str, ...]
    ranked: bool
    higher_is_better: bool | None
    """None where the metric ranks nothing."""
    scale: Scale
    modality: tuple[str, ...]
    """What the card says; nothing where there is no card."""
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
    better: tuple[str, ...]
    """For each column who is significantly better than whom, as `better_bits` packs it."""


def sections(site: Site) -> list[Section]:
    """The overview: boards grouped by family, in a fixed order."""
    found = []
    for family in FAMILIES:
        own = [board for board in site.boards if board.cells[0].result["family"] == family and board.models]
        columns = tuple(_column(board, site.slugs[board.key], site.standings[board.key]) for board in own)
        if columns:
            found.append(_section(family, columns, [site.standings[board.key] for board in own]))
    return found


def better_bits(standing: Standing, models: Sequence[str]) -> str:
    """Which models are significantly better than which, by Holm's p over all models of the board, for a script.

    Base64 of M x M bits, the first in the highest bit of the first byte: bit `i * M + j` says that model j is
    significantly better than model i.
    """
    place = {(model, "none"): i for i, model in enumerate(models)}
    bits = np.zeros((len(models), len(models)), dtype=np.bool_)
    for (one, other), difference in standing.differences.items():
        if difference.worse and one in place and other in place:
            bits[place[one], place[other]] = True
    return base64.b64encode(np.packbits(bits).tobytes()).decode()


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


def best_first(board: Board) -> list[Cell]:
    """Models by the metric that ranks, best first; those without a value last, and those taken back with them.

    By name where they may not be ranked.
    """
    ranked = board.ranked(board.primary)

    def place(cell: Cell) -> tuple[bool, float, str]:
        made = cell.metrics.get(board.primary, {})
        value = made.get("value") if ranked and cell.row not in board.retired else None
        if value is None:
            return True, 0.0, cell.row[0]
        return False, -value if made["higher_is_better"] else value, cell.row[0]

    return sorted(board.models, key=place)


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


def _column(board: Board, slug: str, standing: Standing) -> Column:
    scale = scale_of([cell.metrics[board.primary] for cell in board.models if board.primary in cell.metrics])
    numbers = {cell.row[0]: number(cell, board.primary, scale) or _without(cell, scale) for cell in board.models}
    active = {model: one for model, one in numbers.items() if (model, "none") not in board.retired}
    places = _places({model: one.value for model, one in active.items()})
    gains = {row[0]: gain.value for row, gain in standing.gains.items() if isinstance(gain, Difference)}
    gain_places = _places(gains)
    return Column(
        board=board,
        slug=slug,
        badges=("synthetic",) if board.card and board.card.synthetic else (),
        ranked=board.ranked(board.primary),
        higher_is_better=board.cells[0].metrics[board.primary]["higher_is_better"],
        scale=scale,
        modality=board.card.modality if board.card else (),
        entries={
            cell.row[0]: Entry(
                cell=cell,
                number=numbers[cell.row[0]],
                gain=standing.gains[cell.row],
                badges=badges(cell),
                rank=(rank := standing.ranks.get(cell.row)),
                first=rank is not None and rank.best == 1 and len(standing.ranks) > 1,
                place=places.get(cell.row[0]),
                gain_place=gain_places.get(cell.row[0]),
            )
            for cell in board.models
        },
    )


def _places(values: Mapping[str, float | None]) -> dict[str, int]:
    known = sorted({value for value in values.values() if value is not None})
    return {model: known.index(value) for model, value in values.items() if value is not None}


def _without(cell: Cell, scale: Scale) -> Number:
    """The cell of a run that does not have the metric of its column."""
    return Number(value=None, low=None, high=None, n=cell.result["n"], n_undefined=0, scale=scale)


def _section(family: Family, columns: tuple[Column, ...], standings: Sequence[Standing]) -> Section:
    models = sorted({model for column in columns for model in column.entries})
    first = next((index for index, column in enumerate(columns) if column.ranked), None)
    if first is not None:
        column = columns[first]
        ordered = [cell.row[0] for cell in best_first(column.board)]
        models = ordered + [model for model in models if model not in column.entries]
    better = tuple(better_bits(standing, models) for standing in standings)
    return Section(family=family, columns=columns, models=tuple(models), sorted_by=first, better=better)
