"""Whether the files of a run have the form that readers take for granted, beside hashes that match.

A folder written by something else, or edited and signed anew, is refused by one line that names the place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from medgauge import codec
from medgauge.errors import BadRecord
from medgauge.results import STATUSES
from medgauge.store import MANIFEST, RESULTS, SCORES
from medgauge.types import Family, Key, Language, Rows, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_undefined: int
    n_groups: int
    signature: str
    higher_is_better: bool | None
    interval: str | None = None
    no_interval: str | None = None
    trial_sd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slice:
    n: int
    n_groups: int
    metrics: Mapping[str, _Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    task: str
    family: Family
    language: Language
    primary: str
    n: int
    n_groups: int
    status: Mapping[str, int]
    truncated: int
    metrics: Mapping[str, _Number]
    slices: Mapping[str, Mapping[str, _Slice]]
    trials: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Results:
    tasks: Mapping[str, _Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    files: Mapping[str, str]
    cards: Mapping[str, Mapping[str, Any]]
    modified: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


MOST_TRIALS = 10_000
"""Every one is read again; nobody asks so often."""


def require_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Raises BadRecord where `manifest.json` lacks its hashes or cards, or has a card under another name."""
    file = folder / MANIFEST
    for name, card in codec.convert(_Manifest, {"cards": {}, **manifest}, file).cards.items():
        if card.get("name") != name:
            raise BadRecord(file, None, f"cards.{name}.name", f"{name!r}, as it is listed", card.get("name"))


def require_results(results: Mapping[str, Any], tasks: Sequence[str], folder: Path) -> None:
    """Raises BadRecord where `results.json` lacks a number, or names a task that the spec does not."""
    file = folder / RESULTS
    for key, entry in codec.convert(_Results, results, file).tasks.items():
        if entry.task not in tasks:
            raise BadRecord(file, None, f"tasks.{key}.task", f"one of {', '.join(tasks)}, as the spec says", entry.task)
        if set(entry.status) != set(STATUSES):
            raise BadRecord(file, None, f"tasks.{key}.status", f"counts of {', '.join(STATUSES)}", dict(entry.status))
        if not 1 <= entry.trials <= MOST_TRIALS:
            raise BadRecord(file, None, f"tasks.{key}.trials", f"a number from 1 to {MOST_TRIALS:,}", entry.trials)
        if entry.primary not in entry.metrics:
            raise BadRecord(file, None, f"tasks.{key}.primary", "one of its metrics", entry.primary)


class Measured(Protocol):
    """What is looked at of a score."""

    @property
    def key(self) -> Key:
        """Which sample."""
        ...

    @property
    def stats(self) -> Mapping[str, Vector | Rows | None]:
        """Of each metric."""
        ...


def require_scores(scores: Sequence[Measured], metrics: Mapping[str, object], folder: Path) -> None:
    """Raises BadRecord where scores of one task are not of one form: the same metrics, vectors of one width."""
    file = folder / SCORES
    widths: dict[str, tuple[bool, int]] = {}
    for score in scores:
        if score.stats.keys() != scores[0].stats.keys():
            expected = f"the metrics of {scores[0].key.id!r}: {', '.join(scores[0].stats)}"
            raise BadRecord(file, None, f"stats of {score.key.id!r}", expected, sorted(score.stats))
        for name, stats in score.stats.items():
            for row in _rows(stats):
                if widths.setdefault(name, row) != row:
                    raise BadRecord(file, None, f"stats.{name} of {score.key.id!r}", _form(widths[name]), stats)
    unknown = sorted(name for name in (scores[0].stats if scores else ()) if name not in metrics)
    if unknown:
        raise BadRecord(file, None, "stats", f"metrics that {RESULTS} holds", unknown[0])


def _rows(stats: object) -> list[tuple[bool, int]]:
    """Whether it is a row of several, and its length."""
    if not isinstance(stats, tuple) or not stats:
        return []
    nested = [row for row in stats if isinstance(row, tuple)]
    return [(True, len(row)) for row in nested] if nested else [(False, len(stats))]


def _form(form: tuple[bool, int]) -> str:
    return f"{'rows' if form[0] else 'a vector'} of {form[1]} numbers"
