"""The first page of a site: models by tasks, and its numbers for other programs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from medgauge import __version__, codec
from medgauge.about import cost
from medgauge_leaderboards.site.chunks import inert
from medgauge_leaderboards.site.marks import statuses_of
from medgauge_leaderboards.site.pages import INDEX, Pages
from medgauge_leaderboards.site.runs import Cell, Run
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.standing import Difference
from medgauge_leaderboards.site.views import (
    Column,
    Entry,
    Section,
    controls_alone,
    differing_settings,
    problems_of,
    sections,
)

EXPORT = "leaderboard.json"
SCHEMA_VERSION = 2
"""2: rank, language, shares, about, what an answer took and cost, status of the submission, why there is no gain."""
Size: TypeAlias = Literal["4", "10", "30", "more", "unknown"]
Weights: TypeAlias = Literal["open", "closed", "unknown"]
_SIZES: tuple[tuple[float, Size], ...] = ((4, "4"), (10, "10"), (30, "30"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a model beside its answers, over all of its runs on the page that are no controls."""

    parameters: float | None
    """Billions."""
    open_weights: bool | None
    licence: str
    unverified: tuple[str, ...]
    """Which of these nobody confirmed, and those in which its runs contradict each other; the latter are unknown."""
    rate: float | None
    """Answers a second, over all runs that were timed; the time to load weights is in it."""
    seconds: float | None
    """For one answer, as the model reports; answers that are made side by side count each in full."""
    tokens: float | None
    """Written in one answer."""
    dollars: float | None
    """US dollars for 1,000 answers."""

    @property
    def size(self) -> Size:
        """The class by which the page filters: up to 4, 10 or 30 billion parameters, or more."""
        if self.parameters is None:
            return "unknown"
        for end, size in _SIZES:
            if self.parameters <= end:
                return size
        return "more"

    @property
    def weights(self) -> Weights:
        """Likewise."""
        return "unknown" if self.open_weights is None else "open" if self.open_weights else "closed"


Links: TypeAlias = Sequence[tuple[str, str]]
"""Label and address."""


def write_overview(site: Site, pages: Pages, exports: Links = (), figures: Links = ()) -> None:
    """`index.html` and `leaderboard.json`; the page links to the files of `exports` and `figures`."""
    found, facts = sections(site), facts_of(site)
    statuses = cell_statuses(site)
    values = {
        "sections": found,
        "facts": facts,
        "statuses": statuses,
        "shared": shared_status(found, statuses),
        "modalities": [(name, "") for name in _modalities(found)],
        "boards": site.boards,
        "models": sorted(facts),
        "problems": problems_of(site.boards),
        "differing": differing_settings(site.boards),
        "alone": controls_alone(site.boards),
        "samples": sum(len(board.ids) for board in site.boards),
        "exports": exports,
        "figures": figures,
        "brief": brief,
    }
    pages.write("overview", INDEX, values)
    export = _export(site, found, facts, statuses)
    (pages.out / EXPORT).write_text(inert(export, indent=1) + "\n", "utf-8", newline="\n")


def cell_statuses(site: Site) -> dict[tuple[str, str], str]:
    """Key of a board and model to the status of the run that the cell is of."""
    known = statuses_of(site)
    return {
        (board.key, cell.row[0]): status
        for board in site.boards
        for cell in board.models
        if (status := known.get(cell.run.directory.path)) is not None
    }


