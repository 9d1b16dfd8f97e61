"""Where what is claimed is not what comes out."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medgauge.codec import plain
from medgauge.errors import shorten
from medgauge.store import MANIFEST, RESULTS, SCORES, RunDirectory
from medgauge_leaderboards.submissions.remade import Remade

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""How far two floats may be apart that other processors or libraries summed in another order."""
FIRST = 10
"""Differences that are named."""
ABSENT = "nothing"


def differences(run: Path, claim: Mapping[str, Any], made: Remade) -> list[str]:
    """A line for each number, count, interval or score that is claimed and does not come out; empty where all do.

    All of `results.json` is looked at for the tasks that were made again, and `scores.jsonl` and the usage in the
    manifest where they are there: the leaderboard shows and tests by them.
    """
    lines = [*_results(claim, made), *_usage(run, made)]
    if (run / SCORES).is_file():
        lines += _scores(run, made)
    return lines if len(lines) <= FIRST else [*lines[:FIRST], f"and {len(lines) - FIRST} more"]


def apart(claimed: object, made: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    """Leaves of plain data that differ: where, claimed, made."""
    if isinstance(claimed, dict) and isinstance(made, dict):
        for name in sorted(claimed.keys() | made.keys(), key=str):
            inner = f"{path}: {name}" if path else str(name)
            yield from apart(claimed.get(name, ABSENT), made.get(name, ABSENT), inner)
    elif isinstance(claimed, list) and isinstance(made, list) and len(claimed) == len(made):
        for place, (one, other) in enumerate(zip(claimed, made, strict=True)):
            yield from apart(one, other, f"{path}: {place}")
    elif not _same(claimed, made):
        yield path, claimed, made


def _same(claimed: object, made: object) -> bool:
    numbers = [x for x in (claimed, made) if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(numbers) == 2:
        return math.isclose(*numbers, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(claimed) is type(made) and claimed == made


def _results(claim: Mapping[str, Any], made: Remade) -> Iterator[str]:
    """All of the file; where a task could not be made again, the tasks that could."""
    tasks: Mapping[str, Any] = made.results["tasks"]
    found = list(apart({key: claim["tasks"].get(key, ABSENT) for key in tasks}, tasks))
    if not made.without:
        claimed, computed = ({k: v for k, v in side.items() if k != "tasks"} for side in (claim, made.results))
        found += apart(claimed, computed)
    for path, one, other in found:
        yield f"{RESULTS}: {path}: claimed {shorten(one)}, recomputed {shorten(other)}"


def _scores(run: Path, made: Remade) -> Iterator[str]:
    claimed = {score.key: score for score in RunDirectory(run).scores()}
    computed = {score.key: score for judged in made.judged.values() for score in judged.scores}
    tasks = {(judged.card.name, judged.language) for judged in made.judged.values()}
    stray = [key for key in claimed if (key.task, key.language) in tasks and key not in computed]
    if stray:
        yield f"{SCORES}: {shorten(str(stray[0]))}: claimed a score, recomputed nothing"
    for key, score in computed.items():
        if key not in claimed:
            yield f"{SCORES}: {key}: claimed nothing, recomputed a score"
            continue
        for path, one, other in apart(plain(claimed[key]), plain(score)):
            yield f"{SCORES}: {key}: {path}: claimed {shorten(one)}, recomputed {shorten(other)}"


def _usage(run: Path, made: Remade) -> Iterator[str]:
    claimed = RunDirectory(run).manifest().get("usage")
    if claimed is not None and made.outputs:
        for path, one, other in apart(claimed, dict(made.usage), "usage"):
            yield f"{MANIFEST}: {path}: claimed {shorten(one)}, recomputed {shorten(other)}"
