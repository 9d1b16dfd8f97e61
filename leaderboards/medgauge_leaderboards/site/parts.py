"""Numbers below a metric (`macro_f1/pneumonia`): which are parts, and which of them may be named."""

from collections.abc import Iterable

from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.levels import allows, lowest

HARMLESS = ("yes", "no", "reference")
"""Names below a metric that are the metric's own and no words of the data."""


def whole(board: Board, names: Iterable[str]) -> list[str]:
    """The metrics among some names. A stranger's metric has a slash in its own name: it has statistics of its own."""
    own = {name for cell in board.cells for name in board.columns[cell.row].names} | {board.primary}
    return [name for name in names if "/" not in name or name in own]


def shown_parts(board: Board, parts: Iterable[str]) -> list[str]:
    """The parts whose names may be shown.

    They are named after labels and phrases of the samples. Where not every sample's level shows its question, only
    those stay that the card names, or the metric itself.
    """
    if allows(lowest(board.levels), "references"):
        return list(parts)
    labels = board.card.labels if board.card else ()
    known = {bare(word) for label in labels for word in (label.name, label.zh, *label.aliases) if word} | {*HARMLESS}
    named = {name: name.partition("/")[2] for name in parts}
    return [name for name, part in named.items() if bare(part) in known or _operating_point(part)]


def bare(name: str) -> str:
    """A name without what writers, and what metrics make of names, differ in."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _operating_point(part: str) -> bool:
    """`sens@0.5fp`: a point of a curve."""
    return part.startswith("sens@") and part.endswith("fp") and part[5:-2].replace(".", "", 1).isdigit()
