"""Who is better than whom on one board: differences of all pairs, rank sets, and gains over blind."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.multiplicity import holm
from medgauge.pairwise import Pairwise, pairwise
from medgauge.ranks import RankSet, ranked
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Cell, Row

NoGain: TypeAlias = Literal["no-control", "not-comparable", "undefined"]
ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Samples of the first trial, by which row has more credit (`Columns.credit`)."""

    wins: int
    losses: int
    ties: int
    """The others: both have the same, or nothing can be said of one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One row minus another on the primary metric, on the same samples."""

    value: float
    low: float | None
    high: float | None
    """95 % interval; None where there is none."""
    p: float | None
    """Raw and two-sided; None where no test can be made."""
    p_adjusted: float | None
    """Holm's over all pairs of models of the board; None beside a control or a row that was taken back, which are in
    no family, and where there is no p. A pair without a test counts as one whose p is 1."""
    outcomes: Outcomes | None
    """None where neither end of the metric is better."""
    sign: int
    """1 where more is better, -1 where less is, 0 where neither."""

    @property
    def better(self) -> bool:
        """Significantly better, after the adjustment."""
        return self.p_adjusted is not None and self.p_adjusted <= ALPHA and self.sign * self.value > 0

    @property
    def worse(self) -> bool:
        """Significantly worse, after the adjustment."""
        return self.p_adjusted is not None and self.p_adjusted <= ALPHA and self.sign * self.value < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The primary metric of one board."""

    ranks: Mapping[Row, RankSet]
    """Of each model with a value, where they may be ranked; empty where they may not. Controls have no rank."""
    differences: Mapping[tuple[Row, Row], Difference]
    """Of all ordered pairs of rows that can be compared; controls are rows too."""
    gains: Mapping[Row, Difference | NoGain]
    """Of each model over its own blind run, or why there is none."""
    test: str
    """Which test gave p: `sign-flip` or `bootstrap-t`; empty where nothing was compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """Rows over the same samples, and all of their pairs."""

    rows: tuple[Row, ...]
    made: Pairwise
    models: tuple[int, ...]
    """Places in `rows` that are in the family of tests."""


def standing(board: Board) -> Standing:
    """Compare all rows of a board that can be compared, each pair on the same samples.

    Rows that were taken back are compared with others, and enter no rank and no family of tests.
    """
    orders = _orders(board)
    sets = [_set(board, rows) for rows in _comparable(board, orders)]
    adjusted = _adjusted(sets)
    found: dict[tuple[Row, Row], Difference] = {}
    for one in sets:
        found |= _differences(board, one, adjusted, orders)
    return Standing(
        ranks=_ranks(board, sets),
        differences=found,
        gains={cell.row: _gain(board, cell, found) for cell in board.models},
        test=" ".join(dict.fromkeys(one.made.test for one in sets)),
    )


def _comparable(board: Board, orders: Mapping[Row, NDArray[np.intp]]) -> list[tuple[Row, ...]]:
    """Rows that share metric, signature, version, samples, groups and what is defined."""
    alike: dict[str, list[Row]] = {}
    for cell in board.cells:
        name, defined = cell.primary, board.own[cell.row].defined[orders[cell.row]]
        parts = [name, str(cell.metrics[name].get("signature", "")), str(cell.spec.version)]
        parts += [board.tables[cell.row].digest, hashlib.sha256(defined.tobytes()).hexdigest()]
        alike.setdefault("\0".join(parts), []).append(cell.row)
    return [tuple(rows) for rows in alike.values() if board.own[rows[0]].defined.any()]


def _orders(board: Board) -> dict[Row, NDArray[np.intp]]:
    """Places of each row's own samples in the order of their ids: the same samples for rows over the same ones.

    Most rows share one table, whose ids are sorted once.
    """
    by_table = {id(table): table.ids for table in board.tables.values()}
    made = {key: np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.intp) for key, ids in by_table.items()}
    return {row: made[id(table)] for row, table in board.tables.items()}


