"""Whether two sides may be laid side by side, and in which fields they differ if not."""

from collections.abc import Iterator, Sequence
from typing import Any

from medgauge.codec import plain
from medgauge.errors import MedGaugeError, shorten
from medgauge.flat import flatten
from medgauge.protocols import Metric
from medgauge.spec import RunSpec
from medgauge_leaderboards.document import Setting
from medgauge_leaderboards.sides import Part
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.values import prepared

FREE = ("model", "limit")
"""What may always differ: the model is what is compared; samples are compared one by one, whatever limited them."""
RECORDING = ("model.fingerprint", "model.spec", "model.name")
"""In these, two recordings of one model differ."""
SEED = "generation.seed"
TASKS = "tasks"
"""`--varying tasks`: the candidate need not have run every task of the base."""


def obstacles(base: Part, candidate: Part, names: Sequence[str]) -> Iterator[str]:
    """A line for every field in which the two differ and must not: samples, targets, groups, signatures."""
    if base.version != candidate.version:
        yield f"{base.key} version: {base.version} in the base, {candidate.version} in the candidate"
    if base.primary != candidate.primary:
        yield f"{base.key} primary: {base.primary} in the base, {candidate.primary} in the candidate"
    yield from _samples(base, candidate)
    for name in names:
        one, other = base.signatures[name], candidate.signatures[name]
        if one != other:
            yield f"{base.key} signature of {name}: {one} in the base, {other} in the candidate"


def current(cell: Cell, name: str) -> Metric:
    """The metric, prepared on the cell's targets. Raises MedGaugeError where the stored statistics are not those that
    today's code reduces."""
    path, metric = cell.run.directory.path, prepared(cell, name)
    stored, now = cell.metrics[name]["signature"], metric.signature
    if stored != now:
        raise MedGaugeError(
            f"{path}: {name} was made as {stored}, this code makes {now}; `medgauge score {path}` makes it anew"
        )
    return metric


def differing(base: RunSpec, candidate: RunSpec, tasks: Sequence[str]) -> list[Setting]:
    """Settings of the shared tasks, and of the runs as wholes, that are not the same."""
    one, other = (_settings(spec, tasks) for spec in (base, candidate))
    return [
        Setting(field=name, part=_part(name), base=one.get(name), candidate=other.get(name))
        for name in sorted(one | other)
        if one.get(name) != other.get(name)
    ]


def undeclared(settings: Sequence[Setting], varying: Sequence[str]) -> list[str]:
    """A line for every differing setting that is not declared as what is compared."""
    return [
        f"{s.field}: {shorten(s.base)} in the base, {shorten(s.candidate)} in the candidate (if that is what is "
        f"compared: --varying {s.part})"
        for s in settings
        if s.part not in (*FREE, *varying)
    ]


def require_known_parts(varying: Sequence[str], base: RunSpec, candidate: RunSpec) -> None:
    """Raises UnknownName for a part of the spec that there is not."""
    parts = {TASKS} | {
        _part(name) for spec in (base, candidate) for name in _settings(spec, [t.name for t in spec.tasks])
    }
    for part in varying:
        if part not in parts:
            raise MedGaugeError(f"--varying {part!r}: expected one of {', '.join(sorted(parts))}")


def _settings(spec: RunSpec, tasks: Sequence[str]) -> dict[str, Any]:
    data = plain(spec)
    data.pop("schema_version")
    own = [task for task in data.pop("tasks") if task["name"] in tasks]
    asked = {task["name"]: {k: task[k] for k in ("prompts", "prompts_hash")} for task in own}
    fitted = {task["name"]: task["fit"] for task in own}
    return flatten({**data, "prompts": asked, "model": {**data["model"], "fit": fitted}})


def _part(field: str) -> str:
    return field.partition(".")[0]


def _samples(base: Part, candidate: Part) -> Iterator[str]:
    fields = [name for name in base.digests if base.digests[name] != candidate.digests.get(name)]
    if not fields:
        return
    if base.contents is None or candidate.contents is None:
        if "ids" in fields:
            yield f"{base.key} samples: {base.n} in the base, {candidate.n} in the candidate, not with the same ids"
        else:
            for name in fields:
                yield f"{base.key} {name}: not what was blessed; only a comparison of the runs can tell which samples"
        return
    one, other = base.contents, candidate.contents
    for where, ids in (("base", one.keys() - other.keys()), ("candidate", other.keys() - one.keys())):
        if ids:
            yield f"{base.key} samples: {len(ids)} in the {where} alone, {min(ids)!r} first"
    found: dict[str, list[str]] = {}
    flat = {id: (flatten(one[id]), flatten(other[id])) for id in sorted(one.keys() & other.keys())}
    for id, (mine, theirs) in flat.items():
        for field in sorted(mine.keys() | theirs.keys()):
            if mine.get(field) != theirs.get(field):
                found.setdefault(field, []).append(id)
    for field, ids_of in found.items():
        mine, theirs = flat[ids_of[0]]
        values = f"{shorten(mine.get(field))} in the base, {shorten(theirs.get(field))} in the candidate"
        yield f"{base.key} {field}: {len(ids_of)} samples, {ids_of[0]!r} first: {values}"
