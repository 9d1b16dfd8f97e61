"""A comparison as text for a terminal: the gates first, worst first; then every metric; the result last.

Every name comes from data. None can move the cursor, and none can begin a line that a runner obeys.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import click

from medgauge.cli.table import NEITHER, interval, marks, number, signed, stdout, table, visible
from medgauge.progress import disarmed

LEGEND = (
    "* primary; difference: candidate minus base; p two-sided, by resampling whole groups; p adj.: over all gated "
    "metrics (noninferior: one-sided); MDE: the difference found with 80 % power; n: samples on which it is defined"
)
DESCRIPTIVE = "+ descriptive: groups hold several samples or trials, which the test takes for independent"
WORDS = {
    "regressed": "✗ REGRESSED",
    "changed": "✗ CHANGED",
    "inconclusive": "? inconclusive",
    "regressed-small": "! regressed (small)",
    "no-regression": "= no regression",
    "no-change": "= no change",
    "identical": "= identical",
    "improved": "+ improved",
}
SLICES = 10
"""Shown, of all that are in the JSON."""
Row = Mapping[str, Any]


def print_comparison(made: Mapping[str, Any]) -> None:
    """The document of a comparison on stdout."""
    console = stdout()
    with console.capture() as printed:
        _print(console, made)
    console.file.write(disarmed(printed.get()))


def print_refusals(made: Mapping[str, Any]) -> None:
    """A document of sides that are not comparable: why, a field a line."""
    for line in made["refusals"]:
        click.echo(disarmed(visible(f"not comparable: {line}")))
    count = len(made["refusals"])
    fields = f"{count} field{'' if count == 1 else 's'} differ"
    click.echo(f"RESULT  {made['verdict']}: {fields}; exit {made['exit_code']}")


def _print(console: Any, made: Mapping[str, Any]) -> None:
    _print_sides(console, made)
    gated = [row for row in made["rows"] if row["gate"]]
    if gated:
        by = made["gates_file"] or "the primary metric of every task, mode detect"
        console.print()
        _line(console, f"gates ({by})", "bold")
        console.print(_gates(gated))
    _print_held(console, made, gated)
    order = {key: i for i, key in enumerate(dict.fromkeys(row["key"] for row in made["rows"]))}
    rows = sorted(made["rows"], key=lambda row: (order[row["key"]], not row["primary"], row["metric"]))
    for key, own in groupby(rows, key=lambda row: str(row["key"])):
        _print_task(console, made, key, list(own))
    _print_slices(console, made["slices"])
    for entry in made["not_compared"]:
        what = f"{entry['metric']} of {entry['task']}" if entry["metric"] else entry["task"]
        _line(console, f"not compared: {what} is in the {entry['only_in']} alone")
    _print_legend(console, made)
    _line(console, result(made), "bold")


def result(made: Mapping[str, Any]) -> str:
    """The last line: what came of the gates, and the exit code."""
    gates = [row["gate"] for row in made["rows"] if row["gate"]]
    failed = sum(gate["outcome"] == "fail" for gate in gates)
    better = sum(gate["verdict"] == "improved" for gate in gates)
    passed = sum(gate["outcome"] == "pass" for gate in gates) - better
    doubt = sum(gate["outcome"] == "inconclusive" for gate in gates)
    words = [
        f"{failed} regression{'' if failed == 1 else 's'}",
        f"{better} improved",
        f"{passed} without a regression",
        f"{doubt} inconclusive",
    ]
    if made["ceilings"]:
        words.append(f"{sum(one['violated'] for one in made['ceilings'])} of {len(made['ceilings'])} ceilings broken")
    if made["must_pass"]:
        words.append(f"{sum(not one['passed'] for one in made['must_pass'])} must-pass samples wrong")
    return f"RESULT  {made['verdict']}: {', '.join(words)}; exit {made['exit_code']}"


def _print_sides(console: Any, made: Mapping[str, Any]) -> None:
    for side in ("base", "candidate"):
        one = made[side]
        control = "" if one["control"] == "none" else f" ({one['control']})"
        blessed = f"  blessed as {one['name']}: {one['reason']}" if one["name"] else ""
        _line(console, f"{side:9}  {one['model']}{control}  {one['path']}{blessed}", "bold")
    for one in made["differing_settings"]:
        line = f"differs: {one['field']}: {one['base']!r} and {one['candidate']!r}"
        _line(console, line)
    for note in made["notes"]:
        _line(console, f"note: {note}")


def _gates(rows: Sequence[Row]) -> Any:
    columns = ("verdict", "task", "metric", "n", "base", "cand.", "diff.", "interval", "p adj.", "lost/won", "MDE")
    made = table(columns, text=3)
    for row in rows:
        one, split = row["difference"], row["discordant"]
        made.add_row(
            WORDS[row["gate"]["verdict"]],
            visible(row["key"]),
            visible(row["metric"]),
            str(one["n"] - one["n_undefined"]),
            number(row["base"]),
            number(row["candidate"]),
            signed(one["value"]),
            interval(one, signed),
            chance(row["p_adjusted"]),
            f"{split['base_only']}/{split['candidate_only']}" if split else "",
            "" if row["mde"] is None else number(row["mde"]),
        )
    return made


def _print_held(console: Any, made: Mapping[str, Any], gated: Sequence[Row]) -> None:
    """Why each gate says so, what was lost, ceilings and must-pass samples."""
    for row in gated:
        gate = row["gate"]
        _line(console, f"  {row['key']} {row['metric']} ({gate['mode']}): {gate['why']}")
        if gate["lost"] and gate["lost"]["n"]:
            kinds = ", ".join(
                f"{n} {'wrong' if name == 'scored' else name.replace('_', ' ')}"
                for name, n in gate["lost"]["by_status"].items()
            )
            ids = " ".join(gate["lost"]["ids"])
            _line(console, f"    lost on {gate['lost']['n']} samples ({kinds}): {ids}")
    for one in made["ceilings"]:
        limits = ", ".join(f"{name} {one[name]:g}" for name in ("max", "max_increase") if one[name] is not None)
        mark = "✗ over the ceiling" if one["violated"] else "= under the ceiling"
        shares = f"{one['share']} {one['base']:.4f} -> {one['candidate']:.4f}"
        _line(console, f"  {mark}: {one['key']} {shares} ({limits})")
    for one in made["must_pass"]:
        if not one["passed"]:
            _line(console, f"  ✗ must pass: {one['key']} {one['id']} ({one['status']}) is not right")


def _print_task(console: Any, made: Mapping[str, Any], key: str, own: Sequence[Row]) -> None:
    console.print()
    _line(console, key, "bold")
    for side in ("base", "candidate"):
        counts = made[side]["status"][key].items()
        unread = {name: n for name, n in counts if n and name not in ("scored", "truncated")}
        if unread:
            words = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in unread.items())
            _line(console, f"  {side}: {words}, measured as no answer", "bold")
    console.print(_table([row for row in own if not _undefined(row)]))
    for row in own:
        if row["discordant"] and row["discordant"]["base_only"] + row["discordant"]["candidate_only"]:
            _line(console, f"  {_discordant(row)}", "dim")
    absent = [row["metric"] for row in own if _undefined(row)]
    if absent:
        _line(console, f"  undefined on every sample: {', '.join(absent)}", "dim")


def _table(rows: Sequence[Row]) -> Any:
    holes = any(row["difference"]["n_undefined"] for row in rows)
    counts = ("n", *(("undefined",) if holes else ()), "groups")
    made = table(("metric", "base", "cand.", "diff.", "interval", "p", "p adj.", "MDE", *counts))
    for row in rows:
        one = row["difference"]
        undefined = (str(one["n_undefined"] or ""),) if holes else ()
        made.add_row(
            f"{visible(row['metric'])}{marks(row['primary'], row['higher_is_better'])}",
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


def _discordant(row: Row) -> str:
    split = row["discordant"]
    return (
        f"{row['metric']}: in the base alone {split['base_only']}, in the candidate alone "
        f"{split['candidate_only']}; McNemar exact p {split['mcnemar_p']:.3g}{' +' if split['descriptive'] else ''}"
    )


def _print_slices(console: Any, slices: Sequence[Row]) -> None:
    if not slices:
        return
    console.print(f"\nslices (exploratory, worst first; {len(slices)} in all)", style="bold")
    made = table(("task", "metric", "slice", "n", "diff.", "interval", "p", "p BH"), text=3)
    for row in slices[:SLICES]:
        one = row["difference"]
        cells = (str(one["n"]), signed(one["value"]), interval(one, signed), chance(row["p"]))
        made.add_row(
            visible(row["key"]),
            visible(row["metric"]),
            visible(f"{row['tag']}={row['value']}"),
            *cells,
            chance(row["p_adjusted"]),
        )
    console.print(made)


def _print_legend(console: Any, made: Mapping[str, Any]) -> None:
    console.print()
    console.print(f"{LEGEND}; intervals at {100 * (1 - made['alpha']):g} %", style="dim")
    if any(row["discordant"] and row["discordant"]["descriptive"] for row in made["rows"]):
        console.print(DESCRIPTIVE, style="dim")
    if any(row["higher_is_better"] is None and not _undefined(row) for row in made["rows"]):
        console.print(NEITHER, style="dim")
    console.print("how each number is made", style="dim")
    signatures = dict.fromkeys(row["signature"] for row in made["rows"])
    for line in (*signatures, *(f"{name}  {how}" for name, how in sorted(made["settings"].items()))):
        _line(console, f"  {line}", "dim")


def _line(console: Any, text: str, style: str | None = None) -> None:
    """One line with data in it, never wrapped: what is wrapped begins a line of its own."""
    console.print(visible(text), style=style, soft_wrap=True)


def _undefined(row: Row) -> bool:
    return bool(row["difference"]["n"] == row["difference"]["n_undefined"])


def chance(p: float | None) -> str:
    """Four places; empty where there is no test."""
    if p is None:
        return ""
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"
