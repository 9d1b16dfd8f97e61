"""All cells of one task in one language, and what keeps them from being ranked together."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge import codec
from medgauge.errors import NotComparable
from medgauge.store import StoredSample
from medgauge.tasks import Card, Publish
from medgauge.types import Sample
from medgauge_leaderboards.site.levels import highest, level_of, lowest
from medgauge_leaderboards.site.runs import Cell, Row

Difference: TypeAlias = Literal["primary", "version", "samples", "signature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in which the models of one board differ and must not."""

    what: Difference
    metric: str = ""
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    """What it is, and the models for which it is so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One task in one language."""

    key: str
    cells: tuple[Cell, ...]
    """Sorted by model; controls after the model itself."""
    samples: Mapping[str, StoredSample]
    """All samples that any cell has, the first run's where two differ."""
    levels: Mapping[str, Publish]
    """Of each sample, the most careful that any run gives."""
    problems: tuple[Problem, ...]

    @property
    def card(self) -> Card | None:
        """The data set's card."""
        return self.cells[0].card

    @property
    def primary(self) -> str:
        """The metric that ranks (of the first cell, where they differ)."""
        return self.cells[0].primary

    @property
    def models(self) -> tuple[Cell, ...]:
        """The cells that are rows of the overview."""
        return tuple(cell for cell in self.cells if cell.row[1] == "none")

    @property
    def level(self) -> Publish:
        """The highest level of its samples."""
        return highest(self.levels.values())

    def ranked(self, metric: str) -> bool:
        """Whether the values of a metric may be ordered: it has a better end, and was made alike for all models."""
        ends = (cell.metrics[metric]["higher_is_better"] for cell in self.cells if metric in cell.metrics)
        return None not in ends and not any(problem.metric in ("", metric) for problem in self.problems)

    def cell(self, row: Row) -> Cell | None:
        """The cell of a row."""
        return next((cell for cell in self.cells if cell.row == row), None)


def make_boards(cells: Iterable[Cell]) -> list[Board]:
    """Group cells by task and language. Raises NotComparable for two runs of one model, control and task."""
    by_key: dict[str, dict[Row, Cell]] = {}
    for cell in cells:
        row = by_key.setdefault(cell.key, {})
        if cell.row in row:
            _refuse_double(row[cell.row], cell)
        row[cell.row] = cell
    return [_board(key, row) for key, row in by_key.items()]


def digest(sample: Sample) -> str:
    """Hash of what makes a sample the same question: no tags, no paths, no group."""
    data = codec.plain(sample)
    kept = {name: data.get(name) for name in ("id", "question", "choices", "regions", "target")}
    kept["media"] = [media.sha256 for media in sample.media]
    return hashlib.sha256(codec.dumps(kept).encode()).hexdigest()


def _refuse_double(first: Cell, second: Cell) -> None:
    model, control = first.row
    raise NotComparable(
        f"{first.run.directory.path} and {second.run.directory.path} both hold {first.key} of model {model!r}"
        f" (control {control}); give one of them, or other names to the models"
    )


def _board(key: str, rows: Mapping[Row, Cell]) -> Board:
    # "none" sorts after "blind", the model itself comes first all the same.
    ordered = tuple(rows[row] for row in sorted(rows, key=lambda row: (row[0], row[1] != "none", row[1])))
    samples: dict[str, StoredSample] = {}
    levels: dict[str, list[Publish]] = {}
    for cell in ordered:
        for id, stored in cell.samples.items():
            samples.setdefault(id, stored)
            levels.setdefault(id, []).append(level_of(stored, cell.card))
    return Board(
        key=key,
        cells=ordered,
        samples=samples,
        levels={id: lowest(found) for id, found in levels.items()},
        problems=_problems(ordered),
    )


def _problems(all_cells: Sequence[Cell]) -> tuple[Problem, ...]:
    """Controls are left out: they rank nobody, and a gain looks at its control by itself."""
    cells = [cell for cell in all_cells if cell.row[1] == "none"]
    found: list[Problem | None] = [
        _differing("primary", "", cells, [cell.primary for cell in cells]),
        _differing("version", "", cells, [str(cell.spec.version) for cell in cells]),
        _differing("samples", "", cells, [_sample_set(cell) for cell in cells]),
    ]
    for name in sorted({name for cell in cells for name in cell.metrics}):
        having = [cell for cell in cells if name in cell.metrics]
        signatures = [str(cell.metrics[name].get("signature", "")) for cell in having]
        found.append(_differing("signature", name, having, signatures))
    return tuple(problem for problem in found if problem)


def _differing(what: Difference, metric: str, cells: Sequence[Cell], values: Sequence[str]) -> Problem | None:
    if len(set(values)) < 2:
        return None
    groups = tuple(
        (value, tuple(cell.row[0] for cell, own in zip(cells, values, strict=True) if own == value))
        for value in sorted(set(values))
    )
    return Problem(what=what, metric=metric, groups=groups)


def _sample_set(cell: Cell) -> str:
    whole = "".join(sorted(digest(stored.sample) for stored in cell.samples.values()))
    return f"{len(cell.samples)} samples, {hashlib.sha256(whole.encode()).hexdigest()[:8]}"
