"""`medgauge run --dry-run`: what would be asked, what is missing and where it is got."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from medgauge.cli.table import print_json, stdout, table, visible
from medgauge.codec import plain
from medgauge.dry_run import Outlook, exit_code, look
from medgauge.spec import Plan, flat_names
from medgauge.types import Control


def dry_run(
    names: Sequence[str], make: Callable[[Sequence[str]], Plan], data_dir: Path | None, *, as_json: bool
) -> int:
    """Print the outlook of every data set, those of a suite that have no card included, and give the exit code."""
    known, unknown = flat_names(names)
    plan = make(known) if known else None
    found = look(plan, data_dir) if plan else []
    found += [
        Outlook(name=name, state="no card", why="the suite names it, and no plugin brings it") for name in unknown
    ]
    if as_json:
        print_json([plain(one) for one in found])
    else:
        _print(found, plan.spec.control if plan else "none")
    return exit_code(found)


def _print(found: Sequence[Outlook], control: Control) -> None:
    console = stdout()
    made = table(("data set", "state", "access", "licence", "samples", "requests", "pictures", "unreadable"), text=4)
    for one in found:
        counts = (one.samples, one.requests, one.pictures, one.unreadable or None)
        cells = (one.name, one.state, one.access or "", one.licence, *("" if n is None else str(n) for n in counts))
        made.add_row(*map(visible, cells))
    console.print(made)
    ready = sum(one.state == "ready" for one in found)
    console.print(f"{ready} of {len(found)} data sets ready", style="bold")
    for one in found:
        if one.state != "ready":
            click.echo(visible(f"{one.name}: {one.state}: {one.why}"))
            if one.get and one.get not in one.why:
                click.echo(visible(f"  {one.get}"))
    if control != "none":
        click.echo(f"--control {control}: the requests below show the question before it")
    for one in found:
        if one.sample:
            console.print(f"\n{visible(one.name)}: the first of {one.requests} requests", style="bold")
            for said in one.sample:
                click.echo("\n".join(f"  {visible(line)}" for line in f"[{said.role}] {said.text}".split("\n")))
