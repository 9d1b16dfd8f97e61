"""One figure with its words, and how it becomes files that are the same whenever they are made."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from medgauge.errors import MedGaugeError
from medgauge_leaderboards.figures.lettering import Lettering, columns_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

T = TypeVar("T")
SINGLE, DOUBLE = 3.4, 7.0
"""Width of one column of a paper, and of two, in inches."""
POINTS = 7
"""Size of all letters: the smallest that most journals take."""
DPI = 300
FORMATS = ("svg", "pdf", "png")
METADATA = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
"""No time and no program."""
INK, MUTED, GRID = "#222222", "#595959", "#d9d9d9"
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#000000", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
"""Okabe and Ito's without yellow, which is not seen on white, and with a grey."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (6, 2, 1, 2, 1, 2)))
MOST_LINES = 8
"""Models that one drawing tells apart."""
STYLE = {
    "font.size": POINTS,
    "axes.titlesize": POINTS,
    "axes.labelsize": POINTS,
    "xtick.labelsize": POINTS,
    "ytick.labelsize": POINTS,
    "legend.fontsize": POINTS,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.0,
    "hatch.linewidth": 0.4,
    "pdf.fonttype": 42,
    # Letters as shapes: Chinese shows wherever the file is opened.
    "svg.fonttype": "path",
    "svg.hashsalt": "medgauge",
    # A name with two `$` is no formula.
    "text.parse_math": False,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One figure."""

    name: str
    """Of its files, without their ending."""
    title: str
    caption: str
    n: tuple[int, int]
    """Fewest and most samples behind one of its models."""
    left_out: tuple[str, ...]
    """What the figure does not show, and why."""
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A figure that is not drawn."""

    title: str
    why: str


@contextmanager
def style(letters: Lettering) -> Iterator[None]:
    """How everything inside is drawn and saved, whatever the user's own settings of matplotlib."""
    from matplotlib.style import context

    with context(["default", STYLE | {"font.family": list(letters.families)}]):
        yield


def blank(width: float, height: float) -> Figure:
    """An empty figure, in inches, that no window knows of."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def head(figure: Figure, text: str, letters: Lettering) -> None:
    """Words above all panels of a figure, at its left end, cut to its width."""
    shown = figure.suptitle(letters.plain(text), x=0.01, ha="left", fontsize=POINTS)
    columns = columns_of(shown.get_text())
    while shown.get_window_extent().width > 0.98 * figure.bbox.width and columns > 1:
        columns -= 1
        shown.set_text(letters.short([text], columns)[text])


def under(metric: str, higher: bool | None, letters: Lettering) -> str:
    """A metric and its better end as words under a panel: in two lines where one would be too long."""
    short = letters.short([metric], 30)[metric]
    return f"{short}{' ' if columns_of(short) < 16 else chr(10)}({direction(higher)})"


def save(made: Drawing, folder: Path) -> list[str]:
    """Write the figure in every format; returns the names of the files. Raises MedGaugeError for a missing glyph."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        try:
            # Where everything stands is found once, for all formats.
            made.figure.draw_without_rendering()
            made.figure.set_layout_engine("none")
            for ending in FORMATS:
                made.figure.savefig(folder / f"{made.name}.{ending}", dpi=DPI, metadata=METADATA[ending])
        except UserWarning as error:
            raise MedGaugeError(f"--figures: {made.title} cannot be drawn: {error}; leave --figures out") from error
    return [f"{made.name}.{ending}" for ending in FORMATS]


def parts(count: int, most: int) -> list[slice]:
    """`count` things in as few pieces of at most `most` as there can be, none much smaller than another."""
    pieces = max(1, -(-count // most))
    size = -(-count // pieces) if count else 0
    return [slice(start, start + size) for start in range(0, count, size or 1)]


def named_parts(name: str, title: str, places: Sequence[T]) -> Iterator[tuple[str, str, T]]:
    """Name of the files and title of each piece of a figure: `heat1-task`; a figure in one piece has its plain name.

    The number stands before the first `-`: a task may be called `task-1`.
    """
    kind, _, task = name.partition("-")
    of = len(places)
    for number, place in enumerate(places, 1):
        if of == 1:
            yield name, title, place
        else:
            yield f"{kind}{number}-{task}", f"{title}, part {number} of {of}", place


def because(reasons: Sequence[tuple[str, str]]) -> list[str]:
    """From names and why each is left out, one line for each reason."""
    names: dict[str, list[str]] = {}
    for name, why in reasons:
        names.setdefault(why, []).append(name)
    return [f"{', '.join(own)}: {why}" for why, own in names.items()]


def span(counts: Sequence[int]) -> tuple[int, int]:
    """The fewest and the most; zeros of nothing."""
    return (min(counts), max(counts)) if counts else (0, 0)


def spoken(n: tuple[int, int]) -> str:
    """`n = 30` or `n = 20 to 30`."""
    return f"n = {n[0]}" if n[0] == n[1] else f"n = {n[0]} to {n[1]}"


def direction(higher: bool | None) -> str:
    """Which end of a metric is good."""
    return "neither end is better" if higher is None else "higher is better" if higher else "lower is better"
