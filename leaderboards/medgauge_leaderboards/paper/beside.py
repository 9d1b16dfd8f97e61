"""A user's runs beside the published tables, each number made as the paper's own evaluator makes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

from medgauge.errors import MedGaugeError, NothingSelected, UnknownName
from medgauge_leaderboards.paper.asked import PROTOCOL, WORDINGS, Measured, measure, require_words
from medgauge_leaderboards.paper.rows import (
    MARKS,
    STATUS,
    Part,
    Reported,
    Table,
    measured,
    members,
    paper,
    parts,
    reported,
)
from medgauge_leaderboards.site.runs import Cell, cells, read_runs

SCHEMA_VERSION = 1
PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What runs make of one cell of the paper."""

    value: float | None = None
    n: int | None = None
    note: str = ""
    asked: frozenset[str] = frozenset()
    """The prompt sets behind the value that are not the paper's wording."""


def beside(runs: Sequence[Path], model: str = "") -> dict[str, Any]:
    """Every published row that the runs have a number for, as plain data; `model` is the paper's column to show.

    Runs are one model's, over any tasks; averages are given where all their members are. Raises MedGaugeError for two
    runs of one task asked alike, of two models, or asked for JSON, UnknownName for a model that no table has,
    NothingSelected when no task is in the paper.
    """
    read = paper()
    shown = model or read.ours
    models = {name for table in read.tables for name in table.models}
    if shown not in models:
        raise UnknownName("model of the paper:", shown, sorted(models), listed="tasks")
    found = _cells(runs)
    ours = _Ours(found)
    theirs = {one.cell: one for one in reported(read) if one.model == shown}
    rows = [_row(table, part, metric, theirs, ours) for table, part in parts(read) for metric in part.values]
    kept = [row for row in rows if row["ours"]["value"] is not None or row["ours"]["note"]]
    if not kept:
        raise NothingSelected(f"{', '.join(map(str, runs))}: none of their tasks stands in the tables of {read.title}")
    return {
        "schema_version": SCHEMA_VERSION,
        "paper": {"title": read.title, "source": read.source, "status": STATUS, "model": shown},
        "model": next(iter(found.values())).run.spec.model.name,
        "protocol": PROTOCOL,
        "rows": kept,
    }


def _cells(runs: Sequence[Path]) -> dict[tuple[str, str, bool], Cell]:
    """By task, language and whether asked with Regional CoT. Control runs are nobody's result: refused."""
    found: dict[tuple[str, str, bool], Cell] = {}
    for run in read_runs(runs):
        if run.spec.control != "none":
            raise MedGaugeError(f"{run.directory.path} is a control run ({run.spec.control}), no result of its model")
        for cell in cells(run):
            require_words(cell)
            key = (cell.spec.name, str(cell.result["language"]), run.spec.cot is not None)
            if key in found:
                raise MedGaugeError(f"{found[key].run.directory.path} and {run.directory.path} both hold {cell.key}")
            found[key] = cell
    names = sorted({cell.run.spec.model.name for cell in found.values()})
    if len(names) > 1:
        raise MedGaugeError(f"runs of one model stand beside the paper, these are of {', '.join(names)}")
    return found


class _Ours:
    """Numbers of the runs by cell; every evaluator runs once a task."""

    def __init__(self, found: dict[tuple[str, str, bool], Cell]) -> None:
        self._found = found
        self._places = {f"{table.table}/{part.part}": (table, part) for table, part in parts(paper())}
        self._measure = cache(self._measured)

    def number(self, place: str, metric: str) -> Ours:
        table, part = self._places[place]
        wanted = members(part, metric)
        return self._mean(wanted) if wanted else self._own(table, part, metric)

    def _mean(self, wanted: Sequence[str]) -> Ours:
        """The mean over data sets, not over samples; only where every one is there."""
        made = [self.number(*cell.rsplit("/", 1)) for cell in wanted]
        values = [one.value for one in made if one.value is not None]
        if not values:
            return Ours()
        if len(values) < len(made):
            return Ours(note=f"{len(values)} of its {len(made)} data sets are there")
        asked = frozenset[str]().union(*(one.asked for one in made))
        return Ours(value=fmean(values), n=sum(one.n or 0 for one in made), asked=asked)

    def _own(self, table: Table, part: Part, metric: str) -> Ours:
        key, how = (part.task, part.language, part.cot), measured(table, part).get(metric)
        if key not in self._found:
            return Ours()
        n = len(self._found[key].samples)
        if how is None:
            return Ours(n=n, note="needs weights that are not loaded here")
        task, _, name = how.partition(" ")
        printed = self._measure(key, task)
        value = printed.values.get(name)
        if value is None:
            return Ours(n=n, note=printed.why or "the evaluator prints no number here")
        asked = frozenset({self._found[key].spec.prompts}.difference(WORDINGS))
        return Ours(value=PERCENT * value, n=n, note=_caution(part, self._found[key]), asked=asked)

    def _measured(self, key: tuple[str, str, bool], task: str) -> Measured:
        return measure(self._found[key], task)


def _caution(part: Part, cell: Cell) -> str:
    """What a reader must know before comparing: another split, or another number of samples."""
    if cell.card and not cell.card.reproducible:
        return "another split: the paper's was never released"
    n = len(cell.samples)
    return "" if part.n in (None, n) else f"of {n} samples, the paper's of {part.n}"


def _note(number: Ours) -> str:
    worded = f"asked with prompts {', '.join(sorted(number.asked))}" if number.asked else ""
    return "; ".join(filter(None, (number.note, worded)))


def _row(table: Table, part: Part, metric: str, theirs: Mapping[str, Reported], ours: _Ours) -> dict[str, Any]:
    place = f"{table.table}/{part.part}"
    one, number = theirs.get(f"{place}/{metric}"), ours.number(place, metric)
    return {
        "table": table.table,
        "part": part.part,
        "task": part.task or None,
        "language": part.language,
        "metric": metric,
        "made_as": measured(table, part).get(metric),
        "mean_of": list(members(part, metric)),
        "reported": {
            "status": STATUS,
            "value": one.value if one else None,
            "mark": MARKS.get(one.mark, "") if one else "not in this table",
            "n": part.n,
        },
        "ours": {"status": "measured", "value": number.value, "n": number.n, "note": _note(number)},
    }
