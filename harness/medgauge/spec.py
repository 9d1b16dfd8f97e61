"""What is asked for: names on the command line into tasks, a model and the spec that pins them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias, cast

from medgauge import codec
from medgauge.cot import Cot, split_cot
from medgauge.declared import Declared, Setting, declared
from medgauge.errors import MedGaugeError, SpecMismatch, UnknownName, shorten
from medgauge.flat import flatten
from medgauge.generation import Generation, make_generation, split_generation
from medgauge.plugins import catalog
from medgauge.protocols import BoxFormat, Learner, Model, Recording, Style
from medgauge.resize import AS_IS, Resize
from medgauge.store import OUTPUTS, SAMPLES, SPEC, RunDirectory
from medgauge.tasks import Task
from medgauge.types import Control, Family, Language
from medgauge.upload import require_permission

SCHEMA_VERSION = 1
DEFAULT_PROMPTS = "plain"
FOLDS = 5
Fit: TypeAlias = Literal["train-split", "out-of-fold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """Which model, as the spec keeps it: no machine's path, but what pins the content."""

    spec: str
    name: str
    box_format: str
    options: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    """Hash of what the model is read from (a replay file, a checkpoint), where it has one."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    """What the options, the profile and the checkpoint come to: revision, data type, pixel budget."""
    resize: Resize = AS_IS
    """What happens to a picture before the model sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """Which task, in which wording."""

    name: str
    version: int
    family: Family
    languages: tuple[Language, ...]
    prompts: str
    prompts_hash: str
    fit: Fit | None = None
    """How a model that learns is fitted: on the train split, or in five folds of groups, each answer from a fit on
    the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """Everything that decides what is asked and how; `spec.json`."""

    schema_version: int = SCHEMA_VERSION
    model: ModelSpec
    tasks: tuple[TaskSpec, ...]
    generation: Generation = field(default_factory=Generation)
    control: Control = "none"
    limit: int | None = None
    trials: int = 1
    """How often every sample is asked."""
    allow_modified: bool = False
    """Whether data may differ from what their card says; how they do stands in the manifest."""
    cot: Cot | None = None
    """The dialogue that looks for regions first."""
    schema: bool = False
    """Whether answers in JSON are held to their schema."""

    def style(self, language: Language) -> Style:
        """How questions are put in one language."""
        return Style(
            prompts=self.tasks[0].prompts,
            language=language,
            box_format=box_format(self.model.box_format),
            resize=self.model.resize,
            cot=self.cot,
            schema=self.schema,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A spec with the objects that it names."""

    spec: RunSpec
    tasks: tuple[Task, ...]
    model: Model | Learner


def make_plan(
    names: Sequence[str],
    model: str,
    *,
    settings: Mapping[str, str] | None = None,
    control: Control = "none",
    limit: int | None = None,
    trials: int = 1,
    allow_upload: bool = False,
    allow_modified: bool = False,
) -> Plan:
    """Resolve names. `settings` are `--set`: prompts, cot, schema, generation fields, and options of the model.

    Raises UnknownName, or MedGaugeError for a setting that nobody takes or a value of the wrong form, for a recording
    under another control, for trials that would all be the same, and for credentialed data that would leave.
    """
    rest = dict(settings or {})
    prompts = rest.pop("prompts", DEFAULT_PROMPTS)
    drawn, rest = split_generation(rest)
    cot, rest = split_cot(rest)
    schema = _flag("schema", rest.pop("schema", "false"))
    tasks = load_tasks(names)
    recorded = rest.pop("recorded", "none")
    loaded, shown = load_model(model, rest)
    box_format(loaded.box_format)
    said = declared(loaded)
    generation = make_generation(drawn, said.generation)
    _require_control(loaded, shown, control, recorded)
    _require_sampling(loaded, trials, generation)
    require_permission(tasks, loaded.name, said.uploads_to, allow_upload)
    if recorded != "none":
        rest["recorded"] = recorded  # kept in the spec, for the command that repeats the run
    spec = RunSpec(
        model=_model_spec(loaded, shown, said, rest),
        tasks=tuple(_task_spec(task, prompts, loaded) for task in tasks),
        generation=generation,
        control=control,
        limit=limit,
        trials=trials,
        allow_modified=allow_modified,
        cot=cot and _worded(cot, tasks, prompts),
        schema=schema,
    )
    return Plan(spec=spec, tasks=tasks, model=loaded)


def _model_spec(model: Model | Learner, shown: str, said: Declared, options: Mapping[str, str]) -> ModelSpec:
    return ModelSpec(
        spec=shown,
        name=model.name,
        box_format=model.box_format,
        options={name: _without_path(value) for name, value in options.items() if name not in said.runtime},
        fingerprint=said.fingerprint,
        settings=said.settings,
        resize=said.resize,
    )


