"""Metrics of questions with a closed set of answers: yes or no, and multiple choice.

No decision is a wrong answer and stays in the denominator; the rates beside say how often that happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.choices import SIGNATURE as CHOICE
from medgauge_metrics.confusion import LabelCounts, mean_of_defined, recall
from medgauge_metrics.polar import SIGNATURE as POLAR
from medgauge_metrics.reducing import SampleMean, ratio, sums


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


def closed_balanced_accuracy() -> LabelCounts:
    """Mean of the shares of yes-questions and of no-questions decided as the reference, each under its name.

    One answer to everything has 1/2, whatever the base rate. Where the references are all of one kind it is theirs.
    """
    return LabelCounts(
        name="closed_balanced_accuracy",
        reading="polar",
        how=f"{POLAR}|abstain:wrong",
        agg="absent:excluded|agg:macro",
        each=recall,
        over=mean_of_defined,
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


def mcq_accuracy_given_parsed() -> "GivenParsed":
    """Share of right options among the answers that name one. Beside `parse_rate`, to tell form from knowledge."""
    return GivenParsed()


def mcq_chance() -> SampleMean:
    """What picking an option at random would get; undefined where the target does not say the options."""
    return SampleMean(
        name="mcq_chance", signature="mcq_chance|of:uniform|agg:mean|v:1", value=_mcq_chance, higher_is_better=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenParsed:
    """Accuracy of multiple choice among answers that name an option; vector (right, named one).

    Every model has a denominator of its own, so the number ranks nothing. A sample without an option adds (0, 0).
    """

    @property
    def name(self) -> str:
        """`mcq_accuracy_given_parsed`."""
        return "mcq_accuracy_given_parsed"

    @property
    def signature(self) -> str:
        """How the option is read."""
        return f"{self.name}|{CHOICE}|unparsed:excluded|agg:pooled|v:1"

    @property
    def proportion(self) -> bool:
        """Not of all samples."""
        return False

    @property
    def higher_is_better(self) -> None:
        """It ranks nothing: whoever answers the easy questions alone is high."""

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "GivenParsed":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(right, named one), or None where the target is no option."""
        if target.choice is None:
            return None
        given = answer.choice if answer else None
        return float(given == target.choice), float(given is not None)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The ratio of the sums, NaN where no answer names an option."""
        total = sums(statistics, weights, 2)
        return {"": ratio(total[:, 0], total[:, 1])}


def _closed_accuracy(answer: Answer, target: Answer) -> float | None:
    return None if target.polar is None else float(answer.polar == target.polar)


def _closed_coverage(answer: Answer, target: Answer) -> float | None:
    return None if target.polar is None else float(answer.polar is not None)


def _mcq_accuracy(answer: Answer, target: Answer) -> float | None:
    return None if target.choice is None else float(answer.choice == target.choice)


def _parse_rate(answer: Answer, target: Answer) -> float | None:
    return None if target.choice is None else float(answer.choice is not None)


def _mcq_chance(answer: Answer, target: Answer) -> float | None:
    return None if target.choice is None or not target.choices else 1 / len(target.choices)
