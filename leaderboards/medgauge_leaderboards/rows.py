"""What is measured of one task on both sides: differences, tests, what could have been found."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medgauge.errors import BadRecord
from medgauge.paired import Matched, Paired, changed, paired
from medgauge.power import design_effect, detectable, detectable_accuracy
from medgauge.protocols import Metric
from medgauge.score import target_of
from medgauge.significance import Discordant, Significance, compare_all, contrast, discordant, mcnemar, mean_differences
from medgauge.stats import gather
from medgauge.types import Score
from medgauge_leaderboards.comparable import current
from medgauge_leaderboards.document import Discordance, Lost
from medgauge_leaderboards.sides import Part, measured_as, ordered, read_otherwise
from medgauge_leaderboards.site.runs import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One task in one language on both sides."""

    base: Part
    candidate: Part
    cell: Cell
    """The candidate's run, which has the groups, tags and targets of both."""
    names: tuple[str, ...]
    """The metrics to compare, the primary first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One metric on both sides."""

    metric: Metric
    old: tuple[Sequence[Score], ...]
    new: tuple[Sequence[Score], ...]
    """In passes: one for each trial, and those of a second run of the candidate where there is one. Where one side has
    fewer, each of its passes stands equally often."""
    paired: Paired
    tested: Significance | None
    split: Discordant | None
    effect: float | None
    """Design effect of a proportion's differences, where there is one pass."""
    changed: tuple[int, ...]
    """Places at which the statistics are not the same in any of the passes."""
    read: str
    """How the answers themselves were read otherwise, whatever is measured of them; empty where they were not."""

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return -1 if self.metric.higher_is_better is False else 1

    def mde(self, alpha: float) -> float | None:
        """The smallest difference found with 80 % power, two-sided at `alpha`."""
        made = self.paired.estimate
        if made.se is None:
            return None
        if self.split is None or self.effect is None:
            return detectable(made.se, alpha)
        n = made.n - made.n_undefined
        return detectable_accuracy(n, (self.split.a_only + self.split.b_only) / n, self.effect, alpha)

    def discordance(self) -> Discordance | None:
        """As the document has it."""
        if self.split is None:
            return None
        return Discordance(
            base_only=self.split.a_only,
            candidate_only=self.split.b_only,
            mcnemar_p=self.split.p,
            descriptive=self.split.descriptive,
        )

    def lost(self) -> Lost | None:
        """Samples on which a mean of one value a sample is worse in any pass; None for another kind of metric.

        The status is that of the first pass in which it is worse.
        """
        name, worse = self.metric.name, dict[int, Score]()
        for old, new in zip(self.old, self.new, strict=True):
            if mean_differences(self.metric, gather(self.metric, old), gather(self.metric, new)) is None:
                return None
            for i in self.changed:
                if self.sign * (_first(new[i], name) - _first(old[i], name)) < 0:
                    worse.setdefault(i, new[i])
        scores = [worse[i] for i in sorted(worse)]
        counts = dict(sorted(Counter(str(score.status) for score in scores).items()))
        return Lost(n=len(scores), by_status=counts, ids=tuple(score.key.id for score in scores[:10]))


def numbers(pair: Pair, alpha: float, second: Cell | None = None) -> dict[str, Numbers]:
    """Every metric of the pair, from one draw of weights and one of assignments.

    `second` is another run of the candidate: then the mean of both is compared. Raises MedGaugeError where scores
    were not made by today's code, or are not of its form.
    """
    cells = [pair.cell, *([second] if second else [])]
    metrics = [_metric(pair, cells, name) for name in pair.names]
    passes = [scores for cell in cells for scores in ordered(cell)]
    count = math.lcm(pair.base.trials, len(passes))
    new = tuple(passes[i % len(passes)] for i in range(count))
    old = tuple(measured_as(pair.base, pair.names, new[i], i % pair.base.trials) for i in range(count))
    made = paired(metrics, Matched(old=old, new=new), alpha=alpha)
    tests = compare_all(
        {m.name: contrast(m, old, new) for m in metrics if m.resampled and made[m.name].estimate.value is not None}
    )
    read = read_otherwise(pair.base, pair.candidate)
    return {m.name: _numbers(m, old, new, made[m.name], tests.get(m.name), read) for m in metrics}


def _numbers(
    metric: Metric,
    old: tuple[Sequence[Score], ...],
    new: tuple[Sequence[Score], ...],
    made: Paired,
    tested: Significance | None,
    read: str,
) -> Numbers:
    split = _split(metric, old, new) if made.estimate.value is not None else None
    return Numbers(
        metric=metric,
        old=old,
        new=new,
        paired=made,
        tested=tested,
        split=split,
        effect=_design_effect(metric, old[0], new[0], split) if len(new) == 1 else None,
        changed=tuple(sorted({i for one, other in zip(old, new, strict=True) for i in changed(metric, one, other)})),
        read=read,
    )


def _split(metric: Metric, old: tuple[Sequence[Score], ...], new: tuple[Sequence[Score], ...]) -> Discordant | None:
    """Summed over the passes: several make one sample count several times, and McNemar's test only describes."""
    splits = [discordant(metric, one, other) for one, other in zip(old, new, strict=True)]
    found = [split for split in splits if split is not None]
    if len(found) < 2:
        return found[0] if found else None
    lost, won = sum(split.a_only for split in found), sum(split.b_only for split in found)
    return Discordant(a_only=lost, b_only=won, p=mcnemar(lost, won), descriptive=True)


def _design_effect(
    metric: Metric, old: Sequence[Score], new: Sequence[Score], split: Discordant | None
) -> float | None:
    left, right = gather(metric, new), gather(metric, old)
    differences = mean_differences(metric, left, right) if split is not None else None
    if split is None or differences is None:
        return None
    sizes = left.per_unit()[:, 1]
    owned = sizes > 0
    return design_effect(differences[owned], sizes[owned], split.a_only + split.b_only)


def _metric(pair: Pair, cells: Sequence[Cell], name: str) -> Metric:
    """The metric, prepared on the targets, of statistics that have the form which it reduces."""
    metric, *_ = (current(cell, name) for cell in cells)
    targets = (target_of(stored.sample) for stored in pair.cell.samples.values())
    wanted = _width(next((v for target in targets if (v := metric.measure(None, target))), None))
    sides = {"the base": pair.base.stats[name]}
    sides |= {str(cell.run.directory.path): [s.stats[name] for one in ordered(cell) for s in one] for cell in cells}
    for where, stats in sides.items():
        found = next((v for v in stats if v), None)
        if None not in (wanted, _width(found)) and wanted != _width(found):
            raise BadRecord(f"{where}, {pair.base.key}", None, f"stats.{name}", f"{wanted} numbers a sample", found)
    return metric


def _width(stats: object) -> int | None:
    array = np.asarray(stats, dtype=np.float64) if stats is not None else None
    return None if array is None else int(array.shape[-1])


def _first(score: Score, name: str) -> float:
    stats = score.stats[name]
    return float(stats[0]) if stats and not isinstance(stats[0], tuple) else 0.0
