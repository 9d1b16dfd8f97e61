"""Metrics of questions with a closed set of answers: yes or no, and multiple choice.

No decision is a wrong answer and stays in the denominator; the rates beside say how often that happened.
"""

from medgauge.types import Answer
from medgauge_metrics.choices import SIGNATURE as CHOICE
from medgauge_metrics.polar import SIGNATURE as POLAR
from medgauge_metrics.reducing import SampleMean


def closed_accuracy() -> SampleMean:
    """Share of yes-or-no questions decided as the reference; defined where the reference is yes or no."""
    return SampleMean(
        name="closed_accuracy",
        signature=f"closed_accuracy|{POLAR}|abstain:wrong|agg:mean|v:1",
        value=_closed_accuracy,
        proportion=True,
    )


def closed_coverage() -> SampleMean:
    """Share of yes-or-no questions that the answer decides at all, rightly or wrongly."""
    return SampleMean(
        name="closed_coverage",
        signature=f"closed_coverage|{POLAR}|agg:mean|v:1",
        value=_closed_coverage,
        proportion=True,
    )


def mcq_accuracy() -> SampleMean:
    """Share of multiple-choice questions with the right option; defined where the reference is an option."""
    return SampleMean(
        name="mcq_accuracy",
        signature=f"mcq_accuracy|{CHOICE}|unparsed:wrong|agg:mean|v:1",
        value=_mcq_accuracy,
        proportion=True,
    )


def parse_rate() -> SampleMean:
    """Share of multiple-choice questions whose answer names one option; `closed_coverage` is its twin for yes or no."""
    return SampleMean(
        name="parse_rate", signature=f"parse_rate|{CHOICE}|agg:mean|v:1", value=_parse_rate, proportion=True
    )


def _closed_accuracy(answer: Answer, target: Answer) -> float | None:
    return None if target.polar is None else float(answer.polar == target.polar)


def _closed_coverage(answer: Answer, target: Answer) -> float | None:
    return None if target.polar is None else float(answer.polar is not None)


def _mcq_accuracy(answer: Answer, target: Answer) -> float | None:
    return None if target.choice is None else float(answer.choice == target.choice)


def _parse_rate(answer: Answer, target: Answer) -> float | None:
    return None if target.choice is None else float(answer.choice is not None)
