"""Two runs side by side: paired differences with intervals, tests, and what could have been found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from medgauge import __version__
from medgauge.codec import plain
from medgauge.errors import MedGaugeError, NotComparable
from medgauge.multiplicity import holm
from medgauge.power import ALPHA, POWER, design_effect, detectable, detectable_accuracy
from medgauge.protocols import Metric
from medgauge.significance import ASSIGNMENTS, Discordant, compare_groups, discordant, mean_differences
from medgauge.spec import flatten
from medgauge.stats import SEED, Estimate, aligned, description, gather, paired_difference
from medgauge.types import Score
from medgauge_leaderboards.comparable import obstacles, require_current
from medgauge_leaderboards.site.runs import Cell, Run, cells, read_run
from medgauge_leaderboards.site.values import prepared

SCHEMA_VERSION = 1
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One task in one language, in both runs."""

    base: Cell
    candidate: Cell
    names: tuple[str, ...]
    """The metrics that both have, the primary first."""


def compare(base: Path, candidate: Path, metrics: Sequence[str] = ()) -> dict[str, Any]:
    """Every metric (or those named) of every task that both runs hold: candidate minus base, as plain data.

    Raises NotComparable, naming the fields, where samples, targets, groups or metrics differ; MedGaugeError for a
    metric that the runs do not share, or that must be scored again first; Incomplete for an unfinished run.
    """
    one, other = read_run(base), read_run(candidate)
    mine, theirs = ({cell.key: cell for cell in cells(run)} for run in (one, other))
    pairs = [_pair(mine[key], theirs[key], metrics) for key in mine if key in theirs]
    if not pairs:
        raise NotComparable(f"{base} and {candidate} share no task: {', '.join(mine)} and {', '.join(theirs)}")
    unknown = set(metrics) - {name for pair in pairs for name in pair.names}
    if unknown:
        shared = sorted({name for key in mine if key in theirs for name in _main(mine[key]) & _main(theirs[key])})
        raise MedGaugeError(f"--metric {min(unknown)!r}: not in both runs; they share {', '.join(shared)}")
    problems = [line for pair in pairs for line in obstacles(pair.base, pair.candidate, pair.names)]
    if problems:
        raise NotComparable(f"{base} and {candidate} are not comparable:\n  " + "\n  ".join(problems))
    rows = _adjusted([_row(pair, name) for pair in pairs for name in pair.names])
    return {
        "schema_version": SCHEMA_VERSION,
        "medgauge": __version__,
        "base": _about(one, [pair.base for pair in pairs]),
        "candidate": _about(other, [pair.candidate for pair in pairs]),
        "settings": _settings(),
        "differing_settings": _differing(one, other),
        "not_compared": _not_compared(mine, theirs, metrics),
        "rows": [row for row in rows if not metrics or row["metric"] in metrics],
    }


def _main(cell: Cell) -> set[str]:
    """The metrics of a cell by their main number alone."""
    return {name for score in cell.scores()[:1] for name in score.stats}


def _pair(base: Cell, candidate: Cell, metrics: Sequence[str]) -> Pair:
    shared = _main(base) & _main(candidate)
    # the primary is always there: what is shown must not change which tests are corrected for
    wanted = [base.primary, *(name for name in metrics if name in shared)] if metrics else sorted(shared)
    wanted = [name for name in wanted if name in shared]
    ordered = sorted(dict.fromkeys(wanted), key=lambda name: name != base.primary)
    return Pair(base=base, candidate=candidate, names=tuple(ordered))


