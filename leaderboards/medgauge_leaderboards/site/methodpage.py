"""How the numbers came about: one page on the method, and one a task with everything that decides its cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medgauge.intervals import MIN_GROUPS
from medgauge.tasks import Card
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.facts import Fact, facts
from medgauge_leaderboards.site.forest import in_order
from medgauge_leaderboards.site.marks import entries
from medgauge_leaderboards.site.pages import Pages
from medgauge_leaderboards.site.parts import bare, whole
from medgauge_leaderboards.site.repeat import command
from medgauge_leaderboards.site.runs import Cell, Run, heads
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.slices import FEW
from medgauge_leaderboards.site.standing import ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One cell: what it does not share with all others, and how to repeat it."""

    cell: Cell
    own: tuple[Fact, ...]
    command: str
    unverified: tuple[str, ...]
    trained: tuple[str, ...]
    """Names of this data set, or of training sets known to hold it, that the model says it was trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The method of one board."""

    shared: tuple[Fact, ...]
    """What holds for every cell."""
    cells: tuple[Told, ...]
    signatures: tuple[tuple[str, str, tuple[Cell, ...]], ...]
    """Metric, signature, the cells for which it holds; none where it holds for all that have the metric."""
    samples: tuple[tuple[str, tuple[Cell, ...]], ...]
    """How many samples and their hash, and the cells that answered those; no cells where all did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run in the table of all."""

    run: Run
    cell: Cell
    tasks: int


def write_methods(site: Site, pages: Pages) -> None:
    """`method.html`, and `methods/<task>.html` of every board."""
    samples = {board.key: _samples(board) for board in site.boards}
    values = {"runs": _runs(site.runs), "samples": samples, "submissions": entries(site)}
    shared = {"boards": site.boards, "few": FEW, "alpha": ALPHA, "groups": MIN_GROUPS}
    pages.write("method", "method.html", values | shared)
    for board in site.boards:
        slug = site.slugs[board.key]
        pages.write("methods", f"methods/{slug}.html", {"board": board, "slug": slug, "method": method(board)})


def method(board: Board) -> Method:
    """What decides the cells of a board; what all share is said once."""
    cells = in_order(board)
    found = [facts(cell) for cell in cells]
    shared = tuple(fact for fact in found[0] if all(fact in other for other in found))
    told = [
        Told(
            cell=cell,
            own=tuple(fact for fact in own if fact not in shared),
            command=command(cell),
            unverified=cell.run.about.unverified,
            trained=_trained(cell),
        )
        for cell, own in zip(cells, found, strict=True)
    ]
    return Method(shared=shared, cells=tuple(told), signatures=_signatures(board, cells), samples=_samples(board))


def _trained(cell: Cell) -> tuple[str, ...]:
    card = cell.card
    if card is None:
        return ()
    known = {bare(name) for name in _names(card) if name}
    return tuple(name for name in cell.run.about.trained_on if bare(name) in known)


def _names(card: Card) -> tuple[str, ...]:
    return (card.name, card.title, card.hub, *(one.training_set for one in card.contaminated))


def _signatures(board: Board, cells: Sequence[Cell]) -> tuple[tuple[str, str, tuple[Cell, ...]], ...]:
    """Parts of a metric share its signature, and are left out."""
    every = whole(board, sorted({name for cell in cells for name in cell.metrics}))
    made = []
    for name in sorted(every, key=lambda name: (name != board.primary, name)):
        found: dict[str, list[Cell]] = {}
        for cell in cells:
            if name in cell.metrics:
                found.setdefault(str(cell.metrics[name].get("signature", "")), []).append(cell)
        one = len(found) == 1
        made += [(name, signature, () if one else tuple(own)) for signature, own in found.items()]
    return tuple(made)


def _samples(board: Board) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    found: dict[str, list[Cell]] = {}
    for cell in board.cells:
        found.setdefault(board.tables[cell.row].digest, []).append(cell)
    return tuple((digest, () if len(found) == 1 else tuple(own)) for digest, own in found.items())


def _runs(runs: Sequence[Run]) -> list[RunRow]:
    """By model and control; a run without a task has no row."""
    rows = [RunRow(run=run, cell=own[0], tasks=len(own)) for run in runs if (own := heads(run))]
    return sorted(
        rows, key=lambda row: (row.cell.row[0], row.cell.row[1] != "none", row.cell.row[1], _finished(row.run))
    )


def _finished(run: Run) -> str:
    manifest: Mapping[str, Any] = run.manifest
    return str(manifest.get("finished", ""))
