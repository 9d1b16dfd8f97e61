"""The numbers of a run made again: from its outputs, the lock's samples and this code. Nothing it claims is read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medgauge import __version__, codec
from medgauge.errors import BadRecord, Incomplete, MedGaugeError, NotComparable, shorten
from medgauge.manifest import usage_of
from medgauge.parity import Judged
from medgauge.prepare import key_of, select
from medgauge.results import whole_results
from medgauge.score import MISSING, score_task
from medgauge.spec import RunSpec, TaskSpec, load_tasks
from medgauge.store import OUTPUTS, SAMPLES, RunDirectory, lines
from medgauge.tasks import Publish, Task
from medgauge.types import Key, Output, Sample
from medgauge_leaderboards.site.levels import allows
from medgauge_leaderboards.submissions.lock import Pinned, digests_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """What could be made again of a run."""

    judged: Mapping[str, Judged]
    """By key, each with its scores."""
    outputs: Mapping[Key, Output]
    results: Mapping[str, Any]
    """As `results.json` has them, of these tasks."""
    usage: Mapping[str, Any]
    without: tuple[str, ...]
    """A line for each task that nothing could be made of, with the reason."""


def remake(run: Path, spec: RunSpec, pinned: Mapping[str, Pinned], data_dir: Path | None) -> Remade:
    """Parse and measure the outputs again.

    Samples are the run's own where it has them, else those of the task's loader; either way they are the lock's, or
    NotComparable names the fields that are not. Raises Incomplete for a sample without an output, BadRecord for an
    answer that comes twice.
    """
    if not (run / OUTPUTS).is_file():
        return _nothing(f"no {OUTPUTS}")
    outputs = read_outputs(run)
    own = _own_samples(run, pinned) if (run / SAMPLES).is_file() else None
    judged: dict[str, Judged] = {}
    without: list[str] = []
    for asked, task in zip(spec.tasks, load_tasks([task.name for task in spec.tasks]), strict=True):
        _require_prompts(run, asked, task)
        try:
            samples = own if own is not None else list(select([task], data_dir, spec.limit).samples)
        except Incomplete as error:
            without.append(f"{task.name}: not made again, its samples are not here: {error}")
            continue
        for key, one in pinned.items():
            if one.task == task.name:
                here = [sample for sample in samples if (sample.task, sample.language) == (one.task, one.language)]
                _require_pinned(run, key, one, here)
                judged[key] = _judged(run, task, here, outputs, spec)
                _require_signatures(key, one, judged[key])
    _require_known(run, judged, outputs, pinned)
    return Remade(
        judged=judged,
        outputs=outputs,
        results=codec.loads(codec.dumps(whole_results(list(judged.values()))), run),
        usage=usage_of(outputs.values()),
        without=tuple(without),
    )


def read_outputs(run: Path) -> dict[Key, Output]:
    """All that the model said. Raises BadRecord for two answers to one question, and for a last line cut short.

    A failure that was asked again and then answered is no second answer.
    """
    file = run / OUTPUTS
    if file.stat().st_size and not file.read_bytes().endswith(b"\n"):
        raise BadRecord(file, None, "last line", "a line feed at its end", "a line that is cut short")
    answered: Counter[Key] = Counter()
    for number, text in lines(file):
        output = codec.decode(Output, text, file, number)
        answered[output.key] += output.finish != "failed"
        if answered[output.key] > 1:
            raise BadRecord(file, number, "key", "one answer to each question", str(output.key))
    return RunDirectory(run).outputs()


def _nothing(why: str) -> Remade:
    return Remade(judged={}, outputs={}, results={"tasks": {}}, usage={}, without=(f"not made again: {why}",))


def _own_samples(run: Path, pinned: Mapping[str, Pinned]) -> list[Sample]:
    """The run's samples. Raises NotComparable for one that the lock does not have, or that says it may show more."""
    levels: dict[tuple[str, str], Publish] = {(one.task, one.language): one.publish for one in pinned.values()}
    found: list[Sample] = []
    for stored in RunDirectory(run).samples():
        sample = stored.sample
        level = levels.get((sample.task, sample.language))
        if level is None:
            raise NotComparable(
                f"{run / SAMPLES}: sample {shorten(sample.id)} of {shorten(sample.task)}: not the lock's"
            )
        if not allows(level, stored.publish):
            raise NotComparable(
                f"{run / SAMPLES}: sample {shorten(sample.id)}: publish level {stored.publish!r}, the lock's {level!r}"
            )
        found.append(sample)
    return found


def _require_pinned(run: Path, key: str, one: Pinned, samples: Sequence[Sample]) -> None:
    if len(samples) != one.n:
        raise NotComparable(f"{run}: {key}: {len(samples)} samples, the lock has {one.n}")
    made = digests_of(samples)
    fields = [name for name, digest in one.digests.items() if made[name] != digest]
    if fields:
        raise NotComparable(f"{run}: {key}: {', '.join(fields)} of the samples are not the lock's")


def _require_answered(run: Path, samples: Sequence[Sample], outputs: Mapping[Key, Output], trials: int) -> None:
    known = (key_of(sample, trial=trial) for sample in samples for trial in range(trials))
    missing = next((key for key in known if key not in outputs), None)
    if missing is not None:
        raise Incomplete(f"{run / OUTPUTS}: no output for {missing}; a submission answers every sample")


def _require_known(
    run: Path, judged: Mapping[str, Judged], outputs: Mapping[Key, Output], pinned: Mapping[str, Pinned]
) -> None:
    """No output without a sample; of a task that was not made again, none in a language that the lock lacks."""
    known = {score.key for one in judged.values() for score in one.scores}
    blind = {(one.task, one.language) for key, one in pinned.items() if key not in judged}
    for key in outputs:
        if replace(key, turn=0) not in known and (key.task, key.language) not in blind:
            raise BadRecord(run / OUTPUTS, None, "key", "a sample of the lock", str(key))


def _require_prompts(run: Path, asked: TaskSpec, task: Task) -> None:
    today = task.prompt_sets.get(asked.prompts)
    if today != asked.prompts_hash:
        there = f"hash {shorten(asked.prompts_hash)}, {shorten(today)} in this medgauge ({__version__})"
        raise NotComparable(f"{run}: {task.name}: prompt set {shorten(asked.prompts)} was asked with {there}")


def _judged(run: Path, task: Task, samples: Sequence[Sample], outputs: Mapping[Key, Output], spec: RunSpec) -> Judged:
    _require_answered(run, samples, outputs, spec.trials)
    language = samples[0].language
    scores, metrics = score_task(task, samples, outputs, spec.style(language), spec.trials)
    missing = next((score for score in scores if score.detail.get("error") == MISSING), None)
    if missing is not None:
        raise Incomplete(f"{run / OUTPUTS}: a turn of {missing.key} has no output; a submission answers every sample")
    return Judged(card=task.card, language=language, scores=scores, metrics=metrics)


def _require_signatures(key: str, one: Pinned, judged: Judged) -> None:
    today = {metric.name: metric.signature for metric in judged.metrics}
    if today != dict(one.signatures):
        names = sorted(name for name in today | dict(one.signatures) if today.get(name) != one.signatures.get(name))
        raise MedGaugeError(
            f"{key}: {names[0]} is pinned as {one.signatures.get(names[0])}, this medgauge ({__version__}) makes "
            f"{today.get(names[0])}; install the one that made the lock, or score the runs and make the lock anew"
        )
