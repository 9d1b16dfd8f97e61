"""From run directories to a folder that opens from disk."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medgauge import __version__
from medgauge.errors import MedGaugeError, NothingSelected
from medgauge_leaderboards.exports.write import write_exports
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.levels import refuse_public
from medgauge_leaderboards.site.marks import marks_of, retired, stated, statuses_of
from medgauge_leaderboards.site.methodpage import write_methods
from medgauge_leaderboards.site.naming import slugs
from medgauge_leaderboards.site.overview import EXPORT, write_overview
from medgauge_leaderboards.site.pages import INDEX, Pages
from medgauge_leaderboards.site.reading import Each, read_boards, workers
from medgauge_leaderboards.site.render import environment, write_assets
from medgauge_leaderboards.site.runs import Cell, Row, Run
from medgauge_leaderboards.site.samples import write_samples
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.standing import standing
from medgauge_leaderboards.site.subset import MOST, shown
from medgauge_leaderboards.site.taskpage import write_tasks
from medgauge_leaderboards.site.versus import write_versus
from medgauge_leaderboards.site.views import BASELINES, FAMILIES, badges
from medgauge_leaderboards.submissions.status import Statuses

ROBOTS = "User-agent: *\nDisallow: /data/\nDisallow: /media/\nDisallow: /samples/\n"
"""Questions with their answers are of no use to whoever trains on what a crawler finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a site is to be."""

    title: str
    public: bool = False
    """Refuse whatever a licence forbids to publish."""
    most: int = MOST
    """Samples of one task and language that can be looked at one by one."""
    statuses: Statuses | None = None
    """What a check of submissions found."""
    figures: bool = False
    """Whether to draw figures for papers."""


def build(runs: Sequence[Path], out: Path, asked: Asked) -> Path:
    """Make the site of some finished runs in `out` and return its `index.html`. Nothing but the runs is read.

    A site that stands in `out` is replaced whole, so that nothing of an earlier one stays behind. Raises
    NothingSelected, Incomplete, BadRecord; NotComparable for two runs of one model on one task; MedGaugeError
    when `out` holds something else, or when `public` and a data set may not be shown as its card says.
    """
    if not runs:
        raise NothingSelected("no run directory was given")
    _refuse_foreign(out)
    out = out.resolve()
    fresh = out.with_name(f".{out.name}.new")
    with workers(runs) as each:
        read, boards = read_boards(runs, each)
        if not boards:
            raise NothingSelected("the runs hold no results")
        if asked.public:
            refuse_public((board.key, [cell.card for cell in board.cells], board.level) for board in boards)
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _write(fresh, _site(read, boards, asked), each, figures=asked.figures)
    shutil.rmtree(out, ignore_errors=True)
    fresh.replace(out)
    return out / INDEX


def _site(runs: Sequence[Run], boards: Sequence[Board], asked: Asked) -> Site:
    marks = marks_of(runs, asked.statuses)
    known, with_it = stated(runs, boards, marks)
    with_it = [replace(board, retired=retired(board, marks)) for board in with_it]
    ordered = sorted(with_it, key=lambda board: (FAMILIES.index(board.cells[0].result["family"]), board.key))
    return Site(
        title=asked.title,
        runs=tuple(known),
        boards=tuple(ordered),
        standings={board.key: standing(board) for board in ordered},
        shown={board.key: shown(board, asked.most) for board in ordered},
        slugs=slugs(board.key for board in ordered),
        rows=row_slugs(ordered),
        statuses=asked.statuses,
    )


def _write(out: Path, site: Site, each: Each, *, figures: bool) -> None:
    found = statuses_of(site)

    def marked(cell: Cell) -> tuple[str, ...]:
        return (*badges(cell), *filter(None, [found.get(cell.run.directory.path)]))

    shared = {"site": site.title, "version": __version__, "pages": site.slugs, "badges": marked, "baselines": BASELINES}
    pages = Pages(out=out, templates=environment(write_assets(out / "assets")), shared=shared)
    made = {"export": write_exports(site, out / "export")}
    if figures:
        from medgauge_leaderboards.figures.write import write_figures

        made["figures"] = write_figures(site, out / "figures", each)
    links = {folder: [(label, f"{folder}/{name}") for label, name in files] for folder, files in made.items()}
    write_overview(site, pages, links["export"], links.get("figures", ()))
    write_tasks(site, pages)
    write_methods(site, pages)
    write_versus(site, pages)
    write_samples(site, pages, each)
    (out / "robots.txt").write_text(ROBOTS, "utf-8")


def row_slugs(boards: Sequence[Board]) -> dict[Row, str]:
    """A folder name for every row, controls of a model apart from it."""
    rows = {cell.row for board in boards for cell in board.cells}
    named = {row: row[0] if row[1] == "none" else f"{row[0]} control {row[1]}" for row in rows}
    # Two rows may be named alike only when a model's own name ends in "control blind"; the tuple tells them apart.
    if len(set(named.values())) < len(rows):
        named = {row: repr(row) for row in rows}
    short = slugs(named.values())
    return {row: short[name] for row, name in named.items()}


def _refuse_foreign(out: Path) -> None:
    """Building replaces the folder, so it must be empty, missing or a site."""
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / EXPORT).is_file()):
        raise MedGaugeError(f"{out} holds something that is no MedGauge site; give another --out, or delete it")
