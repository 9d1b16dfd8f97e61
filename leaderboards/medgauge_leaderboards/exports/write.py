"""All exports of a site, each as one file of its folder.

```
scores.csv, .json, .parquet       every number, as `columns.SCORES` says
differences.csv, .parquet         every paired difference, as `columns.DIFFERENCES` says
<family>.md, .tex, .csv           models by tasks, the metrics that rank
```

CSV is UTF-8. Read it with the text columns as text: a model may be called `NA` or `007`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from medgauge import __version__
from medgauge_leaderboards.exports.columns import SCHEMA_VERSION, SCORES, Kind
from medgauge_leaderboards.exports.escape import guarded, visible
from medgauge_leaderboards.exports.frame import differences_frame, scores_frame
from medgauge_leaderboards.exports.text import TITLES, latex_table, markdown
from medgauge_leaderboards.exports.wide import Entry, Wide, wide
from medgauge_leaderboards.site.chunks import inert
from medgauge_leaderboards.site.site import Site

if TYPE_CHECKING:
    from pandas import DataFrame

BATCH = 1_000
"""Records that are plain values at once."""
WIDE_COLUMNS: Sequence[tuple[str, Kind, Callable[[Entry], object]]] = (
    ("", "Float64", lambda one: one.value),
    ("low", "Float64", lambda one: one.low),
    ("high", "Float64", lambda one: one.high),
    ("rank_best", "Int64", lambda one: one.rank and one.rank.best),
    ("rank_worst", "Int64", lambda one: one.rank and one.rank.worst),
    ("notes", "string", lambda one: " ".join(one.notes) or None),
)
"""What a wide CSV has of each task; the first is named by the metric."""


def write_exports(site: Site, folder: Path) -> list[tuple[str, str]]:
    """Write all files into `folder`, which is made; returns what each is, in English, and its name.

    `scores` and `differences` hold every number with all digits, `<family>` the primary metrics as a table. No text
    of a sample stands in any of them. Raises BadRecord like `scores_frame`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scores, differences = scores_frame(site), differences_frame(site)
    write_csv(scores, folder / "scores.csv")
    write_json(scores, visible(site.title), folder / "scores.json")
    write_csv(differences, folder / "differences.csv")
    made = [("All scores, CSV", "scores.csv"), ("All scores, JSON", "scores.json")]
    made += [("All differences, CSV", "differences.csv")]
    for name, frame in (("scores", scores), ("differences", differences)):
        frame.to_parquet(folder / f"{name}.parquet", engine="pyarrow", index=False)
        made.append((f"All {name}, Parquet", f"{name}.parquet"))
    for table in wide(site):
        for label, ending, text in _texts(table):
            name = f"{table.family}.{ending}"
            (folder / name).write_text(text, "utf-8", newline="\n")
            made.append((f"{TITLES[table.family]}, {label}", name))
        write_csv(_wide_frame(table), folder / f"{table.family}.csv")
        made.append((f"{TITLES[table.family]}, CSV", f"{table.family}.csv"))
    return made


def _texts(table: Wide) -> Iterator[tuple[str, str, str]]:
    yield "Markdown", "md", markdown(table)
    yield "LaTeX", "tex", latex_table(table)


def write_csv(frame: DataFrame, file: Path) -> None:
    """UTF-8, a missing value is empty, numbers have all digits, texts are `guarded`."""
    safe = frame.copy()
    for place, kind in enumerate(frame.dtypes):
        if kind == "string":
            safe.isetitem(place, frame.iloc[:, place].map(guarded, na_action="ignore"))
    safe.columns = [guarded(name) for name in frame.columns]
    safe.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")


def write_json(frame: DataFrame, title: str, file: Path) -> None:
    """What the columns mean, and one record a line; a missing value is null."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "medgauge": __version__,
        "title": title,
        "columns": {name: {"type": column.kind, "means": column.means} for name, column in SCORES.items()},
    }
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.write(inert(head, indent=1).removesuffix("\n}"))
        out.write(',\n "records": [')
        for number, record in enumerate(_records(frame)):
            out.write(f"{',' if number else ''}\n  {inert(record)}")
        out.write("\n ]\n}\n")


def _records(frame: DataFrame) -> Iterator[Mapping[str, object]]:
    """Plain values, None where one is missing."""
    from pyarrow import Table

    for batch in Table.from_pandas(frame, preserve_index=False).to_batches(max_chunksize=BATCH):
        yield from batch.to_pylist()


def _wide_frame(table: Wide) -> DataFrame:
    """Numbers with all digits: for each task the value, the ends of its interval, the ranks and the notes."""
    import pandas as pd

    heads, columns = ["model"], [pd.array([model for model, _ in table.rows], dtype="string")]
    for place, task in enumerate(table.tasks):
        for name, kind, of in WIDE_COLUMNS:
            found = [entries[place] for _, entries in table.rows]
            heads.append(f"{task.key} {name or task.metric}")
            columns.append(pd.array([of(one) if one else None for one in found], dtype=kind))
    # Two tasks may look alike once their names are visible: columns are named last.
    frame = pd.DataFrame(dict(enumerate(columns)))
    frame.columns = heads
    return frame
