"""From run directories to a folder that opens from disk."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

from medgauge import __version__, codec
from medgauge.errors import MedGaugeError, NothingSelected
from medgauge_leaderboards.site.board import Board, make_boards
from medgauge_leaderboards.site.chunks import inert, write_samples
from medgauge_leaderboards.site.levels import refuse_public
from medgauge_leaderboards.site.naming import slugs
from medgauge_leaderboards.site.pictures import Pictures
from medgauge_leaderboards.site.render import environment, write_assets
from medgauge_leaderboards.site.runs import Row, Run, cells, read_runs
from medgauge_leaderboards.site.taskpage import FEW, command, task_page
from medgauge_leaderboards.site.values import judge_of
from medgauge_leaderboards.site.views import (
    BASELINES,
    FAMILIES,
    Section,
    badges,
    controls_alone,
    differing_settings,
    problems_of,
    sections,
)

INDEX, EXPORT = "index.html", "leaderboard.json"
SCHEMA_VERSION = 1


def build(runs: Sequence[Path], out: Path, title: str, public: bool) -> Path:
    """Make the site of some finished runs in `out` and return its `index.html`. Nothing but the runs is read.

    A site that stands in `out` is replaced whole, so that nothing of an earlier one stays behind. Raises
    NothingSelected, Incomplete, BadRecord; NotComparable for two runs of one model on one task; MedGaugeError
    when `out` holds something else, or when `public` and a data set may not be shown as its card says.
    """
    if not runs:
        raise NothingSelected("no run directory was given")
    _refuse_foreign(out)
    read = read_runs(runs)
    boards = _ordered(make_boards([cell for run in read for cell in cells(run)]))
    if not boards:
        raise NothingSelected("the runs hold no results")
    if public:
        refuse_public((board.key, board.card, board.level) for board in boards)
    out = out.resolve()
    fresh = out.with_name(f".{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    _write(fresh, boards, read, title)
    shutil.rmtree(out, ignore_errors=True)
    fresh.replace(out)
    return out / INDEX


def _write(out: Path, boards: Sequence[Board], runs: Sequence[Run], title: str) -> None:
    pages = slugs(board.key for board in boards)
    rows = row_slugs(boards)
    templates = environment(write_assets(out / "assets"))
    shared = {"site": title, "version": __version__, "pages": pages, "badges": badges, "baselines": BASELINES}
    overview = sections(boards, pages)
    _page(templates, "overview", out / INDEX, shared | _overview(boards, overview))
    media = Pictures(runs, out / "media")
    for board in boards:
        slug = pages[board.key]
        here = shared | {"board": board, "slug": slug, "judge": judge_of(board.cells[0]), "few": FEW}
        _page(templates, "task", out / "tasks" / f"{slug}.html", here | {"page": task_page(board), "command": command})
        _page(templates, "samples", out / "samples" / f"{slug}.html", here)
        write_samples(board, out / "data", slug, rows, media)
    (out / EXPORT).write_text(inert(_export(overview, title), indent=1) + "\n", "utf-8", newline="\n")


def row_slugs(boards: Sequence[Board]) -> dict[Row, str]:
    """A folder name for every row, controls of a model apart from it."""
    rows = {cell.row for board in boards for cell in board.cells}
    named = {row: row[0] if row[1] == "none" else f"{row[0]} control {row[1]}" for row in rows}
    # Two rows may be named alike only when a model's own name ends in "control blind"; the tuple tells them apart.
    if len(set(named.values())) < len(rows):
        named = {row: repr(row) for row in rows}
    short = slugs(named.values())
    return {row: short[name] for row, name in named.items()}


def _ordered(boards: Sequence[Board]) -> list[Board]:
    return sorted(boards, key=lambda board: (FAMILIES.index(board.cells[0].result["family"]), board.key))


def _overview(boards: Sequence[Board], overview: Sequence[Section]) -> dict[str, Any]:
    return {
        "sections": overview,
        "boards": boards,
        "models": sorted({cell.row[0] for board in boards for cell in board.models}),
        "problems": problems_of(boards),
        "differing": differing_settings(boards),
        "alone": controls_alone(boards),
        "samples": sum(len(board.samples) for board in boards),
    }


def _page(templates: Environment, name: str, file: Path, values: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    root = "" if file.name == INDEX else "../"
    text = templates.get_template(f"{name}.html.j2").render({**values, "root": root, "kind": name})
    file.write_text(text, "utf-8", newline="\n")


def _export(overview: Sequence[Section], title: str) -> dict[str, Any]:
    """The overview's numbers for other programs, with all digits."""
    found = [
        {
            "task": column.board.key,
            "family": section.family,
            "metric": entry.cell.primary,
            "model": model,
            "badges": list(entry.badges),
            "status": entry.cell.result["status"],
            "result": dict(entry.cell.metrics[entry.cell.primary]),
            "gain_over_blind": codec.plain(entry.gain.estimate) if entry.gain.estimate else None,
            "ranked": column.ranked,
        }
        for section in overview
        for column in section.columns
        for model, entry in sorted(column.entries.items())
    ]
    return {"schema_version": SCHEMA_VERSION, "medgauge": __version__, "title": title, "cells": found}


def _refuse_foreign(out: Path) -> None:
    """Building replaces the folder, so it must be empty, missing or a site."""
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / EXPORT).is_file()):
        raise MedGaugeError(f"{out} holds something that is no MedGauge site; give another --out, or delete it")
