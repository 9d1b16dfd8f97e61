"""`medgauge score-records --protocol NAME`: what somebody else's scorer prints, marked as such."""

import sys
from pathlib import Path
from typing import cast

from medgauge.cli.catalog import OWN_PROTOCOL
from medgauge.cli.table import print_json
from medgauge.errors import NothingSelected, UnknownName
from medgauge.jsonfile import read_records
from medgauge.plugins import catalog
from medgauge.record_protocols import Printed, RecordProtocol


def score_foreign(file: Path, name: str, task: str, *, as_json: bool) -> None:
    """Score a file by a protocol and print it. Raises UnknownName, BadRecord, NothingSelected."""
    protocols = catalog("protocols")
    if name not in protocols.entries:
        raise UnknownName("protocol", name, [OWN_PROTOCOL["name"], *protocols.entries])
    protocol = cast(RecordProtocol, protocols.load(name)())
    if task not in protocol.tasks:
        raise UnknownName(f"task of protocol {name!r}:", task, protocol.tasks, listed="protocols --json")
    records = list(read_records(file))
    if not records:
        raise NothingSelected(f"{file} holds no record")
    printed = protocol.score(task, records, str(file))
    if as_json:
        whole = {"protocol": name, "task": task, "n": len(records), "metrics": dict(printed.metrics)}
        print_json(whole | ({"notes": dict(printed.notes)} if printed.notes else {}))
    else:
        _print(protocol, f"{name} {task}", len(records), printed)


def _print(protocol: RecordProtocol, heading: str, n: int, printed: Printed) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)
    console.print(f"{heading}  n {n}", style="bold")
    table = Table(box=None, padding=(0, 1, 0, 2))
    table.add_column("metric", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    for name, value in printed.metrics.items():
        table.add_row(name, "none" if value is None else f"{value:.6f}")
    console.print(table)
    for name, note in printed.notes.items():
        console.print(f"  {'all' if name == '*' else name}: {note}", style="dim")
    console.print(protocol.title, style="dim")
