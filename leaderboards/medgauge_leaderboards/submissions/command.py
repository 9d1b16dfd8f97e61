"""`medgauge submissions` behind the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medgauge import __version__
from medgauge.codec import plain
from medgauge.errors import MedGaugeError
from medgauge.store import sha256_of
from medgauge_leaderboards.submissions.again import RULE
from medgauge_leaderboards.submissions.check import Asked, Checked, check_all, worst
from medgauge_leaderboards.submissions.folder import LOCK
from medgauge_leaderboards.submissions.forms import Submission
from medgauge_leaderboards.submissions.lock import make_lock, read_lock, write_lock
from medgauge_leaderboards.submissions.status import Made, Mark, Statuses, write_statuses

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check ends with."""

    document: dict[str, Any]
    exit_code: int


def lock(runs: Sequence[Path], out: Path, margin: float, any_prompts: bool) -> Path:
    """Write the lock of a board from trusted runs."""
    return write_lock(make_lock(runs, margin=margin, any_prompts=any_prompts), out)


def check(options: Mapping[str, Any], out: Path | None) -> Outcome:
    """Check a folder; `options` are fields of `check.Asked`.

    `out` gets the statuses only where every submission holds; what lay there before is deleted first, so that no run
    keeps a status which it had before it was changed.
    """
    asked = Asked(**options)
    if out is not None:
        _require_own(out, asked.folder)
        out.unlink(missing_ok=True)
    pins = read_lock(asked.folder)
    found = check_all(asked, pins)
    code = worst(found)
    rule = RULE.format(margin=pins.margin)
    if out is not None and code == 0:
        write_statuses(_statuses(found, asked.folder, rule), out)
    document = {
        "schema_version": SCHEMA_VERSION,
        "exit_code": code,
        "rule": rule,
        "lock": {"medgauge": pins.medgauge, "tasks": {key: one.n for key, one in pins.tasks.items()}},
        "medgauge": __version__,
        "submissions": {one.name: _entry(one) for one in found},
    }
    return Outcome(document=document, exit_code=code)


def _require_own(out: Path, folder: Path) -> None:
    """The file is deleted first, so it has to be one that nothing else is kept in."""
    inside = out.resolve().is_relative_to(folder.resolve()) and out.resolve().parent != folder.resolve()
    if out.is_dir() or inside or out.suffix != ".json" or out.name == LOCK:
        raise MedGaugeError(f"--out {out}: expected a .json file for the statuses; no folder, lock or part of a run")


def _statuses(found: Sequence[Checked], folder: Path, rule: str) -> Statuses:
    return Statuses(
        medgauge=__version__,
        lock=sha256_of(folder / LOCK),
        rule=rule,
        runs={
            one.run: _mark(one, one.form, one.made)
            for one in found
            if one.run is not None and one.made is not None and one.form is not None
        },
        bare=tuple(_mark(one, one.form, "self-reported") for one in found if one.run is None and one.form is not None),
    )


def _mark(one: Checked, form: Submission, made: Made) -> Mark:
    return Mark(
        name=one.name,
        made=made,
        differs=one.differs,
        state=form.state,
        reason=form.reason,
        superseded_by=form.superseded_by,
        who=form.who,
        title=form.title,
        date=form.date,
        reproduced_by=one.reproduced_by,
        parameters=form.parameters,
        open_weights=form.open_weights,
        licence=form.licence,
        trained_on=form.trained_on,
    )


def _entry(one: Checked) -> dict[str, Any]:
    """One submission as plain data. The contact stays in its file."""
    form = one.form.model_dump(exclude={"contact"}) if one.form else None
    return {
        "status": _mark(one, one.form, one.made).status if one.form and one.made else None,
        "made": one.made,
        "run": one.run,
        "model": one.spec.model.name if one.spec else None,
        "submission": form,
        "tasks": dict(one.tasks),
        "reproduction": [plain(each) for each in one.again],
        "reproduced_by": one.reproduced_by,
        "notes": list(one.notes),
        "problems": [plain(problem) for problem in one.problems],
    }
