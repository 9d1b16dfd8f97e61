"""Promises that clinical_lite does not make, each seen broken."""

from collections.abc import Callable

from metric_values import said, value

from medgauge.metrics import parse_metric

RIGHT = said("Large left effusion.")
UNKNOWN = said("The catheter is in place.")


def silence(name: str) -> float:
    return value(parse_metric(name), [(None, RIGHT)])


def covered(answer: str) -> float:
    return value(parse_metric("clinical_lite_coverage"), [(said(answer), RIGHT), (said(answer), UNKNOWN)])


COUNTER_EXAMPLES: dict[tuple[str, str], Callable[[], bool]] = {
    ("clinical_lite_polarity_flip_rate", "empty"): lambda: silence("clinical_lite_polarity_flip_rate") == 0,
    ("clinical_lite_laterality_error_rate", "empty"): lambda: silence("clinical_lite_laterality_error_rate") == 0,
    ("clinical_lite_hallucination_rate", "empty"): lambda: silence("clinical_lite_hallucination_rate") == 0,
    ("clinical_lite_coverage", "perfect"): lambda: covered(RIGHT.text) == 0.5,
    ("clinical_lite_coverage", "empty"): lambda: covered("") == 0.5,
}
