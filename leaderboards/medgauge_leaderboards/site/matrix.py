"""Each model against each on one board, as a table of signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.standing import ALPHA, Difference, Standing

Mark: TypeAlias = Literal["better", "worse", "same", "other", "untested"]
Reason: TypeAlias = Literal["one", "problems", "value", "rest"]
WIDE = 15
"""With more models than this, cells show no p; it stays in their text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The model of the row minus that of the column."""

    mark: Mark
    """After the adjustment: the row is better or worse, cannot be told apart, differs where no end is better, or was
    not tested."""
    value: float
    p: str
    """Holm's, as it is shown; empty where there was no test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All pairs of the models of one board."""

    cells: tuple[Cell, ...]
    """Rows and columns, best first."""
    rows: tuple[tuple[Pair | None, ...], ...]
    """None on the diagonal and where two models cannot be compared."""
    test: str
    pairs: int
    """How many can be compared."""
    reasons: tuple[Reason, ...]
    """Why others cannot, or why none can."""
    untested: bool
    """Whether some pairs have no test: too few groups, or a metric that is not resampled."""
    wide: bool


def matrix(board: Board, standing: Standing, cells: Sequence[Cell]) -> Matrix:
    """The pairs of the models among `cells`, in their order."""
    models = tuple(cell for cell in cells if cell.row[1] == "none" and cell.row not in board.retired)
    rows = tuple(tuple(_pair(standing.differences.get((a.row, b.row))) for b in models) for a in models)
    pairs = sum(pair is not None for row in rows for pair in row) // 2
    return Matrix(
        cells=models,
        rows=rows,
        test=standing.test,
        pairs=pairs,
        reasons=_reasons(board, models, whole=pairs == len(models) * (len(models) - 1) // 2),
        untested=any(pair is not None and pair.mark == "untested" for row in rows for pair in row),
        wide=len(models) > WIDE,
    )


def _pair(made: Difference | None) -> Pair | None:
    if made is None:
        return None
    if made.p_adjusted is None:
        return Pair(mark="untested", value=made.value + 0.0, p="")
    mark: Mark = "better" if made.better else "worse" if made.worse else "same"
    if made.sign == 0 and made.p_adjusted <= ALPHA:
        mark = "other"
    return Pair(mark=mark, value=made.value + 0.0, p=shown_p(made.p_adjusted))


def shown_p(p: float) -> str:
    """Three digits; never 0."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _reasons(board: Board, models: Sequence[Cell], *, whole: bool) -> tuple[Reason, ...]:
    if len(models) < 2:
        return ("one",)
    if whole:
        return ()
    found: dict[Reason, bool] = {
        "problems": any(problem.metric in ("", board.primary) for problem in board.problems),
        "value": any(cell.metrics.get(board.primary, {}).get("value") is None for cell in models),
    }
    return tuple(reason for reason, holds in found.items() if holds) or ("rest",)
