"""The answers of one run, as far as a site shows them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medgauge.protocols import Metric
from medgauge.types import Key, Output, Score
from medgauge_leaderboards.site.boardfiles import Shown, blocks
from medgauge_leaderboards.site.chunks import Answered, Judged, Wanted, answer_entry, write_script
from medgauge_leaderboards.site.levels import allows
from medgauge_leaderboards.site.matching import threshold_of
from medgauge_leaderboards.site.runs import Cell, Run, heads
from medgauge_leaderboards.site.values import judge_of, values_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one run has on one board."""

    shown: Shown
    row: str
    present: str
    """The status letter of every shown sample: `-` where the run has another version of it, or none."""
    wanted: Mapping[str, Wanted]
    """What the answers are held against, by id; samples that have neither boxes nor choices are not there."""
    metrics: Mapping[str, Metric]
    """All that have statistics, prepared on all targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All that a site shows of one run."""

    run: Run
    folder: Path
    parts: Mapping[str, Part]


def write_answers(job: Answers) -> None:
    """`data/<task>/<row>/<n>.js` of every task of a run; reads no line of a sample that is not shown."""
    directory = job.run.directory
    ids = frozenset(id for part in job.parts.values() for id in part.shown.ids)
    spoken = any(allows(level, "predictions") for part in job.parts.values() for level in part.shown.levels)
    scores = {_place(score.key): score for score in directory.scores(ids) if score.key.trial == 0}
    said: dict[tuple[str, str, str], dict[int, Output]] = defaultdict(dict)
    for key, output in directory.outputs(ids).items() if spoken else ():
        if key.trial == 0:
            said[_place(key)][key.turn] = output
    for cell in heads(job.run):
        part = job.parts[cell.key]
        entries = _entries(cell, part, scores, said)
        name = f"{part.shown.slug}/{part.row}"
        for place, block in enumerate(blocks(entries)):
            write_script(job.folder / name / f"{place}.js", f"{name}/{place}", block)


def _place(key: Key) -> tuple[str, str, str]:
    return key.task, key.language, key.id


def _entries(
    cell: Cell,
    part: Part,
    scores: Mapping[tuple[str, str, str], Score],
    said: Mapping[tuple[str, str, str], Mapping[int, Output]],
) -> list[object]:
    """One for each shown sample; None where the run has none."""
    shown, judged, nothing = part.shown, _judged(cell, part.shown.primary), Wanted()
    places = [(shown.task, shown.language, id) for id in shown.ids]
    known = [scores[place] for place in places if place in scores]
    values = iter(_values(part.metrics, known))
    entries: list[object] = []
    for place, level, letter in zip(places, shown.levels, part.present, strict=True):
        if place not in scores:
            entries.append(None)
            continue
        turns = said.get(place, {})
        one = Answered(
            score=scores[place],
            values=next(values),
            said=[turns[turn] for turn in sorted(turns)],
            wanted=part.wanted.get(place[2], nothing),
            level=level,
            other=letter == "-",
        )
        entries.append(answer_entry(judged, one))
    return entries


def _judged(cell: Cell, primary: str) -> Judged:
    metric = judge_of(cell)
    return Judged(
        metric=metric,
        higher_is_better=cell.metrics[metric]["higher_is_better"],
        drawing=cell.result["family"] == "text-to-region",
        threshold=threshold_of(primary),
    )


def _values(metrics: Mapping[str, Metric], scores: Sequence[Score]) -> list[dict[str, float | None]]:
    """For each score: metric name to its main number on this sample alone, None where it has none."""
    names = sorted({name for score in scores for name in score.stats})
    made = {name: values_of(metrics[name], [score.stats.get(name) for score in scores]) for name in names}
    return [
        {name: None if np.isnan(made[name][i]) else float(made[name][i]) for name in names} for i in range(len(scores))
    ]
