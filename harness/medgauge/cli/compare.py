"""`medgauge compare`: what changed between two runs on the same samples, and whether it could be chance."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from medgauge.cli.table import NEITHER, interval, marks, number, print_json, signed, stdout, table, visible
from medgauge.plugins import catalog

RUN = click.Path(path_type=Path, exists=True, file_okay=False)
LEGEND = (
    "* primary; difference: candidate minus base; p two-sided, by resampling whole groups; p Holm: over the primary "
    "metrics of all tasks; MDE: the difference found with 80 % power at alpha 0.05; n: samples on which it is defined"
)
DESCRIPTIVE = "+ descriptive: groups hold several samples, which the test takes for independent"


@click.command()
@click.argument("base", type=RUN)
@click.argument("candidate", type=RUN)
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Only this metric; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(base: Path, candidate: Path, metrics: tuple[str, ...], as_json: bool) -> None:
    """Paired differences of two finished runs over the same samples, with intervals and tests.

    Exits 3 where samples, targets, groups or the making of a metric differ.

    \b
    Example:
      medgauge compare runs/base runs/mine --metric exact_match
    """
    made: Mapping[str, Any] = catalog("commands").load("compare")(base, candidate, metrics)
    if as_json:
        print_json(made)
    else:
        _print(made)


def _print(made: Mapping[str, Any]) -> None:
    console = stdout()
    for side in ("base", "candidate"):
        control = "" if made[side]["control"] == "none" else f" ({made[side]['control']})"
        console.print(visible(f"{side:9}  {made[side]['model']}{control}  {made[side]['path']}"), style="bold")
    for one in made["differing_settings"]:
        console.print(visible(f"differs: {one['field']}: {one['base']!r} and {one['candidate']!r}"))
    for key, rows in groupby(made["rows"], key=lambda row: row["key"]):
        own = list(rows)
        console.print(f"\n{key}", style="bold")
        for side in ("base", "candidate"):
            unread = {name: n for name, n in made[side]["status"][key].items() if n and name != "scored"}
            if unread:
                words = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in unread.items())
                console.print(f"  {side}: {words}, measured as no answer", style="bold")
        console.print(_table([row for row in own if not _undefined(row)]))
        for row in own:
            if row["discordant"] and row["discordant"]["base_only"] + row["discordant"]["candidate_only"]:
                console.print(f"  {_discordant(row)}", style="dim")
        absent = [row["metric"] for row in own if _undefined(row)]
        if absent:
            console.print(f"  undefined on every sample: {', '.join(absent)}", style="dim")
    for entry in made["not_compared"]:
        what = f"{entry['metric']} of {entry['task']}" if "metric" in entry else entry["task"]
        console.print(f"not compared: {what} is in the {entry['only_in']} alone")
    console.print()
    console.print(LEGEND, style="dim")
    if any(row["discordant"] and row["discordant"]["descriptive"] for row in made["rows"]):
        console.print(DESCRIPTIVE, style="dim")
    if any(row["higher_is_better"] is None and not _undefined(row) for row in made["rows"]):
        console.print(NEITHER, style="dim")
    _print_making(console, made)


def _table(rows: Sequence[Mapping[str, Any]]) -> Any:
    holes = any(row["difference"]["n_undefined"] for row in rows)
    counts = ("n", *(("undefined",) if holes else ()), "groups")
    made = table(("metric", "base", "cand.", "diff.", "95 % interval", "p", "p Holm", "MDE", *counts))
    for row in rows:
        one = row["difference"]
        undefined = (str(one["n_undefined"] or ""),) if holes else ()
        made.add_row(
            f"{row['metric']}{marks(row['primary'], row['higher_is_better'])}",
            number(row["base"]),
            number(row["candidate"]),
            signed(one["value"]),
            interval(one, signed),
            chance(row["p"]),
            chance(row["p_adjusted"]),
            "" if row["mde"] is None else number(row["mde"]),
            str(one["n"] - one["n_undefined"]),
            *undefined,
            str(one["n_groups"]),
        )
    return made


def _discordant(row: Mapping[str, Any]) -> str:
    split = row["discordant"]
    return (
        f"{row['metric']}: in the base alone {split['base_only']}, in the candidate alone "
        f"{split['candidate_only']}; McNemar exact p {split['mcnemar_p']:.3g}{' +' if split['descriptive'] else ''}"
    )


def _undefined(row: Mapping[str, Any]) -> bool:
    return bool(row["difference"]["n"] == row["difference"]["n_undefined"])


def _print_making(console: Any, made: Mapping[str, Any]) -> None:
    console.print("how each number is made", style="dim")
    signatures = dict.fromkeys(row["signature"] for row in made["rows"])
    for line in (*signatures, *(f"{name}  {how}" for name, how in made["settings"].items())):
        console.print(f"  {line}", style="dim", soft_wrap=True)


def chance(p: float | None) -> str:
    """Four places; empty where there is no test."""
    if p is None:
        return ""
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"
