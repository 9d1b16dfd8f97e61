"""What the page of one task shows: intervals, who is better than whom, all metrics, statuses, slices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medgauge.types import Family, FloatArray
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.forest import Forest, forest, in_order
from medgauge_leaderboards.site.languages import Languages, languages, pairs_of, parities
from medgauge_leaderboards.site.matrix import Matrix, matrix
from medgauge_leaderboards.site.pages import Pages
from medgauge_leaderboards.site.parts import shown_parts, whole
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.slices import FEW, STEPS, HeatMap, slices
from medgauge_leaderboards.site.views import Number, number, scale_of

MAIN: Mapping[Family, tuple[str, ...]] = {
    "vqa": ("exact_match", "closed_accuracy", "mcq_accuracy", "token_f1", "parse_rate"),
    "report": ("rouge_l", "bleu4", "cider_d", "clinical_lite_tuple_f1", "clinical_lite_hallucination_rate"),
    "classification": ("macro_f1", "micro_f1", "accuracy", "subset_accuracy", "balanced_accuracy", "auroc"),
    "region-to-text": ("label_accuracy", "exact_match", "token_f1"),
    "text-to-region": ("f1@0.5", "precision@0.5", "recall@0.5", "ap@0.5", "iou_union_mean", "fp_per_image"),
    "grounded-report": ("alignment_f1@0.5", "object_f1", "region_f1@0.5", "missed_rate", "invented_rate", "rouge_l"),
}
"""Shown first, in this order, after the one that ranks; a task's card may add some."""
FEW_METRICS = 7
"""So many are shown at once."""
BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricTable:
    """Models by metrics."""

    metrics: tuple[str, ...]
    ranked: Mapping[str, bool]
    higher_is_better: Mapping[str, bool | None]
    rows: tuple[tuple[Cell, tuple[Number | None, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the primary metric on single samples is spread over ten equal parts of its range."""

    cell: Cell
    counts: tuple[int, ...]
    heights: tuple[float, ...]
    """Of each bar, 0 to 100."""
    undefined: int
    """Samples without a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """Everything of one task page."""

    cells: tuple[Cell, ...]
    """Models in the order of the page, controls behind theirs; the rows of every table."""
    models: tuple[Cell, ...]
    """The columns of the slices: all but controls, or those where there is nothing else."""
    forest: Forest
    matrix: Matrix
    main: MetricTable
    rest: MetricTable | None
    """Metrics that are not shown at once."""
    parts: MetricTable | None
    """The numbers below a metric (`macro_f1/pneumonia`), where there are any."""
    hidden_parts: int
    """Numbers below a metric that are not shown: their names are words of the data set."""
    slices: tuple[HeatMap, ...]
    spreads: tuple[Spread, ...]
    """Empty where samples are right or wrong and nothing between."""
    spread_ends: tuple[float, float]


def write_tasks(site: Site, pages: Pages) -> None:
    """`tasks/<task>.html` of every board. Raises BadRecord where a run's differences of languages have no form."""
    pairs = pairs_of(site.boards)
    known = parities(site.runs) if pairs else {}
    for board in site.boards:
        page = task_page(site, board)
        both = languages(pairs[board.key], page.cells, known) if board.key in pairs else None
        values = {
            "board": board,
            "slug": site.slugs[board.key],
            "slugs": site.rows,
            "few": FEW,
            "steps": range(STEPS),
            "page": page,
            "both": both,
            "other": _other(both, board),
        }
        pages.write("task", f"tasks/{site.slugs[board.key]}.html", values)


def task_page(site: Site, board: Board) -> TaskPage:
    """The page of one board."""
    standing, cells = site.standings[board.key], in_order(board)
    names = sorted({name for cell in cells for name in cell.metrics})
    own = whole(board, names)
    parts = [name for name in names if name not in own]
    shown = shown_parts(board, parts)
    main = _main(board, own)
    rest = [name for name in own if name not in main]
    models = tuple(cell for cell in cells if cell.row[1] == "none") or cells
    spreads, ends = _spreads(board, cells)
    return TaskPage(
        cells=cells,
        models=models,
        forest=forest(board, standing, cells),
        matrix=matrix(board, standing, cells),
        main=_table(board, cells, main),
        rest=_table(board, cells, rest) if rest else None,
        parts=_table(board, cells, shown) if shown else None,
        hidden_parts=len(parts) - len(shown),
        slices=slices(board, models),
        spreads=spreads,
        spread_ends=ends,
    )


def _other(both: Languages | None, board: Board) -> Board | None:
    """The board of the same task in the other language."""
    if both is None:
        return None
    return both.chinese if board.key == both.english.key else both.english


def _main(board: Board, names: Sequence[str]) -> list[str]:
    """The metrics that are shown at once: the one that ranks, then the family's, then the card's own."""
    if len(names) <= FEW_METRICS:
        return sorted(names, key=lambda name: name != board.primary)
    wanted = (
        board.primary,
        *MAIN.get(board.cells[0].result["family"], ()),
        *(board.card.metrics if board.card else ()),
    )
    return [name for name in dict.fromkeys(wanted) if name in names]


def _table(board: Board, cells: Sequence[Cell], names: Sequence[str]) -> MetricTable:
    having = {name: [cell.metrics[name] for cell in cells if name in cell.metrics] for name in names}
    scales = {name: scale_of(having[name]) for name in names}
    return MetricTable(
        metrics=tuple(names),
        ranked={name: board.ranked(name) for name in names},
        higher_is_better={name: having[name][0]["higher_is_better"] for name in names},
        rows=tuple((cell, tuple(number(cell, name, scales[name]) for name in names)) for cell in cells),
    )


def _spreads(board: Board, cells: Sequence[Cell]) -> tuple[tuple[Spread, ...], tuple[float, float]]:
    """Histograms on one axis; none where every value is one of two."""
    values = {cell.row: board.columns[cell.row].values for cell in cells if cell.primary == board.primary}
    known = [one[np.isfinite(one)] for one in values.values()]
    every = np.unique(np.concatenate(known)) if known else np.empty(0)
    if len(every) < 3:
        return (), (0.0, 1.0)
    low, high = min(0.0, float(every[0])), max(1.0, float(every[-1]))
    return tuple(_spread(cell, values[cell.row], low, high) for cell in cells if cell.row in values), (low, high)


def _spread(cell: Cell, values: FloatArray, low: float, high: float) -> Spread:
    known = values[np.isfinite(values)]
    counts = np.histogram(known, bins=BINS, range=(low, high))[0]
    most = max(1, int(counts.max()))
    return Spread(
        cell=cell,
        counts=tuple(int(count) for count in counts),
        heights=tuple(round(100 * int(count) / most, 1) for count in counts),
        undefined=len(values) - len(known),
    )
