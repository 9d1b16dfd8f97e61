"""Precision by recall of boxes with real scores, at two IoUs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from medgauge_leaderboards.figures.curves import STEPS, THRESHOLDS, Curve
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
    head,
    named_parts,
    parts,
    span,
    spoken,
)
from medgauge_leaderboards.figures.evidence import DRAWING, Evidence
from medgauge_leaderboards.figures.lettering import Lettering, shortened
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.site import Site

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def recall_plots(site: Site, letters: Lettering, found: Mapping[int, Evidence]) -> Iterator[Drawing | Skipped]:
    """One figure for each board with boxes, in pieces of eight models; `found` is by the identity of the run."""
    for board in site.boards:
        if board.cells[0].result["family"] not in DRAWING:
            continue
        title = f"Precision and recall, {letters.plain(board.key)}"
        curves = [(cell, found[id(cell.run)].curves[cell.key]) for cell in board.models]
        left = because([(letters.plain(cell.row[0]), one) for cell, one in curves if isinstance(one, str)])
        drawn = [(cell, one) for cell, one in curves if not isinstance(one, str)]
        if not drawn:
            yield Skipped(title=title, why="; ".join(left) or "no model")
        name = f"recall-{site.slugs[board.key]}"
        for named, titled, piece in named_parts(name, title, parts(len(drawn), MOST_LINES)):
            yield _drawing((named, titled), board, drawn[piece], letters, left)


def _drawing(
    named: tuple[str, str],
    board: Board,
    drawn: Sequence[tuple[Cell, tuple[Curve, ...]]],
    letters: Lettering,
    left: Sequence[str],
) -> Drawing:
    labels = letters.short([cell.row[0] for cell, _ in drawn], 40)
    n = span([cell.result["n"] for cell, _ in drawn])
    classes = max(curve.classes for _, curves in drawn for curve in curves)
    first = " The first trial of each." if any(cell.trials > 1 for cell, _ in drawn) else ""
    names = "; ".join(shortened(labels, letters))
    caption = (
        f"{named[1]}: the largest precision at each recall or a larger one, of boxes in the order of their real scores "
        f"at IoU {' and '.join(f'{at:g}' for at in THRESHOLDS)}"
        + (f", mean over {classes} classes" if classes > 1 else "")
        + f"; AP is the mean over the {STEPS + 1} recalls. {spoken(n)} samples, all of them: one without an answer "
        f"drew nothing. Boxes of one score come at once, boxes without a score last.{first}"
        + _differing(board)
        + (f" Short names: {names}." if names else "")
    )
    figure = _figure({labels[cell.row[0]]: curves for cell, curves in drawn})
    head(figure, board.key, letters)
    return Drawing(name=named[0], title=named[1], caption=caption, n=n, left_out=tuple(left), figure=figure)


def _differing(board: Board) -> str:
    found = [one.what for one in board.problems if one.what in ("samples", "version")]
    return f" Models differ in their {' and '.join(found)}: do not compare them." if found else ""


def _figure(curves: Mapping[str, Sequence[Curve]]) -> Figure:
    figure = blank(DOUBLE, 3.0 + 0.14 * ((len(curves) + 1) // 2))
    for column, at in enumerate(THRESHOLDS):
        axes = figure.add_subplot(1, len(THRESHOLDS), column + 1)
        _panel(axes, [own[column] for own in curves.values()])
        axes.set_title(f"IoU {at:g}", loc="left")
        axes.set_xlabel("recall")
        axes.set_ylabel("precision" if not column else "")
    handles = [
        figure.axes[0].plot(
            [], [], color=COLOURS[i], linestyle=LINES[i], marker=MARKERS[i], markersize=4, label=_label(name, own)
        )[0]
        for i, (name, own) in enumerate(curves.items())
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _label(name: str, own: Sequence[Curve]) -> str:
    return f"{name} (AP {', '.join(f'{one.ap:.3f}' for one in own)})"


def _panel(axes: Axes, curves: Sequence[Curve]) -> None:
    for i, one in enumerate(curves):
        # A curve ends where it falls to 0.
        end = next((place for place, value in enumerate(one.precision) if not value), STEPS) + 1
        axes.plot(
            [place / STEPS for place in range(end)],
            one.precision[:end],
            drawstyle="steps-pre",
            color=COLOURS[i],
            linestyle=LINES[i],
            marker=MARKERS[i],
            markersize=4,
            # Each model's marks stand elsewhere, so that lines which run together are told apart.
            markevery=(0.03 + 0.02 * i, 0.2),
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.grid(color=GRID, linewidth=0.5)
