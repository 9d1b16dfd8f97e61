"""Parse and measure: outputs and targets, joined by key, into statistics. No model is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from medgauge.ask import turns
from medgauge.codec import clean_text
from medgauge.errors import MedGaugeError
from medgauge.prepare import key_of, unreadable
from medgauge.protocols import BoxFormat, Metric, Style
from medgauge.tasks import Task
from medgauge.types import Answer, Key, Output, Parsed, Rows, Sample, Score, Status, Vector

EMPTY = Answer()
MISSING = "no output"
"""The error of a sample that has a turn without any output."""


def score_task(
    task: Task, samples: Sequence[Sample], outputs: Mapping[Key, Output], style: Style
) -> tuple[list[Score], tuple[Metric, ...]]:
    """Scores of one task in one language, every sample one, and the metrics as prepared on its targets.

    A sample without an output is failed and measured as `None`: the denominator is always all samples.
    """
    metrics = tuple(metric.prepare([sample.target for sample in samples]) for metric in task.metrics)
    return [_score(task, sample, outputs, style, metrics) for sample in samples], metrics


def _score(task: Task, sample: Sample, outputs: Mapping[Key, Output], style: Style, metrics: Sequence[Metric]) -> Score:
    said = turns(sample, outputs)
    error = _unfinished(task, sample, said, outputs, replace(style, language=sample.language))
    status, parsed = _read(task, sample, said, style.box_format) if error is None else ("failed", Parsed(answer=None))
    detail = dict(parsed.detail) if error is None else {"error": error}
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


def _unfinished(
    task: Task, sample: Sample, said: Sequence[Output], outputs: Mapping[Key, Output], style: Style
) -> str | None:
    """Why the sample's conversation did not come to its end: a turn that failed, or that nobody answered."""
    unread = unreadable(sample)
    if unread is not None:
        return unread
    request = task.next_request(sample, style, said)
    if request is None:
        return None
    output = outputs.get(Key.parse(request.id))
    return MISSING if output is None else output.error or "failed without a reason"


def _read(task: Task, sample: Sample, said: Sequence[Output], box_format: BoxFormat) -> tuple[Status, Parsed]:
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
