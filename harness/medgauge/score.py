"""Parse and measure: outputs and targets, joined by key, into statistics. No model is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medgauge.ask import turns
from medgauge.codec import clean_text
from medgauge.errors import MedGaugeError
from medgauge.prepare import key_of, unreadable
from medgauge.protocols import BatchMetric, BoxFormat, Metric, Style
from medgauge.tasks import Task
from medgauge.types import Answer, Key, Output, Parsed, Request, Rows, Sample, Score, Status, Vector

EMPTY = Answer()
MISSING = "no output"
"""The error of a sample that has a turn without any output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """One sample, read but not measured."""

    status: Status
    parsed: Parsed
    truncated: bool
    said: str = ""

    @property
    def measured(self) -> Answer | None:
        """The answer as metrics get it; one that could not be read is an empty one that keeps the words."""
        if not (self.truncated or self.said):
            return self.parsed.answer
        return replace(self.parsed.answer or EMPTY, truncated=self.truncated, said=self.said)


def score_task(
    task: Task, samples: Sequence[Sample], outputs: Mapping[Key, Output], style: Style, trials: int = 1
) -> tuple[list[Score], tuple[Metric, ...]]:
    """Scores of one task in one language, every sample one a trial, and the metrics as prepared on its targets.

    A sample without an output is failed and measured as `None`: the denominator is always all samples.
    """
    targets = [target_of(sample) for sample in samples]
    metrics = tuple(metric.prepare(targets) for metric in task.metrics)
    scores: list[Score] = []
    for trial in range(trials):
        judged = [_judge(task, sample, outputs, style, trial) for sample in samples]
        answers = [one.measured for one in judged]
        stats = {metric.name: _measure_all(metric, answers, targets, samples) for metric in metrics}
        scores += [
            Score(
                key=key_of(sample, trial=trial),
                group=sample.group,
                tags=sample.tags,
                status=one.status,
                truncated=one.truncated,
                answer=one.parsed.answer,
                stats={name: measured[i] for name, measured in stats.items()},
                detail=one.parsed.detail,
            )
            for i, (sample, one) in enumerate(zip(samples, judged, strict=True))
        ]
    return scores, metrics


def target_of(sample: Sample) -> Answer:
    """The sample's target as metrics get it: with the language asked in and the options declared."""
    return replace(sample.target, language=sample.language, choices=sample.choices)


def _judge(task: Task, sample: Sample, outputs: Mapping[Key, Output], style: Style, trial: int) -> _Judged:
    said = turns(sample, outputs, trial)
    truncated = any(output.finish == "length" for output in said)
    asked = replace(style, language=sample.language)
    error = unreadable(sample) or _unfinished(task.next_request(sample, asked, said), outputs, trial)
    if error is not None:
        return _Judged(status="failed", parsed=Parsed(answer=None, detail={"error": error}), truncated=truncated)
    status, parsed = _read(task, sample, said, style.box_format)
    words = "" if status == "refused" else clean_text(said[-1].text)
    return _Judged(status=status, parsed=parsed, truncated=truncated, said=words)


def _unfinished(request: Request | None, outputs: Mapping[Key, Output], trial: int) -> str | None:
    """Why the conversation did not come to its end, from the request that comes after its last turn."""
    if request is None:
        return None
    output = outputs.get(replace(Key.parse(request.id), trial=trial))
    return MISSING if output is None else output.error or "failed without a reason"


def _read(task: Task, sample: Sample, said: Sequence[Output], box_format: BoxFormat) -> tuple[Status, Parsed]:
    if said[-1].finish == "refused":
        return "refused", Parsed(answer=None)
    clean = [replace(output, text=clean_text(output.text)) for output in said]
    parsed = task.parse(replace(sample, target=EMPTY), clean, box_format)
    return ("no_answer" if parsed.answer is None else "scored"), parsed


def _measure_all(
    metric: Metric, answers: Sequence[Answer | None], targets: Sequence[Answer], samples: Sequence[Sample]
) -> list[Vector | Rows | None]:
    """The statistics, with the promise of the protocol checked: undefined depends on the target alone."""
    if isinstance(metric, BatchMetric):
        stats = metric.measure_all(answers, targets)
    else:
        stats = [metric.measure(answer, target) for answer, target in zip(answers, targets, strict=True)]
    for measured, target, sample in zip(stats, targets, samples, strict=True):
        if measured is None and metric.measure(None, target) is not None:
            raise MedGaugeError(
                f"metric {metric.name!r} is undefined for the answer to {sample.id!r}, not for its target"
            )
    return stats
