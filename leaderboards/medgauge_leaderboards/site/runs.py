"""Run directories as the page reads them: one cell for each run, task and language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from medgauge import codec
from medgauge.about import About
from medgauge.errors import Incomplete, MedGaugeError
from medgauge.results import SCHEMA_VERSION
from medgauge.spec import RunSpec, TaskSpec
from medgauge.store import MANIFEST, RESULTS, SAMPLES, SCORES, SPEC, RunDirectory, StoredSample
from medgauge.tasks import Card
from medgauge.types import Key, Output, Score
from medgauge_leaderboards.site.sound import require_manifest, require_results, require_scores

Row: TypeAlias = tuple[str, str]
"""Name of a model, with the dialogue that it was asked in, and the control that it ran under ("none" or another)."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run. Its small files are read; samples, scores and outputs are when somebody first asks for them."""

    directory: RunDirectory
    spec: RunSpec
    manifest: Mapping[str, Any]
    tasks: Mapping[str, Mapping[str, Any]]
    """`results.json`: key of a task to its numbers."""
    cards: Mapping[str, Card]
    about: About
    """What is known of the model."""

    @cached_property
    def samples(self) -> tuple[StoredSample, ...]:
        """All samples in their order."""
        return tuple(self.directory.samples())

    @cached_property
    def scores(self) -> Mapping[Key, Score]:
        """All scores."""
        return {score.key: score for score in self.directory.scores()}

    @cached_property
    def outputs(self) -> Mapping[Key, Output]:
        """All that the model said."""
        return self.directory.outputs()


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One model on one task in one language."""

    key: str
    run: Run
    result: Mapping[str, Any]
    spec: TaskSpec

    @cached_property
    def samples(self) -> Mapping[str, StoredSample]:
        """By id, in the order of the run."""
        wanted = self.spec.name, self.result["language"]
        own = (stored for stored in self.run.samples if (stored.sample.task, stored.sample.language) == wanted)
        return {stored.sample.id: stored for stored in own}

    @property
    def row(self) -> Row:
        """Which row it stands in."""
        spec = self.run.spec
        return f"{spec.model.name}{' (Regional CoT)' if spec.cot else ''}", spec.control

    @property
    def card(self) -> Card | None:
        """The data set's card, as it was when the run was made."""
        return self.run.cards.get(self.spec.name)

    @property
    def modified(self) -> tuple[str, ...]:
        """How the data that were asked differ from the card; the run was told to let them."""
        mark = f"{self.spec.name}: "
        lines = self.run.manifest.get("modified", ())
        return tuple(line.removeprefix(mark) for line in lines if line.startswith(mark))

    @property
    def primary(self) -> str:
        """The metric that ranks."""
        return str(self.result["primary"])

    @property
    def metrics(self) -> Mapping[str, Mapping[str, Any]]:
        """Name to value, interval, n and signature."""
        metrics: Mapping[str, Mapping[str, Any]] = self.result["metrics"]
        return metrics

    def score(self, sample_id: str, trial: int = 0) -> Score | None:
        """The score of one sample."""
        return self.run.scores.get(self._key(sample_id, trial, 0))

    @property
    def trials(self) -> int:
        """How often every sample was asked."""
        return int(self.result.get("trials", 1))

    def scores(self, trial: int = 0) -> list[Score]:
        """All scores of this task and language in one trial, in the order of the samples."""
        found = [self.score(sample_id, trial) for sample_id in self.samples]
        return [score for score in found if score is not None]

    def turns(self, sample_id: str, trial: int = 0) -> Iterator[Output]:
        """What the model said, turn after turn."""
        turn = 0
        while output := self.run.outputs.get(self._key(sample_id, trial, turn)):
            yield output
            turn += 1

    def _key(self, sample_id: str, trial: int, turn: int) -> Key:
        return Key(task=self.spec.name, id=sample_id, language=self.result["language"], trial=trial, turn=turn)


def read_runs(paths: Sequence[Path]) -> list[Run]:
    """Finished runs. Raises Incomplete for one that is not whole, MedGaugeError for one that was changed by hand."""
    return [read_run(path) for path in paths]


def read_run(path: Path) -> Run:
    """One finished run. Raises like `read_runs`."""
    directory = RunDirectory(path)
    manifest = directory.manifest()
    require_manifest(manifest, path)
    _refuse_changed(directory, manifest)
    results = directory.results()
    if results.get("schema_version") != SCHEMA_VERSION:
        raise MedGaugeError(
            f"{path}: schema_version {results.get('schema_version')!r}, expected {SCHEMA_VERSION}; "
            "`medgauge score` writes the results anew"
        )
    cards = manifest.get("cards", {})
    spec = codec.convert(RunSpec, directory.spec(), path / SPEC)
    require_results(results, [task.name for task in spec.tasks], path)
    return Run(
        directory=directory,
        spec=spec,
        manifest=manifest,
        tasks=results["tasks"],
        cards={name: codec.convert(Card, card, path / MANIFEST) for name, card in cards.items()},
        about=codec.convert(About, manifest.get("about", {}), path / MANIFEST),
    )


def heads(run: Run) -> list[Cell]:
    """The cells of one run as its small files have them; nothing that holds a line for every sample is read."""
    tasks = {task.name: task for task in run.spec.tasks}
    return [Cell(key=key, run=run, result=result, spec=tasks[result["task"]]) for key, result in run.tasks.items()]


def cells(run: Run) -> list[Cell]:
    """The cells of one run, all of their scores checked. Raises Incomplete when a sample of a task has no score."""
    found = heads(run)
    for cell in found:
        require_whole(cell)
    return found


def require_whole(cell: Cell) -> None:
    """Raises Incomplete when a sample lacks a score in any trial, BadRecord where scores are not of one form."""
    path, n = cell.run.directory.path, cell.result["n"]
    for trial in range(cell.trials):
        scores = cell.scores(trial)
        if len(scores) != n or len(cell.samples) != n:
            raise Incomplete(
                f"{path}: {cell.key} reports n {n}, has {len(cell.samples)} samples and {len(scores)} scores"
                f"{f' in trial {trial}' if cell.trials > 1 else ''}; `medgauge score` writes them anew"
            )
        require_scores(scores, cell.metrics, path)


def _refuse_changed(directory: RunDirectory, manifest: Mapping[str, Any]) -> None:
    """Numbers that were edited after the run are not published, nor files that it never signed."""
    now, signed = directory.hashes(), manifest["files"]
    unsigned = sorted({SPEC, SAMPLES, SCORES, RESULTS, *now} - {*signed})
    if unsigned:
        raise MedGaugeError(
            f"{directory.path}: {MANIFEST} has no hash of {', '.join(unsigned)}, expected one of every file; "
            "`medgauge score` makes the run whole again"
        )
    changed = [name for name, digest in signed.items() if now.get(name) != digest]
    if changed:
        raise MedGaugeError(
            f"{directory.path}: {', '.join(sorted(changed))} changed since {MANIFEST} was written; "
            "`medgauge score` makes the run whole again"
        )
