"""The samples of a task in one language without their words: what a board needs of all of them at once.

Runs of one task nearly always hold the very same `samples.jsonl`; a table is made once for each different file.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medgauge.codec import dumps, plain
from medgauge.metrics import parse_metric
from medgauge.protocols import Metric
from medgauge.score import target_of
from medgauge.store import StoredSample
from medgauge.tasks import Publish
from medgauge.types import Sample
from medgauge_leaderboards.site.runs import Cell, Run, heads
from medgauge_leaderboards.site.values import judge_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Samples in the order of the run; all tuples are as long as `ids`."""

    ids: tuple[str, ...]
    contents: tuple[str, ...]
    """Hash of what makes each the same question."""
    publish: tuple[Publish, ...]
    """As the run stored it; the card may still lower it."""
    strata: tuple[str, ...]
    """The tags of each, as one string: samples with the same string are of one slice."""
    groups: tuple[str, ...]
    empty: tuple[bool, ...]
    """Whether the reference holds no box."""
    metrics: Mapping[str, Metric]
    """Those that rank and judge, prepared on the targets as the run prepared them."""
    digest: str
    """How many samples, and a hash of what they are and of the groups that they belong to."""


def tables(run: Run) -> dict[str, Table]:
    """One table for each task and language of a run; reads all of its samples."""
    return {cell.key: _table(cell, list(cell.samples.values())) for cell in heads(run)}


def light(table: Table) -> Table:
    """The part that scores are read by, which is quickly sent to another process."""
    return replace(table, contents=(), publish=(), strata=())


def content_hash(sample: Sample) -> str:
    """Hash of what makes a sample the same question: no tags, no paths, no group."""
    data = plain(sample)
    kept = {name: data.get(name) for name in ("id", "question", "choices", "regions", "target")}
    kept["media"] = [media.sha256 for media in sample.media]
    return hashlib.sha256(dumps(kept).encode()).hexdigest()


def _table(cell: Cell, stored: Sequence[StoredSample]) -> Table:
    targets = [target_of(one.sample) for one in stored]
    hashes = [content_hash(one.sample) for one in stored]
    whole = "".join(sorted(f"{own}{one.sample.group}" for own, one in zip(hashes, stored, strict=True)))
    return Table(
        ids=tuple(one.sample.id for one in stored),
        contents=tuple(hashes),
        publish=tuple(one.publish for one in stored),
        strata=tuple(dumps(dict(one.sample.tags)) for one in stored),
        groups=tuple(one.sample.group for one in stored),
        empty=tuple(not one.sample.target.boxes for one in stored),
        metrics={name: parse_metric(name).prepare(targets) for name in {cell.primary, judge_of(cell)}},
        digest=f"{len(stored)} samples, {hashlib.sha256(whole.encode()).hexdigest()[:8]}",
    )
