"""The sample view of a site: its pages, and the data that they load piece by piece.

```
data/<task>/board.js          rows, metric, how many samples, name, number and slices of each that is shown
data/<task>/<n>.js            256 samples: question, reference, picture
data/<task>/<row>/index.js    status and verdict of every shown sample, one letter each
data/<task>/<row>/<n>.js      256 answers of one row: words, parsed answer, values, matches
data/<task>/<row>/scores.js   status, verdict and value of all samples, packed
data/<task>/scales.js         what the packed values stand for
data/<task>/names.js          the names in links of all samples, packed
```

Only samples that are shown one by one (`subset.shown`) have words. What is written of all samples is in `packed`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from medgauge.metrics import parse_metric
from medgauge.protocols import Metric
from medgauge.score import target_of
from medgauge.store import StoredSample
from medgauge_leaderboards.site.answers import Answers, Part, write_answers
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.boardfiles import Shown, blocks, write_board
from medgauge_leaderboards.site.chunks import Wanted, sample_entry, write_script
from medgauge_leaderboards.site.pages import Pages
from medgauge_leaderboards.site.pictures import Pictures
from medgauge_leaderboards.site.reading import Each
from medgauge_leaderboards.site.runs import Run, heads
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.values import judge_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Questions:
    """Boards whose questions stand in the same runs."""

    boards: tuple[Shown, ...]
    runs: tuple[Run, ...]
    """The first that has a sample gives it."""
    all_runs: tuple[Path, ...]
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preparing:
    """Metrics to prepare on the samples of one run, by the key of the board."""

    run: Run
    names: Mapping[str, frozenset[str]]


def write_samples(site: Site, pages: Pages, each: Each) -> None:
    """`samples/<task>.html` and `data/` of every board, with the pictures that may be shown."""
    shown = {board.key: _shown(site, board) for board in site.boards}
    for board in site.boards:
        values = {"board": board, "slug": site.slugs[board.key], "judge": judge_of(board.cells[0])}
        counts = {"shown": len(site.shown[board.key]), "of": len(board.ids)}
        pages.write("samples", f"samples/{site.slugs[board.key]}.html", values | counts)
        write_board(site, board, pages.out / "data")
    wanted: dict[str, Mapping[str, Wanted]] = {}
    for found in each("writing samples", _write_questions, _questions(site, shown, pages.out)):
        wanted |= found
    prepared = _prepared(site, each)
    folder = pages.out / "data"
    jobs = [Answers(run=run, folder=folder, parts=_parts(site, run, shown, wanted, prepared)) for run in site.runs]
    each("writing answers", write_answers, jobs)


def _shown(site: Site, board: Board) -> Shown:
    places, first = site.shown[board.key], board.cells[0]
    return Shown(
        key=board.key,
        task=first.spec.name,
        language=first.result["language"],
        slug=site.slugs[board.key],
        primary=board.primary,
        ids=tuple(board.ids[i] for i in places),
        numbers=tuple(i + 1 for i in places),
        levels=tuple(board.levels[i] for i in places),
    )


def _questions(site: Site, shown: Mapping[str, Shown], folder: Path) -> list[_Questions]:
    """Boards are put together so that a file of samples is read once, however many tasks it holds."""
    place = {id(run): i for i, run in enumerate(site.runs)}
    together: dict[tuple[int, ...], list[Shown]] = defaultdict(list)
    for board in site.boards:
        together[tuple(place[id(run)] for run in _holding(board, shown[board.key]))].append(shown[board.key])
    paths = tuple(run.directory.path for run in site.runs)
    return [
        _Questions(boards=tuple(boards), runs=tuple(site.runs[i] for i in runs), all_runs=paths, folder=folder)
        for runs, boards in together.items()
    ]


def _holding(board: Board, shown: Shown) -> Iterator[Run]:
    """Runs of the board, in the order of its cells, until all shown samples are there."""
    missing, seen = set(shown.ids), set()
    for cell in board.cells:
        table = board.tables[cell.row]
        if id(table) in seen or missing.isdisjoint(table.ids):
            continue
        seen.add(id(table))
        missing.difference_update(table.ids)
        yield cell.run


def _write_questions(job: _Questions) -> dict[str, Mapping[str, Wanted]]:
    """Returns what answers are held against, by the board's key."""
    media = Pictures(job.all_runs, job.folder / "media")
    ids = frozenset(id for board in job.boards for id in board.ids)
    found: dict[tuple[str, str, str], StoredSample] = {}
    for run in job.runs:
        for stored in run.directory.samples(ids):
            sample = stored.sample
            found.setdefault((sample.task, sample.language, sample.id), stored)
    for board in job.boards:
        entries = [
            sample_entry(number, found[board.task, board.language, id], level, media)
            for number, id, level in zip(board.numbers, board.ids, board.levels, strict=True)
        ]
        for place, block in enumerate(blocks(entries)):
            write_script(job.folder / "data" / board.slug / f"{place}.js", f"{board.slug}/{place}", block)
    return {board.key: _wanted(board, found) for board in job.boards}


