"""Gated metrics on slices of the samples, under Benjamini and Hochberg's adjustment: a place to look, never a gate."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from medgauge.multiplicity import benjamini_hochberg
from medgauge.paired import Matched, paired
from medgauge.significance import compare_all, contrast
from medgauge.types import Score
from medgauge_leaderboards.document import Slice
from medgauge_leaderboards.rows import Numbers

MOST_VALUES = 50
"""A tag with more values than this is no slice but a label of its own."""
RESAMPLES = 2_000


def slices(measured: Sequence[tuple[str, Numbers]], alpha: float) -> list[Slice]:
    """The slices of gated metrics (key of the task, its numbers), worst first.

    Certain losses come first, then the others by the loss; last those too small for an interval.
    """
    made = [
        (_slice(key, numbers, tag, value, chosen, alpha), numbers.sign)
        for key, numbers in measured
        if numbers.metric.resampled
        for tag, value, chosen in _chosen(numbers.new[0])
    ]
    tested = [i for i, (one, _) in enumerate(made) if one.p is not None]
    adjusted = benjamini_hochberg([made[i][0].p or 0.0 for i in tested]).tolist() if tested else []
    for i, p in zip(tested, adjusted, strict=True):
        made[i] = replace(made[i][0], p_adjusted=p), made[i][1]

    def worst(entry: tuple[Slice, int]) -> tuple[bool, bool, float, str, str]:
        one, sign = entry
        gain = sign * (one.difference.value or 0.0)
        certain = one.p_adjusted is not None and one.p_adjusted < alpha and gain < 0
        return not certain, one.difference.low is None, gain, one.tag, one.value

    return [one for one, _ in sorted(made, key=worst)]


def _chosen(scores: Sequence[Score]) -> Iterator[tuple[str, str, list[int]]]:
    """Tag, value, and the places of its samples; not of a tag that all samples share."""
    for tag in sorted({tag for score in scores for tag in score.tags}):
        places: dict[str, list[int]] = {}
        for i, score in enumerate(scores):
            if tag in score.tags:
                places.setdefault(score.tags[tag], []).append(i)
        if len(places) <= MOST_VALUES:
            yield from ((tag, value, own) for value, own in sorted(places.items()) if len(own) < len(scores))


def _slice(key: str, numbers: Numbers, tag: str, value: str, chosen: Sequence[int], alpha: float) -> Slice:
    metric, name = numbers.metric, numbers.metric.name
    old, new = (tuple([one[i] for i in chosen] for one in side) for side in (numbers.old, numbers.new))
    made = paired([metric], Matched(old=old, new=new), alpha=alpha, count=RESAMPLES)[name]
    defined = made.estimate.value is not None
    p = compare_all({name: contrast(metric, old, new)})[name].p if defined else None
    return Slice(
        key=key,
        metric=name,
        tag=tag,
        value=value,
        higher_is_better=metric.higher_is_better,
        base=made.old,
        candidate=made.new,
        difference=made.estimate,
        p=p,
        p_adjusted=None,
    )
