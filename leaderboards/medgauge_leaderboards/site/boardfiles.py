"""The files of one board that say something of many samples at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medgauge.codec import dumps
from medgauge.tasks import Publish
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.chunks import link, write_script
from medgauge_leaderboards.site.levels import allows
from medgauge_leaderboards.site.matching import threshold_of
from medgauge_leaderboards.site.packed import Scale, encode, pack, packed, packed_levels, scale_of
from medgauge_leaderboards.site.runs import Row
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.values import judge_of

CHUNK = 256
"""Samples in one file of words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The shown samples of one board, for a process that does not have the board."""

    key: str
    task: str
    language: str
    slug: str
    primary: str
    ids: tuple[str, ...]
    numbers: tuple[int, ...]
    levels: tuple[Publish, ...]


def blocks(entries: Sequence[object]) -> Iterator[Sequence[object]]:
    """Entries of samples as the files hold them."""
    for start in range(0, len(entries), CHUNK):
        yield entries[start : start + CHUNK]


def write_board(site: Site, board: Board, folder: Path) -> None:
    """`board.js`, `names.js`, `scales.js`, and `index.js` and `scores.js` of each row."""
    slug, places = site.slugs[board.key], site.shown[board.key]
    measured, of_row = _scales(board)
    head = _head(site, board) | {
        "rows": [
            {"slug": site.rows[cell.row], "model": cell.row[0], "control": cell.row[1], "scale": of_row[cell.row]}
            for cell in board.cells
        ],
        "scales": [made | {"step": scale.step} for made, scale in measured],
    }
    write_script(folder / slug / "board.js", f"{slug}/board", head)
    names = [link(level, i + 1, id) for i, (id, level) in enumerate(zip(board.ids, board.levels, strict=True))]
    write_script(folder / slug / "names.js", f"{slug}/names", packed(dumps(names).encode()))
    levels = [{"low": s.low, "high": s.high, "levels": packed_levels(s)} for _, s in measured]
    write_script(folder / slug / "scales.js", f"{slug}/scales", levels)
    for cell in board.cells:
        columns, name = board.columns[cell.row], f"{slug}/{site.rows[cell.row]}"
        index = {
            "status": "".join(columns.status[i] for i in places),
            "verdict": "".join(columns.verdict[i] for i in places),
        }
        write_script(folder / name / "index.js", f"{name}/index", index)
        codes = encode(columns.credit, measured[of_row[cell.row]][1])
        write_script(folder / name / "scores.js", f"{name}/scores", pack(columns.status, columns.verdict, codes))


def _scales(board: Board) -> tuple[list[tuple[dict[str, Any], Scale]], Mapping[Row, int]]:
    """Every way in which samples are credited, with its scale; and which of them each row has."""
    rows: dict[tuple[str, str, int], list[Row]] = {}
    for cell in board.cells:
        columns = board.own[cell.row]
        sign = columns.credit_sign if cell.metrics[cell.primary]["higher_is_better"] is not None else 0
        signature = str(cell.metrics[cell.primary].get("signature", ""))
        rows.setdefault((columns.credited, signature, sign), []).append(cell.row)
    measured = [
        ({"metric": metric, "sign": sign}, scale_of([board.columns[row].credit for row in own]))
        for (metric, _, sign), own in rows.items()
    ]
    return measured, {row: place for place, own in enumerate(rows.values()) for row in own}


def _head(site: Site, board: Board) -> dict[str, Any]:
    places = site.shown[board.key]
    return {
        "chunk": CHUNK,
        "n": len(places),
        "of": len(board.ids),
        "family": board.cells[0].result["family"],
        "judge": judge_of(board.cells[0]),
        "threshold": threshold_of(board.primary),
        "links": [link(board.levels[i], i + 1, board.ids[i]) for i in places],
        "numbers": [i + 1 for i in places],
        "slices": _slices(site, board),
    }


def _slices(site: Site, board: Board) -> list[dict[str, Any]]:
    """Each tag with its values and, for each shown sample, the place of its own among them; -1 for none.

    Tags are the data set's words, so they need the level that shows the question.
    """
    tags: list[dict[str, str]] = [
        json.loads(board.strata[i]) if allows(board.levels[i], "references") else {} for i in site.shown[board.key]
    ]
    made = []
    for name in sorted({name for own in tags for name in own}):
        values = sorted({own[name] for own in tags if name in own})
        place = {value: i for i, value in enumerate(values)}
        made.append({"tag": name, "values": values, "of": [place[own[name]] if name in own else -1 for own in tags]})
    return made
