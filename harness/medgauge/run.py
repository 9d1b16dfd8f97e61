"""A run from plan to manifest, and scoring again what a finished run holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medgauge import codec
from medgauge.manifest import earlier, now, write_manifest
from medgauge.predict import predict
from medgauge.prepare import key_of, result_name, select, write_samples, write_thumbnails
from medgauge.progress import say
from medgauge.results import SCHEMA_VERSION, task_results
from medgauge.score import score_task
from medgauge.spec import Plan, RunSpec, box_format, load_tasks, require_same
from medgauge.store import MANIFEST, RESULTS, SPEC, RunDirectory
from medgauge.tasks import Task
from medgauge.types import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a run ended with."""

    results: dict[str, Any]
    failed: tuple[str, ...]
    """Keys of samples that failed, with the reason; not those that `--allow-missing` let be missing."""
    n: int


def execute(plan: Plan, out: Path, data_dir: Path | None, *, allow_missing: bool = False) -> Finished:
    """Load, ask, score, write. Resumes what the directory holds of the same spec.

    Raises SpecMismatch, Incomplete, BadRecord, NothingSelected; whatever was answered is kept.
    """
    run = RunDirectory(out)
    with run.writing():
        return _execute(run, plan, data_dir, allow_missing)


def _execute(run: RunDirectory, plan: Plan, data_dir: Path | None, allow_missing: bool) -> Finished:
    require_same(run, plan.spec)
    before = earlier(run)
    started = before.get("started") or now()
    selected = select(plan.tasks, data_dir, plan.spec.limit)
    for line in selected.excluded:
        say(f"excluded {line}")
    write_samples(run, selected, plan.tasks)
    write_thumbnails(run, selected, plan.tasks)
    predict(run, plan, selected, data_dir, allow_missing=allow_missing)
    return _finish(run, plan.spec, plan.tasks, started=started, excluded=selected.excluded)


def score_again(path: Path) -> Finished:
    """Parse and measure a run again with today's code; its outputs are not touched."""
    run = RunDirectory(path)
    spec = codec.convert(RunSpec, run.spec(), path / SPEC)
    before = earlier(run)
    tasks = load_tasks([task.name for task in spec.tasks])
    with run.writing():
        return _finish(run, spec, tasks, started=before.get("started") or now(), excluded=before.get("excluded", ()))


def _finish(
    run: RunDirectory,
    spec: RunSpec,
    tasks: Sequence[Task],
    *,
    started: str,
    excluded: Sequence[str],
) -> Finished:
    (run.path / MANIFEST).unlink(missing_ok=True)
    samples = [stored.sample for stored in run.samples()]
    outputs = run.outputs()
    style = box_format(spec.model.box_format)
    results: dict[str, Any] = {}
    scores: list[Score] = []
    for task in tasks:
        for language in task.card.languages:
            mine = [sample for sample in samples if sample.task == task.name and sample.language == language]
            judged, metrics = score_task(task, mine, outputs, style)
            scores += judged
            if judged:
                name = result_name(task.name, language, task.card.languages)
                results[name] = task_results(task.card, language, judged, metrics)
    run.write_scores(scores)
    whole = {"schema_version": SCHEMA_VERSION, "tasks": results}
    run.write(RESULTS, whole)
    missing = {str(key_of(sample)) for sample in samples if key_of(sample) not in outputs}
    failed = [f"{s.key}: {s.detail['error']}" for s in scores if s.status == "failed" and str(s.key) not in missing]
    write_manifest(run, tasks, started=started, excluded=excluded, failed=failed)
    return Finished(results=whole, failed=tuple(failed), n=len(samples))
