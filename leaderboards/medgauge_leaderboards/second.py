"""A second run of the candidate, which has to bear out what the first one showed."""

from collections.abc import Mapping
from pathlib import Path

from medgauge.errors import MedGaugeError, NotComparable
from medgauge.store import OUTPUTS
from medgauge_leaderboards.comparable import RECORDING, SEED, differing, obstacles
from medgauge_leaderboards.sides import Part, part_of
from medgauge_leaderboards.site.runs import Cell, Run, cells, read_run


def second_cells(path: Path, first: Run, parts: Mapping[str, Part]) -> dict[str, Cell]:
    """The tasks of another run of the same model that the first run has too, over the same samples.

    Raises NotComparable, naming the fields, where it is a run of something else, and MedGaugeError where it is the
    first run itself or a copy of it.
    """
    other = read_run(path)
    own = {cell.key: cell for cell in cells(other)}
    recorded = all(spec.model.spec.startswith("replay:") for spec in (first.spec, other.spec))
    tasks = sorted({cell.spec.name for key, cell in own.items() if key in parts})
    may = (SEED, *(RECORDING if recorded else ()))
    settings = [s for s in differing(first.spec, other.spec, tasks) if s.field not in may]
    lines = [f"{s.field}: {s.base!r} and {s.candidate!r}" for s in settings]
    for key, cell in own.items():
        if key in parts:
            part = part_of(cell)
            lines += obstacles(parts[key], part, [name for name in part.stats if name in parts[key].stats])
            lines += [f"{key}: {name} is not in {path}" for name in parts[key].stats if name not in part.stats]
    if not tasks:
        lines.append("they share no task")
    if lines:
        raise NotComparable(
            f"{first.directory.path} and {path} are not two runs of one model:\n  " + "\n  ".join(lines)
        )
    if _is_the_same(first, other):
        raise MedGaugeError(
            f"{path} is the same run as {first.directory.path}: ask the model a second time, with another --out"
        )
    return {key: cell for key, cell in own.items() if key in parts}


def _is_the_same(first: Run, other: Run) -> bool:
    """One folder twice, or a copy: the same answers, begun in the same second. Scoring a copy again changes neither."""
    if first.directory.path.resolve() == other.directory.path.resolve():
        return True
    one, two = ((run.manifest["files"].get(OUTPUTS), run.manifest.get("started")) for run in (first, other))
    return one == two
