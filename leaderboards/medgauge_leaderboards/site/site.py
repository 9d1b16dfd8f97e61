"""All that the pages of one site are made from."""

from collections.abc import Mapping
from dataclasses import dataclass

from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.runs import Row, Run
from medgauge_leaderboards.site.standing import Standing
from medgauge_leaderboards.submissions.status import Statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Boards with what was found out about them, and the names of their files."""

    title: str
    runs: tuple[Run, ...]
    boards: tuple[Board, ...]
    """By family, then by key."""
    standings: Mapping[str, Standing]
    """By the board's key."""
    shown: Mapping[str, tuple[int, ...]]
    """Places in `Board.ids` of the samples that can be looked at one by one, by the board's key."""
    slugs: Mapping[str, str]
    """The board's key to the name of its files."""
    rows: Mapping[Row, str]
    """A row to the name of its files."""
    statuses: Statuses | None
    """What a check of submissions found; None where none was given."""
