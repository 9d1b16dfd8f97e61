"""Whether answers are right as often as the model's probabilities say, one panel for each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from medgauge_leaderboards.figures.drawing import (
    COLOURS,
    DOUBLE,
    GRID,
    MUTED,
    SINGLE,
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
from medgauge_leaderboards.figures.evidence import CHOOSING, Evidence
from medgauge_leaderboards.figures.lettering import Lettering, shortened
from medgauge_leaderboards.figures.reliability import Reliability
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.site import Site

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 9
"""Panels of one figure."""
ACROSS = 3
EVENTS = {
    "vqa": "An event is a sample, its probability that of the option that was answered",
    "classification": "An event is one label of a sample, right where the reference has it",
}


def calibration_plots(site: Site, letters: Lettering, found: Mapping[int, Evidence]) -> Iterator[Drawing | Skipped]:
    """One figure for each board with choices, in pieces of nine models; `found` is by the identity of the run."""
    for board in site.boards:
        if board.cells[0].result["family"] not in CHOOSING:
            continue
        title = f"Calibration, {letters.plain(board.key)}"
        made = [(cell, found[id(cell.run)].calibration[cell.key]) for cell in board.models]
        left = because([(letters.plain(cell.row[0]), one) for cell, one in made if isinstance(one, str)])
        drawn = [(cell, one) for cell, one in made if not isinstance(one, str)]
        if not drawn:
            yield Skipped(title=title, why="; ".join(left) or "no model")
        name = f"calibration-{site.slugs[board.key]}"
        for named, titled, piece in named_parts(name, title, parts(len(drawn), MOST)):
            yield _drawing((named, titled), board, drawn[piece], letters, left)


def _drawing(
    named: tuple[str, str],
    board: Board,
    drawn: Sequence[tuple[Cell, Reliability]],
    letters: Lettering,
    left: Sequence[str],
) -> Drawing:
    labels = letters.short([cell.row[0] for cell, _ in drawn], 28)
    n = span([one.samples for _, one in drawn])
    names = "; ".join(shortened(labels, letters))
    first = " The first trial of each." if any(cell.trials > 1 for cell, _ in drawn) else ""
    missing = [
        f"{labels[cell.row[0]]}: samples without a probability of what was answered ({one.without})"
        for cell, one in drawn
        if one.without
    ]
    caption = (
        f"{named[1]}: the share of events that are right, by the mean probability of a bin; bins have equal "
        f"counts, and equal probabilities stay together. {EVENTS[board.cells[0].result['family']]}. Lines are Wilson's "
        "95 % intervals over groups; hollow marks have none, their groups are too few. ECE is the mean over events of "
        f"the distance, in the event's bin, of that share from the mean probability. {spoken(n)} samples.{first}"
        + (f" Short names: {names}." if names else "")
    )
    figure = _figure([(labels[cell.row[0]], one) for cell, one in drawn])
    head(figure, board.key, letters)
    return Drawing(name=named[0], title=named[1], caption=caption, n=n, left_out=(*left, *missing), figure=figure)


def _figure(panels: Sequence[tuple[str, Reliability]]) -> Figure:
    across = min(ACROSS, len(panels))
    down = -(-len(panels) // across)
    figure = blank(SINGLE if across == 1 else DOUBLE, 0.4 + (2.4 if across == ACROSS else 3.0) * down)
    for place, (label, one) in enumerate(panels):
        axes = figure.add_subplot(down, across, place + 1)
        _panel(axes, one)
        axes.set_title(label, loc="left")
        axes.set_xlabel("mean probability")
        axes.set_ylabel("" if place % across else "share that is right")
    return figure


def _panel(axes: Axes, one: Reliability) -> None:
    axes.plot([0, 1], [0, 1], color=MUTED, linestyle="--", linewidth=0.8)
    for each in one.bins:
        if each.low is not None and each.high is not None:
            axes.plot([each.probability] * 2, [each.low, each.high], color=COLOURS[1], solid_capstyle="butt")
        face = "white" if each.low is None else COLOURS[1]
        axes.plot([each.probability], [each.right], color=COLOURS[1], marker="o", markersize=4, markerfacecolor=face)
    axes.text(0.03, 0.97, f"ECE {one.ece:.3f}\nn = {one.samples}", ha="left", va="top", transform=axes.transAxes)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_aspect("equal")
    axes.grid(color=GRID, linewidth=0.5)
