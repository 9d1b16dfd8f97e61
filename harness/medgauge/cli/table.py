"""Results as a table for people, and as JSON for programs. Both on stdout."""

import re
from collections.abc import Callable, Mapping
from shutil import get_terminal_size
from typing import Any, TypeAlias

import click

from medgauge.codec import dumps

WIDTH = 140
"""Columns at least: a number is never cut, a narrower terminal breaks the line."""
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
Form: TypeAlias = Callable[[float | None], str]
WHY_NONE = {
    "by-design": "none by design",
    "few-groups": "under 10 groups",
    "undefined": "undefined",
    "no-variation": "no variation",
    "unstable": "unstable",
}
LEGEND = "* primary; n counts the samples on which the metric is defined"
NEITHER = "~ ranks nothing: neither end is better"
BY_DESIGN = "none by design: a rate over the whole set, which a resample of it would change"


def print_json(data: object) -> None:
    """Canonical JSON, as UTF-8 whatever the locale."""
    click.echo((dumps(data, indent=1) + "\n").encode(), nl=False)


def stdout() -> Any:
    """A rich console. Names and labels come from data: no markup in them."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=max(WIDTH, get_terminal_size().columns))


def visible(text: str) -> str:
    """Text from data for a terminal: control and direction characters as escapes, which can then do nothing."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def print_results(results: Mapping[str, Any]) -> None:
    """For each task a heading with its counts, one row a metric (the primary is marked), and how each is made."""
    console = stdout()
    for task, entry in results["tasks"].items():
        status = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in entry["status"].items() if count)
        trials = f" x {entry['trials']} trials" if "trials" in entry else ""
        console.print(f"{task}  {entry['family']} {entry['language']}  n {entry['n']}{trials} ({status})", style="bold")
        console.print(_table(entry))
        parts = sum(_part(name, entry) for name in entry["metrics"])
        if parts:
            console.print(f"  and {parts} parts of these (labels, thresholds, references) in the JSON", style="dim")
        absent = [name for name, made in entry["metrics"].items() if _undefined(made) and not _part(name, entry)]
        if absent:
            console.print(f"  undefined on every sample: {', '.join(absent)}", style="dim")
    for task, differences in results.get("parity", {}).items():
        _print_parity(console, task, differences)
    numbers = [made for entry in results["tasks"].values() for made in _shown(entry).values()]
    neither = any(made["higher_is_better"] is None for made in numbers)
    by_design = any(made.get("no_interval") == "by-design" for made in numbers)
    for line in (LEGEND, *((NEITHER,) if neither else ()), *((BY_DESIGN,) if by_design else ())):
        console.print(line, style="dim")
    _print_signatures(console, results)


def table(columns: tuple[str, ...], text: int = 1) -> Any:
    """An empty table whose first `text` columns are words and the others numbers."""
    from rich.table import Table

    made = Table(box=None, padding=(0, 1))
    for index, name in enumerate(columns):
        words = index < text
        made.add_column(name, justify="left" if words else "right", no_wrap=not words, overflow="fold")
    return made


def _table(entry: Mapping[str, Any]) -> Any:
    return _rows(("metric", "value", "95 % interval", "n"), _shown(entry), entry["primary"], number)


def _rows(columns: tuple[str, ...], shown: Mapping[str, Any], primary: str, form: Form) -> Any:
    """A row a number; the counts of undefined samples, and the spread of trials, only where there are any."""
    holes = any(one["n_undefined"] for one in shown.values())
    trials = any("trial_sd" in one for one in shown.values())
    made = table((*columns, *(("undefined",) if holes else ()), "groups", *(("trial sd",) if trials else ())))
    for name, one in shown.items():
        label = f"{name}{marks(name == primary, one['higher_is_better'])}"
        undefined = (str(one["n_undefined"] or ""),) if holes else ()
        defined = str(one["n"] - one["n_undefined"])
        spread = (form(one.get("trial_sd")),) if trials else ()
        made.add_row(label, form(one["value"]), interval(one, form), defined, *undefined, str(one["n_groups"]), *spread)
    return made


def _print_parity(console: Any, task: str, differences: Mapping[str, Any]) -> None:
    """Chinese minus English on the same items."""
    unpaired = next(iter(differences.values()))["n_unpaired"]
    without = ", ".join(f"{n} {language} items without a partner" for language, n in unpaired.items() if n)
    console.print(f"{task}  zh minus en, on the same items{f' ({without})' if without else ''}", style="bold")
    shown = {name: one for name, one in differences.items() if not _undefined(one)}
    console.print(_rows(("metric", "difference", "95 % interval", "pairs"), shown, "", signed))


def _print_signatures(console: Any, results: Mapping[str, Any]) -> None:
    """How each number is made: every signature once, and that of the intervals."""
    used: dict[str, list[str]] = {}
    for task, entry in results["tasks"].items():
        for made in _shown(entry).values():
            used.setdefault(made["signature"], []).append(task)
    console.print("how each number is made", style="dim")
    for signature, tasks in used.items():
        where = "" if len(tasks) == len(results["tasks"]) else f"  ({', '.join(tasks)})"
        console.print(f"  {signature}{where}", style="dim", soft_wrap=True)
    if "intervals" in results:
        console.print(f"  intervals  {results['intervals']}", style="dim", soft_wrap=True)


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    metrics = entry["metrics"].items()
    return {name: made for name, made in metrics if not _undefined(made) and not _part(name, entry)}


def _part(name: str, entry: Mapping[str, Any]) -> bool:
    """One of several numbers of a metric that also has a main one."""
    heads = (name[:at] for at, mark in enumerate(name) if mark == "/")
    return name != entry["primary"] and any(head in entry["metrics"] for head in heads)


def _undefined(made: Mapping[str, Any]) -> bool:
    return bool(made["n"] == made["n_undefined"] or (made["value"] is None and made.get("no_interval") == "undefined"))


def marks(primary: bool, higher_is_better: bool | None) -> str:
    """What the legend explains, behind a metric's name."""
    return (" *" if primary else "") + (" ~" if higher_is_better is None else "")


def number(value: float | None) -> str:
    """Four places, or n/a."""
    return "n/a" if value is None else f"{value:.4f}"


def signed(value: float | None) -> str:
    """Four places with the sign, or n/a."""
    return "n/a" if value is None else f"{value:+.4f}"


def interval(made: Mapping[str, Any], form: Form = number) -> str:
    """`[low, high]`, or why there is none."""
    if made["low"] is None:
        return WHY_NONE.get(made.get("no_interval", ""), "none")  # results of schema 1 do not say why
    return f"[{form(made['low'])}, {form(made['high'])}]"
