"""Whether a run that the board's owners made themselves bears a submission out.

The rule: the same spec but for the machine, the same lock, and for every task either the same answers word for word,
or a paired difference of the primary metric whose 95 % interval holds 0 and which is no larger than the lock's margin.
Where there is no interval (under ten groups, an undefined number) only the same answers will do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from medgauge.codec import plain
from medgauge.errors import MedGaugeError, NotComparable, shorten
from medgauge.flat import flatten
from medgauge.paired import Matched, paired
from medgauge.parity import Judged
from medgauge.spec import RunSpec
from medgauge.stats import aligned
from medgauge.store import OUTPUTS, RunDirectory
from medgauge.trials import by_trial
from medgauge_leaderboards.submissions.remade import Remade

RULE = (
    "reproduced: made again by the board's owners with the same spec but for the machine; every task has the same "
    "answers, or a paired difference of the primary metric whose 95 % interval holds 0 and which is at most {margin:g}"
)
MACHINE = ("model.spec", "generation.seed", "allow_modified")
"""Of a spec, what another machine or another draw changes."""
RECORDED = ("model.name", "model.fingerprint", "model.options", "model.settings", "generation", "schema")
"""And what a file of recorded answers does not know of the model that gave them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One task in one language."""

    key: str
    metric: str
    submitted: float | None
    reproduced: float | None
    difference: float | None
    """Reproduced minus submitted."""
    low: float | None
    high: float | None
    identical: bool
    """All answers are the same, word for word."""
    agrees: bool


def require_same_spec(one: RunSpec, other: RunSpec, folder: Path) -> None:
    """Raises NotComparable, naming the fields, where the reproduction asked something else."""
    recorded = any(spec.model.spec.startswith("replay:") for spec in (one, other))
    free = (*MACHINE, *(RECORDED if recorded else ()))
    mine, theirs = flatten(plain(one)), flatten(plain(other))
    names = [
        name
        for name in sorted(mine.keys() | theirs.keys())
        if mine.get(name) != theirs.get(name) and not any(name == f or name.startswith(f"{f}.") for f in free)
    ]
    if names:
        lines = [f"{name}: submitted {shorten(mine.get(name))}, here {shorten(theirs.get(name))}" for name in names]
        raise NotComparable(f"{folder}: not a reproduction of what was submitted:\n  " + "\n  ".join(lines))


def require_another(submitted: Path, again: Path) -> None:
    """Raises MedGaugeError where the reproduction is the submitted run, or a copy of it.

    Two runs may have the same answers; they never have the same seconds for each, nor began in the same one.
    """
    one, other = (RunDirectory(path).manifest() for path in (submitted, again))
    same = one["files"].get(OUTPUTS) == other["files"].get(OUTPUTS)
    timed = any(output.usage.seconds is not None for output in RunDirectory(again).outputs().values())
    if same and (timed or one.get("started") == other.get("started")):
        raise MedGaugeError(f"{again} is the submitted run itself, or a copy; a reproduction asks the model again")


def agreements(submitted: Remade, again: Remade, margin: float) -> list[Agreement]:
    """By key, for every task of the submission. Raises NotComparable where the reproduction lacks one."""
    missing = [key for key in submitted.judged if key not in again.judged]
    if missing:
        raise NotComparable(f"the reproduction has nothing of {missing[0]}")
    return [
        _agreement(key, one, again.judged[key], _identical(key, submitted, again), margin)
        for key, one in submitted.judged.items()
    ]


def _agreement(key: str, one: Judged, other: Judged, identical: bool, margin: float) -> Agreement:
    metric = next((m for m in one.metrics if m.name == one.card.primary), None)
    if metric is None:
        raise MedGaugeError(f"{key}: the primary metric {one.card.primary} is a part of another, and is not compared")
    passes = by_trial(one.scores)
    pairs = list(zip(passes, by_trial(other.scores), strict=True))
    old = tuple(mine for mine, _ in pairs)
    new = tuple(aligned(metric, mine, theirs) for mine, theirs in pairs)
    made = paired([metric], Matched(old=old, new=new))[metric.name]
    value, low, high = made.estimate.value, made.estimate.low, made.estimate.high
    held = value is not None and low is not None and high is not None and low <= 0 <= high and abs(value) <= margin
    return Agreement(
        key=key,
        metric=metric.name,
        submitted=made.old,
        reproduced=made.new,
        difference=value,
        low=low,
        high=high,
        identical=identical,
        agrees=identical or held,
    )


def _identical(key: str, one: Remade, other: Remade) -> bool:
    """Whether every turn has the same words, ended alike, and gave the same scores."""
    judged = one.judged[key]
    mine, theirs = (dict(_said(judged, side)) for side in (one, other))
    return mine == theirs


def _said(judged: Judged, side: Remade) -> Iterator[tuple[object, object]]:
    for key, output in side.outputs.items():
        if (key.task, key.language) == (judged.card.name, judged.language):
            yield key, (output.text, output.finish, output.scores)
