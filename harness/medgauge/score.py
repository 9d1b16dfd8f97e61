"""Parse and measure: outputs and targets, joined by key, into statistics. No model is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from medgauge.ask import turns
from medgauge.codec import clean_text
from medgauge.errors import MedGaugeError
from medgauge.prepare import key_of
from medgauge.protocols import BoxFormat, Metric
from medgauge.tasks import Task
from medgauge.types import Answer, Key, Output, Parsed, Rows, Sample, Score, Status, Vector

EMPTY = Answer()


def score_task(
    task: Task, samples: Sequence[Sample], outputs: Mapping[Key, Output], box_format: BoxFormat
) -> tuple[list[Score], tuple[Metric, ...]]:
    """Scores of one task in one language, every sample one, and the metrics as prepared on its targets.

    A sample without an output is failed and measured as `None`: the denominator is always all samples.
    """
    metrics = tuple(metric.prepare([sample.target for sample in samples]) for metric in task.metrics)
    return [_score(task, sample, outputs, box_format, metrics) for sample in samples], metrics


def _score(
    task: Task, sample: Sample, outputs: Mapping[Key, Output], box_format: BoxFormat, metrics: Sequence[Metric]
) -> Score:
    said = turns(sample, outputs)
    status, parsed = _read(task, sample, said, box_format)
    detail = dict(parsed.detail)
    if status == "failed":
        first = outputs.get(key_of(sample))
        detail["error"] = first.error or "failed without a reason" if first else "no output"
    return Score(
        key=key_of(sample),
        group=sample.group,
        tags=sample.tags,
        status=status,
        truncated=any(output.finish == "length" for output in said),
        answer=parsed.answer,
        stats={metric.name: _measure(metric, parsed.answer, sample) for metric in metrics},
        detail=detail,
    )


def _read(task: Task, sample: Sample, said: Sequence[Output], box_format: BoxFormat) -> tuple[Status, Parsed]:
    if not said:
        return "failed", Parsed(answer=None)
    if said[-1].finish == "refused":
        return "refused", Parsed(answer=None)
    clean = [replace(output, text=clean_text(output.text)) for output in said]
    parsed = task.parse(replace(sample, target=EMPTY), clean, box_format)
    return ("no_answer" if parsed.answer is None else "scored"), parsed


def _measure(metric: Metric, answer: Answer | None, sample: Sample) -> Vector | Rows | None:
    """The statistics, with the promise of the protocol checked: undefined depends on the target alone."""
    stats = metric.measure(answer, sample.target)
    if stats is None and metric.measure(None, sample.target) is not None:
        raise MedGaugeError(f"metric {metric.name!r} is undefined for the answer to {sample.id!r}, not for its target")
    return stats
