"""What today's code makes of a finished run, beside what the run holds: did the code change, or the model?

Nothing is written. The answers are word for word those that were scored (their hash says so), so whatever differs is
the doing of the code: a prompt that is put otherwise today, an answer that is read otherwise, or one that is measured
otherwise. With a base, what is left of the difference between the two runs, both by today's code, is the model's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from medgauge import codec
from medgauge.errors import MedGaugeError
from medgauge.paired import changed
from medgauge.prepare import result_name
from medgauge.protocols import Metric
from medgauge.same_samples import Contents, contents_of
from medgauge.score import score_task
from medgauge.spec import RunSpec, TaskSpec, load_tasks
from medgauge.stats import gather, reduced
from medgauge.store import MANIFEST, OUTPUTS, RESULTS, SAMPLES, SPEC, RunDirectory
from medgauge.tasks import Task
from medgauge.trials import by_trial, mean_of
from medgauge.types import Score

FIRST = 5
"""Ids that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    value: float | None
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    metrics: Mapping[str, _Stored]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Results:
    tasks: Mapping[str, _Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """One metric, as the run holds it and as it is made today."""

    metric: str
    stored: float | None
    today: float | None
    signature: str
    """As stored."""
    signature_today: str
    measured: tuple[str, ...]
    """Ids of samples that are read the same and measured otherwise."""

    @property
    def differs(self) -> bool:
        """Whether the code makes it otherwise."""
        apart = self.stored is None or self.today is None or abs(self.stored - self.today) > 1e-9 * abs(self.stored)
        same_hole = self.stored is None and self.today is None
        return self.signature != self.signature_today or bool(self.measured) or (apart and not same_hole)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """One task in one language."""

    key: str
    version: tuple[int, int]
    """Stored, today."""
    prompts: tuple[str, str] | None
    """Hashes of the prompt set, stored and today, where they differ."""
    read: tuple[str, ...]
    """Ids of samples whose answer or status is read otherwise."""
    metrics: tuple[MetricChange, ...]
    gone: tuple[str, ...]
    """Metrics that only the run has."""
    new: tuple[str, ...]
    """Metrics that only today's code has."""

    @property
    def causes(self) -> tuple[str, ...]:
        """What in the code differs, in the order of the work; empty where all is as it was."""
        return tuple(_causes(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """A run by today's code."""

    path: str
    changed_files: tuple[str, ...]
    """Of spec, samples and outputs, those that are no longer what was scored."""
    tasks: tuple[TaskChange, ...]
    contents: Contents
    """What each task was asked: another run that shares it is of the same samples or is not comparable."""

    @property
    def same(self) -> bool:
        """Whether today's code makes of it exactly what it holds."""
        return not self.changed_files and not any(task.causes for task in self.tasks)


def rescore(path: Path) -> Rescored:
    """Parse and measure a run in memory and lay it beside its own results.

    Raises Incomplete for an unfinished run, MedGaugeError for tasks that are no longer known.
    """
    run = RunDirectory(path)
    files = codec.convert(_Manifest, run.manifest(), path / MANIFEST).files
    held = codec.convert(_Results, run.results(), path / RESULTS).tasks
    spec = codec.convert(RunSpec, run.spec(), path / SPEC)
    hashes, outputs = run.hashes(), run.outputs()
    stored = {score.key: score for score in run.scores()}
    samples = [one.sample for one in run.samples()]
    made, contents = [], {}
    for asked, task in zip(spec.tasks, load_tasks([task.name for task in spec.tasks]), strict=True):
        for language in task.card.languages:
            mine = [sample for sample in samples if (sample.task, sample.language) == (task.name, language)]
            if not mine:
                continue
            scores, metrics = score_task(task, mine, outputs, spec.style(language), spec.trials)
            key = result_name(task.name, language, task.card.languages)
            old = [stored[score.key] for score in scores if score.key in stored]
            if len(old) != len(scores) or key not in held or any(o.stats.keys() != old[0].stats.keys() for o in old):
                raise MedGaugeError(f"{path}: {key} is not scored whole; `medgauge score {path}` does that")
            contents[key] = contents_of(mine)
            made.append(_task(key, asked, task, (old, scores), metrics, held[key].metrics))
    return Rescored(
        path=str(path),
        changed_files=tuple(n for n in (SPEC, SAMPLES, OUTPUTS) if n in files and files[n] != hashes.get(n)),
        tasks=tuple(made),
        contents=contents,
    )


def _task(
    key: str,
    asked: TaskSpec,
    task: Task,
    scores: tuple[Sequence[Score], Sequence[Score]],
    metrics: Sequence[Metric],
    stored: Mapping[str, _Stored],
) -> TaskChange:
    old, new = scores
    read = [i for i, (x, y) in enumerate(zip(old, new, strict=True)) if (x.status, x.answer) != (y.status, y.answer)]
    had = set(old[0].stats) & stored.keys() if old else set()
    prompts = asked.prompts_hash, task.prompt_sets.get(asked.prompts, "gone")
    return TaskChange(
        key=key,
        version=(asked.version, task.card.version),
        prompts=None if prompts[0] == prompts[1] else prompts,
        read=tuple(new[i].key.id for i in read),
        metrics=tuple(
            _metric(m, old, new, set(read), stored[m.name]) for m in metrics if m.name in had & stored.keys()
        ),
        gone=tuple(sorted(had - {metric.name for metric in metrics})),
        new=tuple(sorted({metric.name for metric in metrics} - had)),
    )


def _metric(
    metric: Metric, old: Sequence[Score], new: Sequence[Score], read: set[int], stored: _Stored
) -> MetricChange:
    passes = [gather(metric, one) for one in by_trial(new)]
    defined = all(len(one.values) for one in passes)
    reduce = mean_of([partial(reduced, metric, one) for one in passes])
    value = float(reduce(np.ones((1, passes[0].units)))[""][0]) if defined else None
    return MetricChange(
        metric=metric.name,
        stored=stored.value,
        today=value if value is not None and np.isfinite(value) else None,
        signature=stored.signature,
        signature_today=metric.signature,
        measured=tuple(new[i].key.id for i in changed(metric, old, new) if i not in read),
    )


def _causes(task: TaskChange) -> Iterator[str]:
    if task.version[0] != task.version[1]:
        yield f"the task: version {task.version[0]} when it was run, {task.version[1]} today"
    if task.prompts is not None:
        yield f"the prompt: hash {task.prompts[0]} when it was asked, {task.prompts[1]} today; ask the model again"
    if task.read:
        yield f"the parser: {len(task.read)} answers are read otherwise, {_named(task.read)}"
    for one in task.metrics:
        if one.signature != one.signature_today:
            yield f"the metric {one.metric}: signature {one.signature} when it was scored, {one.signature_today} today"
        elif one.measured:
            count = len(one.measured)
            yield f"the metric {one.metric}: {count} samples are measured otherwise, {_named(one.measured)}"
        elif one.differs and not task.read:
            yield f"the metric {one.metric}: the same statistics come to {one.today}, not {one.stored}"
    if task.gone:
        yield f"metrics that are no longer made: {', '.join(task.gone)}"
    if task.new:
        yield f"metrics that are new: {', '.join(task.new)}"


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - FIRST} more" if len(ids) > FIRST else ""
    return f"ids {', '.join(ids[:FIRST])}{more}"
