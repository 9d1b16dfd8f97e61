"""Model against model: one page, and the comparisons of each row with every other.

```
data/versus.js              rows and boards
data/versus/row.<row>.js    for each board of the row: its value, and its difference from every other row there
```

All numbers are those of `standing`. Nothing of a single sample stands here; the page takes the samples that flip from
the packed scores.
"""

from typing import Any, Literal, TypeAlias

from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.chunks import write_script
from medgauge_leaderboards.site.pages import Pages
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.standing import Difference, Standing
from medgauge_leaderboards.site.table import Table

Apart: TypeAlias = Literal["primary", "signature", "version", "samples", "groups", "defined", "value"]
"""Why two rows cannot be compared: the first thing in which they differ, or that one has no value."""
ALONE = 0.05
"""The p from which on a control, which is in no family of tests, counts as different from a model."""
DIGITS = 9


def write_versus(site: Site, pages: Pages) -> None:
    """`versus.html` and its data."""
    pages.write("versus", "versus.html", {})
    names = {row for board in site.boards for row in board.columns}
    rows = [
        {"slug": site.rows[row], "model": row[0], "control": row[1]}
        for row in sorted(names, key=lambda row: (row[0], row[1] != "none", row[1]))
    ]
    boards = [_described(site, board) for board in site.boards]
    write_script(pages.out / "data" / "versus.js", "versus", {"rows": rows, "boards": boards})
    for row in names:
        own = {
            site.slugs[board.key]: _compared(site, board, cell)
            for board in site.boards
            if (cell := board.cell(row)) is not None
        }
        slug = site.rows[row]
        # A folder of this name may be that of a task; none of its files has a second dot.
        write_script(pages.out / "data" / "versus" / f"row.{slug}.js", f"versus/row.{slug}", own)


def _described(site: Site, board: Board) -> dict[str, Any]:
    first = board.cells[0]
    return {
        "slug": site.slugs[board.key],
        "key": board.key,
        "task": first.spec.name,
        "language": first.result["language"],
        "family": first.result["family"],
        "test": site.standings[board.key].test,
        "counted": board.own[first.row].credited,
        "trials": max(cell.trials for cell in board.cells),
    }


def _compared(site: Site, board: Board, cell: Cell) -> dict[str, Any]:
    number, standing = cell.metrics[cell.primary], site.standings[board.key]
    higher = number["higher_is_better"]
    return {
        "metric": cell.primary,
        "sign": 0 if higher is None else 1 if higher else -1,
        "value": _short(number.get("value")),
        "low": _short(number.get("low")),
        "high": _short(number.get("high")),
        "n": cell.result["n"],
        "against": {
            site.rows[other.row]: _against(board, standing, cell, other)
            for other in board.cells
            if other.row != cell.row
        },
    }


def _against(board: Board, standing: Standing, one: Cell, other: Cell) -> list[Any] | str:
    """Difference, low, high, p, adjusted p, wins, losses, ties and verdict, null for what there is not; or why there is
    no difference."""
    found = standing.differences.get((one.row, other.row))
    if found is None:
        return apart(board, one, other)
    numbers = (found.value, found.low, found.high, found.p, found.p_adjusted)
    counts = found.outcomes and (found.outcomes.wins, found.outcomes.losses, found.outcomes.ties)
    return [*map(_short, numbers), *(counts or (None, None, None)), verdict(found)]


def verdict(found: Difference) -> str:
    """What a difference says, in a word; `+` ends one that holds by a p that is not adjusted for many tests."""
    if found.p is None:
        return "untested"
    p, mark = (found.p, "+") if found.p_adjusted is None else (found.p_adjusted, "")
    if p > ALONE or not found.value:
        return "inseparable"
    if not found.sign:
        return ("higher" if found.value > 0 else "lower") + mark
    return ("better" if found.sign * found.value > 0 else "worse") + mark


def apart(board: Board, one: Cell, other: Cell) -> Apart:
    """Why two rows of a board have no difference."""
    mine, its = board.tables[one.row], board.tables[other.row]
    if one.primary != other.primary:
        return "primary"
    if one.metrics[one.primary].get("signature") != other.metrics[other.primary].get("signature"):
        return "signature"
    if one.spec.version != other.spec.version:
        return "version"
    if mine.digest != its.digest:
        return "groups" if _contents(mine) == _contents(its) else "samples"
    known = all(cell.metrics[cell.primary].get("value") is not None for cell in (one, other))
    return "defined" if known else "value"


def _contents(table: Table) -> list[str]:
    return sorted(table.contents)


def _short(value: float | None) -> float | None:
    """Enough digits for every number that is shown, in fewer bytes than all of them."""
    return None if value is None else float(f"{value:.{DIGITS}g}")
