"""Results as a table for people, and as JSON for programs. Both on stdout."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from medgauge.codec import dumps


def print_json(data: object) -> None:
    """Canonical JSON, as UTF-8 whatever the locale."""
    click.echo((dumps(data, indent=1) + "\n").encode(), nl=False)


def print_results(results: Mapping[str, Any]) -> None:
    """For each task a heading with its counts, and one row a metric: value, interval, n; the primary is marked."""
    from rich.console import Console

    # names and labels come from data: no markup in them, and room for all columns where no terminal sets a width
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)
    for task, entry in results["tasks"].items():
        status = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in entry["status"].items() if count)
        console.print(f"{task}  {entry['family']} {entry['language']}  n {entry['n']} ({status})", style="bold")
        console.print(_table(entry))
        parts = sum(_part(name, entry) for name in entry["metrics"])
        if parts:
            console.print(f"  and {parts} numbers per label in results.json", style="dim")
        absent = [name for name, made in entry["metrics"].items() if _undefined(made)]
        if absent:
            console.print(f"  undefined on every sample: {', '.join(absent)}", style="dim")
    console.print("* primary; n counts the samples on which the metric is defined", style="dim")


def _table(entry: Mapping[str, Any]) -> Any:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 2))
    table.add_column("metric", no_wrap=True)
    for name in ("value", "95 % interval", "n", "groups"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, made in entry["metrics"].items():
        if not _undefined(made) and not _part(name, entry):
            mark = " *" if name == entry["primary"] else ""
            defined = str(made["n"] - made["n_undefined"])
            table.add_row(f"{name}{mark}", number(made["value"]), interval(made), defined, str(made["n_groups"]))
    return table


def _part(name: str, entry: Mapping[str, Any]) -> bool:
    """One of several numbers of a metric that also has a main one."""
    return name.rpartition("/")[0] in entry["metrics"] and name != entry["primary"]


def _undefined(made: Mapping[str, Any]) -> bool:
    return bool(made["n"] == made["n_undefined"])


def number(value: float | None) -> str:
    """Four places, or n/a."""
    return "n/a" if value is None else f"{value:.4f}"


def interval(made: Mapping[str, Any]) -> str:
    """`[low, high]`, or why there is none."""
    if made["low"] is None:
        return "under 10 groups" if made["n_groups"] < 10 else "none"
    return f"[{made['low']:.4f}, {made['high']:.4f}]"
