"""What makes a sample the same one in two runs, and the refusal of runs that were asked different ones."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from medgauge.codec import plain
from medgauge.errors import NotComparable
from medgauge.types import Sample

CONTENT = ("question", "choices", "regions", "target", "group")
"""What makes a sample the same one, beside its id and the bytes of its pictures."""
Content: TypeAlias = Mapping[str, object]
Contents: TypeAlias = Mapping[str, Mapping[str, Content]]
"""Key of a task to sample id to content."""


def content(sample: Sample) -> Content:
    """What must be the same on both sides, by field."""
    data = plain(sample)
    pictures = [{"sha256": media.sha256} for media in sample.media]
    return {name: data[name] for name in CONTENT} | {"media": pictures}


def contents_of(samples: Sequence[Sample]) -> dict[str, Content]:
    """Sample id to content."""
    return {sample.id: content(sample) for sample in samples}


def require_same(base: Contents, candidate: Contents, names: tuple[str, str]) -> None:
    """Raises NotComparable, naming the fields, where the tasks of both hold different samples, or none is of both.

    `names` are what messages call the base and the candidate.
    """
    shared = [key for key in candidate if key in base]
    lines = [line for key in shared for line in _differing(key, base[key], candidate[key])]
    if not shared:
        lines = ["they share no task"]
    if lines:
        raise NotComparable(f"{names[0]} and {names[1]} did not answer the same samples:\n  " + "\n  ".join(lines))


def _differing(key: str, base: Mapping[str, Content], candidate: Mapping[str, Content]) -> Iterator[str]:
    for where, ids in (("base", base.keys() - candidate.keys()), ("candidate", candidate.keys() - base.keys())):
        if ids:
            yield f"{key} samples: {len(ids)} in the {where} alone, {min(ids)!r} first"
    shared = base.keys() & candidate.keys()
    apart = [(name, id) for id in shared for name in base[id] if base[id][name] != candidate[id][name]]
    for name, count in sorted(Counter(name for name, _ in apart).items()):
        yield f"{key} {name}: {count} samples differ, {min(id for other, id in apart if other == name)!r} first"
