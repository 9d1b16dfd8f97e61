"""One task in one language as a comparison needs it, whether it comes from a run or from a blessed reference."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from medgauge.codec import dumps
from medgauge.same_samples import CONTENT, Content, contents_of
from medgauge.types import Rows, Score, Vector
from medgauge_leaderboards.site.runs import Cell

DIGITS = 32
"""Hex digits kept of a digest."""
Measured: TypeAlias = Vector | Rows | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One task in one language of either side. Samples stand in the order of their ids, trial after trial."""

    key: str
    task: str
    language: str
    primary: str
    version: int
    n: int
    trials: int
    """How often every sample was asked; `counts`, `stats` and `outputs` are of all trials."""
    counts: Mapping[str, int]
    """Answers by status, and `truncated`."""
    signatures: Mapping[str, str]
    """Of the metrics' main numbers."""
    digests: Mapping[str, str]
    """Field of the content to a hash over all samples: equal where the samples are the same."""
    outputs: str
    """Hash over all answers, word for word."""
    stats: Mapping[str, Sequence[Measured]]
    contents: Mapping[str, Content] | None
    """Sample id to content; None for a reference, which holds hashes alone."""
    read: tuple[tuple[str, str, bool], ...] | None = None
    """Id, status and whether it was truncated, of every answer in the order of `stats`; None for a reference, which
    holds `counts` alone."""


def part_of(cell: Cell) -> Part:
    """One task of a run."""
    ids = sorted(cell.samples)
    scores = [score for one in ordered(cell) for score in one]
    contents = contents_of([cell.samples[id].sample for id in ids])
    names = list(scores[0].stats) if scores else []
    return Part(
        key=cell.key,
        task=cell.spec.name,
        language=str(cell.result["language"]),
        primary=cell.primary,
        version=cell.spec.version,
        n=len(ids),
        trials=cell.trials,
        counts={**cell.result["status"], "truncated": cell.result["truncated"]},
        signatures={name: cell.metrics[name]["signature"] for name in names},
        digests=digests(contents),
        outputs=_digest(
            [id, *((o.text, o.finish) for o in cell.turns(id, trial))] for trial in range(cell.trials) for id in ids
        ),
        stats={name: [score.stats[name] for score in scores] for name in names},
        contents=contents,
        read=tuple((score.key.id, score.status, score.truncated) for score in scores),
    )


def read_otherwise(base: Part, candidate: Part) -> str:
    """How the answers of two sides over the same samples were read differently; empty where they were not."""
    names = dict.fromkeys([*base.counts, *candidate.counts])
    counts = [(name, base.counts.get(name, 0), candidate.counts.get(name, 0)) for name in names]
    moved = [f"{name} {one} -> {other}" for name, one, other in counts if one != other]
    if base.read is not None and candidate.read is not None and len(base.read) == len(candidate.read):
        ids = [mine[0] for mine, theirs in zip(base.read, candidate.read, strict=True) if mine != theirs]
        moved += [f"{len(ids)} answers have another status, {ids[0]!r} first"] if ids else []
    return f"answers are read otherwise: {', '.join(moved)}" if moved else ""


def ordered(cell: Cell) -> list[list[Score]]:
    """The scores of each trial of a cell in the order of the samples' ids."""
    return [sorted(cell.scores(trial), key=lambda score: score.key.id) for trial in range(cell.trials)]


def measured_as(part: Part, names: Sequence[str], scores: Sequence[Score], trial: int) -> list[Score]:
    """The part's statistics in one trial as scores, in the places (key, group) of the other side's `scores`."""
    start = trial * part.n
    columns = {name: part.stats[name][start : start + part.n] for name in names}
    return [
        replace(score, stats={name: column[i] for name, column in columns.items()}) for i, score in enumerate(scores)
    ]


def digests(contents: Mapping[str, Content]) -> dict[str, str]:
    """A hash for every field over all samples, and one of the ids."""
    hashed = {field: _digest([id, contents[id][field]] for id in contents) for field in (*CONTENT, "media")}
    return {"ids": _digest([id] for id in contents)} | hashed


def _digest(rows: Iterable[object]) -> str:
    return hashlib.sha256(dumps(list(rows)).encode()).hexdigest()[:DIGITS]
