"""Metrics of words and labels behind the interface of Hugging Face's `evaluate`.

It makes the object itself: `evaluate.load` asks the network for a bare name, or runs whatever folder of that name lies
in the working directory. Scores of a run are never made this way: here is no interval, no slice and no group.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.protocols import BatchMetric, Metric, Statistics
from medgauge.types import Answer, Rows, Vector

if TYPE_CHECKING:
    from evaluate import EvaluationModule

Given: TypeAlias = str | Sequence[str]
_RIGHT = Answer(text="Small nodule in the right lung. 右肺小结节。", labels=("nodule",))
_ANOTHER = Answer(text="The heart is enlarged, no effusion. 心影增大，无积液。", labels=("heart",))


def as_evaluate(metric_name: str) -> "EvaluationModule":
    """A metric of words or labels as an `evaluate.Metric`: `as_evaluate("rouge_l").compute(predictions=, references=)`.

    A prediction with its reference is two strings (a text, or one label), a string and a list of strings (a text and
    its references, the first of them the main one), or two lists (sets of labels). `compute` gives the metric's
    numbers by name, NaN where undefined. Texts must be valid Unicode: a lone surrogate cannot be stored.

    Raises MedGaugeError where `evaluate` is not installed, and for a metric that needs more than words or labels.
    """
    metric = parse_metric(metric_name)
    if not _reads_words_or_labels(metric):
        raise MedGaugeError(f"metric {metric_name!r} needs more than words or labels, and has no form for `evaluate`")
    try:
        import datasets
        import evaluate
    except ImportError as error:
        raise MedGaugeError("the interface of `evaluate` needs it: pip install 'medgauge[hf]'") from error
    one, many = datasets.Value("string"), datasets.Sequence(datasets.Value("string"))
    forms = [
        datasets.Features({"predictions": predicted, "references": reference})
        for predicted, reference in ((one, one), (one, many), (many, many))
    ]

    def info(self: object) -> Any:
        return evaluate.MetricInfo(description=metric.signature, citation="", features=forms)

    def compute(self: object, predictions: Sequence[Given], references: Sequence[Given]) -> dict[str, float]:
        return numbers(metric, predictions, references)

    name = re.sub(r"\W+", "_", metric_name).strip("_")
    module: EvaluationModule = type(name, (evaluate.Metric,), {"_info": info, "_compute": compute})(keep_in_memory=True)
    return module


def numbers(metric: Metric, predictions: Sequence[Given], references: Sequence[Given]) -> dict[str, float]:
    """The numbers of a metric by name, over predictions and references as `as_evaluate` takes them."""
    pairs = [_pair(predicted, given) for predicted, given in zip(predictions, references, strict=True)]
    answers, targets = [answer for answer, _ in pairs], [target for _, target in pairs]
    prepared = metric.prepare(targets)
    reduced = prepared.reduce(_statistics(_measured(prepared, answers, targets)), np.ones((1, len(pairs))))
    return {f"{metric.name}/{part}" if part else metric.name: float(value[0]) for part, value in reduced.items()}


def _pair(predicted: Given, reference: Given) -> tuple[Answer, Answer]:
    if not isinstance(predicted, str):
        return Answer(labels=tuple(predicted)), Answer(labels=tuple(reference))
    answer = Answer(text=predicted, labels=(predicted,))
    if isinstance(reference, str):
        return answer, Answer(text=reference, labels=(reference,))
    first, *others = reference or ("",)
    return answer, Answer(text=first, texts=tuple(others))


def _measured(
    metric: Metric, answers: Sequence[Answer | None], targets: Sequence[Answer]
) -> Sequence[Vector | Rows | None]:
    if isinstance(metric, BatchMetric):
        return metric.measure_all(answers, targets)
    return [metric.measure(answer, target) for answer, target in zip(answers, targets, strict=True)]


def _statistics(measured: Sequence[Vector | Rows | None]) -> Statistics:
    """Every sample a unit, with its rows."""
    rows = [(unit, row) for unit, stats in enumerate(measured) for row in _rows(stats or ())]
    width = len(rows[0][1]) if rows else 0
    values = np.array([row for _, row in rows], dtype=np.float64).reshape(len(rows), width)
    return Statistics(values=values, owner=np.array([unit for unit, _ in rows], dtype=np.intp), units=len(measured))


def _rows(stats: Vector | Rows) -> Rows:
    rows = tuple(row for row in stats if isinstance(row, tuple))
    return rows if rows or not stats else (tuple(x for x in stats if not isinstance(x, tuple)),)


def _reads_words_or_labels(metric: Metric) -> bool:
    """Whether another text, other labels or neither make a difference: a metric of boxes would count nothing."""
    targets = [_RIGHT, _ANOTHER]
    prepared = metric.prepare(targets)
    seen = [prepared.measure(answer, _RIGHT) for answer in (_RIGHT, _ANOTHER, Answer())]
    return seen[0] is not None and len(set(seen)) > 1
