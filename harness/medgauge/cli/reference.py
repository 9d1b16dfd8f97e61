"""`medgauge reference`: runs that later runs are held to, as small files that live in git."""

from pathlib import Path
from typing import Any

import click

from medgauge.cli.table import interval, number, print_json, stdout, table, visible
from medgauge.errors import shorten
from medgauge.plugins import catalog
from medgauge.progress import say

FOLDER = click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default="references", show_default=True
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def reference() -> None:
    """Bless a run as a reference for gates; show, list and compare references.

    \b
    Example:
      medgauge reference list
    """


@reference.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--name", required=True)
@click.option("--reason", required=True, help="Why this run is the one to be held to.")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Keep this by sample beside the primaries.")
@click.option("--again", type=click.Path(path_type=Path), metavar="RUN", help="A second run of the model: noise floor.")
@FOLDER
def bless(run: Path, name: str, reason: str, metrics: tuple[str, ...], again: Path | None, folder: Path) -> None:
    """Keep of a run what a gate needs: hashes, aggregates, packed statistics by sample. No text, no picture.

    \b
    Example:
      medgauge reference bless runs/main --name main --reason "release 1.2"
    """
    file: Path = catalog("commands").load("reference-bless")(
        run, name, reason, folder=folder, metrics=metrics, again=again
    )
    click.echo(file)
    say(f"{file.stat().st_size} bytes; commit it")


@reference.command("list")
@FOLDER
@JSON
def list_references(folder: Path, as_json: bool) -> None:
    """What is blessed, when and why."""
    found = catalog("commands").load("reference-list")(folder)
    if as_json:
        print_json(found)
        return
    for one in found:
        tasks = ", ".join(f"{key} {entry['primary']} {number(entry['value'])}" for key, entry in one["tasks"].items())
        click.echo(visible(f"{one['name']}  {one['blessed']}  {one['model']}  {tasks}  {one['reason']}"))


@reference.command()
@click.argument("name")
@FOLDER
@JSON
def show(name: str, folder: Path, as_json: bool) -> None:
    """The numbers of a reference, and its noise floor."""
    made: dict[str, Any] = catalog("commands").load("reference-show")(name, folder)
    if as_json:
        print_json(made)
        return
    console = stdout()
    model = made["spec"]["model"]["name"]
    console.print(visible(f"{made['name']}  {model}  blessed {made['blessed']}: {made['reason']}"), style="bold")
    for key, kept in made["tasks"].items():
        console.print()
        console.print(visible(f"{key}  n {kept['n']}, groups {kept['n_groups']}"), style="bold")
        rows = table(("metric", "value", "95 % interval", "by sample", "noise floor"))
        for metric, one in kept["metrics"].items():
            noise = kept["noise"].get(metric)
            mark = "*" if metric == kept["primary"] else ""
            held = "kept" if metric in kept["packed"] else ""
            floor = number(noise["floor"]) if noise else ""
            rows.add_row(f"{metric}{mark}", number(one["value"]), interval(one), held, floor)
        console.print(rows)


@reference.command()
@click.argument("old")
@click.argument("new")
@FOLDER
@JSON
def diff(old: str, new: str, folder: Path, as_json: bool) -> None:
    """The fields in which two references differ."""
    found = catalog("commands").load("reference-diff")(old, new, folder)
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(visible(f"{one['field']}: {shorten(one['old'], 60)} -> {shorten(one['new'], 60)}"))
    if not found:
        click.echo("the same, but for name, reason and date")
