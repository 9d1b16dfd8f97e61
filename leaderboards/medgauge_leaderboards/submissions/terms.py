"""Whether a run keeps to the lock: its tasks, prompts, samples and publish levels, and the numbers that it claims."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medgauge import __version__, codec
from medgauge.codec import plain
from medgauge.errors import BadRecord, Incomplete, MedGaugeError, NotComparable, shorten
from medgauge.results import SCHEMA_VERSION, STATUSES
from medgauge.spec import RunSpec, load_tasks
from medgauge.store import MANIFEST, OUTPUTS, RESULTS, SAMPLES, SCORES, SPEC, RunDirectory
from medgauge.tasks import Card, Publish
from medgauge_leaderboards.site.levels import allows, lowest
from medgauge_leaderboards.site.sound import require_results
from medgauge_leaderboards.submissions.lock import Lock, Pinned

NEEDS: Mapping[str, Publish] = {SAMPLES: "references", OUTPUTS: "predictions", SCORES: "predictions"}
"""The publish level that a file of a run takes: scores keep the answers that were read."""
MOST_TRIALS = 1_000


def read_spec(run: Path, lock: Lock) -> RunSpec:
    """The spec of a run. Raises BadRecord, NotComparable for a task, version or prompt set that the lock lacks."""
    spec = codec.convert(RunSpec, RunDirectory(run).spec(), run / SPEC)
    names = [task.name for task in spec.tasks]
    if not names or len(set(names)) < len(names):
        raise BadRecord(run / SPEC, None, "tasks", "one or more, each once", names)
    if not 1 <= spec.trials <= MOST_TRIALS:
        raise BadRecord(run / SPEC, None, "trials", f"1 to {MOST_TRIALS}", spec.trials)
    lines = [line for task in spec.tasks for line in _asked(task.name, task.version, task.prompts, lock)]
    lines += [
        f"{task.name}: prompt set {shorten(task.prompts)} has hash {shorten(task.prompts_hash)}, the lock's {pinned}"
        for task in spec.tasks
        for one in lock.of(task.name).values()
        if one.prompts is not None and (pinned := one.prompts.get(task.prompts)) not in (None, task.prompts_hash)
    ]
    if lines:
        raise NotComparable(f"{run}: not what the lock holds:\n  " + "\n  ".join(dict.fromkeys(lines)))
    return spec


def pinned_of(spec: RunSpec, lock: Lock) -> dict[str, Pinned]:
    """What a run has to hold, by key: every language of each of its tasks that the lock has."""
    return {key: one for task in spec.tasks for key, one in lock.of(task.name).items()}


def require_levels(run: Path, pinned: Mapping[str, Pinned], *, private: bool) -> None:
    """Refuse what the data do not allow. The level is the lock's or the card's, whichever shows less.

    Raises MedGaugeError for a file that a public folder must not hold, NotComparable where the run's own cards are
    not those of this code: a leaderboard shows them, and goes by their levels.
    """
    directory = RunDirectory(run)
    here, cards = directory.hashes(), _cards(run, directory)
    for key, one in pinned.items():
        level = lowest([one.publish, load_tasks([one.task])[0].card.publish])
        for name, needed in NEEDS.items():
            if name in here and not private and not allows(level, needed):
                raise MedGaugeError(
                    f"{run / name}: {key} ({one.access}; {shorten(one.licence)}) may show {level!r}, and this file "
                    f"holds {needed}. Delete it (the run is then self-reported), or give --private where nobody else "
                    "reads this folder and the licence lets it lie there"
                )
        _require_card(run, one.task, cards.get(one.task))


def read_claim(run: Path, spec: RunSpec, pinned: Mapping[str, Pinned]) -> dict[str, Any]:
    """`results.json` as plain data, whole and of the lock's samples and metrics.

    Raises BadRecord for a number that is missing or not finite, NotComparable for another n, primary or signature,
    Incomplete where a task or language of the lock is missing.
    """
    file = run / RESULTS
    results = RunDirectory(run).results()
    if results.get("schema_version") != SCHEMA_VERSION:
        raise BadRecord(
            file,
            None,
            "schema_version",
            f"{SCHEMA_VERSION} (`medgauge score` writes it)",
            results.get("schema_version"),
        )
    require_results(results, [task.name for task in spec.tasks], run)
    tasks: dict[str, Any] = results["tasks"]
    missing = [key for key in pinned if key not in tasks]
    if missing:
        raise Incomplete(
            f"{file}: no numbers of {missing[0]}, which the lock has; run all of {pinned[missing[0]].task}"
        )
    stray = [key for key in tasks if key not in pinned]
    if stray:
        raise NotComparable(f"{file}: the lock has no {shorten(stray[0])}")
    lines = [line for key, one in pinned.items() for line in _claimed(key, tasks[key], one, spec.trials)]
    if lines:
        raise NotComparable(f"{file}: not what the lock holds:\n  " + "\n  ".join(lines))
    return results


def _asked(name: str, version: int, prompts: str, lock: Lock) -> Iterator[str]:
    known = lock.of(name)
    if not known:
        yield f"task {shorten(name)}; the lock has {', '.join(sorted({one.task for one in lock.tasks.values()}))}"
    for one in known.values():
        if version != one.version:
            yield f"{one.task}: version {version}, the lock's {one.version}"
        if one.prompts is not None and prompts not in one.prompts:
            yield f"{one.task}: prompt set {shorten(prompts)}, the lock's {', '.join(sorted(one.prompts))}"


def _cards(run: Path, directory: RunDirectory) -> dict[str, Card]:
    cards = directory.manifest().get("cards")
    if not isinstance(cards, dict):
        raise BadRecord(run / MANIFEST, None, "cards", "a card of each task", cards)
    return {name: codec.convert(Card, card, run / MANIFEST) for name, card in cards.items()}


def _require_card(run: Path, task: str, own: Card | None) -> None:
    if own is None:
        raise MedGaugeError(f"{run / MANIFEST}: no card of {task}; hand in a finished run as it was written")
    mine, today = plain(own), plain(load_tasks([task])[0].card)
    fields = [name for name in today if mine[name] != today[name]]
    if fields:
        raise NotComparable(
            f"{run / MANIFEST}: card of {task}: {fields[0]} {shorten(mine[fields[0]])}, in medgauge {__version__} "
            f"{shorten(today[fields[0]])}; `medgauge score RUN` with this version writes it anew"
        )


def _claimed(key: str, entry: Mapping[str, Any], one: Pinned, trials: int) -> Iterator[str]:
    for name, mine, theirs in (
        ("task", entry["task"], one.task),
        ("language", entry["language"], one.language),
        ("primary", entry["primary"], one.primary),
        ("n", entry["n"], one.n),
        ("trials", entry.get("trials", 1), trials),
        ("answers by status", sum(entry["status"][status] for status in STATUSES), one.n * trials),
    ):
        if mine != theirs:
            yield f"{key}: {name} {shorten(mine)}, expected {theirs!r}"
    for name, signature in one.signatures.items():
        made = entry["metrics"].get(name)
        if made is None:
            yield f"{key}: no metric {name}"
        elif made["signature"] != signature:
            yield f"{key}: {name} was made as {shorten(made['signature'])}, the lock's is {signature}"
