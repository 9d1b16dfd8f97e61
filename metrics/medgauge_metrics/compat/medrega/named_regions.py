"""`mm`: many objects with many regions."""

from collections.abc import Sequence
from statistics import fmean

from medgauge_metrics.compat.medrega.many_regions import harmonic, share
from medgauge_metrics.compat.medrega.marked_boxes import Object
from medgauge_metrics.compat.medrega.named import Tally, same_name, tally
from medgauge_metrics.compat.medrega.records import Picture
from medgauge_metrics.compat.medrega.seen import Match, Seen, matches, see
from medgauge_metrics.compat.medrega.stops import Crash

NAMES = (
    "box/box_pre",
    "box/box_recall",
    "box/box_f1",
    "box/box_iou",
    "object/object_pre",
    "object/object_rec",
    "object/object_f1",
    "object/object_iou",
    "object-box/object_box_pre",
    "object-box/object_box_recall",
    "object-box/object_box_f1",
    "object-box/object_box_alignment",
    "object-box/object_box_detection",
)


def named_regions(pictures: Sequence[Picture]) -> dict[str, float]:
    """`pre` is over the reference's boxes, `rec` over the answer's; means over records, IoUs pooled. Raises Crash."""
    tallies: list[Tally] = []
    named: list[Match] = []
    for picture in pictures:
        seen = see(picture)
        found = matches(seen)
        same = _same(found, seen)
        tallies.append(tally(seen, found, same))
        named += same
    values = (
        *_rates(tallies, [one.hits for one in tallies]),
        sum(one.iou for one in tallies) / sum(one.n_right for one in tallies),
        *_rates(tallies, [one.named for one in tallies]),
        sum(match.iou for match in named) / len(named) if named else 0.0,
        *_rates(tallies, [one.both for one in tallies]),
        fmean(one.alignment for one in tallies),
        fmean(one.detection for one in tallies),
    )
    return dict(zip(NAMES, values, strict=True))


def _same(found: Sequence[Match], seen: Seen) -> list[Match]:
    """The matches whose names agree."""
    said, right = _by_box(seen.said), _by_box(seen.right)
    if any(match.said >= len(said) for match in found):
        raise Crash("KeyError", "the box that stands for an unreadable answer has no name", seen.number)
    return [match for match in found if same_name(said[match.said], right[match.right])]


def _by_box(objects: Sequence[Object]) -> list[str]:
    return [one.name for one in objects for _ in one.boxes]


def _rates(tallies: Sequence[Tally], counts: Sequence[int]) -> tuple[float, float, float]:
    """Over the reference's boxes, over the answer's, and their F1: each the mean over records."""
    rates = [(share(count, one.n_right), share(count, one.n_said)) for one, count in zip(tallies, counts, strict=True)]
    return fmean(p for p, _ in rates), fmean(r for _, r in rates), fmean(harmonic(*both) for both in rates)
