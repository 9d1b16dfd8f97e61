"""`ss`: one object with one region. Its printed numbers have four decimals; here they have all."""

import math
from collections.abc import Sequence
from statistics import fmean

import numpy as np

from medgauge_metrics.compat.medrega.records import Picture
from medgauge_metrics.compat.medrega.seen import Seen, see
from medgauge_metrics.compat.medrega.stops import Crash

NAMES = ("acc25", "acc50", "acc75", "iou")


def one_region(pictures: Sequence[Picture]) -> dict[str, float]:
    """Shares of records with an IoU strictly above 0.25, 0.5 and 0.75, and its mean, a miss being 0. Raises Crash."""
    values = [_iou(see(picture)) for picture in pictures]
    shares = {f"acc{percent}": fmean(value > percent / 100 for value in values) for percent in (25, 50, 75)}
    return shares | {"iou": math.nan if any(map(math.isnan, values)) else fmean(values)}


def _iou(seen: Seen) -> float:
    """With more boxes than the reference: the best of them against its first; else the first against the first."""
    if not seen.n_said:
        return 0.0
    if not seen.n_right:
        raise Crash("IndexError", "no box is read in the reference", seen.number)
    first = seen.overlap[:, 0]
    return float(np.nanmax(np.append(first, np.float32(0)))) if seen.n_said > seen.n_right else float(first[0])
