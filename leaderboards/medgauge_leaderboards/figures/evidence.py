"""What curves and calibration need of one run, found in its own process: its lines are read, small numbers are sent."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from medgauge.score import target_of
from medgauge.store import SCORES
from medgauge.types import Answer, Score
from medgauge_leaderboards.figures.curves import CLOSE, THRESHOLDS, Curve, curve_of
from medgauge_leaderboards.figures.curves import NO_SCORES as NO_BOX_SCORES
from medgauge_leaderboards.figures.reliability import (
    Event,
    Reliability,
    events_of_choice,
    events_of_labels,
    reliability,
)
from medgauge_leaderboards.site.runs import Cell, Run, heads

DRAWING = ("text-to-region", "grounded-report")
CHOOSING: Mapping[str, Callable[[Answer, Answer, str], list[Event] | str]] = {
    "vqa": events_of_choice,
    "classification": events_of_labels,
}
"""Families whose answers may have scores."""
SCORED = re.compile(rb'"scores?":\s*[{\d-]')
"""Where a line of scores has a real score: quickly seen, and a line that only looks like it does no harm."""
NO_SCORES = "its answers have no scores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Of one run: by key of the task, what was found or why nothing is drawn."""

    curves: Mapping[str, tuple[Curve, ...] | str]
    calibration: Mapping[str, Reliability | str]


def evidence(run: Run) -> Evidence:
    """Curves of tasks with boxes, calibration of tasks with choices, both of the first trial."""
    # What this one reads goes away with it.
    run = replace(run)
    cells = [cell for cell in heads(run) if cell.result["family"] in (*DRAWING, *CHOOSING)]
    known = _has_scores(run) if cells else False
    curves: dict[str, tuple[Curve, ...] | str] = {}
    calibration: dict[str, Reliability | str] = {}
    for cell in cells:
        if cell.result["family"] in DRAWING:
            curves[cell.key] = _curves(cell) if known else NO_BOX_SCORES
        else:
            calibration[cell.key] = _calibration(cell) if known else NO_SCORES
    return Evidence(curves=curves, calibration=calibration)


def _has_scores(run: Run) -> bool:
    with (run.directory.path / SCORES).open("rb") as lines:
        return any(SCORED.search(line) for line in lines)


def _curves(cell: Cell) -> tuple[Curve, ...] | str:
    targets = [target_of(stored.sample) for stored in cell.samples.values()]
    answers = [score.answer for score in cell.scores()]
    found = [curve_of(answers, targets, at) for at in THRESHOLDS]
    made: list[Curve] = []
    for one in found:
        if isinstance(one, str):
            return one
        said = cell.metrics.get(f"ap@{one.at:g}", {}).get("value")
        if said is not None and cell.trials == 1 and abs(said - one.ap) > CLOSE:
            return f"its answers give ap@{one.at:g} {one.ap:.4f}, its results say {said:.4f}; score the run anew"
        made.append(one)
    return tuple(made)


def _calibration(cell: Cell) -> Reliability | str:
    make = CHOOSING[cell.result["family"]]
    events: list[Event] = []
    samples = 0
    for score in cell.scores():
        own = _events(make, cell, score)
        if isinstance(own, str):
            return own
        samples += bool(own)
        events += own
    return reliability(events, samples, cell.result["n"] - samples) if events else NO_SCORES


def _events(
    make: Callable[[Answer, Answer, str], list[Event] | str], cell: Cell, score: Score
) -> Sequence[Event] | str:
    if score.answer is None or score.answer.scores is None:
        return []
    return make(score.answer, cell.samples[score.key.id].sample.target, score.group)
