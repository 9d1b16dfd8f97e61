"""`medgauge selftest`: whether this installation computes right numbers. Offline, in seconds."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import click

from medgauge.cli.table import print_json
from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog

_TITLES = {
    "promise": "promises of every metric, on random cases (-: not made; the reasons stand below)",
    "known number": "numbers that other programs give, to 1e-9",
    "edit": "edits of synthetic reports in English and Chinese: what they do to a metric",
}
_MARKS = {"pass": "ok", "fail": "FAIL", "exception": "-", "skipped": "skipped"}


class WrongNumbers(MedGaugeError):
    """A metric does not compute what it must: a fault of the installation, not of how it is used."""

    exit_code = 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def selftest(as_json: bool) -> None:
    """Check that this installation computes right numbers: nothing is downloaded, and no data are needed.

    Every metric keeps its promises on random cases, gives the numbers of other programs on small ones, and sees, or is
    known not to see, edits of reports whose harm is known. Leaves with exit code 1 where a check fails.

    \b
    Example:
      medgauge selftest
    """
    tell(catalog("commands").load("selftest")(), as_json=as_json)


def tell(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print all checks. Raises WrongNumbers, naming metric, check and case, where one fails."""
    failed = [row for row in rows if row["outcome"] == "fail"]
    if as_json:
        print_json({"passed": not failed, "checks": list(rows)})
    else:
        _print(rows)
    if failed:
        told = "\n".join(f"  {row['metric']}, {row['kind']} {row['check']}: {row['detail']}" for row in failed[:20])
        more = f"\n  and {len(failed) - 20} more (--json lists all)" if len(failed) > 20 else ""
        raise WrongNumbers(f"this installation computes wrong numbers:\n{told}{more}")


def _print(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)
    for kind, title in _TITLES.items():
        mine = [row for row in rows if row["kind"] == kind]
        console.print(title, style="bold")
        console.print(_list(mine) if kind == "known number" else _grid(mine))
    for told in ("exception", "skipped"):
        for row in rows:
            if row["outcome"] == told:
                console.print(f"{told}: {row['metric']}, {row['check']}: {row['detail']}", style="dim")
    counts = Counter(str(row["outcome"]) for row in rows)
    console.print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())), style="bold")


def _grid(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Metrics down, checks across; a cell holds the outcome of all checks that share the column."""
    columns = list(dict.fromkeys(_column(row) for row in rows))
    cells: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for row in rows:
        cells.setdefault(row["metric"], {}).setdefault(_column(row), []).append(row)
    table = _table("metric", *columns, "n")
    for metric, made in cells.items():
        n = max(row["n"] for some in made.values() for row in some)
        table.add_row(metric, *(_cell(made.get(column, [])) for column in columns), str(n))
    return table


def _list(rows: Sequence[Mapping[str, Any]]) -> Any:
    table = _table("metric", "check", "outcome", "n")
    for row in rows:
        table.add_row(row["metric"], row["check"], _MARKS[row["outcome"]], str(row["n"]))
    return table


def _table(*columns: str) -> Any:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 2))
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _column(row: Mapping[str, Any]) -> str:
    """The check without its language."""
    return str(row["check"]).partition(" ")[0]


def _cell(rows: Sequence[Mapping[str, Any]]) -> str:
    for outcome in ("fail", "skipped", "exception"):
        if any(row["outcome"] == outcome for row in rows):
            return _MARKS[outcome]
    return next((row["detail"] or _MARKS["pass"] for row in rows), "")
