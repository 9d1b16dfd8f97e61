"""Marks of submissions, as a check of them would leave."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medgauge_leaderboards.submissions.folder import run_hash
from medgauge_leaderboards.submissions.status import Mark, Statuses

MARK: Mapping[str, Any] = {
    "name": "theirs",
    "made": "recomputed",
    "differs": False,
    "state": "active",
    "reason": "",
    "superseded_by": "",
    "who": "A Group",
    "title": "A Model 7B",
    "date": "2026-01-31",
    "reproduced_by": "",
    "parameters": None,
    "open_weights": None,
    "licence": None,
    "trained_on": None,
}


def mark(**changes: Any) -> Mark:
    """A mark of a run that is recomputed, but for some fields."""
    return Mark(**{**MARK, **changes})


def statuses(runs: Mapping[Path, Mark], *bare: Mark) -> Statuses:
    """What a check leaves of some runs, and of submissions without one."""
    return Statuses(
        medgauge="0",
        lock="0" * 64,
        rule="",
        runs={run_hash(run): one for run, one in runs.items()},
        bare=bare,
    )


NONE = statuses({})
"""A check that saw nothing."""
