"""Metrics from counts of each label: means over labels, their parts, and agreement beyond chance.

Each sample gives its labels' cells: (label's index, samples, hits, predicted, reference), a row for each label that
it predicts or has. Sums of them are all that recall, precision, F1, specificity, the correlation coefficient and kappa
need. The label space is frozen by `prepare`: the declared labels where the targets say them, and those that some
target has. A mean runs over labels with support, because a label without positives has no recall; in a slice or a
resample, over those that have support there.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Rows
from medgauge_metrics.reducing import NO_ANSWER, ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Weighted sums over samples."""

    hits: FloatArray
    """(B, L): predicted and right."""
    predicted: FloatArray
    """(B, L)."""
    reference: FloatArray
    """(B, L): the support."""
    samples: FloatArray
    """(B, 1): all samples."""


Each: TypeAlias = Callable[[Cells], FloatArray]
"""Cells to a number of each label, (B, L); NaN where the label has none."""
Over: TypeAlias = Callable[[Cells, FloatArray], FloatArray]
"""Cells and each label's number to the main one, (B,)."""
Reading: TypeAlias = Literal["sets", "declared", "one", "polar"]
"""What a sample's labels are: a set; a set out of declared labels; one label; yes or no."""


def labels_of(answer: Answer, reading: Reading) -> frozenset[str] | None:
    """The labels of an answer or target; None where it has none of this kind."""
    if reading == "polar":
        return frozenset((answer.polar,)) if answer.polar else None
    if answer.labels is None or (reading == "one" and len(set(answer.labels)) != 1):
        return None
    return frozenset(answer.labels)


def space(labels: Sequence[str] | None) -> str:
    """Number and hash of a label space, for signatures."""
    if labels is None:
        return "unprepared"
    return f"{len(labels)}-{hashlib.sha256(json.dumps(labels).encode()).hexdigest()[:8]}"


def label_space(targets: Sequence[Answer], reading: Reading = "sets") -> tuple[str, ...]:
    """The declared labels of the targets that are defined, and those they have, sorted."""
    found: set[str] = set()
    for target in targets:
        wanted = labels_of(target, reading)
        if wanted is not None:
            found |= wanted if reading == "polar" else wanted.union(target.choices)
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCounts:
    """A number from counts of each label, with the labels' own numbers under their names."""

    name: str
    reading: Reading
    how: str
    """The reading of answers, in the signature."""
    agg: str
    """The means, in the signature."""
    over: Over
    each: Each | None = None
    labels: tuple[str, ...] | None = None
    """The label space, sorted; None until `prepare`."""
    higher_is_better: bool | None = True
    resampled: bool = True

    @property
    def signature(self) -> str:
        """Reading of answers, number and hash of the labels, means."""
        return f"{self.name}|{self.how}|labels:{space(self.labels)}|{self.agg}|v:1"

    @property
    def proportion(self) -> bool:
        """Ratios of sums."""
        return False

    def prepare(self, targets: Sequence[Answer]) -> "LabelCounts":
        """Freeze the label space."""
        return replace(self, labels=label_space(targets, self.reading))

    def measure(self, answer: Answer | None, target: Answer) -> Rows | None:
        """Rows (label's index, samples, hits, predicted, reference), `samples` being 1 in the first row alone.

        None where the target has no labels of this kind; the answer's labels outside the label space are in no row.
        Raises ValueError before `prepare`, and for a target with a label that `prepare` was not shown.
        """
        if self.labels is None:
            raise ValueError(f"{self.name}: call prepare with all targets first")
        wanted = labels_of(target, self.reading)
        if wanted is None or (self.reading == "declared" and not target.choices):
            return None
        unknown = wanted.difference(self.labels)
        if unknown:
            raise ValueError(f"{self.name}: prepared without the labels {sorted(unknown)}")
        given = labels_of(answer or NO_ANSWER, self.reading) or frozenset()
        rows = [
            (float(index), 0.0, float(label in given & wanted), float(label in given), float(label in wanted))
            for index, label in enumerate(self.labels)
            if label in given | wanted
        ]
        first = rows[0] if rows else (0.0,) * 5
        return ((first[0], 1.0, *first[2:]), *rows[1:])

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The main number under `''`, each label's under its name."""
        names = self.labels or ()
        cells = _cells(statistics, weights, len(names))
        values = np.full(cells.hits.shape, np.nan) if self.each is None else self.each(cells)
        parts = {} if self.each is None else {label: values[:, i] for i, label in enumerate(names)}
        return {**parts, "": self.over(cells, values)}