def _flag(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise MedGaugeError(f"--set {name}={value}: expected true or false")
    return value == "true"


def _worded(cot: Cot, tasks: Sequence[Task], prompts: str) -> Cot:
    """The dialogue with its wording pinned. Raises MedGaugeError for a task that cannot be asked so."""
    without = [task.name for task in tasks if prompts not in task.cot_sets]
    if without:
        raise MedGaugeError(
            f"--set cot={cot.first}: {', '.join(without)} cannot be asked so with the prompt set {prompts!r}; "
            "Regional CoT is for tasks of the families vqa and classification"
        )
    return replace(cot, wording={task.name: task.cot_sets[prompts] for task in tasks})


def _require_sampling(model: object, trials: int, generation: Generation) -> None:
    if trials > 1 and not generation.temperature and not isinstance(model, Recording):
        raise MedGaugeError(f"--trials {trials}: greedy answers are all the same; give --set temperature=0.7, say")


def _require_control(model: object, shown: str, control: Control, recorded: str) -> None:
    """A recording is under the control that it says it was made under, and nothing else is a recording."""
    recording = isinstance(model, Recording)
    if recording and recorded != control:
        raise MedGaugeError(
            f"{shown} is a recording: --control {control} changes nothing in it. Record the model's answers under the "
            f"control, and say so with --set recorded={control}"
        )
    if recorded != "none" and not recording:
        raise MedGaugeError(f"--set recorded={recorded}: {shown} is no recording; give --control {recorded} alone")


def load_tasks(names: Sequence[str]) -> tuple[Task, ...]:
    """Tasks and suites by name, each task once, in the order given.

    Raises UnknownName, or MedGaugeError for a suite that names a task which no plugin brings.
    """
    known, unknown = flat_names(names)
    if unknown:
        raise MedGaugeError(
            f"{', '.join(names)}: no plugin brings {', '.join(unknown)}; --dry-run tells what is there, and the others "
            "can be named one by one"
        )
    return tuple(_load_task(name) for name in known)


def flat_names(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Suites opened and each name once: the tasks that there are, and those of suites that there are not.

    Raises UnknownName for a name given that is neither a task nor a suite.
    """
    tasks, suites = catalog("tasks"), catalog("suites")
    flat: list[str] = []
    for name in names:
        if name in suites.entries:
            flat.extend(suites.load(name))
        elif name in tasks.entries or tasks.broken:
            flat.append(name)
        else:
            raise UnknownName("task", name, [*tasks.entries, *suites.entries])
    once = tuple(dict.fromkeys(flat))
    given = {*tasks.entries, *(names if tasks.broken else ())}
    return tuple(name for name in once if name in given), tuple(name for name in once if name not in given)


def _load_task(name: str) -> Task:
    task = cast(Task, catalog("tasks").load(name))
    if task.name != name:
        raise MedGaugeError(f"task {name!r}: its card is named {task.name!r}; both must be the name in the catalog")
    return task


def load_model(text: str, options: Mapping[str, str]) -> tuple[Model | Learner, str]:
    """The model of a spec such as `baseline/prior` or `replay:FILE`, and the spec without a machine's path."""
    models = catalog("models")
    if text in models.entries:
        return models.load(text)("", options), text
    scheme, colon, argument = text.partition(":")
    if not colon or scheme not in models.entries:
        raise UnknownName("model", text, [*models.entries])
    try:
        shown = _without_path(argument)
    except (OSError, RuntimeError) as error:
        raise MedGaugeError(f"model {scheme}: {shorten(str(error))}: {shorten(argument)}") from error
    return models.load(scheme)(argument, options), f"{scheme}:{shown}"


def _without_path(text: str) -> str:
    """A path of this machine as its last part, alone or before the `@` of a server; any other text as it is."""
    name, at, server = text.partition("@")
    absolute = name.startswith(("/", "~"))
    return Path(name).name + at + server if absolute or (name and Path(name).expanduser().exists()) else text


def box_format(name: str) -> BoxFormat:
    """A box format by name."""
    return cast(BoxFormat, catalog("box_formats").load(name))


def require_same(run: RunDirectory, spec: RunSpec) -> None:
    """Write the spec into an empty directory, or refuse one that holds another. Raises SpecMismatch."""
    here = codec.plain(spec)
    if not (run.path / SPEC).exists():
        left = [name for name in (SAMPLES, OUTPUTS) if (run.path / name).exists()]
        if left:
            raise MedGaugeError(f"{run.path} holds {', '.join(left)} but no {SPEC}: whose they are cannot be known")
        run.write(SPEC, here)
        return
    there = run.spec()
    if there != here:
        a, b = flatten(there), flatten(here)
        names = [name for name in sorted(a | b) if a.get(name) != b.get(name)]
        raise SpecMismatch(run.path, [(name, a.get(name), b.get(name)) for name in names])


def identity(spec: RunSpec) -> str:
    """Short hash of a spec, for the name of its directory."""
    return hashlib.sha256(codec.dumps(codec.plain(spec)).encode()).hexdigest()[:8]


def _task_spec(task: Task, prompts: str, model: Model | Learner) -> TaskSpec:
    if prompts not in task.prompt_sets:
        known = ", ".join(sorted(task.prompt_sets))
        raise MedGaugeError(f"task {task.name!r} has no prompt set {prompts!r}; it has {known}")
    return TaskSpec(
        name=task.name,
        version=task.card.version,
        family=task.card.family,
        languages=task.card.languages,
        prompts=prompts,
        prompts_hash=task.prompt_sets[prompts],
        fit=("train-split" if "train" in task.card.splits else "out-of-fold") if isinstance(model, Learner) else None,
    )
