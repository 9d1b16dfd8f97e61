"""Whether a reference that was read can be what `bless` wrote: a damage is named before it is reckoned with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from medgauge.errors import BadRecord
from medgauge.results import STATUSES
from medgauge.same_samples import CONTENT
from medgauge_leaderboards.packing import MOST_ROWS

if TYPE_CHECKING:
    from medgauge_leaderboards.reference_file import Kept, Reference

Fault: TypeAlias = tuple[str, str, object]
"""Field, what was expected, what came."""


def require_sound(reference: "Reference", file: Path) -> None:
    """Raises BadRecord for the first part of a task that contradicts another or that `bless` never writes."""
    asked = {task.name for task in reference.spec.tasks}
    for key, kept in reference.tasks.items():
        if kept.task not in asked:
            raise BadRecord(file, None, f"tasks.{key}.task", f"one of the spec: {', '.join(sorted(asked))}", kept.task)
        for field, expected, actual in (*_sizes(kept), *_hashes(kept), *_metrics(kept)):
            raise BadRecord(file, None, f"tasks.{key}.{field}", expected, actual)


def _sizes(kept: "Kept") -> Iterator[Fault]:
    if kept.n < 1:
        yield "n", "1 or more", kept.n
    if kept.trials < 1:
        yield "trials", "1 or more", kept.trials
    total = kept.n * kept.trials
    if total > MOST_ROWS:
        yield "n", f"at most {MOST_ROWS} answers", total
    if not 1 <= kept.n_groups <= kept.n:
        yield "n_groups", f"1 to {kept.n}", kept.n_groups
    names = {*STATUSES, "truncated"}
    if kept.counts.keys() != names or min(kept.counts.values()) < 0:
        yield "counts", f"a count of each of {', '.join(sorted(names))}", dict(kept.counts)
    elif sum(kept.counts[name] for name in STATUSES) != total or kept.counts["truncated"] > total:
        yield "counts", f"{total} answers by status", dict(kept.counts)


def _hashes(kept: "Kept") -> Iterator[Fault]:
    fields = {"ids", "media", *CONTENT}
    if kept.digests.keys() != fields or not all(kept.digests.values()):
        yield "digests", f"a hash of each of {', '.join(sorted(fields))}", sorted(kept.digests)
    if not kept.outputs:
        yield "outputs", "a hash", kept.outputs


def _metrics(kept: "Kept") -> Iterator[Fault]:
    for name in (kept.primary, *kept.packed):
        if name not in kept.metrics:
            field = "primary" if name == kept.primary else f"packed.{name}"
            yield field, f"one of the metrics {', '.join(sorted(kept.metrics))}", name
    if kept.primary not in kept.packed:
        yield "packed", f"statistics of the primary {kept.primary}", sorted(kept.packed)
    for name, noise in kept.noise.items():
        if name not in kept.packed:
            yield f"noise.{name}", "noise of a metric that is kept by sample", name
        if noise.floor < 0:
            yield f"noise.{name}.floor", "0 or more", noise.floor
        if not 0 <= noise.changed <= kept.n * kept.trials:
            yield f"noise.{name}.changed", f"0 to {kept.n * kept.trials}", noise.changed