def _row(pair: Pair, name: str) -> dict[str, Any]:
    for cell in (pair.base, pair.candidate):
        require_current(cell, name)
    metric, new = prepared(pair.candidate, name), pair.candidate.scores()
    old = aligned(metric, new, pair.base.scores())
    made = paired_difference(metric, new, old, RESAMPLES)
    tested = compare_groups(metric, old, new) if made.value is not None and metric.resampled else None
    split = discordant(metric, old, new) if made.value is not None else None
    return {
        "task": pair.base.spec.name,
        "language": pair.base.result["language"],
        "key": pair.base.key,
        "metric": name,
        "primary": name == pair.base.primary,
        "higher_is_better": metric.higher_is_better,
        "signature": metric.signature,
        "base": pair.base.metrics[name]["value"],
        "candidate": pair.candidate.metrics[name]["value"],
        "difference": plain(made),
        "test": tested.test if tested else None,
        "p": tested.p if tested else None,
        "discordant": _discordant(split) if split else None,
        **_power(metric, made, split, old, new),
    }


def _discordant(split: Discordant) -> dict[str, Any]:
    return {
        "base_only": split.a_only,
        "candidate_only": split.b_only,
        "mcnemar_p": split.p,
        "descriptive": split.descriptive,
    }


def _power(
    metric: Metric, made: Estimate, split: Discordant | None, old: Sequence[Score], new: Sequence[Score]
) -> dict[str, float | None]:
    """The minimum detectable effect, and the design effect behind it where the metric is a proportion."""
    if made.se is None:
        return {"mde": None, "design_effect": None}
    left, right = gather(metric, new), gather(metric, old)
    differences = mean_differences(metric, left, right)
    if split is None or differences is None:
        return {"mde": detectable(made.se), "design_effect": None}
    owned = left.per_unit()[:, 1] > 0
    n, changed = made.n - made.n_undefined, split.a_only + split.b_only
    effect = design_effect(differences[owned], left.per_unit()[owned, 1], changed)
    return {"mde": detectable_accuracy(n, changed / n, effect), "design_effect": effect}


def _adjusted(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with Holm's p over the primary metrics of all tasks; None beside the others."""
    family = [i for i, row in enumerate(rows) if row["primary"] and row["p"] is not None]
    adjusted = dict(zip(family, holm(np.array([rows[i]["p"] for i in family])).tolist(), strict=True))
    return [row | {"p_adjusted": adjusted.get(i)} for i, row in enumerate(rows)]


def _about(run: Run, compared: Sequence[Cell]) -> dict[str, Any]:
    return {
        "status": {cell.key: cell.result["status"] for cell in compared},
        "path": str(run.directory.path),
        "model": run.spec.model.name,
        "control": run.spec.control,
        "limit": run.spec.limit,
        "medgauge": run.manifest.get("medgauge"),
        "finished": run.manifest.get("finished"),
    }


def _settings() -> dict[str, Any]:
    return {
        "intervals": description(RESAMPLES),
        "test": f"randomisation|by:group|assignments:{ASSIGNMENTS}|seed:{SEED}|p:(k+1)/(M+1)|two-sided|v:1",
        "adjustment": "holm|over:primary metrics of all tasks|v:1",
        "mde": f"normal|alpha:{ALPHA}|power:{POWER}|two-sided|v:1",
    }


def _differing(one: Run, other: Run) -> list[dict[str, Any]]:
    """Settings of the runs that are not the same; whether that is what is compared, the reader decides."""
    here, there = (flatten(plain(run.spec)) for run in (one, other))
    return [
        {"field": name, "base": here.get(name), "candidate": there.get(name)}
        for name in sorted(here | there)
        if here.get(name) != there.get(name)
    ]


def _not_compared(mine: dict[str, Cell], theirs: dict[str, Cell], metrics: Sequence[str]) -> list[dict[str, str]]:
    """Tasks, and metrics of shared tasks, that one of the runs does not have."""
    tasks = [{"task": key, "only_in": "base" if key in mine else "candidate"} for key in mine.keys() ^ theirs.keys()]
    parts = [
        {"task": key, "metric": name, "only_in": "base" if name in _main(mine[key]) else "candidate"}
        for key in mine.keys() & theirs.keys()
        for name in _main(mine[key]) ^ _main(theirs[key])
        if not metrics or name in metrics
    ]
    return sorted([*tasks, *parts], key=lambda entry: (entry["task"], entry.get("metric", "")))
