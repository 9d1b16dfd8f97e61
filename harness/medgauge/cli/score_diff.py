"""`medgauge score RUN --diff`: what changed, the code or the model?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from medgauge.cli.table import number, print_json, signed, stdout, table, visible
from medgauge.rescore import Rescored, rescore
from medgauge.same_samples import require_same

EXIT_CHANGED = 10


def score_diff(runs: Sequence[Path], base: Path | None, as_json: bool) -> int:
    """Print what today's code makes of each run beside what it holds; with a base, the model's part as well.

    Exits 10 where the code makes anything otherwise, or the answers are no longer those that were scored. Raises
    NotComparable for a base that answered other samples: that difference would not be the model's.
    """
    against = rescore(base) if base is not None else None
    made = [rescore(path) for path in dict.fromkeys(runs)]
    if against is not None:
        for one in made:
            require_same(against.contents, one.contents, (against.path, one.path))
    if as_json:
        print_json({one.path: document(one, against) for one in made})
    else:
        for one in made:
            _print(one, against)
    return 0 if all(one.same for one in made) else EXIT_CHANGED


def document(one: Rescored, against: Rescored | None) -> dict[str, Any]:
    """All that is known, as plain data."""
    other = {(t.key, m.metric): m for t in against.tasks for m in t.metrics} if against else {}
    return {
        "schema_version": 1,
        "same": one.same,
        "changed_files": list(one.changed_files),
        "base": against.path if against else None,
        "tasks": {
            task.key: {
                "causes": list(task.causes),
                "read_otherwise": list(task.read),
                "metrics": {
                    m.metric: {
                        "stored": m.stored,
                        "today": m.today,
                        "code": _minus(m.today, m.stored),
                        "model": _minus(m.today, other[task.key, m.metric].today)
                        if (task.key, m.metric) in other
                        else None,
                        "signature": m.signature,
                        "signature_today": m.signature_today,
                        "measured_otherwise": list(m.measured),
                    }
                    for m in task.metrics
                },
            }
            for task in one.tasks
        },
    }


def _print(one: Rescored, against: Rescored | None) -> None:
    console, made = stdout(), document(one, against)
    console.print(visible(one.path), style="bold")
    for name in one.changed_files:
        what = "the model's answers changed" if name == "outputs.jsonl" else "what was asked changed"
        console.print(visible(f"  {what}: {name} is not what was scored"))
    for key, task in made["tasks"].items():
        for cause in task["causes"]:
            console.print(visible(f"  {key}: the code changed: {cause}"), soft_wrap=True)
        columns = ("metric", "stored", "today", "by the code", *(("by the model",) if against else ()))
        rows = table(columns)
        for name, m in task["metrics"].items():
            if m["code"] or m["model"] or m["signature"] != m["signature_today"]:
                model = (signed(m["model"]),) if against else ()
                rows.add_row(name, number(m["stored"]), number(m["today"]), signed(m["code"]), *model)
        if rows.row_count:
            console.print(visible(f"  {key}"), style="bold")
            console.print(rows)
    if one.same:
        console.print(
            "  the code makes of these answers what it made before: whatever differs elsewhere is the model's"
        )
    if against is not None and not against.same:
        console.print(
            visible(f"  the code makes the base {against.path} otherwise too; 'by the model' is by today's code")
        )
    click.echo(f"RESULT  {'same' if one.same else 'changed'}; exit {0 if one.same else EXIT_CHANGED}")


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b
