"""`medgauge reference`: bless a run as what later runs are held to; show, list and compare what is blessed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from medgauge.codec import plain
from medgauge.errors import MedGaugeError, NotComparable
from medgauge.flat import flatten
from medgauge.manifest import now
from medgauge.paired import changed
from medgauge.protocols import Metric
from medgauge.significance import mean_differences
from medgauge.stats import aligned, gather, reduced
from medgauge.types import Score
from medgauge_leaderboards.comparable import current
from medgauge_leaderboards.gates_file import PRIMARY, matching
from medgauge_leaderboards.packing import pack
from medgauge_leaderboards.reference_file import (
    Aggregate,
    Kept,
    Noise,
    Reference,
    file_of,
    find,
    names_in,
    read_reference,
    write_reference,
)
from medgauge_leaderboards.second import second_cells
from medgauge_leaderboards.sides import ordered, part_of
from medgauge_leaderboards.site.runs import Cell, Run, cells, read_run


def bless(
    run: Path, name: str, reason: str, *, folder: Path, metrics: Sequence[str] = (), again: Path | None = None
) -> Path:
    """Write a finished run as the reference `name`, and what changes to the file that was there.

    `metrics` are names or patterns kept sample by sample beside every task's primary. `again` is a second run of the
    same model: how far the two are apart is kept as the noise floor. Raises MedGaugeError without a reason, for a
    metric that no task has, and for a second run of something else.
    """
    if not reason.strip():
        raise MedGaugeError("--reason: say why this run is the one to be held to")
    file_of(name, folder)
    one = read_run(run)
    own = cells(one)
    _require_known(metrics, own)
    second = _second(one, own, again) if again is not None else {}
    reference = Reference(
        name=name,
        reason=reason.strip(),
        blessed=now(),
        medgauge=one.manifest.get("medgauge"),
        finished=one.manifest.get("finished"),
        files=one.manifest["files"],
        spec=one.spec,
        tasks={cell.key: _kept(cell, metrics, second.get(cell.key)) for cell in own},
    )
    return write_reference(reference, folder)


def listed(folder: Path) -> list[dict[str, Any]]:
    """Every reference of a folder in brief."""
    return [_brief(read_reference(file_of(name, folder))) for name in names_in(folder)]


def shown(name: str, folder: Path) -> dict[str, Any]:
    """One reference without its packed statistics."""
    data = plain(read_reference(find(name, folder)))
    for kept in data["tasks"].values():
        kept["packed"] = {metric: len("".join(c["data"] for c in _columns(p))) for metric, p in kept["packed"].items()}
    return data


def differences(old: str, new: str, folder: Path) -> list[dict[str, Any]]:
    """Fields in which two references differ: settings, hashes, signatures, numbers."""
    one, other = (flatten(_comparable(read_reference(find(name, folder)))) for name in (old, new))
    return [
        {"field": name, "old": one.get(name), "new": other.get(name)}
        for name in sorted(one | other)
        if one.get(name) != other.get(name)
    ]


def _comparable(reference: Reference) -> dict[str, Any]:
    data = plain(reference)
    for kept in data["tasks"].values():
        kept["packed"] = {name: "".join(c["data"] for c in _columns(p)) for name, p in kept["packed"].items()}
    return {key: value for key, value in data.items() if key not in ("name", "reason", "blessed")}


def _columns(packed: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [packed["kinds"], packed["counts"], *packed["columns"]]


def _brief(reference: Reference) -> dict[str, Any]:
    return {
        "name": reference.name,
        "blessed": reference.blessed,
        "reason": reference.reason,
        "model": reference.spec.model.name,
        "tasks": {
            key: {"n": kept.n, "primary": kept.primary, "value": kept.metrics[kept.primary].value}
            for key, kept in reference.tasks.items()
        },
    }


def _require_known(patterns: Sequence[str], own: Sequence[Cell]) -> None:
    known = sorted({name for cell in own for name in part_names(cell)})
    for pattern in patterns:
        if pattern != PRIMARY and not matching(pattern, known):
            raise MedGaugeError(f"--metric {pattern!r}: the run has {', '.join(known)}")


def part_names(cell: Cell) -> list[str]:
    """The metrics of a cell by their main number."""
    return [name for score in cell.scores()[:1] for name in score.stats]


def _kept(cell: Cell, patterns: Sequence[str], again: Cell | None) -> Kept:
    part = part_of(cell)
    wanted = [n for n in part.stats if n == cell.primary or any(n in matching(p, [n]) for p in patterns)]
    metrics = {name: current(cell, name) for name in wanted}
    numbers = {name: cell.metrics[name] for name in part.stats}
    return Kept(
        task=part.task,
        language=part.language,
        primary=part.primary,
        version=part.version,
        n=part.n,
        trials=part.trials,
        n_groups=cell.result["n_groups"],
        counts=part.counts,
        digests=part.digests,
        outputs=part.outputs,
        metrics={
            name: Aggregate(value=n["value"], low=n["low"], high=n["high"], signature=n["signature"])
            for name, n in numbers.items()
        },
        packed={name: pack(part.stats[name]) for name in wanted},
        noise={name: _noise(m, ordered(cell)[0], ordered(again)[0]) for name, m in metrics.items()} if again else {},
    )


def _second(one: Run, own: Sequence[Cell], path: Path) -> dict[str, Cell]:
    """The cells of a second run of the same model over the same samples."""
    parts = {cell.key: part_of(cell) for cell in own}
    found = second_cells(path, one, parts)
    missing = [key for key in parts if key not in found]
    if missing:
        raise NotComparable(f"{path}: has not run {', '.join(missing)}, which {one.directory.path} has")
    return found


def _noise(metric: Metric, one: Sequence[Score], other: Sequence[Score]) -> Noise:
    second = aligned(metric, one, other)
    left, right = gather(metric, one), gather(metric, second)
    ones = np.ones((1, left.units))
    numbers = [float(reduced(metric, side, ones)[""][0]) if len(side.values) else 0.0 for side in (left, right)]
    difference = numbers[1] - numbers[0]
    floor = abs(difference)
    if mean_differences(metric, left, right) is not None and len(left.values):
        floor = float(np.abs(left.values[:, 0] - right.values[:, 0]).mean())
    return Noise(floor=floor, changed=len(changed(metric, one, second)), difference=difference)