def _cells(statistics: Statistics, weights: FloatArray, labels: int) -> Cells:
    """The weighted sums of the rows, by label."""
    table = np.zeros((statistics.units, labels, 3))
    samples = np.zeros(statistics.units)
    if statistics.values.size:
        np.add.at(samples, statistics.owner, statistics.values[:, 1])
        filled = statistics.values[:, 2:].any(axis=1)
        index = statistics.values[filled, 0].astype(np.intp)
        np.add.at(table, (statistics.owner[filled], index), statistics.values[filled, 2:])
    summed = (weights @ table.reshape(statistics.units, labels * 3)).reshape(len(weights), labels, 3)
    return Cells(
        hits=summed[:, :, 0],
        predicted=summed[:, :, 1],
        reference=summed[:, :, 2],
        samples=(weights @ samples)[:, None],
    )


def mean_of_defined(cells: Cells, values: FloatArray) -> FloatArray:
    """The mean over the labels that have a number; NaN without any."""
    defined = np.isfinite(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1).astype(np.float64))


def mean_of_declared(cells: Cells, values: FloatArray) -> FloatArray:
    """The mean over all labels, those without support as 0; NaN where no label has support."""
    mean = np.nan_to_num(values).sum(axis=1) / max(1, values.shape[1])
    return np.where(cells.reference.sum(axis=1) > 0, mean, np.nan)


def recall(cells: Cells) -> FloatArray:
    """`TP / (TP + FN)`, also called sensitivity; NaN without support."""
    return ratio(cells.hits, cells.reference)


def precision(cells: Cells) -> FloatArray:
    """`TP / (TP + FP)`, 0 where nothing is predicted; NaN without support."""
    return np.where(cells.reference > 0, np.nan_to_num(ratio(cells.hits, cells.predicted)), np.nan)


def f1(cells: Cells) -> FloatArray:
    """`2 TP / (2 TP + FP + FN)`; NaN without support."""
    return np.where(cells.reference > 0, ratio(2 * cells.hits, cells.predicted + cells.reference), np.nan)


def specificity_of(cells: Cells) -> FloatArray:
    """`TN / (TN + FP)`; NaN where every sample has the label."""
    negatives = cells.samples - cells.reference
    return ratio(negatives - (cells.predicted - cells.hits), negatives)


def support_of(cells: Cells) -> FloatArray:
    """How often the label is in the reference."""
    return cells.reference


def total(cells: Cells, values: FloatArray) -> FloatArray:
    """The sum over labels."""
    summed: FloatArray = values.sum(axis=1)
    return summed


def _chance(cells: Cells) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Samples squared, the agreement expected by chance times that, and the reference's with itself, each (B,)."""
    squared = cells.samples[:, 0] ** 2
    return squared, (cells.predicted * cells.reference).sum(axis=1), (cells.reference**2).sum(axis=1)


def correlation(cells: Cells, values: FloatArray) -> FloatArray:
    """Gorodkin's R_K, all other answers one class; NaN where the reference holds one class, 0 where the answers do."""
    squared, expected, of_reference = _chance(cells)
    other = cells.samples[:, 0] - cells.predicted.sum(axis=1)
    spread = squared - (cells.predicted**2).sum(axis=1) - other**2
    spread_of_reference = squared - of_reference
    covariance = cells.hits.sum(axis=1) * cells.samples[:, 0] - expected
    found = np.nan_to_num(ratio(covariance, np.sqrt(spread.clip(0) * spread_of_reference.clip(0))))
    return np.where(spread_of_reference > 0, found, np.nan)


def agreement(cells: Cells, values: FloatArray) -> FloatArray:
    """Cohen's kappa; NaN where the reference holds one class."""
    squared, expected, of_reference = _chance(cells)
    found = ratio(cells.hits.sum(axis=1) * cells.samples[:, 0] - expected, squared - expected)
    return np.where(squared > of_reference, found, np.nan)
