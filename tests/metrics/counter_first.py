"""Promises broken by the first metrics, each seen broken."""

from collections.abc import Callable

from metric_values import boxed, said, value

from medgauge.metrics import parse_metric

LONG = "a b c d e f g h"
SHORT = (said(LONG), said(f"{LONG} i j k l m n o p q r s t u v w x y z"))
WORDY = (said("a b c d " + "e " * 18), said("a b c d"))


def shortening_costs(name: str) -> Callable[[], bool]:
    """A long wrong answer pays the brevity penalty of short right ones; shortening it to its reference costs more."""
    metric = parse_metric(name)
    return lambda: value(metric, [SHORT, (WORDY[1], WORDY[1])]) < value(metric, [SHORT, WORDY])


def fp(*pairs: tuple) -> float:
    return value(parse_metric("fp_per_image"), list(pairs))


COUNTER_EXAMPLES: dict[tuple[str, str], Callable[[], bool]] = {
    ("length_ratio", "bounds"): lambda: value(parse_metric("length_ratio"), [(said("a b c"), said("a"))]) == 3,
    ("length_ratio", "monotone"): shortening_costs("length_ratio"),
    ("bleu1", "monotone"): shortening_costs("bleu1"),
    ("bleu4", "monotone"): shortening_costs("bleu4"),
    ("fp_per_image", "bounds"): lambda: fp((boxed((0, 0, 1, 1), (2, 2, 3, 3)), boxed((8, 8, 9, 9)))) == 2,
    ("fp_per_image", "empty"): lambda: fp((None, boxed((8, 8, 9, 9)))) == 0,
}
