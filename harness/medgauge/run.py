"""A run from plan to manifest, and scoring again what a finished run holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medgauge import codec
from medgauge.about import About
from medgauge.declared import about_of
from medgauge.errors import Incomplete, MedGaugeError
from medgauge.manifest import earlier, now, usage_of, write_manifest
from medgauge.parity import Judged
from medgauge.predict import Pace, predict
from medgauge.prepare import key_of, select, write_samples, write_thumbnails
from medgauge.progress import say
from medgauge.protocols import Recording, Reporting
from medgauge.results import whole_results
from medgauge.score import MISSING, score_task
from medgauge.spec import Plan, RunSpec, load_tasks, require_same
from medgauge.store import MANIFEST, OUTPUTS, RESULTS, SAMPLES, SPEC, RunDirectory
from medgauge.tasks import Task
from medgauge.types import Key, Output, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a run ended with."""

    results: dict[str, Any]
    failed: tuple[str, ...]
    """Keys of samples that failed, with the reason; not those that `--allow-missing` let be missing."""
    n: int
    """Answers asked for: samples times trials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the manifest keeps of how a run came about."""

    started: str
    excluded: tuple[str, ...]
    modified: tuple[str, ...]
    """How the data differ from their cards."""
    allow_missing: bool
    model: Mapping[str, Any]
    """How the model says that its answers were made."""
    about: About
    """What is known of the model."""
    pace: Mapping[str, Any] | None
    """How fast it answered when it was last asked; None of a recording."""


def execute(
    plan: Plan, out: Path, data_dir: Path | None, *, allow_missing: bool = False, fresh: bool = False
) -> Finished:
    """Load, ask, score, write. Resumes what the directory holds of the same spec, or deletes it when `fresh`.

    Raises SpecMismatch, Incomplete, BadRecord, NothingSelected; whatever was answered is kept.
    """
    run = RunDirectory(out)
    with run.writing():
        if not fresh:
            require_same(run, plan.spec)
        selected = select(plan.tasks, data_dir, plan.spec.limit, allow_modified=plan.spec.allow_modified)
        if fresh:  # only now that the data are there
            run.clear()
            require_same(run, plan.spec)
        started = earlier(run).get("started") or now()
        for line in selected.excluded:
            say(f"excluded {line}")
        for line in selected.modified:
            say(f"modified {line}")
        write_samples(run, selected, plan.tasks)
        write_thumbnails(run, selected, plan.tasks)
        before = earlier(run)
        known = _about(run, before)
        pace = predict(run, plan, selected, data_dir, allow_missing=allow_missing)
        model = dict(plan.model.report()) if pace and isinstance(plan.model, Reporting) else before.get("model", {})
        about = about_of(plan.model)  # only now: weights that were not here at the start can be counted
        past = Past(
            started=started,
            excluded=selected.excluded,
            modified=selected.modified,
            allow_missing=allow_missing,
            model=model,
            about=known if about == About() else about,
            pace=before.get("pace") if pace is None else _pace(plan.model, pace),
        )
        return _finish(run, plan.spec, plan.tasks, past)


def score_again(path: Path) -> Finished:
    """Parse and measure a run again with today's code; its outputs are not touched.

    Raises MedGaugeError when a file has changed since the manifest was written, Incomplete when outputs are missing
    that the run was not allowed to miss.
    """
    run = RunDirectory(path)
    spec = codec.convert(RunSpec, run.spec(), path / SPEC)
    before = earlier(run)
    _require_unchanged(run, before.get("files", {}))
    past = Past(
        started=before.get("started") or now(),
        excluded=tuple(before.get("excluded", ())),
        modified=tuple(before.get("modified", ())),
        allow_missing=bool(before.get("allow_missing", False)),
        model=before.get("model", {}),
        about=_about(run, before),
        pace=before.get("pace"),
    )
    tasks = load_tasks([task.name for task in spec.tasks])
    for made, today in zip(spec.tasks, tasks, strict=True):
        if made.version != today.card.version:
            raise MedGaugeError(
                f"{path}: made with version {made.version} of {made.name}, it is {today.card.version} now; run it again"
            )
    with run.writing():
        return _finish(run, spec, tasks, past)


def _pace(model: object, pace: Pace) -> dict[str, Any] | None:
    return None if isinstance(model, Recording) or not pace.answers else codec.plain(pace)


def _about(run: RunDirectory, before: Mapping[str, Any]) -> About:
    """What an earlier manifest keeps of the model; nothing where it keeps nothing. Raises BadRecord."""
    return codec.convert(About, before.get("about", {}), run.path / MANIFEST)


def _require_unchanged(run: RunDirectory, hashes: Mapping[str, str]) -> None:
    today = run.hashes()
    for name in (SPEC, SAMPLES, OUTPUTS):
        if name in hashes and today.get(name) != hashes[name]:
            raise MedGaugeError(
                f"{run.path / name} has changed since {MANIFEST} was written; restore it, or delete {MANIFEST} to "
                "score what is there now"
            )


def _finish(run: RunDirectory, spec: RunSpec, tasks: Sequence[Task], past: Past) -> Finished:
    samples = [stored.sample for stored in run.samples()]
    outputs = run.outputs()
    _require_known(run, samples, outputs, spec.trials)
    parts: list[Judged] = []
    for task in tasks:
        for language in task.card.languages:
            mine = [sample for sample in samples if sample.task == task.name and sample.language == language]
            judged, metrics = score_task(task, mine, outputs, spec.style(language), spec.trials)
            if judged:
                parts.append(Judged(card=task.card, language=language, scores=judged, metrics=metrics))
    scores = [score for part in parts for score in part.scores]
    asked = len(samples) * spec.trials
    if len(scores) != asked:
        raise MedGaugeError(f"{run.path}: {asked} answers to score, {len(scores)} scores; the tasks do not cover them")
    missing = [str(score.key) for score in scores if score.detail.get("error") == MISSING]
    if missing and not past.allow_missing:
        raise Incomplete(f"{run.path}: {len(missing)} samples have no output, {missing[0]} first; run it to its end")
    failed = [f"{s.key}: {s.detail['error']}" for s in scores if s.status == "failed" and str(s.key) not in missing]
    whole = whole_results(parts)
    (run.path / MANIFEST).unlink(missing_ok=True)
    run.write_scores(scores)
    run.write(RESULTS, whole)
    lists = {"excluded": past.excluded, "modified": past.modified, "failed": failed, "missing": missing}
    made = {"about": codec.plain(past.about), "model": past.model, "usage": usage_of(outputs.values())}
    made |= {"pace": past.pace} if past.pace else {}
    write_manifest(run, tasks, started=past.started, allow_missing=past.allow_missing, lists=lists, made=made)
    return Finished(results=whole, failed=tuple(failed), n=asked)


def _require_known(run: RunDirectory, samples: Sequence[Sample], outputs: Mapping[Key, Output], trials: int) -> None:
    known = {key_of(sample, trial=trial) for sample in samples for trial in range(trials)}
    stray = next((key for key in outputs if replace(key, turn=0) not in known), None)
    if stray is not None:
        raise MedGaugeError(f"{run.path / OUTPUTS}: output {str(stray)!r} belongs to no sample of {SAMPLES}")
