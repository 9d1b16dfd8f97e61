"""`medgauge submissions check`: every submission of a folder held to the lock and scored again. Nothing is changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from medgauge import codec
from medgauge.about import About
from medgauge.errors import BadRecord, MedGaugeError, shorten
from medgauge.spec import RunSpec
from medgauge.store import MANIFEST, RunDirectory
from medgauge_leaderboards.submissions.again import (
    Agreement,
    agreements,
    require_another,
    require_same_spec,
)
from medgauge_leaderboards.submissions.differences import differences
from medgauge_leaderboards.submissions.folder import (
    AGAIN,
    PARTS,
    names_in,
    require_signed,
    require_tame,
    run_hash,
    run_of,
)
from medgauge_leaderboards.submissions.forms import REPRODUCTION, SUBMISSION, Reproduction, Submission, read_form
from medgauge_leaderboards.submissions.lock import Lock
from medgauge_leaderboards.submissions.remade import Remade, remake
from medgauge_leaderboards.submissions.status import Made
from medgauge_leaderboards.submissions.terms import pinned_of, read_claim, read_spec, require_levels

EXIT_FALSE = 10
"""A number that is claimed does not come out."""
SEVERITY = (10, 2, 3, 4)
"""Exit codes, the worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, and the exit code of its kind."""

    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One submission."""

    name: str
    form: Submission | None = None
    run: str | None = None
    """`run_hash`, where the run could be read so far."""
    spec: RunSpec | None = None
    whole: bool = False
    """Handed in whole, so that a board has a row of it."""
    made: Made | None = None
    """None where there is a problem."""
    tasks: Mapping[str, Made] = field(default_factory=dict)
    again: tuple[Agreement, ...] = ()
    reproduced_by: str = ""
    differs: bool = False
    """A claimed number does not come out, and that is no failure, for the row is withdrawn or superseded."""
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a folder is to be checked."""

    folder: Path
    data_dir: Path | None = None
    private: bool = False
    """The folder is nobody else's to read, and may hold what the data's licence keeps from the public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A run that keeps to the lock, and what was made of it."""

    spec: RunSpec
    made: Remade
    differences: tuple[str, ...]


def check_all(asked: Asked, lock: Lock) -> list[Checked]:
    """Every submission, whatever is wrong with another. Raises where the folder itself is no folder of submissions."""
    names = names_in(asked.folder)
    return _together([_checked(asked, name, lock) for name in names])


def worst(found: list[Checked]) -> int:
    """The exit code: of the worst problem, or 0."""
    codes = {problem.code for one in found for problem in one.problems}
    return next((code for code in SEVERITY if code in codes), max(codes, default=0))


def _checked(asked: Asked, name: str, lock: Lock) -> Checked:
    folder, one = asked.folder / name, Checked(name=name)
    try:
        require_tame(folder)
        form = read_form(folder / SUBMISSION, Submission)
        one = replace(one, form=form)
        run = run_of(folder)
        if form.state != "active" and not run.exists():
            return replace(one, notes=(f"{form.state} without its run: a leaderboard has no row of it",))
        require_signed(run)
        one = replace(one, run=run_hash(run))
        _require_said(form, run)
        read = _read(run, asked, lock)
        one = replace(one, spec=read.spec, whole=run.name != PARTS, notes=_unranked(run))
        one = _marked(one, read, list(pinned_of(read.spec, lock)))
        if (folder / AGAIN).is_dir() and not one.problems:
            one = _repeated(one, folder, read, asked, lock)
    except MedGaugeError as error:
        one = _failed(one, error.exit_code, str(error))
    except RecursionError:
        one = _failed(one, MedGaugeError.exit_code, "data that is nested too deeply to be any of MedGauge's")
    except OSError as error:
        one = _failed(one, MedGaugeError.exit_code, f"{error.filename or name}: {error.strerror or error}")
    return _retired(one)


def _unranked(run: Path) -> tuple[str, ...]:
    if run.name != PARTS:
        return ()
    return (f"in {PARTS}/: a leaderboard ranks by scores of single samples, and has no row of it",)


def _read(run: Path, asked: Asked, lock: Lock) -> _Read:
    spec = read_spec(run, lock)
    pinned = pinned_of(spec, lock)
    require_levels(run, pinned, private=asked.private)
    claim = read_claim(run, spec, pinned)
    made = remake(run, spec, pinned, asked.data_dir)
    return _Read(spec=spec, made=made, differences=tuple(differences(run, claim, made)))


def _marked(one: Checked, read: _Read, pinned: list[str]) -> Checked:
    """Recomputed where every number came out, self-reported where some could not be made again."""
    tasks: dict[str, Made] = {key: "recomputed" if key in read.made.judged else "self-reported" for key in pinned}
    whole = all(made == "recomputed" for made in tasks.values())
    return replace(
        one,
        tasks=tasks,
        made=None if read.differences else "recomputed" if whole else "self-reported",
        notes=(*one.notes, *read.made.without),
        problems=tuple(Problem(code=EXIT_FALSE, text=line) for line in read.differences),
    )


def _repeated(one: Checked, folder: Path, read: _Read, asked: Asked, lock: Lock) -> Checked:
    """What the owners' own run says. It lifts the status only where it bears every task out."""
    form, again = read_form(folder / REPRODUCTION, Reproduction), folder / AGAIN
    if form.run != one.run:
        raise BadRecord(folder / REPRODUCTION, None, "run", f"the hash of the run, {one.run}", form.run)
    if one.made != "recomputed":
        note = f"{AGAIN}/ was not looked at: only a run that is recomputed whole can be reproduced"
        return replace(one, notes=(*one.notes, note))
    require_signed(again)
    require_another(run_of(folder), again)
    theirs = _read(again, asked, lock)
    require_same_spec(read.spec, theirs.spec, again)
    if theirs.differences:
        return _failed(one, EXIT_FALSE, f"{AGAIN}: {theirs.differences[0]}")
    found = agreements(read.made, theirs.made, lock.margin)
    one = replace(one, again=tuple(found))
    apart = [
        f"{AGAIN} by {form.by}: {made.key} {made.metric}: submitted {_number(made.submitted)}, reproduced "
        f"{_number(made.reproduced)}, difference {_number(made.difference)} [{_number(made.low)}, {_number(made.high)}]"
        f", margin {lock.margin:g}"
        for made in found
        if not made.agrees
    ]
    if apart:
        return replace(one, made=None, problems=tuple(Problem(code=EXIT_FALSE, text=line) for line in apart))
    by = f"{form.by}, {form.date}, {form.hardware}"
    return replace(one, made="reproduced", tasks=dict.fromkeys(one.tasks, "reproduced"), reproduced_by=by)


