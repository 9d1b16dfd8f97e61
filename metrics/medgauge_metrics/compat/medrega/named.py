"""What `ms` and `mm` share: a record whose boxes are matched, and whose names are looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from medgauge_metrics.compat.medrega.many_regions import share
from medgauge_metrics.compat.medrega.seen import Match, Seen
from medgauge_metrics.compat.medrega.stops import Crash

THRESHOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one record."""

    n_said: int
    n_right: int
    hits: int
    """Matched boxes with an IoU of 0.5 or more."""
    named: int
    """Matched boxes, of any IoU, whose names agree."""
    both: int
    """Hits whose names agree."""
    iou: float
    """Sum over all matched boxes."""

    @property
    def alignment(self) -> float:
        """Share of the hits whose names agree."""
        return share(self.both, self.hits)

    @property
    def detection(self) -> float:
        """Share of the agreeing names that hit."""
        return share(self.both, self.named)


def tally(seen: Seen, found: Sequence[Match], named: Sequence[Match]) -> Tally:
    """Counts of one record: all its matches, and those whose names agree. Raises Crash without a reference's box."""
    if not seen.n_right:
        raise Crash("ZeroDivisionError", "no box is read in the reference", seen.number)
    return Tally(
        n_said=seen.n_said,
        n_right=seen.n_right,
        hits=_hits(found),
        named=len(named),
        both=_hits(named),
        iou=sum(match.iou for match in found),
    )


def same_name(said: str, right: str) -> bool:
    """Whether one is part of the other: no name agrees with all, and a whole sentence with every word in it."""
    return said in right or right in said


def _hits(found: Sequence[Match]) -> int:
    return sum(match.iou >= THRESHOLD for match in found)
