"""Promises that metrics of grounded reports break, each seen broken."""

from collections.abc import Callable

from metric_values import grounded, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box, Segment

HEART = (0.0, 0.0, 10.0, 10.0)
PARTS = ((0.0, 0.0, 6.0, 9.0), (0.0, 0.0, 7.0, 9.0), (0.0, 0.0, 8.0, 9.0))
"""Three boxes inside the heart, each with over half of the others."""


def part(label: str, *boxes: tuple[float, float, float, float]) -> Segment:
    return Segment(label=label, text="", boxes=tuple(Box(xyxy=box, label=label) for box in boxes))


def saying_it_once_weighs_less(name: str) -> Callable[[], bool]:
    """Three right segments hide more of another sample's wrong one than the one right segment of the reference."""
    target = grounded(part("heart", HEART))
    wordy = grounded(*(part("heart", box) for box in PARTS))
    wrong = (grounded(part("heart", (50.0, 50.0, 60.0, 60.0))), target)
    metric = parse_metric(name)
    return lambda: value(metric, [(target, target), wrong]) < value(metric, [(wordy, target), wrong])


def silence_is_best(name: str) -> Callable[[], bool]:
    target: Answer = grounded(part("left lung", HEART))
    return lambda: value(parse_metric(name), [(None, target)]) == 0


COUNTER_EXAMPLES: dict[tuple[str, str], Callable[[], bool]] = {
    **{
        (name, "monotone"): saying_it_once_weighs_less(name)
        for name in ("grounding_precision", "grounding_f1", "spatial_precision", "spatial_f1")
    },
    **{(name, "empty"): silence_is_best(name) for name in ("invented_rate", "mislocated_rate", "wrong_side_rate")},
}
