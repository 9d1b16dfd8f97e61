"""Sites, tables and strict readers for the tests of exports."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from made_marks import NONE, mark
from made_runs import Item
from markdown_it import MarkdownIt

from medgauge.ranks import RankSet
from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.exports.wide import Entry, Task, Wide
from medgauge_leaderboards.site.build import row_slugs
from medgauge_leaderboards.site.reading import read_boards, workers
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.standing import standing
from medgauge_leaderboards.site.views import FAMILIES

FORMULA = "=+-@＝＋－＠"
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x.example")',
    "a|b\\|c`d`",
    "[click](javascript:alert(1)) ![x](y) <img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m\r\n| new | row |",
    "\u202etxt.exe",
    "\\input{/etc/passwd} % $x$ & # _ ^ ~ {",
    "*starred",
    "[bracket]",
    "# 肺结节模型--v2",
    "NA",
)


def site_of(runs: Sequence[Path], statuses: Mapping[str, Any] | None = None) -> Site:
    """A site; `statuses` are of hashes of runs."""
    marks = None if statuses is None else replace(NONE, runs={run: mark(made=made) for run, made in statuses.items()})
    with workers(runs) as each:
        read, found = read_boards(runs, each)
    boards = sorted(found, key=lambda board: (FAMILIES.index(board.cells[0].result["family"]), board.key))
    return Site(
        title="Made",
        runs=tuple(read),
        boards=tuple(boards),
        standings={board.key: standing(board) for board in boards},
        shown={},
        slugs={},
        rows=row_slugs(boards),
        statuses=marks,
    )


def vqa_items(tags: dict[str, str], n: int = 24, right: int = 18, task: str = "made-vqa") -> list[Item]:
    """Every second sample has the tags."""
    return [
        Item(
            sample=Sample(
                id=f"q{i:02}",
                task=task,
                language="en",
                question="asked-word?",
                target=Answer(text="true-word"),
                tags=tags if i % 2 else {},
                group=f"patient-{i}",
            ),
            text="spoken-word",
            answer=Answer(text="true-word" if i < right else "parsed-word"),
        )
        for i in range(n)
    ]


def rows_of(file: Path) -> list[list[str]]:
    """Cells as the standard library reads them."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def unguarded(cell: str) -> str:
    """What `guarded` documents: an apostrophe before what would be a formula is taken away."""
    rest = cell.lstrip("'").lstrip()
    return cell[1:] if cell.startswith("'") and rest[:1] and rest[0] in FORMULA else cell


def find_items(boxes: bool, n: int = 12) -> list[Item]:
    found = (Box(xyxy=(10.0, 10.0, 60.0, 60.0), label="nodule"),) if boxes else ()
    return [
        Item(
            sample=Sample(
                id=f"b{i}", task="find", language="en", choices=("nodule",), target=Answer(boxes=found), group=f"g{i}"
            ),
            answer=Answer(boxes=found),
        )
        for i in range(n)
    ]


def table_of(text: str) -> tuple[list[list[str]], set[str]]:
    """Cells of the one table as CommonMark with tables reads it, and the kinds of what stands in them."""
    rows: list[list[str]] = []
    kinds = set()
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    assert not [token for token in tokens if token.type == "html_block"]
    assert sum(token.type == "table_open" for token in tokens) == 1
    inside = False
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open"):
            inside = True
        elif token.type in ("td_close", "th_close"):
            inside = False
        elif token.type == "inline" and inside:
            kinds |= {child.type for child in token.children or []}
            rows[-1].append("".join(child.content for child in token.children or []))
    return rows, kinds


COMMANDS = {
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<", "textgreater": ">",
    "textbar": "|", "textquotesingle": "'", "textasciigrave": "`", "char34": '"',
}  # fmt: skip


def read_latex(text: str) -> str:
    """What LaTeX would set of the text of a cell; whatever has a meaning beyond that is an error."""
    made, depth, place = "", 0, 0
    while place < len(text):
        rest = text[place:]
        command = re.match(r"\\([a-z]+\d*)\{\}", rest)
        if command:
            made, place = made + COMMANDS[command[1]], place + command.end()
        elif rest.startswith("$-$"):
            made, place = made + "−", place + 3
        elif rest[0] == "\\":
            assert rest[1] in "{}$&#_%", rest
            made, place = made + rest[1], place + 2
        else:
            depth += {"{": 1, "}": -1}.get(rest[0], 0)
            assert rest[0] not in "$&#_%~^"
            assert depth >= 0
            made, place = made + ("" if rest[0] in "{}" else rest[0]), place + 1
    assert depth == 0
    return made


def cells_of(table: str) -> list[list[str]]:
    """Rows of the body of a LaTeX table; the text after `\\\\` decides whether it would be read as an argument."""
    body = table.split("\\midrule\n")[1].split("\\bottomrule")[0]
    lines = body.removesuffix("\n").split("\n")
    assert all(line.endswith("\\\\") for line in lines)
    assert not any(line.lstrip()[:1] in ("[", "*") for line in lines)
    return [[cell.strip() for cell in re.split(r"(?<!\\)&", line.removesuffix("\\\\"))] for line in lines]


def named(names: Sequence[str], key: str = "task") -> Wide:
    """A table with every kind of entry."""
    tasks = (
        Task(key=key, metric="exact_match", higher_is_better=True, n=(30, 30), synthetic=True, unranked=()),
        Task(
            key="报告 | 中文",
            metric="fp_per_image",
            higher_is_better=False,
            n=(12, 30),
            synthetic=False,
            unranked=("models differ in the samples",),
        ),
    )
    known = Entry(
        value=0.8125, low=0.75, high=0.9, rank=RankSet(best=1, worst=2), best=True, near=False, notes=("partial",)
    )
    near = replace(known, value=-0.0001, low=-0.25, high=0.125, best=False, near=True, notes=())
    bare = replace(near, low=None, high=None, rank=RankSet(best=3, worst=3), near=False)
    none = Entry(
        value=None, low=None, high=None, rank=None, best=False, near=False, notes=("out-of-fold", "reproduced")
    )
    kinds = [(known, None), (near, bare), (bare, none), (none, None)]
    return Wide(
        family="report",
        tasks=tasks,
        rows=tuple((name, kinds[i % len(kinds)]) for i, name in enumerate(names)),
    )
