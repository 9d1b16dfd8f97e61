"""A candidate beside its base: paired differences with intervals and tests, and what the gates make of them."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medgauge import __version__
from medgauge.errors import MedGaugeError, NotComparable
from medgauge.paired import RESAMPLES
from medgauge.power import POWER
from medgauge.significance import ASSIGNMENTS
from medgauge.stats import SEED, description
from medgauge_leaderboards.base import Base, about_run, read_base
from medgauge_leaderboards.comparable import TASKS, differing, obstacles, require_known_parts, undeclared
from medgauge_leaderboards.document import Absent, Comparison, Gated, Setting
from medgauge_leaderboards.exploratory import slices
from medgauge_leaderboards.gate import Rule
from medgauge_leaderboards.gated import Place, Selection, require_something, rules
from medgauge_leaderboards.gates_file import Gates, read_gates
from medgauge_leaderboards.held import ceilings, must_pass
from medgauge_leaderboards.judged import EXIT_CODES, confirmed, judge_all, row, whole, worst_first
from medgauge_leaderboards.reference_file import FOLDER
from medgauge_leaderboards.rows import Numbers, Pair, numbers
from medgauge_leaderboards.second import second_cells
from medgauge_leaderboards.sides import Part, part_of
from medgauge_leaderboards.site.runs import Cell, Run, cells, read_run

DEFAULT = "the default gates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `medgauge compare` was asked for."""

    candidate: Path
    base: str | None = None
    """A run, a reference by name or file; None: what the gates file says."""
    metrics: tuple[str, ...] = ()
    """Show these beside what is gated; all where none is named."""
    gates: Path | None = None
    strict: bool = False
    varying: tuple[str, ...] = ()
    """Parts of the spec that may differ, beside the model."""
    confirm: Path | None = None
    """A second run of the candidate, which has to bear a regression out."""
    references: Path = FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sides, read and found comparable."""

    base: Base
    run: Run
    cells: Mapping[str, Cell]
    parts: Mapping[str, Part]
    settings: tuple[Setting, ...]


def compare(asked: Asked) -> Comparison:
    """Every metric (or those named) of every task on both sides: candidate minus base, judged by the gates.

    Without a gates file the primary metric of every task is gated in mode detect. Raises NotComparable, naming the
    fields, where samples, targets, groups, metrics or undeclared settings differ, or a task of the base is missing;
    MedGaugeError for unknown names, and for runs that must be scored again first; Incomplete for an unfinished run;
    NothingSelected where no gate, ceiling or must-pass sample is left.
    """
    gates = read_gates(asked.gates) if asked.gates else Gates()
    where = str(asked.gates) if asked.gates else DEFAULT
    sides = _read(asked, _base(asked, gates))
    pairs = _pairs(sides, asked.metrics)
    selection = Selection(where=where, base=sides.base, pairs=pairs)
    held = rules(gates, selection)
    pairs = {key: _with_gated(pair, [m for k, m in held if k == key]) for key, pair in pairs.items()}
    _require_comparable(asked, sides, pairs, {key for (key, _), rule in held.items() if rule.mode == "exact"})
    over, must = ceilings(gates, selection), must_pass(gates, selection)
    require_something(where, held, over, must)
    measured = _measured(pairs, gates.alpha)
    judged = _judged(asked, sides, pairs, measured, held, gates)
    rows = [row(pairs[p[0]], one, judged.get(p), gates.alpha) for p, one in measured.items()]
    shown = [r for r in rows if r.gate is not None or not asked.metrics or r.metric in asked.metrics]
    gated = [(p[0], measured[p]) for p, rule in held.items() if rule.mode != "exact"]
    frame = _frame(asked, gates)
    verdict, code = whole(shown, over, must, strict=frame.strict)
    return replace(
        frame,
        base=sides.base.about,
        candidate=about_run(sides.run, sides.parts),
        differing_settings=sides.settings,
        not_compared=_not_compared(sides, asked.metrics),
        notes=tuple(_notes(sides, measured, held)),
        rows=tuple(worst_first(shown)),
        slices=tuple(slices(gated, gates.alpha)),
        ceilings=tuple(over),
        must_pass=tuple(must),
        verdict=verdict,
        exit_code=code,
    )


def _base(asked: Asked, gates: Gates) -> Base:
    name = asked.base if asked.base is not None else gates.baseline
    if name is None:
        raise MedGaugeError("no base: give BASE and CANDIDATE, or a gates file with a baseline")
    return read_base(name, asked.references)


def _frame(asked: Asked, gates: Gates) -> Comparison:
    """The document before anything is known."""
    return Comparison(
        medgauge=__version__,
        base=None,
        candidate=None,
        confirmation=str(asked.confirm) if asked.confirm else None,
        settings=_settings(gates),
        alpha=gates.alpha,
        strict=asked.strict and gates.tier != "smoke",  # a subset that is small on purpose seldom decides
        gates_file=str(asked.gates) if asked.gates else None,
        verdict="not-comparable",
        exit_code=EXIT_CODES["not-comparable"],
    )


def _judged(
    asked: Asked,
    sides: Sides,
    pairs: Mapping[str, Pair],
    measured: Mapping[Place, Numbers],
    held: Mapping[Place, Rule],
    gates: Gates,
) -> dict[Place, tuple[Gated, float | None]]:
    """Outcomes, those of regressions after the second run where there is one."""
    first = judge_all(measured, held, gates)
    if asked.confirm is None:
        return first
    cell_of = second_cells(asked.confirm, sides.run, sides.parts)
    twice = [place for place, (gated, _) in first.items() if gated.verdict == "regressed" and place[0] in cell_of]
    pooled = {p: numbers(replace(pairs[p[0]], names=(p[1],)), gates.alpha, cell_of[p[0]])[p[1]] for p in twice}
    return confirmed(first, judge_all({**measured, **pooled}, held, gates), twice)


def refused(asked: Asked, error: NotComparable) -> Comparison:
    """The document of a comparison that was refused, so that reports can say why."""
    first, *lines = str(error).split("\n  ")
    return replace(_frame(asked, Gates()), refusals=tuple(lines or [first]))


def _read(asked: Asked, base: Base) -> Sides:
    if not asked.candidate.is_dir():
        raise MedGaugeError(f"{asked.candidate}: no such run folder; the candidate is a finished run")
    run = read_run(asked.candidate)
    own = {cell.key: cell for cell in cells(run)}
    require_known_parts(asked.varying, base.spec, run.spec)
    shared = [key for key in base.parts if key in own]
    if not shared:
        raise NotComparable(
            f"{base.path} and {asked.candidate} share no task: {', '.join(base.parts)} and {', '.join(own)}"
        )
    tasks = sorted({base.parts[key].task for key in shared})
    return Sides(
        base=base,
        run=run,
        cells=own,
        parts={key: part_of(own[key]) for key in shared},
        settings=tuple(differing(base.spec, run.spec, tasks)),
    )


def _pairs(sides: Sides, metrics: Sequence[str]) -> dict[str, Pair]:
    pairs = {key: _pair(sides, key, metrics) for key in sides.parts}
    known = {name for key in sides.parts for name in sides.base.parts[key].stats if name in sides.parts[key].stats}
    unknown = set(metrics) - known
    if unknown:
        raise MedGaugeError(f"--metric {min(unknown)!r}: not on both sides; they share {', '.join(sorted(known))}")
    return pairs


def _pair(sides: Sides, key: str, metrics: Sequence[str]) -> Pair:
    base, candidate = sides.base.parts[key], sides.parts[key]
    shared = sorted(name for name in base.stats if name in candidate.stats)
    wanted = [name for name in shared if not metrics or name in metrics]
    return Pair(base=base, candidate=candidate, cell=sides.cells[key], names=tuple(wanted))


def _with_gated(pair: Pair, gated: Sequence[str]) -> Pair:
    names = dict.fromkeys([*gated, *pair.names])
    ordered = sorted(names, key=lambda name: name != pair.base.primary)
    return Pair(base=pair.base, candidate=pair.candidate, cell=pair.cell, names=tuple(ordered))


def _require_comparable(asked: Asked, sides: Sides, pairs: Mapping[str, Pair], exact: Container[str]) -> None:
    """In the tasks that are gated exactly every shared metric has to be made the same way, compared or not."""
    lines = [
        f"{key}: in the base, and the candidate has not run it (if that is meant: --varying {TASKS})"
        for key in sides.base.parts
        if key not in sides.parts and TASKS not in asked.varying
    ]
    lines += undeclared(sides.settings, asked.varying)
    for key, pair in pairs.items():
        shared = [name for name in pair.base.signatures if name in pair.candidate.signatures]
        lines += obstacles(pair.base, pair.candidate, shared if key in exact else pair.names)
    if lines:
        raise NotComparable(f"{sides.base.path} and {asked.candidate} are not comparable:\n  " + "\n  ".join(lines))


def _measured(pairs: Mapping[str, Pair], alpha: float) -> dict[Place, Numbers]:
    return {(key, name): one for key, pair in pairs.items() for name, one in numbers(pair, alpha).items()}


def _notes(sides: Sides, measured: Mapping[Place, Numbers], held: Mapping[Place, Rule]) -> Iterator[str]:
    for key, part in sides.parts.items():
        same = sides.base.parts[key].outputs == part.outputs
        if same and any(one.changed for place, one in measured.items() if place[0] == key):
            yield (
                f"{key}: the answers are word for word the same on both sides; what differs comes from the code that "
                "reads and measures them, not from the model"
            )
    if any(rule.margin for rule in held.values()) and not any(sides.base.noise.values()):
        yield "no noise floor: `medgauge reference bless RUN --again SECOND_RUN` records how far two runs are apart"
    if sides.run.spec.limit is not None:
        yield f"partial: at most {sides.run.spec.limit} samples a task (--limit)"


def _settings(gates: Gates) -> dict[str, str]:
    family = f"{gates.family}|over:gated metrics of all tasks|v:2"
    return {
        "intervals": description(RESAMPLES).replace("level:0.95", f"level:{1 - gates.alpha:g}"),
        "test": f"randomisation|by:group|assignments:{ASSIGNMENTS}|seed:{SEED}|p:(k+1)/(M+1)|two-sided|v:1",
        "adjustment": family,
        "mde": f"normal|alpha:{gates.alpha:g}|power:{POWER}|two-sided, noninferior one-sided|v:2",
        **({"tier": gates.tier} if gates.tier else {}),
    }


def _not_compared(sides: Sides, metrics: Sequence[str]) -> tuple[Absent, ...]:
    """Tasks, and metrics of shared tasks, that one side does not have."""
    mine, theirs = sides.base.parts, sides.cells
    tasks = [Absent(task=key, only_in="base" if key in mine else "candidate") for key in mine.keys() ^ theirs.keys()]
    parts = [
        Absent(task=key, metric=name, only_in="base" if name in mine[key].signatures else "candidate")
        for key, part in sides.parts.items()
        for name in mine[key].signatures.keys() ^ part.signatures.keys()
        if not metrics or name in metrics
    ]
    return tuple(sorted([*tasks, *parts], key=lambda one: (one.task, one.metric or "")))