def shared_status(found: Sequence[Section], statuses: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Family and model to the status of all of its cells there; where they differ each cell says its own."""
    made: dict[tuple[str, str], set[str]] = {}
    for section in found:
        for column in section.columns:
            for model in column.entries:
                made.setdefault((section.family, model), set()).add(statuses.get((column.board.key, model), ""))
    return {row: status for row, own in made.items() if len(own) == 1 and (status := next(iter(own)))}


def _modalities(found: Sequence[Section]) -> list[str]:
    return sorted({name for section in found for column in section.columns for name in column.modality})


def facts_of(site: Site) -> dict[str, Facts]:
    """What is known of each model of the page."""
    runs: dict[str, dict[int, Run]] = {}
    for board in site.boards:
        for cell in board.models:
            runs.setdefault(cell.row[0], {})[id(cell.run)] = cell.run
    return {model: _facts(list(own.values())) for model, own in runs.items()}


def brief(value: float) -> str:
    """Three significant digits, without an exponent and without zeros at the end; whole numbers keep all of theirs."""
    if value == 0:
        return "0"
    text = f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _facts(runs: Sequence[Run]) -> Facts:
    known = [run.about for run in runs]
    parameters = {about.parameters for about in known if about.parameters is not None}
    weights = {about.open_weights for about in known if about.open_weights is not None}
    licences = {about.licence for about in known if about.licence}
    told: dict[str, set[Any]] = {"parameters": parameters, "open_weights": weights, "licence": licences}
    doubts = {line for about in known for line in about.unverified}
    doubts |= {f"{name}: {', '.join(sorted(map(str, of)))}" for name, of in told.items() if len(of) > 1}
    answers = sum(_answers(run) for run in runs)
    return Facts(
        parameters=parameters.pop() if len(parameters) == 1 else None,
        open_weights=weights.pop() if len(weights) == 1 else None,
        licence=licences.pop() if len(licences) == 1 else "",
        unverified=tuple(sorted(doubts)),
        rate=_rate(runs),
        seconds=_per(answers, [_seconds(run) for run in runs]),
        tokens=_per(answers, [_written(run) for run in runs]),
        dollars=_per(answers, [cost(run.about, _usage(run)) for run in runs], 1000),
    )


def _answers(run: Run) -> int:
    """Samples times how often each was asked; turns of a dialogue are one answer."""
    return sum(int(result["n"]) * int(result.get("trials", 1)) for result in run.tasks.values())


def _usage(run: Run) -> Mapping[str, Any]:
    """What all answers of a run took; nothing where samples have no answer, for it would be divided by too many."""
    usage = run.manifest.get("usage")
    return usage if isinstance(usage, Mapping) and not run.manifest.get("missing") else {}


def _rate(runs: Sequence[Run]) -> float | None:
    """None where a run does not say how fast it was, as recordings and runs of older versions do not."""
    paces = [run.manifest.get("pace") for run in runs]
    timed = [(_amount(one.get("answers")), _amount(one.get("seconds"))) for one in paces if isinstance(one, Mapping)]
    known = [(answers, seconds) for answers, seconds in timed if answers is not None and seconds]
    if len(known) < len(runs):
        return None
    return sum(answers for answers, _ in known) / sum(seconds for _, seconds in known)


def _seconds(run: Run) -> float | None:
    """Of all answers; None where any may lack it: a sum over some of them is no time for all."""
    failed = sum(result["status"]["failed"] for result in run.tasks.values())
    usage = _usage(run)
    return _amount(usage.get("seconds")) if usage.get("without_tokens") == 0 and not failed else None


def _written(run: Run) -> float | None:
    usage = _usage(run)
    return _amount(usage.get("output_tokens")) if usage.get("without_tokens") == 0 else None


def _amount(value: object) -> float | None:
    """A manifest may come from anybody."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    return float(value) if known and isinstance(value, int | float) else None


def _per(answers: int, amounts: Sequence[float | None], times: int = 1) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return times * sum(known) / answers if answers and len(known) == len(amounts) else None


def _export(
    site: Site, overview: Sequence[Section], facts: Mapping[str, Facts], statuses: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    """The overview's numbers for other programs, with all digits."""
    found = [
        _exported(section, column, model, entry)
        | {"submission": statuses.get((column.board.key, model)), "per_answer": _per_answer(facts[model])}
        | {"answers_per_second": facts[model].rate}
        for section in overview
        for column in section.columns
        for model, entry in sorted(column.entries.items())
    ]
    return {"schema_version": SCHEMA_VERSION, "medgauge": __version__, "title": site.title, "cells": found}


def _exported(section: Section, column: Column, model: str, entry: Entry) -> dict[str, Any]:
    cell, gain = entry.cell, entry.gain
    return {
        "task": column.board.key,
        "family": section.family,
        "language": cell.result["language"],
        "metric": cell.primary,
        "model": model,
        "badges": list(entry.badges),
        "status": cell.result["status"],
        "shares": shares(cell),
        "result": dict(cell.metrics[cell.primary]),
        "gain_over_blind": codec.plain(gain) if isinstance(gain, Difference) else None,
        "no_gain": None if isinstance(gain, Difference) else gain,
        "ranked": column.ranked,
        "rank": codec.plain(entry.rank) if entry.rank else None,
        "about": codec.plain(cell.run.about),
    }


def shares(cell: Cell) -> dict[str, float | None]:
    """Each status as a share of all answers; None where there is none."""
    total = sum(cell.result["status"].values())
    return {name: count / total if total else None for name, count in cell.result["status"].items()}


def _per_answer(facts: Facts) -> dict[str, float | None]:
    dollars = None if facts.dollars is None else facts.dollars / 1000
    return {"seconds": facts.seconds, "output_tokens": facts.tokens, "dollars": dollars}
