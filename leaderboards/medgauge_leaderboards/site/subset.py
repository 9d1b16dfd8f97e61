"""Which samples a site shows one by one, where it cannot show all of them."""

import hashlib
from collections.abc import Sequence

from medgauge_leaderboards.site.board import Board

MOST = 2_000
"""Samples of one task and language that can be looked at, unless the command says otherwise."""


def shown(board: Board, most: int) -> tuple[int, ...]:
    """Places in `board.ids`, ascending: all, or `most` of them, in which every slice and every outcome has its share.

    A stratum is a combination of tags with the verdicts and the statuses that the models have on a sample. Strata take
    turns, so that rare ones are shown whole before common ones fill the rest, as far as there is room for one of each;
    within one the order is that of the samples' hashes. The same samples are shown for every model. They are no sample
    to estimate from.
    """
    if len(board.ids) <= most:
        return tuple(range(len(board.ids)))
    strata: dict[tuple[str, str], list[int]] = {}
    for i, (stratum, outcome) in enumerate(zip(board.strata, _outcomes(board), strict=True)):
        strata.setdefault((stratum, outcome), []).append(i)
    queues = [sorted(own, key=lambda i: board.contents[i]) for _, own in sorted(strata.items(), key=_rank)]
    return tuple(sorted(_turns(queues, most)))


def _outcomes(board: Board) -> list[str]:
    columns = [board.columns[cell.row] for cell in board.models or board.cells]
    made = zip(*(one.verdict for one in columns), *(one.status.upper() for one in columns), strict=True)
    return ["".join(sorted(set(letters) - {"-"})) for letters in made]


def _rank(item: tuple[tuple[str, str], Sequence[int]]) -> str:
    return hashlib.sha256(repr(item[0]).encode()).hexdigest()


def _turns(queues: Sequence[Sequence[int]], most: int) -> list[int]:
    """One of each queue, again and again, until there are `most`."""
    found: list[int] = []
    turn = 0
    while len(found) < most:
        found += [queue[turn] for queue in queues if turn < len(queue)][: most - len(found)]
        turn += 1
    return found
