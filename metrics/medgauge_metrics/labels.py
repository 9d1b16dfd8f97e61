"""Metrics of classification that a sample decides alone, and the one that pools all labels.

`labels` of an answer is a set of names from the label space, spelt as there. No answer, and an answer that maps to
nothing, is wrong where a sample is judged and the empty set in counts.
"""

from medgauge.types import Answer
from medgauge_metrics.label_matching import SIGNATURE as MATCHING
from medgauge_metrics.reducing import Counts, Pooled, SampleMean


def accuracy() -> SampleMean:
    """Share of samples with exactly the one right label; defined where the reference has one."""
    return SampleMean(
        name="accuracy",
        signature=f"accuracy|{MATCHING}|unmapped:wrong|agg:mean|v:1",
        value=_accuracy,
        proportion=True,
    )


def subset_accuracy() -> SampleMean:
    """Share of samples whose set of labels is the reference's; an answer that maps to nothing is wrong."""
    return SampleMean(
        name="subset_accuracy",
        signature=f"subset_accuracy|{MATCHING}|unmapped:wrong|agg:mean|v:1",
        value=_subset_accuracy,
        proportion=True,
    )


def micro_f1() -> Pooled:
    """F1 of labels pooled over samples and all labels of the label space, with support or without."""
    return Pooled(name="micro_f1", signature=f"micro_f1|{MATCHING}|unmapped:empty|agg:pooled|v:1", count=_label_counts)


def sample_f1() -> SampleMean:
    """Mean over samples of F1 of the sample's own labels.

    The answer that nothing holds, where nothing does, is 1; no answer, and one that maps to nothing, is 0.
    """
    return SampleMean(
        name="sample_f1", signature=f"sample_f1|{MATCHING}|unmapped:wrong|both-empty:1|agg:mean|v:1", value=_sample_f1
    )


def unmapped_rate() -> SampleMean:
    """Share of samples whose answer maps to no label, not even to "none"; refusals and failures among them."""
    return SampleMean(
        name="unmapped_rate",
        signature=f"unmapped_rate|{MATCHING}|agg:mean|v:1",
        value=_unmapped,
        proportion=True,
        higher_is_better=False,
    )


def _accuracy(answer: Answer, target: Answer) -> float | None:
    if target.labels is None or len(set(target.labels)) != 1:
        return None
    return float(set(answer.labels or ()) == set(target.labels))


def _subset_accuracy(answer: Answer, target: Answer) -> float | None:
    if target.labels is None:
        return None
    return float(answer.labels is not None and set(answer.labels) == set(target.labels))


def _sample_f1(answer: Answer, target: Answer) -> float | None:
    if target.labels is None:
        return None
    if answer.labels is None:
        return 0.0
    given, wanted = set(answer.labels), set(target.labels)
    return 2 * len(given & wanted) / (len(given) + len(wanted)) if given or wanted else 1.0


def _unmapped(answer: Answer, target: Answer) -> float | None:
    return None if target.labels is None else float(answer.labels is None)


def _label_counts(answer: Answer, target: Answer) -> Counts | None:
    if target.labels is None:
        return None
    given, wanted = set(answer.labels or ()), set(target.labels)
    return float(len(given & wanted)), float(len(given)), float(len(wanted))
