"""A promise that the cases of the selftest saw broken first."""

from collections.abc import Callable

from metric_values import value

from medgauge.metrics import parse_metric
from medgauge.types import Answer

RIGHT = Answer(labels=("a",), choices=("a", "b"))

COUNTER_EXAMPLES: dict[tuple[str, str], Callable[[], bool]] = {
    ("macro_f1(absent=zero)", "perfect"): lambda: value(parse_metric("macro_f1(absent=zero)"), [(RIGHT, RIGHT)]) == 0.5,
}
