"""`medgauge submissions`: runs that others hand in, held to a lock and scored again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from medgauge.cli.table import print_json, stdout, table, visible
from medgauge.plugins import catalog
from medgauge.progress import disarmed, say

MEANING = "self-reported: claimed, and not made again; recomputed: every number made again from the answers handed in"


@click.group()
def submissions() -> None:
    """Runs that others hand in: pin what they are held to, and check them.

    \b
    Example:
      medgauge submissions check submissions
    """


@submissions.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="submissions/lock.json")
@click.option(
    "--margin",
    type=click.FloatRange(min=0),
    default=0.02,
    show_default=True,
    help="How far apart a primary metric and its reproduction may be, in its own unit.",
)
@click.option("--any-prompts", is_flag=True, help="Allow every prompt set, not only those of the runs.")
def lock(runs: tuple[Path, ...], out: Path, margin: float, any_prompts: bool) -> None:
    """Pin samples, versions, prompt sets and metrics, from runs that you trust. The file holds no word of a sample.

    \b
    Example:
      medgauge submissions lock runs/baseline --out submissions/lock.json
    """
    file: Path = catalog("commands").load("submissions-lock")(runs, out, margin, any_prompts)
    click.echo(file)
    say(f"{file.stat().st_size} bytes; commit it")


@submissions.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Samples that runs do not bring.")
@click.option("--private", is_flag=True, help="Nobody else reads DIR: allow texts that must not be public.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Statuses for `leaderboard --status`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(folder: Path, data_dir: Path | None, private: bool, out: Path | None, as_json: bool) -> int:
    """Hold every submission to DIR/lock.json and score it again from its answers. Nothing in DIR/*/ is written.

    Looks at all of them, then exits with the worst: 10 where a claimed number does not come out or a reproduction
    does not agree, 2 for a broken folder, 3 for other samples, tasks or metrics than the lock's, 4 for missing answers.
    FILE is written only at exit 0.

    \b
    Examples:
      medgauge submissions check submissions --out status.json
      medgauge submissions check submissions --private --data-dir DATA --json
    """
    options = {"folder": folder, "data_dir": data_dir, "private": private}
    outcome = catalog("commands").load("submissions-check")(options, out)
    if as_json:
        print_json(outcome.document)
    else:
        _print(outcome.document)
    if out is not None and outcome.exit_code:
        say(f"{out} is not written: not every submission holds")
    return int(outcome.exit_code)


def _print(made: Mapping[str, Any]) -> None:
    """A row a submission, then what is wrong or worth knowing, and the result on the last line."""
    console = stdout()
    rows = table(("submission", "model", "status", "tasks"), text=4)
    for name, one in made["submissions"].items():
        form = one["submission"] or {}
        title = form.get("title") or one["model"] or ""
        status = one["status"] or f"FAILS ({one['problems'][0]['code']})"
        rows.add_row(_inert(name), _inert(title), status, _inert(", ".join(one["tasks"])))
    console.print(rows)
    for name, one in made["submissions"].items():
        for word, lines in (("error", [p["text"] for p in one["problems"]]), ("note", one["notes"])):
            for line in lines:
                console.print(_inert(f"{word}  {name}  {line}"), soft_wrap=True)
    console.print(MEANING, style="dim", soft_wrap=True)
    console.print(made["rule"], style="dim", soft_wrap=True)
    if made["lock"]["medgauge"] != made["medgauge"]:
        console.print(f"the lock was made by medgauge {_inert(made['lock']['medgauge'])}, this is {made['medgauge']}")
    bad = sum(bool(one["problems"]) for one in made["submissions"].values())
    count = len(made["submissions"])
    click.echo(f"RESULT  {count - bad} of {count} submissions hold; exit {made['exit_code']}")


def _inert(text: str) -> str:
    """Text of a stranger on one line, which neither a terminal nor a runner of GitHub takes for a command."""
    return disarmed(visible(text).replace("::", ":\\x3a"))
