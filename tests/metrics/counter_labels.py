"""Promises broken by metrics of labels and options, each seen broken."""

import math
from collections.abc import Callable

from metric_values import value

from medgauge.metrics import parse_metric
from medgauge.types import Answer

A, B, C = (Answer(labels=(label,)) for label in "abc")
SWAPPED = [(B, A), (A, B)]
EASY = [(Answer(choice=0), Answer(choice=0, choices=("x", "y"))), (None, Answer(choice=1, choices=("x", "y")))]


def number(name: str, pairs: list[tuple[Answer | None, Answer]]) -> float:
    return value(parse_metric(name), pairs)


def scored(score: float, *labels: str) -> tuple[Answer, Answer]:
    return Answer(scores={"a": score}), Answer(labels=labels)


def righting_costs(name: str, *pairs: tuple[Answer, Answer]) -> Callable[[], bool]:
    """The first answer mended makes the number worse."""
    mended = [(pairs[0][1], pairs[0][1]), *pairs[1:]]
    return lambda: number(name, mended) < number(name, list(pairs)) - 0.01


def unscored(name: str) -> Callable[[], bool]:
    return lambda: math.isnan(number(name, [(A, A), (B, B)]))


CROWDED = [scored(1.0)] * 5 + [scored(0.5, "a")] * 10

COUNTER_EXAMPLES: dict[tuple[str, str], Callable[[], bool]] = {
    ("mcq_accuracy_given_parsed", "empty"): lambda: math.isnan(
        number("mcq_accuracy_given_parsed", [(None, t) for _, t in EASY])
    ),
    ("mcq_chance", "perfect"): lambda: number("mcq_chance", [(t, t) for _, t in EASY]) == 1 / 2,
    ("mcq_chance", "empty"): lambda: number("mcq_chance", [(None, t) for _, t in EASY]) == 1 / 2,
    ("specificity", "empty"): lambda: number("specificity", [(None, A), (None, B)]) == 1,
    ("support", "bounds"): lambda: number("support", SWAPPED) == 2,
    ("support", "perfect"): lambda: number("support", [(A, A), (B, B)]) == 2,
    ("support", "empty"): lambda: number("support", [(None, A), (None, B)]) == 2,
    ("support", "copies"): lambda: number("support", SWAPPED * 2) == 4,
    ("mcc", "bounds"): lambda: number("mcc", SWAPPED) == -1,
    ("mcc", "empty"): lambda: number("mcc", SWAPPED) < number("mcc", [(None, A), (None, B)]) == 0,
    ("mcc", "monotone"): righting_costs("mcc", *[(C, A)] * 4, (B, B)),
    ("kappa", "bounds"): lambda: number("kappa", SWAPPED) == -1,
    ("kappa", "empty"): lambda: number("kappa", SWAPPED) < number("kappa", [(None, A), (None, B)]) == 0,
    ("kappa", "monotone"): righting_costs("kappa", (C, A), (B, A), (B, A), (A, B)),
    ("auroc", "empty"): unscored("auroc"),
    ("auprc", "empty"): unscored("auprc"),
    ("auprc", "monotone"): lambda: number("auprc", [*CROWDED[:-1], scored(1.0, "a")]) < number("auprc", CROWDED),
}
