"""Checking a user's copy of a data set: everything is told, nothing is mended.

Samples are held one split at a time, pictures are looked at one after the other, and a picture leaves behind its path,
its hash and its code.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medgauge.data.canonical import load
from medgauge.data.findings import Findings
from medgauge.data.pictures import Look, look_at_all
from medgauge.data.samples import faults, wording
from medgauge.data.similar import Codes, near_pairs, stack
from medgauge.errors import Incomplete, MedGaugeError
from medgauge.prepare import require_ids
from medgauge.progress import progress
from medgauge.tasks import Card, Loaded, Task
from medgauge.types import Media, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is kept of one split."""

    split: Split
    samples: int = 0
    groups: frozenset[str] = frozenset()
    pictures: dict[str, str] = field(default_factory=dict)
    """sha256 to the path of the first file with these bytes."""
    coded: list[str] = field(default_factory=list)
    """sha256 of the files that have a code, in the codes' order."""
    codes: list[bytes] = field(default_factory=list)

    @property
    def stacked(self) -> Codes:
        """The codes as one array."""
        return stack(self.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked at, and what was found."""

    name: str
    splits: tuple[Seen, ...]
    findings: Findings


def check(task: Task, data_dir: Path | None, *, allow_modified: bool = False) -> Report:
    """Check every split of a data set, in the source's form or prepared. Raises Incomplete when files are missing."""
    findings = Findings(allowed=frozenset({"modified"}) if allow_modified else frozenset())
    seen = [one for split in task.card.splits if (one := _split(task, data_dir, split, findings)) is not None]
    tests, trains = ([one for one in seen if one.split == split] for split in ("test", "train"))
    for test in tests:
        for train in trains:
            _leakage(test, train, findings)
    return Report(name=task.name, splits=tuple(seen), findings=findings)


def report_json(report: Report) -> dict[str, Any]:
    """The report as JSON-ready data, with the first hundred places of each finding."""
    return {
        "name": report.name,
        "splits": {
            seen.split: {"samples": seen.samples, "groups": len(seen.groups), "pictures": len(seen.pictures)}
            for seen in report.splits
        },
        "findings": {
            kind: {"level": finding.level, "count": finding.count, "places": finding.places}
            for kind, finding in report.findings.kinds.items()
        },
    }


def _split(task: Task, data_dir: Path | None, split: Split, findings: Findings) -> Seen | None:
    try:
        loaded = load(task, None if task.card.access == "embedded" else data_dir, split)
        require_ids(task, loaded)
    except Incomplete as error:
        if split == "test":
            raise
        findings.add("no-train-split", str(error))
        return None
    except MedGaugeError as error:
        findings.add("record", f"{split}: {error}")
        return None
    for kind, lines in (("modified", loaded.modified), ("excluded", loaded.excluded)):
        for line in lines:
            findings.add(kind, line)
    _samples(task.card, loaded, split, findings)
    seen = Seen(split=split, samples=len(loaded.samples), groups=frozenset(sample.group for sample in loaded.samples))
    wanted = _pictures(loaded)
    with progress(f"{task.name} {split} pictures", len(wanted)) as advance:
        for (media, owner), look in zip(wanted, _looks(wanted, loaded.root), strict=True):
            _keep(seen, look, media.path, f"{split}: {owner}: {media.path}", findings)
            advance()
    _alike(seen, findings)
    return seen


def _samples(card: Card, loaded: Loaded, split: Split, findings: Findings) -> None:
    for sample in loaded.samples:
        for fault in (*faults(sample, card), *wording(sample, card)):
            place = f"{split}: {sample.id}: {fault.field}: expected {fault.expected}, got {fault.actual!r:.120}"
            findings.add(fault.kind, place)


def _pictures(loaded: Loaded) -> list[tuple[Media, str]]:
    """Every picture once, with the id of the first sample that has it."""
    first: dict[str, tuple[Media, str]] = {}
    for sample in loaded.samples:
        for media in sample.media:
            first.setdefault(media.path, (media, sample.id))
    return list(first.values())


def _looks(wanted: Iterable[tuple[Media, str]], root: Path) -> Iterator[Look]:
    return look_at_all((root / media.path, root) for media, _ in wanted)


def _keep(seen: Seen, look: Look, path: str, place: str, findings: Findings) -> None:
    if look.error:
        findings.add("missing-picture" if look.missing else "bad-picture", f"{place}: {look.error}")
    elif look.sha256 in seen.pictures:
        findings.add("same-picture", f"{place} = {seen.pictures[look.sha256]}")
    else:
        seen.pictures[look.sha256] = path
        if look.code is None:
            findings.add("flat-picture", place)
        else:
            seen.coded.append(look.sha256)
            seen.codes.append(look.code)


def _alike(seen: Seen, findings: Findings) -> None:
    for row, other, bits in near_pairs(seen.stacked):
        one, two = (seen.pictures[seen.coded[index]] for index in (row, other))
        findings.add("alike-pictures", f"{seen.split}: {one} ~ {two} ({bits} of 256 bits differ)")


def _leakage(test: Seen, train: Seen, findings: Findings) -> None:
    for sha256, path in test.pictures.items():
        if sha256 in train.pictures:
            findings.add("same-picture-in-both", f"{path} = {train.pictures[sha256]}")
    for row, other, bits in near_pairs(test.stacked, train.stacked):
        if test.coded[row] != train.coded[other]:
            one, two = test.pictures[test.coded[row]], train.pictures[train.coded[other]]
            findings.add("alike-pictures-in-both", f"{one} ~ {two} ({bits} of 256 bits differ)")
    for group in sorted(test.groups & train.groups):
        findings.add("group-in-both", group)
