"""`ms`: many objects with one region each."""

import math
from collections.abc import Sequence
from statistics import fmean

from medgauge_metrics.compat.medrega.named import same_name, tally
from medgauge_metrics.compat.medrega.records import Picture
from medgauge_metrics.compat.medrega.seen import Match, Seen, matches, see
from medgauge_metrics.compat.medrega.stops import Crash

NAMES = (
    "box/box_acc",
    "box/box_iou",
    "object/object_acc",
    "object/object_iou",
    "object-box/object_box_acc",
    "object-box/object_box_alignment",
    "object-box/object_box_detection",
)


def named_region(pictures: Sequence[Picture]) -> dict[str, float]:
    """Means over records, IoUs pooled; `object/object_iou` can be above 1, infinite or NaN. Raises Crash.

    The released code looks up the names of *objects* by the numbers of *boxes*, and passes over what lies beyond the
    end: names and boxes belong together only as long as every object has one box.
    """
    looked_up: list[Match] = []
    tallies = []
    for picture in pictures:
        seen = see(picture)
        found = matches(seen)
        within = [match for match in found if match.said < len(seen.said) and match.right < len(seen.right)]
        tallies.append(tally(seen, found, [match for match in within if _agree(match, seen)]))
        looked_up += within
    return {
        "box/box_acc": fmean(one.hits / one.n_right for one in tallies),
        "box/box_iou": sum(one.iou for one in tallies) / sum(one.n_right for one in tallies),
        "object/object_acc": fmean(one.named / one.n_right for one in tallies),
        "object/object_iou": _object_iou(looked_up, sum(one.named for one in tallies)),
        "object-box/object_box_acc": fmean(one.both / one.n_right for one in tallies),
        "object-box/object_box_alignment": fmean(one.alignment for one in tallies),
        "object-box/object_box_detection": fmean(one.detection for one in tallies),
    }


def _agree(match: Match, seen: Seen) -> bool:
    return same_name(seen.said[match.said].name, seen.right[match.right].name)


def _object_iou(looked_up: Sequence[Match], named: int) -> float:
    """The IoUs of all pairs looked up, over the number of those whose names agree."""
    total = sum(match.iou for match in looked_up)
    if named:
        return total / named
    if not looked_up:
        raise Crash("ZeroDivisionError", "no box of an answer is matched to a box of its reference")
    # a sum of array elements divided by zero does not raise, unlike the plain 0 that is there without any pair
    return math.copysign(math.inf, total) if total else math.nan