def _wanted(board: Shown, found: Mapping[tuple[str, str, str], StoredSample]) -> dict[str, Wanted]:
    samples = {id: found[board.task, board.language, id].sample for id in board.ids}
    return {
        id: Wanted(boxes=sample.target.boxes, choices=sample.choices)
        for id, sample in samples.items()
        if sample.target.boxes or sample.choices
    }


def _prepared(site: Site, each: Each) -> dict[tuple[str, int], Mapping[str, Metric]]:
    """All metrics of every board, by its key and the identity of the table that they were prepared on.

    The tables hold those that rank and judge. The samples of one run of each table are read again for the others.
    """
    made: dict[tuple[str, int], Mapping[str, Metric]] = {}
    names: dict[tuple[str, int], set[str]] = defaultdict(set)
    runs: dict[int, tuple[Run, dict[str, frozenset[str]]]] = {}
    first: dict[tuple[str, int], Run] = {}
    for board in site.boards:
        for cell in board.cells:
            table = board.tables[cell.row]
            at = board.key, id(table)
            made[at] = table.metrics
            names[at].update(set(board.columns[cell.row].names) - set(table.metrics))
            first.setdefault(at, cell.run)
    for at, missing in names.items():
        if missing:
            runs.setdefault(id(first[at]), (first[at], {}))[1][at[0]] = frozenset(missing)
    jobs = [_Preparing(run=run, names=wanted) for run, wanted in runs.values()]
    for job, found in zip(jobs, each("preparing metrics", _prepare, jobs), strict=True):
        for at, run in first.items():
            if run is job.run and at[0] in found:
                made[at] = {**made[at], **found[at[0]]}
    return made


def _prepare(job: _Preparing) -> dict[str, dict[str, Metric]]:
    found = {}
    for cell in heads(job.run):
        if wanted := job.names.get(cell.key):
            targets = [target_of(stored.sample) for stored in cell.samples.values()]
            found[cell.key] = {name: parse_metric(name).prepare(targets) for name in sorted(wanted)}
    return found


def _parts(
    site: Site,
    run: Run,
    shown: Mapping[str, Shown],
    wanted: Mapping[str, Mapping[str, Wanted]],
    prepared: Mapping[tuple[str, int], Mapping[str, Metric]],
) -> dict[str, Part]:
    boards = {board.key: board for board in site.boards}
    parts = {}
    for cell in heads(run):
        board = boards[cell.key]
        status = board.columns[cell.row].status
        parts[cell.key] = Part(
            shown=shown[cell.key],
            row=site.rows[cell.row],
            present="".join(status[number - 1] for number in shown[cell.key].numbers),
            wanted=wanted[cell.key],
            metrics=prepared[cell.key, id(board.tables[cell.row])],
        )
    return parts
