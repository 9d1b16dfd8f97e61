"""All checks of the selftest, in one list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from medgauge.metrics import parse_metric
from medgauge.protocols import Metric
from medgauge_metrics.selftest.instances import our_heads
from medgauge_metrics.selftest.known_numbers import known_numbers
from medgauge_metrics.selftest.metamorphic import metamorphic
from medgauge_metrics.selftest.properties import promises
from medgauge_metrics.selftest.rows import Row


def check(make: Callable[[str], Metric] = parse_metric, heads: Sequence[str] | None = None) -> tuple[Row, ...]:
    """Promises, known numbers and edits, for the metrics of this package or those of `heads`.

    `make` turns a name into the metric that is checked; another than `parse_metric` checks other metrics.
    """
    chosen = our_heads() if heads is None else tuple(heads)
    known = [row for row in known_numbers(make) if head_of(row.metric) in chosen]
    return (*promises(make, chosen), *known, *metamorphic(make, chosen))


def head_of(name: str) -> str:
    """`f1` of `f1@0.5`, `meteor` of `meteor(match=exactstem)`."""
    return name.partition("@")[0].partition("(")[0]


def selftest() -> list[Mapping[str, Any]]:
    """What `medgauge selftest` shows: the rows of `check` as plain mappings."""
    return [asdict(row) for row in check()]
