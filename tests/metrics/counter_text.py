"""Promises that metrics of words break, each seen broken."""

from collections.abc import Callable

from metric_values import said, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer

LONG = "a b c d e f g h"
SHORT = (said(LONG), said(f"{LONG} i j k l m n o p q r s t u v w x y z"))
WORDY = (said("a b c d " + "e " * 18), said("a b c d"))
CIDER = parse_metric("cider_d")
ONE, OTHER = said("右肺上叶结节"), said("心影明显增大")


def shortening_costs(name: str) -> Callable[[], bool]:
    """A long wrong answer pays the brevity penalty of short right ones; shortening it to its reference costs more."""
    metric = parse_metric(name)
    return lambda: value(metric, [SHORT, (WORDY[1], WORDY[1])]) < value(metric, [SHORT, WORDY])


def unknown_words_weigh_by_the_size_of_the_set() -> bool:
    pairs = [(said("右肺上叶肿块"), ONE), (OTHER, OTHER)]
    return value(CIDER, pairs * 2) < value(CIDER, pairs)


def another_answer_is_closer_to_all_references() -> bool:
    target = Answer(text="右肺上叶结节", texts=("心影明显增大", "心影明显增大"))
    other = (said("胸腔少量积液"), said("胸腔少量积液"))
    return value(CIDER, [(said("右肺上叶结节"), target), other]) < value(CIDER, [(said("心影明显增大"), target), other])


COUNTER_EXAMPLES: dict[tuple[str, str], Callable[[], bool]] = {
    ("bleu2", "monotone"): shortening_costs("bleu2"),
    ("bleu3", "monotone"): shortening_costs("bleu3"),
    ("cider_d", "bounds"): lambda: abs(value(CIDER, [(ONE, ONE), (OTHER, OTHER)]) - 10) < 1e-12,
    ("cider_d", "perfect"): lambda: value(CIDER, [(ONE, ONE), (ONE, ONE)]) == 0,
    ("cider_d", "copies"): unknown_words_weigh_by_the_size_of_the_set,
    ("cider_d", "monotone"): another_answer_is_closer_to_all_references,
}
