"""Whether two runs may be laid side by side, and in which fields they differ if not."""

from collections.abc import Iterator, Mapping, Sequence

from medgauge.codec import plain
from medgauge.errors import MedGaugeError, shorten
from medgauge.spec import flatten
from medgauge.types import Sample
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.values import prepared

CONTENT = ("question", "choices", "regions", "target", "group")
"""What makes a sample the same one, beside its id and the bytes of its pictures."""


def obstacles(base: Cell, candidate: Cell, names: Sequence[str]) -> Iterator[str]:
    """A line for every field in which the two cells differ and must not: samples, targets, groups, signatures.

    Raises MedGaugeError where a run was scored by code whose metrics were made otherwise than today's.
    """
    if base.spec.version != candidate.spec.version:
        yield f"{base.key} version: {base.spec.version} in the base, {candidate.spec.version} in the candidate"
    if base.primary != candidate.primary:
        yield f"{base.key} primary: {base.primary} in the base, {candidate.primary} in the candidate"
    yield from _samples(base, candidate)
    for name in names:
        one, other = (cell.metrics[name]["signature"] for cell in (base, candidate))
        if one != other:
            yield f"{base.key} signature of {name}: {one} in the base, {other} in the candidate"


def require_current(cell: Cell, name: str) -> None:
    """Raises MedGaugeError where the metric's stored statistics are not those that today's code reduces."""
    stored, now = cell.metrics[name]["signature"], prepared(cell, name).signature
    if stored != now:
        path = cell.run.directory.path
        raise MedGaugeError(
            f"{path}: {name} was made as {stored}, this code makes {now}; `medgauge score {path}` makes it anew"
        )


def _samples(base: Cell, candidate: Cell) -> Iterator[str]:
    one, other = ({id: _content(s.sample) for id, s in cell.samples.items()} for cell in (base, candidate))
    for where, ids in (("base", one.keys() - other.keys()), ("candidate", other.keys() - one.keys())):
        if ids:
            yield f"{base.key} samples: {len(ids)} in the {where} alone, {min(ids)!r} first"
    found: dict[str, list[str]] = {}
    for id in sorted(one.keys() & other.keys()):
        for field in sorted(one[id].keys() | other[id].keys()):
            if one[id].get(field) != other[id].get(field):
                found.setdefault(field, []).append(id)
    for field, ids_of in found.items():
        first = ids_of[0]
        values = f"{shorten(one[first].get(field))} in the base, {shorten(other[first].get(field))} in the candidate"
        yield f"{base.key} {field}: {len(ids_of)} samples, {first!r} first: {values}"


def _content(sample: Sample) -> Mapping[str, object]:
    data = plain(sample)
    content = flatten({name: data[name] for name in CONTENT})
    return content | {f"media.{i}.sha256": media.sha256 for i, media in enumerate(sample.media)}