def _set(board: Board, rows: tuple[Row, ...]) -> _Set:
    own, table = board.own[rows[0]], board.tables[rows[0]]
    number = {group: i for i, group in enumerate(sorted(set(table.groups)))}
    owner = [number[group] for group, defined in zip(table.groups, own.defined, strict=True) if defined]
    sizes = np.bincount(np.array(owner, dtype=np.intp), minlength=len(number)).astype(np.float64)
    made = pairwise(own.metric, [board.own[row].passes for row in rows], sizes, len(table.ids))
    models = tuple(i for i, row in enumerate(rows) if row[1] == "none" and row not in board.retired)
    return _Set(rows=rows, made=made, models=models)


def _adjusted(sets: Sequence[_Set]) -> dict[frozenset[Row], float]:
    """Holm's p of all pairs of models with a value, over all sets of the board together."""
    raw = {
        frozenset((one.rows[i], one.rows[j])): float(one.made.p[i, j])
        for one in sets
        for i in one.models
        for j in one.models
        if i < j and np.isfinite(one.made.difference[i, j])
    }
    return dict(zip(raw, holm(list(raw.values())).tolist(), strict=True))


def _differences(
    board: Board, one: _Set, adjusted: Mapping[frozenset[Row], float], orders: Mapping[Row, NDArray[np.intp]]
) -> dict[tuple[Row, Row], Difference]:
    sign, made = _sign(board.cell(one.rows[0])), one.made
    credits = [board.own[row].credit[orders[row]] for row in one.rows]
    credit_sign = board.own[one.rows[0]].credit_sign if sign else 0
    found = {}
    for i, mine in enumerate(one.rows):
        for j, other in enumerate(one.rows):
            if i != j and np.isfinite(made.difference[i, j]):
                tested = bool(made.tested[i, j])
                found[mine, other] = Difference(
                    value=float(made.difference[i, j]),
                    low=_known(made.low[i, j]),
                    high=_known(made.high[i, j]),
                    p=float(made.p[i, j]) if tested else None,
                    p_adjusted=adjusted.get(frozenset((mine, other))) if tested else None,
                    outcomes=_outcomes(credit_sign * (credits[i] - credits[j])) if credit_sign else None,
                    sign=sign,
                )
    return found


def _ranks(board: Board, sets: Sequence[_Set]) -> dict[Row, RankSet]:
    """None where models may not be ordered, or are not all over the same samples."""
    wanted = {cell.row for cell in board.models} - board.retired
    whole = next((one for one in sets if {one.rows[i] for i in one.models} == wanted), None)
    if whole is None or not wanted or not board.ranked(board.primary):
        return {}
    part = np.ix_(whole.models, whole.models)
    places = ranked(_sign(board.cell(whole.rows[0])) * whole.made.difference[part], whole.made.p[part], ALPHA)
    return {whole.rows[i]: place for i, place in zip(whole.models, places, strict=True) if place is not None}


def _outcomes(change: NDArray[np.float64]) -> Outcomes:
    wins, losses = int(np.count_nonzero(change > 0)), int(np.count_nonzero(change < 0))
    return Outcomes(wins=wins, losses=losses, ties=len(change) - wins - losses)


def _gain(board: Board, cell: Cell, found: Mapping[tuple[Row, Row], Difference]) -> Difference | NoGain:
    """The model's primary metric minus that of its blind run: same wording, same settings of the model."""
    blind = board.cell((cell.row[0], "blind"))
    if blind is None or blind.row in board.retired:
        return "no-control"
    if cell.primary != board.primary or not _asked_alike(cell, blind):
        return "not-comparable"
    made = found.get((cell.row, blind.row))
    if made is not None:
        return made
    known = all(one.metrics[one.primary].get("value") is not None for one in (cell, blind))
    return "not-comparable" if known else "undefined"


def _asked_alike(cell: Cell, blind: Cell) -> bool:
    one, other = cell.run.spec, blind.run.spec
    return (
        blind.spec == cell.spec
        and other.model == one.model
        and other.generation == one.generation
        and (other.cot, other.schema) == (one.cot, one.schema)
    )


def _sign(cell: Cell | None) -> int:
    higher = cell.metrics[cell.primary]["higher_is_better"] if cell else None
    return 0 if higher is None else 1 if higher else -1


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
