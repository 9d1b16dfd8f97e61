"""Models by parts of the data: the value that ranks as a shade and as a number, and how many samples are behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from medgauge_leaderboards.figures.drawing import (
    DOUBLE,
    MUTED,
    SINGLE,
    Drawing,
    Skipped,
    blank,
    direction,
    head,
    named_parts,
    parts,
    span,
    spoken,
    under,
)
from medgauge_leaderboards.figures.lettering import Lettering, columns_of, shortened
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.slices import FEW, MODALITY, Heat, HeatMap, across, slices

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS = 16
MOST_ROWS = 30
"""Of one figure: more do not fit on a page with letters that can be read."""
CELL = 0.29
"""Height of a cell, and its least width, in inches: two lines of letters."""
LETTER = 0.058
"""Inches of one column of letters."""
SHADES = "Blues"
DARK = 0.71
"""From this shade on letters are white: black ones, and these, have a contrast of 4.5 or more on every shade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One heat map, before it is cut into pieces."""

    name: str
    title: str
    metric: str
    higher: bool | None
    columns: tuple[str, ...]
    """What each column is, in full."""
    rows: tuple[tuple[str, tuple[Heat | None, ...]], ...]
    """What each row is, in full, and its cells."""
    left_out: tuple[str, ...]


def heat_maps(site: Site, letters: Lettering) -> Iterator[Drawing | Skipped]:
    """One figure for each board with slices, and one for each task whose modality and language both vary."""
    for board in site.boards:
        title = f"Heat map, {letters.plain(board.key)}"
        made = _of_board(site, board, title)
        if made is None:
            yield Skipped(title=title, why="no tag divides the samples")
        elif not made.rows:
            yield Skipped(title=title, why="; ".join(made.left_out))
        else:
            yield from _pieces(made, letters)
    for boards in _tasks(site):
        crossed = _crossed(site, boards, letters)
        if crossed is not None and crossed.rows:
            yield from _pieces(crossed, letters)


def heat_texts(site: Site) -> Iterator[str]:
    """Every tag and value that a map shows."""
    for board in site.boards:
        for one in slices(board, board.models):
            yield from (one.tag, *(row.value for row in one.rows))


def _of_board(site: Site, board: Board, title: str) -> Sheet | None:
    maps = slices(board, board.models)
    if not maps or not board.models:
        return None
    return Sheet(
        name=f"heat-{site.slugs[board.key]}",
        title=title,
        metric=board.primary,
        higher=board.models[0].metrics[board.models[0].primary]["higher_is_better"],
        columns=tuple(cell.row[0] for cell in board.models),
        rows=tuple((f"{one.tag}: {row.value}", row.cells) for one in maps for row in one.rows),
        left_out=tuple(_hidden(one) for one in maps if one.hidden),
    )


def _hidden(one: HeatMap) -> str:
    return f"tag {one.tag!r}, values with under {FEW} samples ({one.hidden}): the data set's publish level hides them"


def _tasks(site: Site) -> list[list[Board]]:
    """Boards of one task in several languages."""
    found: dict[str, list[Board]] = {}
    for board in site.boards:
        if board.models:
            found.setdefault(board.models[0].spec.name, []).append(board)
    return [boards for boards in found.values() if len(boards) > 1]


def _crossed(site: Site, boards: Sequence[Board], letters: Lettering) -> Sheet | None:
    """Modality by model and language; None where modality divides not all of the boards."""
    rows = sorted({cell.row for board in boards for cell in board.models})
    columns: list[tuple[str, Cell | None]] = [
        (f"{row[0]}, {board.models[0].result['language']}", board.cell(row)) for row in rows for board in boards
    ]
    made = across(boards, [cell for _, cell in columns], MODALITY)
    if made is None:
        return None
    task = boards[0].models[0].spec.name
    return Sheet(
        name=f"languages-{site.slugs[boards[0].key]}",
        title=f"Heat map, {letters.plain(task)}, modality by language",
        metric=boards[0].primary,
        higher=boards[0].models[0].metrics[boards[0].primary]["higher_is_better"],
        columns=tuple(name for name, _ in columns),
        rows=tuple((f"{MODALITY}: {row.value}", row.cells) for row in made.rows),
        left_out=(_hidden(made),) if made.hidden else (),
    )


def _pieces(sheet: Sheet, letters: Lettering) -> Iterator[Drawing]:
    """A sheet that is too wide or too long, cut; one scale for all pieces."""
    wide, long = parts(len(sheet.columns), MOST_COLUMNS), parts(len(sheet.rows), MOST_ROWS)
    places = [(rows, columns) for rows in long for columns in wide]
    known = [one.value for _, cells in sheet.rows for one in cells if one and one.value is not None and not one.few]
    ends = (min(known), max(known)) if known else None
    for name, title, (rows, columns) in named_parts(sheet.name, sheet.title, places):
        piece = replace(
            sheet,
            name=name,
            title=title,
            columns=sheet.columns[columns],
            rows=tuple((value, cells[columns]) for value, cells in sheet.rows[rows]),
        )
        yield _drawing(piece, letters, ends)


def _drawing(sheet: Sheet, letters: Lettering, ends: tuple[float, float] | None) -> Drawing:
    columns = letters.short(sheet.columns, 26)
    rows = letters.short([name for name, _ in sheet.rows], 26)
    n = span([one.n for _, cells in sheet.rows for one in cells if one])
    names = "; ".join([*shortened(columns, letters), *shortened(rows, letters)])
    caption = (
        f"{sheet.title}: {letters.plain(sheet.metric)} ({direction(sheet.higher)}) of each model on each part of the "
        f"samples, below it the samples that it is defined on ({spoken(n)}). One scale of shades for all. Grey and "
        f"without shade: under {FEW} samples, which say little. A dash: no value. Parts of different tags overlap."
        + (f" Short names: {names}." if names else "")
    )
    figure = _figure(sheet, [columns[name] for name in sheet.columns], [rows[name] for name, _ in sheet.rows], ends)
    head(figure, sheet.title, letters)
    figure.axes[0].set_xlabel(f"{under(sheet.metric, sheet.higher, letters)}, n below")
    return Drawing(name=sheet.name, title=sheet.title, caption=caption, n=n, left_out=sheet.left_out, figure=figure)


def _figure(sheet: Sheet, columns: Sequence[str], rows: Sequence[str], ends: tuple[float, float] | None) -> Figure:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    width = SINGLE if len(columns) <= 5 else DOUBLE
    below = LETTER * max(map(columns_of, columns))
    figure = blank(width, 0.75 + below + CELL * len(rows))
    axes = figure.add_subplot()
    low, high = ends or (0.0, 1.0)
    shades = ScalarMappable(Normalize(low, high if high > low else low + 1), colormaps[SHADES])
    for y, (_, cells) in enumerate(sheet.rows):
        for x, one in enumerate(cells):
            _cell(axes, x, y, one, shades)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks(range(len(columns)), columns, rotation=90)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if ends:
        figure.colorbar(shades, ax=axes, shrink=0.8, aspect=30, pad=0.02)
    return figure


def _cell(axes: Axes, x: int, y: int, one: Heat | None, shades: object) -> None:
    from matplotlib.patches import Rectangle

    value = one.value if one else None
    shaded = one is not None and value is not None and not one.few
    share = shades.norm(value) if shaded else 0.0  # type: ignore[attr-defined]
    face = shades.to_rgba(value) if shaded else "#f2f2f2"  # type: ignore[attr-defined]
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor="white", linewidth=0.8))
    colour = "white" if share > DARK else "black" if shaded else MUTED
    text = "\u2013" if value is None else f"{value:.2f}"
    count = f"\n{one.n}" if one else ""
    axes.text(x, y, f"{text}{count}", ha="center", va="center", color=colour, linespacing=1.0)
