"""Free-response ROC: how much is found at a given number of false boxes an image, from real scores only.

Labels do not matter. Without any real score there is no number, as in `average_precision`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Rows
from medgauge_metrics.ranked_boxes import Kind, Matching, ranked_rows
from medgauge_metrics.ranked_curve import blocks, drawn, points, ranked, references, rows_of, without_scores
from medgauge_metrics.reducing import threshold

RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""False boxes an image, as LUNA16 has them."""


def froc(*, at: float) -> "Froc":
    """Mean sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false boxes an image (CPM); each as `sens@0.25fp`."""
    return Froc(at=threshold(at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Froc:
    """Sensitivity where the false boxes an image do not exceed a rate: at the lowest score that keeps to it.

    The curve is a staircase: nothing is interpolated between two scores. False are all boxes that are not matched,
    also a second one on what is found already. All images count, also those with nothing to find.
    """

    at: float

    @property
    def name(self) -> str:
        """`froc@0.5`."""
        return f"froc@{self.at:g}"

    @property
    def signature(self) -> str:
        """Matching, ties, rates."""
        return (
            f"{self.name}|iou:continuous|match:greedy-by-score|ties:group|rates:1/8..8|interp:none|duplicates:fp|"
            "scores:real|unscored:last|invalid:fp|labels:free|agg:mean-of-rates|v:1"
        )

    @property
    def proportion(self) -> bool:
        """A mean of ratios."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "Froc":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Rows:
        """The rows of one sample, as in `ranked_boxes`; every target is defined."""
        return self.measure_all([answer], [target])[0]

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Rows]:
        """The rows of each sample."""
        return ranked_rows(answers, targets, None, Matching(thresholds=(self.at,), limit=None))

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The mean under `''` and the sensitivity at each rate; NaN without reference boxes or without scores."""
        boxes, support = ranked(statistics, 0, 1, "group"), references(statistics, 1)[:, 0]
        samples = np.bincount(
            statistics.owner, weights=rows_of(statistics)[:, 0] == Kind.SAMPLE, minlength=statistics.units
        )
        values = np.empty((len(RATES), len(weights)))
        for here, block in blocks(weights):
            matched, down_to = points(boxes, 0, block, drawn(boxes, block))
            for i, rate in enumerate(RATES):
                kept = down_to - matched <= rate * (samples @ block)
                values[i, here] = np.where(kept, matched, 0.0).max(axis=0, initial=0.0)
        found = weights @ support
        undefined = (found <= 0) | without_scores(statistics, weights)
        values = np.where(undefined, np.nan, values / np.where(found > 0, found, 1.0))
        return {**{f"sens@{rate:g}fp": values[i] for i, rate in enumerate(RATES)}, "": values.mean(axis=0)}
