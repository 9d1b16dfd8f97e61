"""Cards of the catalog: YAML into a Card, a Card into a Task."""

from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ConfigDict, Field

from medgauge.errors import BadRecord, MedGaugeError, UnknownName
from medgauge.metrics import parse_metric
from medgauge.plugins import catalog, resolve
from medgauge.protocols import Metric
from medgauge.strict_yaml import read_yaml
from medgauge.tasks import Access, Card, Loaded, Publish, Task
from medgauge.types import Family, Language, Split
from medgauge_tasks.families import FamilyKit
from medgauge_tasks.prompts import prompt_sets


class _CardFile(BaseModel):
    """The keys of a card file; `name` is the file's stem."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    title: str = Field(min_length=1)
    family: Family
    languages: tuple[Language, ...] = Field(min_length=1)
    modality: tuple[str, ...] = Field(min_length=1)
    licence: str = Field(min_length=1)
    access: Access
    publish: Publish
    group: str = Field(min_length=1)
    version: int = Field(ge=1)
    primary: str
    metrics: tuple[str, ...] = ()
    citation: str
    url: str = ""
    synthetic: bool = False
    caveats: tuple[str, ...] = ()
    known_bad: dict[str, str] = {}
    splits: tuple[Split, ...] = Field(default=("test",), min_length=1)
    loader: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    options: dict[str, str] = {}


def load_card(name: str) -> Card:
    """The card `catalog/<name>.yaml`. Raises UnknownName or MedGaugeError."""
    folder = files("medgauge_tasks") / "catalog"
    entry = folder / f"{name}.yaml"
    if "/" in name or not entry.is_file():
        known = [e.name.removesuffix(".yaml") for e in folder.iterdir()] if folder.is_dir() else []
        raise UnknownName("task", name, known)
    return read_card(entry.read_text("utf-8"), f"catalog/{name}.yaml")


def read_card(text: str, file: str) -> Card:
    """The card in the text of a YAML file, named by the file's stem.

    Raises BadRecord naming file, line, field, what was expected and what came; MedGaugeError for a metric that
    no plugin brings.
    """
    card = read_yaml(text, file, _CardFile)
    for field in ("languages", "metrics", "splits"):
        entries = getattr(card, field)
        if len(set(entries)) < len(entries):
            raise BadRecord(file, None, field, "every entry once", entries)
    read = Card(name=Path(file).stem, **{field: getattr(card, field) for field in _CardFile.model_fields})
    _metrics(read, file)
    return read


def build_task(name: str) -> Task:
    """The built-in task of that name. Raises UnknownName or MedGaugeError."""
    return build_task_from(load_card(name))


def build_task_from(card: Card) -> Task:
    """A task of one of the families over the card's data; anyone's card will do. Raises MedGaugeError."""
    kit = _kit(card)
    return Task(
        card=card,
        load=partial(_load, card),
        next_request=partial(kit.next_request, options=card.options),
        parse=partial(kit.parse, options=card.options),
        metrics=_metrics(card, f"card {card.name!r}"),
        prompt_sets={name: one.hash for name, one in prompt_sets(card.family).items()},
    )


def _kit(card: Card) -> FamilyKit:
    return cast(FamilyKit, catalog("families").load(card.family))


def _metrics(card: Card, file: str) -> tuple[Metric, ...]:
    """The family's metrics, then the card's own. The primary must be one of them, or one of their named numbers."""
    kit = _kit(card)
    try:
        names = tuple(dict.fromkeys((*kit.metrics(card.options), *card.metrics)))
    except MedGaugeError as error:
        raise MedGaugeError(f"{file}: field 'options': {error}") from error
    metrics = tuple(_metric(name, file) for name in names)
    if card.primary not in names and card.primary.rpartition("/")[0] not in names:
        raise BadRecord(file, None, "primary", f"one of {', '.join(names)}", card.primary)
    return metrics


def _metric(name: str, file: str) -> Metric:
    try:
        return parse_metric(name)
    except MedGaugeError as error:
        raise MedGaugeError(f"{file}: field 'metrics': expected a metric's name, got {name!r}: {error}") from error


def _load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Import the loader only now, and read one split with it."""
    if split not in card.splits:
        raise MedGaugeError(f"task {card.name!r} has no split {split!r}: it has {', '.join(card.splits)}")
    try:
        loader = resolve(card.loader)
    except (ImportError, AttributeError) as error:
        raise MedGaugeError(f"task {card.name!r}: loader {card.loader!r} cannot be imported: {error}") from error
    return cast(Loaded, loader(card, data_dir, split))
