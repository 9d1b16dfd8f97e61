"""All numbers of a site as two long tables of pandas, with types that can hold a missing value.

Text stands in them in its `visible` form. A number that there is not is missing, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from medgauge.errors import BadRecord
from medgauge.store import MANIFEST, RESULTS
from medgauge_leaderboards.exports.columns import DIFFERENCES, SCHEMA_VERSION, SCORES, Column
from medgauge_leaderboards.exports.escape import visible
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.marks import statuses_of
from medgauge_leaderboards.site.parts import shown_parts, whole
from medgauge_leaderboards.site.runs import Cell, Run
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.slices import slices
from medgauge_leaderboards.site.standing import Difference, Standing
from medgauge_leaderboards.site.views import badges

if TYPE_CHECKING:
    from pandas import DataFrame

Values: TypeAlias = Mapping[str, Any]


def scores_frame(site: Site) -> DataFrame:
    """One row for each number, as `columns.SCORES` says: tasks as on the site, models by name, the primary first.

    Raises BadRecord where a run's results hold something other than a number, its interval and their kinds.
    """
    found = statuses(site)
    rows: list[tuple[Values, Values]] = []
    for board in site.boards:
        shown = [(one.tag, row.value) for one in slices(board, board.cells) for row in one.rows]
        for cell in board.cells:
            facts = _facts(site, board, cell) | {"status": found.get(cell.run.directory.path)}
            numbers = [*_whole(board, cell, site.standings[board.key]), *_parts(board, cell, shown)]
            rows += [(facts, one) for one in numbers]
    return _frame(SCORES, rows)


def differences_frame(site: Site) -> DataFrame:
    """One row for each pair of rows that can be compared, as `columns.DIFFERENCES` says."""
    rows = [
        _difference(site, board, pair)
        for board in site.boards
        for i, one in enumerate(board.cells)
        for other in board.cells[i + 1 :]
        if (pair := (one, other)) and (one.row, other.row) in site.standings[board.key].differences
    ]
    return _frame(DIFFERENCES, [(one, {}) for one in rows])


def statuses(site: Site) -> dict[object, str | None]:
    """Folder of a run to what a check of submissions found; a run that is no submission is not in it."""
    return dict(statuses_of(site).items())


def _frame(columns: Mapping[str, Column], rows: Sequence[tuple[Values, Values]]) -> DataFrame:
    """A name that neither of the two parts of a row has is missing there."""
    import pandas as pd

    made = {}
    for name, column in columns.items():
        values = [one[name] if name in one else other.get(name) for one, other in rows]
        if column.kind == "string":
            values = [None if value is None else visible(value) for value in values]
        made[name] = pd.array(values, dtype=column.kind)
    frame = pd.DataFrame(made)
    frame.attrs["schema_version"] = SCHEMA_VERSION
    return frame


def _facts(site: Site, board: Board, cell: Cell) -> dict[str, Any]:
    """What holds for all numbers of a cell."""
    about, card, model, control = cell.run.about, board.card, *cell.row
    return {
        "task": cell.result["task"],
        "language": cell.result["language"],
        "family": cell.result["family"],
        "model": model,
        "control": control,
        "row": site.rows[cell.row],
        "trials": cell.trials,
        "task_version": cell.spec.version,
        "prompts": cell.spec.prompts,
        "prompts_hash": cell.spec.prompts_hash,
        "samples_hash": board.tables[cell.row].digest.split()[-1],
        "parameters_billions": about.parameters,
        "open_weights": about.open_weights,
        "model_licence": about.licence or None,
        "unverified": "; ".join(about.unverified) or None,
        "data_licence": card.licence or None if card else None,
        "publish": board.level,
        "badges": " ".join(badges(cell)) or None,
        "synthetic": card.synthetic if card else None,
        "medgauge": _version(cell.run),
    }


def _whole(board: Board, cell: Cell, standing: Standing) -> Iterator[Values]:
    """All metrics over all samples, the primary one first; parts as the page of the task shows them."""
    status = cell.result["status"]
    answers = sum(status.values())
    shares = {f"share_{name}": status[name] / answers for name in ("no_answer", "refused", "failed") if answers}
    own = {*whole(board, cell.metrics)}
    kept = own.union(shown_parts(board, [name for name in cell.metrics if name not in own]))
    for name in sorted(kept, key=lambda name: (name != cell.primary, name)):
        made = _number(cell, name, cell.metrics[name]) | shares | {"truncated": cell.result["truncated"]}
        made |= {"primary": name == cell.primary, "ranked": board.ranked(name)}
        yield made | _place(cell, standing) if name == cell.primary else made


def _place(cell: Cell, standing: Standing) -> dict[str, Any]:
    """Rank set, and gain over blind or why there is none; a control has neither."""
    rank, gain = standing.ranks.get(cell.row), standing.gains.get(cell.row)
    made: dict[str, Any] = {"rank_best": rank.best, "rank_worst": rank.worst} if rank else {}
    if isinstance(gain, Difference):
        return made | {"gain": gain.value, "gain_low": gain.low, "gain_high": gain.high}
    return made | {"no_gain": gain}


def _parts(board: Board, cell: Cell, shown: Iterable[tuple[str, str]]) -> Iterator[Values]:
    """The primary metric on the slices that the page of the task shows."""
    found = cell.result.get("slices", {})
    for tag, value in shown:
        made = found.get(tag, {}).get(value, {}).get("metrics", {}).get(cell.primary)
        if made is not None:
            own = {"slice_tag": tag, "slice_value": value, "primary": True, "ranked": board.ranked(cell.primary)}
            yield _number(cell, cell.primary, made) | own


def _number(cell: Cell, name: str, made: Values) -> dict[str, Any]:
    """An entry of `results.json`, of which only some fields have been looked at yet."""
    for field, kind in (("interval", str), ("no_interval", str), ("trial_sd", float | int)):
        value = made.get(field)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            place = f"tasks.{cell.key}.metrics.{name}.{field}"
            expected = "text or null" if kind is str else "a number or null"
            raise BadRecord(cell.run.directory.path / RESULTS, None, place, expected, value)
    kept = ("value", "low", "high", "n", "n_undefined", "n_groups", "signature", "higher_is_better")
    return {"metric": name} | {field: made.get(field) for field in (*kept, "interval", "no_interval", "trial_sd")}


def _version(run: Run) -> str | None:
    version = run.manifest.get("medgauge")
    if version is not None and not isinstance(version, str):
        raise BadRecord(run.directory.path / MANIFEST, None, "medgauge", "a version", version)
    return version


def _difference(site: Site, board: Board, pair: tuple[Cell, Cell]) -> Values:
    one, other = pair
    standing = site.standings[board.key]
    made = standing.differences[one.row, other.row]
    tested = made.p_adjusted is not None and made.sign != 0
    return {
        "task": one.result["task"],
        "language": one.result["language"],
        "family": one.result["family"],
        "metric": one.primary,
        "higher_is_better": one.metrics[one.primary]["higher_is_better"],
        "model": one.row[0],
        "control": one.row[1],
        "row": site.rows[one.row],
        "other_model": other.row[0],
        "other_control": other.row[1],
        "other_row": site.rows[other.row],
        "difference": made.value,
        "low": made.low,
        "high": made.high,
        "p": made.p,
        "p_adjusted": made.p_adjusted,
        "better": made.better if tested else None,
        "worse": made.worse if tested else None,
        "wins": made.outcomes and made.outcomes.wins,
        "losses": made.outcomes and made.outcomes.losses,
        "ties": made.outcomes and made.outcomes.ties,
        "n": len(board.tables[one.row].ids),
        "test": standing.test,
    }
