"""What `medgauge data` shows to people."""

from collections.abc import Sequence

import click

from medgauge.cli.table import stdout, table, visible
from medgauge.data.check import Report
from medgauge.data.findings import KINDS
from medgauge.data.leakage import Leakage
from medgauge.data.ready import Readiness

SHOWN = 5
"""Places shown of each finding; the JSON has more."""


def print_readiness(rows: Sequence[Readiness]) -> None:
    """A table, and below it where the missing ones are got."""
    console = stdout()
    made = table(("data set", "state", "access", "licence", "n"), text=4)
    for row in rows:
        made.add_row(row.name, row.state, row.access, visible(row.licence), "" if row.n is None else str(row.n))
    console.print(made)
    for row in rows:
        if row.state == "missing":
            click.echo(visible(f"{row.name}: missing {', '.join(row.missing)}. {row.get}"))


def print_report(report: Report) -> None:
    """One line a split, then each finding with its first places."""
    console = stdout()
    for seen in report.splits:
        console.print(
            f"{report.name} {seen.split}: {seen.samples} samples, {len(seen.groups)} groups, "
            f"{len(seen.pictures)} different pictures",
            style="bold",
        )
    for kind, finding in report.findings.kinds.items():
        console.print(f"{finding.level} {kind}: {finding.count} ({KINDS[kind][1]})", style="bold")
        for place in finding.places[:SHOWN]:
            click.echo(f"  {visible(place)}")
        if finding.count > SHOWN:
            click.echo(f"  ... and {finding.count - SHOWN} more")
    if not report.findings.kinds:
        console.print("nothing was found")


def print_leakage(found: Leakage) -> None:
    """One row a match."""
    console = stdout()
    made = table(("test picture", "also there as", "same bytes", "samples", "bits of 256"), text=3)
    for match in found.matches:
        same = "yes" if match.same_bytes else "no"
        made.add_row(visible(match.picture), visible(match.file), same, str(match.samples), str(match.bits))
    if found.matches:
        console.print(made)
    leaked = len({match.picture for match in found.matches})
    console.print(
        f"{leaked} of {found.pictures} test pictures ({found.of} in all) are among the {found.against} of the folder",
        style="bold",
    )
