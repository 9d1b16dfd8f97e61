"""`medgauge compare-paper`: your runs beside the published tables of MedRegA, and an audit of those tables."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from medgauge.cli.table import print_json, stdout, table, visible
from medgauge.codec import plain
from medgauge.plugins import catalog

LEGEND = (
    "reported: as the paper prints it, measured again by nobody; yours: by the protocol {}, which repeats the released "
    "evaluators with their mistakes, times 100. Neither has an interval and neither ranks: `medgauge show` has the "
    "numbers to report"
)


@click.command("compare-paper")
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--model", default="", metavar="NAME", help="The paper's column to show  [MedRegA].")
@click.option("--audit", is_flag=True, help="No runs: where the published numbers disagree with themselves.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare_paper(runs: tuple[Path, ...], model: str, audit: bool, as_json: bool) -> None:
    """Lay one model's runs beside the tables of the MedRegA paper, averages over data sets included.

    \b
    Examples:
      medgauge compare-paper runs/slake runs/vqa-rad runs/path-vqa
      medgauge compare-paper runs/slake --model MedDr --json
      medgauge compare-paper --audit
    """
    if audit == bool(runs):
        raise click.UsageError("give runs, or --audit alone")
    if audit:
        commands = catalog("commands")
        if as_json:
            print_json(plain(commands.load("audit-paper")()))
        else:
            click.echo(commands.load("audit-paper-page")(), nl=False)
        return
    found: Mapping[str, Any] = catalog("commands").load("compare-paper")(runs, model)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: Mapping[str, Any]) -> None:
    console = stdout()
    column = found["paper"]["model"]
    console.print(visible(f"{found['model']} beside {column} of {found['paper']['source']}"), style="bold")
    for name, rows in groupby(found["rows"], key=lambda row: row["table"]):
        console.print(f"\n{name}", style="bold")
        made = table(("data set", "metric", "reported", "yours", "n", "its n", "note"), text=2)
        for row in rows:
            theirs, ours = row["reported"], row["ours"]
            counts = ("" if n is None else str(n) for n in (ours["n"], theirs["n"]))
            note = "; ".join(filter(None, (ours["note"], theirs["mark"])))
            made.add_row(row["part"], row["metric"], _number(theirs), _number(ours), *counts, visible(note))
        console.print(made)
    console.print("\n" + LEGEND.format(found["protocol"]), style="dim")


def _number(one: Mapping[str, Any]) -> str:
    return "" if one["value"] is None else f"{one['value']:.2f}"
