"""Metrics of classification, single- and multi-label.

`labels` of an answer is a set of names from the label space, spelt as there. No answer, and an answer that maps to
nothing, is wrong in a single-label task and the empty set in counts. Means over labels run over those with support,
because a label without positives has no recall; the list is frozen by `prepare` and its hash is in the signature.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.label_matching import SIGNATURE as MATCHING
from medgauge_metrics.reducing import NO_ANSWER, Counts, Pooled, SampleMean, ratio, sums


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


def macro_f1() -> "PerLabel":
    """Mean over labels with support of `2 TP / (2 TP + FP + FN)`; each label's F1 goes by its name."""
    return PerLabel(of="f1")


def balanced_accuracy() -> "PerLabel":
    """Mean over labels with support of recall, for single-label tasks."""
    return PerLabel(of="recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class PerLabel:
    """A mean over labels with support; vector (TP, predicted, reference) of each label in turn.

    In a slice or a resample the mean runs over the labels that have support there.
    """

    of: Literal["f1", "recall"]
    labels: tuple[str, ...] | None = None
    """Labels with support, sorted; None until `prepare`."""

    @property
    def name(self) -> str:
        """`macro_f1` or `balanced_accuracy`."""
        return "macro_f1" if self.of == "f1" else "balanced_accuracy"

    @property
    def signature(self) -> str:
        """Label matching, and number and hash of the labels."""
        if self.labels is None:
            space = "unprepared"
        else:
            space = f"{len(self.labels)}-{hashlib.sha256(json.dumps(self.labels).encode()).hexdigest()[:8]}"
        return f"{self.name}|{MATCHING}|unmapped:empty|labels:{space}|absent:excluded|agg:macro|v:1"

    @property
    def proportion(self) -> bool:
        """A mean of ratios."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "PerLabel":
        """Freeze the labels that some target has."""
        return replace(self, labels=tuple(sorted({label for t in targets for label in self._given(t)})))

    def _given(self, target: Answer) -> frozenset[str]:
        """The target's labels; none where the metric is undefined."""
        labels = frozenset(target.labels or ())
        return labels if self.of == "f1" or len(labels) == 1 else frozenset()

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """Counts of each label; None without labels in the target, or where recall wants one and it has others.

        Raises ValueError before `prepare`, and for a target with a label that `prepare` was not shown.
        """
        if self.labels is None:
            raise ValueError(f"{self.name}: call prepare with all targets first")
        wanted = self._given(target)
        if target.labels is None or not self.labels or (self.of == "recall" and not wanted):
            return None
        unknown = wanted.difference(self.labels)
        if unknown:
            raise ValueError(f"{self.name}: prepared without the labels {sorted(unknown)}")
        given = frozenset((answer or NO_ANSWER).labels or ())
        counts: list[float] = []
        for label in self.labels:
            counts += [float(label in given & wanted), float(label in given), float(label in wanted)]
        return tuple(counts)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The mean under `''` and each label's value under its name."""
        names = self.labels or ()
        total = sums(statistics, weights, 3 * len(names))
        hits, predicted, reference = total[:, 0::3], total[:, 1::3], total[:, 2::3]
        values = ratio(2 * hits, predicted + reference) if self.of == "f1" else ratio(hits, reference)
        values = np.where(reference > 0, values, np.nan)
        mean = ratio(np.nansum(values, axis=1), (reference > 0).sum(axis=1).astype(np.float64))
        return {**{label: values[:, i] for i, label in enumerate(names)}, "": mean}


def _accuracy(answer: Answer, target: Answer) -> float | None:
    if target.labels is None or len(set(target.labels)) != 1:
        return None
    return float(set(answer.labels or ()) == set(target.labels))


def _subset_accuracy(answer: Answer, target: Answer) -> float | None:
    if target.labels is None:
        return None
    return float(answer.labels is not None and set(answer.labels) == set(target.labels))


def _label_counts(answer: Answer, target: Answer) -> Counts | None:
    if target.labels is None:
        return None
    given, wanted = set(answer.labels or ()), set(target.labels)
    return float(len(given & wanted)), float(len(given)), float(len(wanted))