def _retired(one: Checked) -> Checked:
    """What was withdrawn or superseded stays listed: a number that does not come out is a note there, no failure.

    Whatever else is wrong still fails, for the row is shown.
    """
    if one.form is None or one.form.state == "active":
        return one
    false = tuple(problem.text for problem in one.problems if problem.code == EXIT_FALSE)
    rest = tuple(problem for problem in one.problems if problem.code != EXIT_FALSE)
    made: Made | None = "self-reported" if false and not rest else one.made
    tasks = dict.fromkeys(one.tasks, "self-reported") if false else one.tasks
    notes = (*one.notes, *false)
    return replace(one, made=made, tasks=tasks, differs=bool(false), notes=notes, problems=rest)  # type: ignore[arg-type]


def _require_said(form: Submission, run: Path) -> None:
    """Raises BadRecord where the run says something else of its model than the submission does: the board filters."""
    said = codec.convert(About, RunDirectory(run).manifest().get("about", {}), run / MANIFEST)
    for name in ("parameters", "open_weights"):
        mine, theirs = getattr(form, name), getattr(said, name)
        if theirs is not None and mine != theirs:
            raise BadRecord(run.parent / SUBMISSION, None, name, f"{shorten(theirs)}, as its {MANIFEST} says", mine)


def _together(found: list[Checked]) -> list[Checked]:
    """What only shows when all are seen: one run or name twice, a control of others, a successor that is not there."""
    names = {one.name for one in found}
    made = []
    for one in found:
        lines = [*_clashes(one, found), *_orphaned(one, found)]
        successor = one.form.superseded_by if one.form else ""
        if successor and (successor not in names or successor == one.name):
            lines.append(f"superseded_by: expected another submission, got {shorten(successor)}")
        for line in lines:
            one = _failed(one, MedGaugeError.exit_code, line)
        made.append(one)
    return made


def _clashes(one: Checked, found: list[Checked]) -> Iterator[str]:
    for other in found:
        if other.name == one.name:
            continue
        if one.run is not None and one.run == other.run:
            yield f"the same run as {other.name}"
        elif one.spec is not None and _mixed(one, other):
            name = shorten(_displayed(one.spec))
            yield (
                f"model {name} is the name of {other.name}'s as well; a board tells rows by their names, and takes a "
                "control for that of the model of its name"
            )


def _mixed(one: Checked, other: Checked) -> bool:
    """Whether a board would take both for one model, and they are not parts or controls of it by the same people."""
    if one.spec is None or other.spec is None or _displayed(one.spec) != _displayed(other.spec):
        return False
    same_row = one.spec.control == other.spec.control
    return _owner(one) != _owner(other) or (same_row and bool(set(one.tasks) & set(other.tasks)))


def _orphaned(one: Checked, found: list[Checked]) -> Iterator[str]:
    """A control of a model that has no row of its own here would become that of a run of the board's owners."""
    if one.spec is None or one.spec.control == "none" or not one.whole:
        return
    name = _displayed(one.spec)
    own = {
        key
        for other in found
        if other.spec is not None and other.whole and other.spec.control == "none" and _displayed(other.spec) == name
        for key in other.tasks
    }
    lacking = [key for key in one.tasks if key not in own]
    if lacking:
        yield (
            f"control {one.spec.control} on {lacking[0]}, and no run/ of {shorten(name)} itself there; a control is "
            "handed in with the run of its model, by the same people"
        )


def _owner(one: Checked) -> tuple[str, str] | None:
    return (one.form.who, one.form.title) if one.form else None


def _displayed(spec: RunSpec) -> str:
    """The model's name as `Cell.row` has it: what a board tells models by."""
    return f"{spec.model.name}{' (Regional CoT)' if spec.cot else ''}"


def _failed(one: Checked, code: int, text: str) -> Checked:
    return replace(one, made=None, problems=(*one.problems, Problem(code=code, text=text)))


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4f}"
