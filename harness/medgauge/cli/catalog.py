"""`medgauge list`: every name, and where it comes from."""

import sys
from collections.abc import Mapping
from inspect import getdoc
from typing import Any, cast

import click

from medgauge.cli.table import print_json
from medgauge.plugins import catalog
from medgauge.progress import say
from medgauge.record_protocols import RecordProtocol
from medgauge.tasks import Task

OWN_PROTOCOL = {"name": "medgauge", "title": "our own scoring, with intervals"}
KINDS = ("tasks", "suites", "models", "metrics", "box-formats", "protocols")


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_names(kind: str, as_json: bool) -> None:
    """List what is installed, plugins included.

    \b
    Example:
      medgauge list tasks --json
    """
    rows = _rows(kind)
    if as_json:
        print_json(rows)
    else:
        _print(rows)


def _rows(kind: str) -> list[dict[str, Any]]:
    if kind == "protocols":
        others = catalog("protocols")
        return [OWN_PROTOCOL] + [{"name": name, **_protocol(others.load(name)())} for name in sorted(others.entries)]
    names = catalog(kind.replace("-", "_"))
    for distribution, error in names.broken.items():
        say(f"medgauge: plugin of {distribution} could not be read: {error}")
    if kind == "tasks":
        return [_task(cast(Task, names.load(name))) for name in sorted(names.entries)]
    if kind == "suites":
        return [{"name": name, "tasks": list(names.load(name))} for name in sorted(names.entries)]
    if kind == "metrics":
        return [{"name": name, "title": _summary(names.load(name))} for name in sorted(names.entries)]
    if kind == "box-formats":
        return [{"name": name, **_box_format(names.load(name))} for name in sorted(names.entries)]
    return [{"name": name, **_model(names.load(name))} for name in sorted(names.entries)]


def _model(factory: object) -> dict[str, Any]:
    """What the factory says of its model: a profile its data, another its first sentence."""
    described = getattr(factory, "description", None)
    return dict(described) if isinstance(described, Mapping) else {"title": _summary(factory)}


def _box_format(box_format: object) -> dict[str, Any]:
    """Who writes so and what nobody confirmed of it, where the format says so."""
    families, unverified = getattr(box_format, "families", ()), getattr(box_format, "unverified", "")
    return {"families": list(families), "unverified": unverified, "note": getattr(box_format, "note", "")}


def _protocol(protocol: RecordProtocol) -> dict[str, Any]:
    return {"title": protocol.title, "tasks": list(protocol.tasks)}


def _summary(factory: object) -> str:
    """The first sentence of what a metric's own words say."""
    return (getdoc(factory) or "").partition("\n\n")[0].replace("\n", " ")


def _task(task: Task) -> dict[str, Any]:
    card = task.card
    return {
        "name": card.name,
        "title": card.title,
        "family": card.family,
        "languages": list(card.languages),
        "modality": list(card.modality),
        "body_part": list(card.body_part),
        "n": card.counts.get("test"),
        "access": card.access,
        "licence": card.licence,
        "page": card.page,
        "reproducible": card.reproducible,
        "contaminated": [one.training_set for one in card.contaminated],
        "primary": card.primary,
        "metrics": [metric.name for metric in task.metrics],
        "prompts": sorted(task.prompt_sets),
    }


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    shown = [
        key
        for key in (
            "name",
            "family",
            "families",
            "languages",
            "access",
            "tasks",
            "title",
            "backend",
            "hub",
            "unverified",
        )
        if any(key in r for r in rows)
    ]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in shown:
        table.add_column(key, no_wrap=key == "name")
    for row in rows:
        table.add_row(*(_cell(key, row.get(key, "")) for key in shown))
    Console(markup=False, width=None if sys.stdout.isatty() else 160).print(table)


def _cell(key: str, value: Any) -> str:
    """A list in one line; of statements that nobody confirmed their number, which the JSON spells out."""
    if key == "unverified" and isinstance(value, list):
        return f"{len(value)} statement{'s' if len(value) > 1 else ''}" if value else ""
    return ", ".join(value) if isinstance(value, list) else str(value)
