"""What the page of one task shows: every metric, statuses, slices, and how to repeat it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medgauge.generation import Generation
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.views import Number, as_number, best_first, number, scale_of

SECRET = ("key", "token", "secret", "password", "authorization")
FEW = 20
"""Slices with fewer samples are greyed: their number says little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricTable:
    """Models by metrics."""

    metrics: tuple[str, ...]
    ranked: Mapping[str, bool]
    higher_is_better: Mapping[str, bool | None]
    rows: tuple[tuple[Cell, tuple[Number | None, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRow:
    """One value of a tag."""

    value: str
    n: int
    numbers: tuple[Number | None, ...]
    """One a cell, of the primary metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """Everything of one task page."""

    cells: tuple[Cell, ...]
    """Best first where they may be ranked; the order of the rows of every table."""
    main: MetricTable
    parts: MetricTable | None
    """The numbers below a metric (`macro_f1/pneumonia`), where there are any."""
    slices: tuple[tuple[str, tuple[SliceRow, ...]], ...]
    signatures: tuple[tuple[str, str, tuple[Cell, ...]], ...]
    """Metric, signature, the cells for which it holds."""


def task_page(board: Board) -> TaskPage:
    """The page of one board."""
    cells = tuple(best_first(board.cells, board.primary, ranked=board.ranked(board.primary)))
    names = list(dict.fromkeys([board.primary, *sorted({name for cell in cells for name in cell.metrics})]))
    # A stranger's metric has a slash in its own name: it is a part only where no metric is named so.
    whole = {name for cell in cells for score in cell.scores()[:1] for name in score.stats}
    main = [name for name in names if "/" not in name or name in whole]
    parts = [name for name in names if name not in main]
    return TaskPage(
        cells=cells,
        main=_table(board, cells, main),
        parts=_table(board, cells, parts) if parts else None,
        slices=tuple((tag, _slice(board, cells, tag)) for tag in _tags(cells)),
        signatures=_signatures(cells, main),
    )


def command(cell: Cell) -> str:
    """The command that makes this run again. Options whose name sounds secret are left to the reader."""
    spec = cell.run.spec
    words = ["medgauge", "run", cell.spec.name, "--model", spec.model.spec]
    if cell.card and cell.card.access != "embedded":
        words += ["--data-dir", "DATA"]
    for name, value in _settings(cell).items():
        words += ["--set", f"{name}={value}"]
    if spec.control != "none":
        words += ["--control", spec.control]
    if spec.allow_modified:
        words += ["--allow-modified"]
    if spec.limit is not None:
        words += ["--limit", str(spec.limit)]
    return shlex.join(words)


def _settings(cell: Cell) -> dict[str, Any]:
    spec, usual = cell.run.spec, Generation()
    drawn = {"max_new_tokens": spec.generation.max_new_tokens, "temperature": spec.generation.temperature}
    drawn |= {"top_p": spec.generation.top_p, "seed": spec.generation.seed}
    settings: dict[str, Any] = {"prompts": cell.spec.prompts}
    settings |= spec.cot.settings() if spec.cot else {}
    settings |= {"schema": "true"} if spec.schema else {}
    settings |= {name: value for name, value in drawn.items() if value != getattr(usual, name)}
    for name, value in sorted(spec.model.options.items()):
        settings[name] = "..." if any(word in name.lower() for word in SECRET) else value
    return settings


def _table(board: Board, cells: Sequence[Cell], names: Sequence[str]) -> MetricTable:
    having = {name: [cell.metrics[name] for cell in cells if name in cell.metrics] for name in names}
    scales = {name: scale_of(having[name]) for name in names}
    return MetricTable(
        metrics=tuple(names),
        ranked={name: board.ranked(name) for name in names},
        higher_is_better={name: having[name][0]["higher_is_better"] for name in names},
        rows=tuple((cell, tuple(number(cell, name, scales[name]) for name in names)) for cell in cells),
    )


def _tags(cells: Sequence[Cell]) -> list[str]:
    """Tags that divide the samples; one that has the same value everywhere says nothing new."""
    values: dict[str, set[str]] = {}
    for cell in cells:
        for tag, parts in cell.result.get("slices", {}).items():
            whole = [value for value, part in parts.items() if part["n"] == cell.result["n"]]
            values.setdefault(tag, set()).update(value for value in parts if value not in whole)
    return sorted(tag for tag, found in values.items() if found)


def _slice(board: Board, cells: Sequence[Cell], tag: str) -> tuple[SliceRow, ...]:
    of_cell = [cell.result.get("slices", {}).get(tag, {}) for cell in cells]
    known = [_primary(board, part) for found in of_cell for part in found.values()]
    scale = scale_of([made for made in known if made])
    rows = []
    for value in sorted({value for found in of_cell for value in found}):
        parts = [found.get(value) for found in of_cell]
        numbers = [_primary(board, part) for part in parts]
        rows.append(
            SliceRow(
                value=value,
                n=max(part["n"] for part in parts if part),
                numbers=tuple(as_number(made, scale) if made else None for made in numbers),
            )
        )
    return tuple(rows)


def _primary(board: Board, part: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = part["metrics"].get(board.primary) if part else None
    return found


def _signatures(cells: Sequence[Cell], names: Sequence[str]) -> tuple[tuple[str, str, tuple[Cell, ...]], ...]:
    found: dict[tuple[str, str], list[Cell]] = {}
    for name in names:
        for cell in cells:
            if name in cell.metrics:
                found.setdefault((name, str(cell.metrics[name].get("signature", ""))), []).append(cell)
    return tuple((name, signature, tuple(own)) for (name, signature), own in found.items())
