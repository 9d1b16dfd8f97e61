"""Promises that metrics of reports break, each seen broken."""

import math
from collections.abc import Callable

from metric_values import said, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer

METEOR = parse_metric("meteor(match=exactstem)")
LANGUAGE = parse_metric("language_compliance")
ONE = (said("右肺结节"), said("右肺结节"))
OTHER = (said("左肺肿块"), said("左肺肿块"))
WRONG_LANGUAGE = Answer(text="右肺", language="en")


def a_new_order_costs() -> bool:
    """With every answer one character long there are no pairs of characters; one right answer brings them in."""
    short = [(said("a"), said("ab"))] * 9
    metric = parse_metric("chrf")
    return value(metric, [*short, (said("cd"), said("cd"))]) < value(metric, [*short, (said("c"), said("cd"))])


def another_reference_is_longer() -> bool:
    target = Answer(text="右", texts=("右肺结节",))
    return value(METEOR, [(said("右"), target)]) < value(METEOR, [(said("右肺结节"), target)])


def repeated(name: str, *answers: str | None) -> float:
    return value(parse_metric(name), [(None if text is None else said(text), said("x")) for text in answers])


def copies_repeat(name: str) -> Callable[[], bool]:
    metric = parse_metric(name)
    return lambda: (value(metric, [ONE, OTHER]), value(metric, [ONE, OTHER] * 2)) == (0, 1)


COUNTER_EXAMPLES: dict[tuple[str, str], Callable[[], bool]] = {
    ("chrf", "monotone"): a_new_order_costs,
    ("meteor", "perfect"): lambda: value(METEOR, [(said("肺"), said("肺"))]) == 0.5,
    ("meteor", "monotone"): another_reference_is_longer,
    ("truncated_rate", "empty"): lambda: value(parse_metric("truncated_rate"), [(None, said("x"))]) == 0,
    ("language_compliance", "perfect"): lambda: value(LANGUAGE, [(WRONG_LANGUAGE, WRONG_LANGUAGE)]) == 0,
    ("language_compliance", "monotone"): lambda: (
        value(LANGUAGE, [(WRONG_LANGUAGE, WRONG_LANGUAGE)]) < value(LANGUAGE, [(said("right"), WRONG_LANGUAGE)])
    ),
    **{
        key: shown
        for name in ("duplicate_rate", "template_rate")
        for key, shown in {
            (name, "perfect"): lambda name=name: value(parse_metric(name), [ONE, OTHER]) == 0,
            (name, "empty"): lambda name=name: math.isnan(repeated(name, None, None)),
            (name, "copies"): copies_repeat(name),
            (name, "monotone"): lambda name=name: repeated(name, "y", "x") < repeated(name, "x", "x"),
        }.items()
    },
}
