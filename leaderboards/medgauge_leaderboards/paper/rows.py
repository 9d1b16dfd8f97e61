"""Published numbers as data: tables, parts of tables, and cells named `Table 6/slake/BLEU-1`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from medgauge.errors import BadRecord
from medgauge.strict_yaml import read_yaml
from medgauge.types import Language

FILE = "medrega.yaml"
MARKS: Mapping[str, str] = MappingProxyType(
    {"*": "fine-tuned on this data set", "-": "no valid answer", "x": "cannot do the task", "N/A": "not given"}
)
STATUS = "reported"
"""Of every number here: its authors say so, and nobody measured it again."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Part(_Form):
    """Some rows of a table that belong together: one data set, or one average."""

    part: str
    task: str = ""
    """The card that it is about; empty for averages, and for data that we have no card for."""
    language: Language = "en"
    cot: bool = False
    """Asked with Regional CoT."""
    n: int | None = None
    measured: dict[str, str] = {}
    """Metric to `task-of-the-protocol name-that-it-prints`; goes before the table's."""
    mean_of: tuple[str, ...] = ()
    """`table/part`: each metric is the mean of theirs."""
    means: dict[str, tuple[str, ...]] = {}
    """Metric to the cells that it is the mean of."""
    values: dict[str, str]
    """Metric to a number or a mark for each of the table's models."""


class Table(_Form):
    """A table of the paper."""

    table: str
    note: str = ""
    models: tuple[str, ...]
    measured: dict[str, str] = {}
    parts: tuple[Part, ...]


class Claim(_Form):
    """A difference that the text states."""

    where: str
    says: str
    value: float
    more: str
    less: str


class Paper(_Form):
    """All that the file holds."""

    title: str
    source: str
    ours: str
    """The model that the paper is about."""
    tables: tuple[Table, ...]
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One published number, or the mark that stands in its place."""

    table: str
    part: str
    metric: str
    model: str
    value: float | None
    mark: str = ""
    """A key of MARKS."""
    n: int | None = None
    status: str = STATUS

    @property
    def cell(self) -> str:
        """Its name without the model."""
        return f"{self.table}/{self.part}/{self.metric}"


@cache
def paper() -> Paper:
    """The shipped file. Raises BadRecord when it breaks its form, or names a cell that there is not."""
    text = (files("medgauge_leaderboards.paper") / FILE).read_text("utf-8")
    return read_paper(text)


def read_paper(text: str, file: str = FILE) -> Paper:
    """The paper in the text of a file. Raises like `paper`."""
    read = read_yaml(text, file, Paper)
    known = {f"{table.table}/{part.part}" for table in read.tables for part in table.parts}
    for table, part in parts(read):
        for metric, written in part.values.items():
            if len(written.split()) != len(table.models):
                place = f"{table.table}/{part.part}/{metric}"
                raise BadRecord(file, None, place, f"a value for each of {len(table.models)} models", written)
            for token in written.split():
                _value(token, file, f"{table.table}/{part.part}/{metric}")
        named = [*part.mean_of, *(cell.rpartition("/")[0] for cells in part.means.values() for cell in cells)]
        for name in named:
            if name not in known:
                raise BadRecord(file, None, f"{table.table}/{part.part}", "means of parts that there are", name)
    return read


def parts(read: Paper) -> Iterator[tuple[Table, Part]]:
    """Every part with its table, in the paper's order."""
    for table in read.tables:
        for part in table.parts:
            yield table, part


def reported(read: Paper) -> list[Reported]:
    """All numbers and marks, in the paper's order."""
    found = []
    for table, part in parts(read):
        for metric, written in part.values.items():
            for model, token in zip(table.models, written.split(), strict=True):
                value, mark = _value(token, FILE, metric)
                found.append(
                    Reported(
                        table=table.table,
                        part=part.part,
                        metric=metric,
                        model=model,
                        value=value,
                        mark=mark,
                        n=part.n,
                    )
                )
    return found


def members(part: Part, metric: str) -> tuple[str, ...]:
    """The cells that a metric of a part is the mean of; none where it is no mean."""
    return part.means.get(metric) or tuple(f"{name}/{metric}" for name in part.mean_of)


def measured(table: Table, part: Part) -> Mapping[str, str]:
    """Metric to the protocol's task and number, where a run of ours can get it."""
    return {**table.measured, **part.measured} if part.task else {}


def _value(token: str, file: str, place: str) -> tuple[float | None, str]:
    """The number and the mark of what stands in a cell. Raises BadRecord."""
    if token in MARKS:
        return None, token
    try:
        return float(token.removesuffix("*")), "*" if token.endswith("*") else ""
    except ValueError as error:
        raise BadRecord(file, None, place, f"a number or one of {', '.join(MARKS)}", token) from error
