"""The base of a comparison: a run directory, or a reference by name or file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medgauge.results import STATUSES
from medgauge.spec import RunSpec
from medgauge_leaderboards.document import About
from medgauge_leaderboards.reference_file import Noise, find, part_of_kept, read_reference
from medgauge_leaderboards.sides import Part, part_of
from medgauge_leaderboards.site.runs import Run, cells, read_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What a candidate is held to."""

    path: str
    spec: RunSpec
    parts: Mapping[str, Part]
    noise: Mapping[str, Mapping[str, Noise]]
    """Task to metric to noise floor; empty where none was recorded."""
    about: About


def read_base(name: str, folder: Path) -> Base:
    """A run directory, a reference file, or the name of a reference in the folder. Raises MedGaugeError."""
    if Path(name).is_dir():
        run = read_run(Path(name))
        parts = {cell.key: part_of(cell) for cell in cells(run)}
        return Base(path=name, spec=run.spec, parts=parts, noise={}, about=about_run(run, parts))
    file = find(name, folder)
    reference = read_reference(file)
    parts = {key: part_of_kept(key, kept, file) for key, kept in reference.tasks.items()}
    about = About(
        kind="reference",
        path=str(file),
        name=reference.name,
        reason=reference.reason,
        model=reference.spec.model.name,
        control=reference.spec.control,
        limit=reference.spec.limit,
        medgauge=reference.medgauge,
        finished=reference.finished,
        status=_status(parts),
    )
    noise = {key: kept.noise for key, kept in reference.tasks.items()}
    return Base(path=name, spec=reference.spec, parts=parts, noise=noise, about=about)


def about_run(run: Run, parts: Mapping[str, Part]) -> About:
    """What a document says of a run."""
    return About(
        kind="run",
        path=str(run.directory.path),
        name=None,
        reason=None,
        model=run.spec.model.name,
        control=run.spec.control,
        limit=run.spec.limit,
        medgauge=run.manifest.get("medgauge"),
        finished=run.manifest.get("finished"),
        status=_status(parts),
    )


def _status(parts: Mapping[str, Part]) -> dict[str, dict[str, int]]:
    return {key: {name: part.counts.get(name, 0) for name in (*STATUSES, "truncated")} for key, part in parts.items()}
