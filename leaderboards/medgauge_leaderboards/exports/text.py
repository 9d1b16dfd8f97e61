"""Tables of one family as Markdown and as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from medgauge.ranks import RankSet
from medgauge.types import Family
from medgauge_leaderboards.exports.escape import cjk, latex
from medgauge_leaderboards.exports.wide import Entry, Task, Wide
from medgauge_leaderboards.reports.markdown import code

if TYPE_CHECKING:
    from pandas import DataFrame

TITLES: Mapping[Family, str] = {
    "vqa": "Visual question answering",
    "report": "Report generation",
    "classification": "Classification",
    "region-to-text": "Region to text",
    "text-to-region": "Text to region",
    "grounded-report": "Grounded report",
}
_MARKDOWN_ENDS = {True: " ↑", False: " ↓", None: ""}
_LATEX_ENDS = {True: r" $\uparrow$", False: r" $\downarrow$", None: ""}
LEGEND = (
    "Value [95 % interval], and the ranks that the paired tests of all models leave (Holm, 0.05). Bold: best value. "
    "†: not significantly different from the best. n/a: undefined. Empty: not run."
)
_BROAD = re.compile("[^\x00-\xff]")


def markdown(made: Wide) -> str:
    """A table with its legend, and why models of a task have no ranks. Names stand in code spans."""
    import pandas as pd

    heads = ["model", *(f"{code(task.key)} {_head(task, code, _MARKDOWN_ENDS)}" for task in made.tasks)]
    rows = [[code(model), *map(_markdown_cell, entries)] for model, entries in made.rows]
    align = ["left"] * len(heads)
    table = pd.DataFrame(rows, columns=heads).to_markdown(
        index=False, tablefmt="pipe", disable_numparse=True, colalign=align
    )
    # Below the table a bar needs no backslash, and would show it.
    notes = [
        f"- {code(task.key)}: no ranks, {', '.join(task.unranked)}.".replace("\\|", "|")
        for task in made.tasks
        if task.unranked
    ]
    parts = [f"## {TITLES[made.family]}", table, LEGEND, *(["\n".join(notes)] if notes else [])]
    return "\n\n".join(parts) + "\n"


def latex_table(made: Wide) -> str:
    """A `table` with the rules of booktabs: for each task the value, its interval and the ranks."""
    table = _latex_frame(made).to_latex(
        index=False,
        escape=False,
        column_format="l" + "rll" * len(made.tasks),
        caption=_caption(made),
        label=f"tab:medgauge-{made.family}",
        position="htbp",
    )
    lines = table.split("\n")
    top = lines.index(r"\toprule") + 1
    lines[top:top] = _latex_heads(made.tasks)
    lines.insert(1, r"\centering")
    return "\n".join([*_needs("\n".join(lines)), *lines])


def _head(task: Task, escape: Callable[[str], str], ends: Mapping[bool | None, str]) -> str:
    """What stands beside or below the name of a task: metric, better end, samples, and what to know of them."""
    few, many = task.n
    count = f"n {few}" if few == many else f"n {few} to {many}"
    marks = [count, *(["synthetic"] if task.synthetic else []), *(["not ranked"] if task.unranked else [])]
    return f"{escape(task.metric)}{ends[task.higher_is_better]} ({', '.join(marks)})"


def _markdown_cell(entry: Entry | None) -> str:
    if entry is None:
        return ""
    if entry.value is None:
        return " · ".join(["n/a", *map(code, entry.notes)])
    value = _number(entry.value)
    head = f"**{value}**" if entry.best else f"{value}†" if entry.near else value
    ranks = [f"rank {_ranks(entry.rank, '-')}"] if entry.rank else []
    return " · ".join([f"{head} {_interval(entry, '[', ']', '(no interval)')}", *ranks, *map(code, entry.notes)])


def _latex_frame(made: Wide) -> DataFrame:
    import pandas as pd

    heads = ["Model", *(["value", r"95\,\% interval", "rank"] * len(made.tasks))]
    rows = [
        [latex(model), *(text for entry in entries for text in _latex_cells(entry))] for model, entries in made.rows
    ]
    return pd.DataFrame(rows, columns=heads)


def _latex_cells(entry: Entry | None) -> tuple[str, str, str]:
    """Value, interval, and ranks with notes."""
    if entry is None:
        return "", "", ""
    notes = ", ".join(map(latex, entry.notes))
    if entry.value is None:
        return "--", "--", notes
    value = _minus(_number(entry.value))
    # The dagger takes no room, so that points stay below each other.
    dagger = r"\rlap{\textsuperscript{\textdagger}}"
    shown = rf"\textbf{{{value}}}" if entry.best else value + dagger if entry.near else value
    ranks = [_ranks(entry.rank, "--")] if entry.rank else []
    return shown, _minus(_interval(entry, "{[}", "{]}", "--")), ", ".join([*ranks, *([notes] if notes else [])])


def _latex_heads(tasks: Sequence[Task]) -> list[str]:
    """The names of the tasks over their three columns, their metrics below, and a rule under each."""
    spans = [3 * i + 2 for i in range(len(tasks))]
    names = [rf"\multicolumn{{3}}{{c}}{{{latex(task.key)}}}" for task in tasks]
    metrics = [rf"\multicolumn{{3}}{{c}}{{{_head(task, latex, _LATEX_ENDS)}}}" for task in tasks]
    rules = " ".join(rf"\cmidrule(lr){{{start}-{start + 2}}}" for start in spans)
    return [rf" & {' & '.join(names)} \\", rf" & {' & '.join(metrics)} \\", rules]


def _caption(made: Wide) -> str:
    return (
        rf"{TITLES[made.family]}: value, 95\,\% interval, and the ranks that the paired tests of all models leave "
        r"(Holm, 0.05). Bold: best value. \textdagger: not significantly different from the best. "
        "--: no value or no interval. Empty: not run."
    )


def _needs(text: str) -> list[str]:
    """Comment lines: what the table needs to compile. Nothing of the data stands in them."""
    lines = [r"% Needs \usepackage{booktabs}."]
    if cjk(text):
        lines.append("% Holds Chinese, Japanese or Korean characters: compile with xelatex and the package ctex.")
    elif _BROAD.search(text):
        lines.append("% Holds characters beyond Latin-1: compile with xelatex or lualatex and a font that has them.")
    return lines


def _number(value: float) -> str:
    """Three places, and no minus before zero."""
    text = f"{value:.3f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _interval(entry: Entry, left: str, right: str, none: str) -> str:
    if entry.low is None or entry.high is None:
        return none
    return f"{left}{_number(entry.low)}, {_number(entry.high)}{right}"


def _ranks(rank: RankSet, dash: str) -> str:
    return f"{rank.best}" if rank.best == rank.worst else f"{rank.best}{dash}{rank.worst}"


def _minus(text: str) -> str:
    return re.sub(r"(?<!-)-(?=\d)", "$-$", text)
