"""The promises of `medgauge_metrics.promises` as plain functions of a metric and samples: what is wrong, or None."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from medgauge.protocols import Metric, Statistics
from medgauge_metrics.promises import EXCEPTIONS, PROPERTIES, Property
from medgauge_metrics.selftest.cases import make_case, perfect
from medgauge_metrics.selftest.instances import names_of
from medgauge_metrics.selftest.rows import Row, checked, unmade
from medgauge_metrics.selftest.values import Pair, rows_of, statistics, value

Pairs: TypeAlias = Sequence[Pair]
Check: TypeAlias = Callable[[Metric, Pairs], str | None]
EXACT = 1e-12
CLOSE = 1e-9
CASES = 4
"""Random sets of samples a promise and metric."""
SEED = 14
"""Of the first set: from here four sets say something of every metric, that is, give it a number between 0 and 1."""


def bounds(metric: Metric, pairs: Pairs) -> str | None:
    """The value lies between 0 and 1."""
    number = value(metric, pairs)
    return None if math.isnan(number) or -EXACT <= number <= 1 + EXACT else f"{number!r} is not between 0 and 1"


def perfect_is_best(metric: Metric, pairs: Pairs) -> str | None:
    """The reference as answer gives the best value, and is defined wherever any answer is."""
    number = value(metric, [(perfect(target), target) for _, target in pairs])
    if math.isnan(number):
        return None if math.isnan(value(metric, pairs)) else "undefined for the reference itself, not for an answer"
    return None if abs(number - _best(metric)) <= EXACT else f"the reference itself gets {number!r}"


def nothing_is_worst(metric: Metric, pairs: Pairs) -> str | None:
    """No answer anywhere gives the worst value, and is undefined exactly where any answer is."""
    number = value(metric, [(None, target) for _, target in pairs])
    if math.isnan(number) != math.isnan(value(metric, pairs)):
        return "undefined for some answers only"
    return None if math.isnan(number) or number == 1 - _best(metric) else f"no answer gets {number!r}"


def order(metric: Metric, pairs: Pairs) -> str | None:
    """The order of the samples changes nothing."""
    return _differ(value(metric, pairs), value(metric, [*pairs[2:], pairs[0], *pairs[1:2]]))


def copies(metric: Metric, pairs: Pairs) -> str | None:
    """Every sample twice changes nothing."""
    return _differ(value(metric, pairs), value(metric, [*pairs] * 2))


def monotone(metric: Metric, pairs: Pairs) -> str | None:
    """One more right answer never makes the value worse."""
    before = value(metric, pairs)
    after = value(metric, [(perfect(pairs[0][1]), pairs[0][1]), *pairs[1:]])
    gain = (after - before) * (-1 if metric.higher_is_better is False else 1)
    return f"a right answer more turns {before!r} into {after!r}" if gain < -EXACT else None


def shards(metric: Metric, pairs: Pairs) -> str | None:
    """Sums of the parts (all rows of a ranking metric) give what the whole gives, in every number."""
    prepared = metric.prepare([target for _, target in pairs])
    expected = prepared.reduce(statistics(prepared, pairs), np.ones((1, len(pairs))))
    measured = [m for m in (prepared.measure(answer, target) for answer, target in pairs) if m is not None]
    additive = all(len(rows_of(m)) == 1 and m == rows_of(m)[0] for m in measured)
    parts = [s.values for s in (statistics(prepared, pairs[i::2]) for i in (0, 1)) if s.values.size]
    kept = [rows.sum(axis=0, keepdims=True) if additive else rows for rows in parts]
    merged = Statistics(
        values=np.concatenate(kept) if kept else np.zeros((0, 0)),
        owner=np.repeat(np.arange(len(kept)), [len(rows) for rows in kept]),
        units=len(kept),
    )
    numbers = prepared.reduce(merged, np.ones((1, len(kept))))
    if numbers.keys() != expected.keys():
        return f"other numbers: {sorted(numbers.keys() ^ expected.keys())}"
    wrong = (_differ(float(expected[name][0]), float(numbers[name][0])) for name in expected)
    return next(filter(None, wrong), None)


CHECKS: Mapping[Property, Check] = MappingProxyType(
    {
        "bounds": bounds,
        "perfect": perfect_is_best,
        "empty": nothing_is_worst,
        "order": order,
        "copies": copies,
        "monotone": monotone,
        "shards": shards,
    }
)


def exceptions_of(name: str) -> Mapping[Property, str]:
    """The promises that a metric of this name does not make: those of its head, and its own."""
    head = name.partition("@")[0].partition("(")[0]
    return {**EXCEPTIONS.get(head, {}), **EXCEPTIONS.get(name, {})}


def promises(make: Callable[[str], Metric], heads: Sequence[str], cases: int = CASES) -> Iterator[Row]:
    """A row for every metric and promise: it is kept on `cases` random sets, or not made, with the reason."""
    sets = [make_case(SEED + number) for number in range(cases)]
    for head in heads:
        for name in names_of(head):
            row = Row(kind="promise", metric=name, check="all", outcome="pass", n=cases)
            failed = unmade(row, partial(make, name))
            if failed:
                yield failed
                continue
            yield from (_row(make(name), promise, sets) for promise in PROPERTIES)


def _row(metric: Metric, promise: Property, sets: Sequence[Pairs]) -> Row:
    reason = exceptions_of(metric.name).get(promise)
    if reason:
        return Row(kind="promise", metric=metric.name, check=promise, outcome="exception", detail=reason)

    def broken() -> str | None:
        for number, pairs in enumerate(sets):
            wrong = CHECKS[promise](metric, pairs)
            if wrong:
                return f"case {SEED + number} ({len(pairs)} samples): {wrong}; promised: {PROPERTIES[promise]}"
        return None

    return checked(Row(kind="promise", metric=metric.name, check=promise, outcome="pass", n=len(sets)), broken)


def _best(metric: Metric) -> float:
    return 0.0 if metric.higher_is_better is False else 1.0


def _differ(one: float, other: float) -> str | None:
    if (math.isnan(one) and math.isnan(other)) or abs(one - other) <= CLOSE:
        return None
    return f"{one!r} became {other!r}"
