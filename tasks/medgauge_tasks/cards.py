"""Cards of the catalog: YAML into a Card, a Card into a Task."""

from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import cast

from medgauge.errors import BadRecord, MedGaugeError, UnknownName
from medgauge.metrics import parse_metric
from medgauge.plugins import catalog, resolve
from medgauge.protocols import Metric
from medgauge.strict_yaml import read_yaml
from medgauge.tasks import Card, Loaded, Task
from medgauge.types import Split
from medgauge_tasks.card_form import CardFile, card_of
from medgauge_tasks.families import FamilyKit
from medgauge_tasks.prompts import prompt_sets
from medgauge_tasks.regional_cot.dialogue import COT, next_turn
from medgauge_tasks.regional_cot.dialogue import FAMILIES as COT_FAMILIES


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
    read = card_of(read_yaml(text, file, CardFile), file)
    _metrics(read, file)
    return read


def build_task(name: str) -> Task:
    """The built-in task of that name. Raises UnknownName or MedGaugeError."""
    return build_task_from(load_card(name))


def build_task_from(card: Card) -> Task:
    """A task of one of the families over the card's data; anyone's card will do. Raises MedGaugeError."""
    kit, options = _kit(card), family_options(card)
    dialogue = card.family in COT_FAMILIES
    ask = partial(next_turn, kit.next_request) if dialogue else kit.next_request
    return Task(
        card=card,
        load=partial(_load, card),
        next_request=partial(ask, options=options),
        parse=partial(kit.parse, options=options),
        metrics=_metrics(card, f"card {card.name!r}"),
        prompt_sets=_hashes(card.family),
        cot_sets=_hashes(COT) if dialogue else {},
    )


def _hashes(family: str) -> dict[str, str]:
    return {name: one.hash for name, one in prompt_sets(family).items()}


def family_options(card: Card) -> Mapping[str, str]:
    """The card's options; the option `aliases` of a classification is made from its labels, unless it is given."""
    if card.family != "classification":
        return card.options
    lines = [
        f"{name}: {' | '.join(label.aliases)}"
        for label in card.labels
        for name in dict.fromkeys((label.name, label.zh))
        if name and label.aliases
    ]
    return {"aliases": "\n".join(lines), **card.options} if lines else card.options


def _kit(card: Card) -> FamilyKit:
    return cast(FamilyKit, catalog("families").load(card.family))


def _metrics(card: Card, file: str) -> tuple[Metric, ...]:
    """The family's metrics, then the card's own. The primary must be one of them, or one of their named numbers."""
    kit = _kit(card)
    try:
        names = tuple(dict.fromkeys((*kit.metrics(family_options(card)), *card.metrics)))
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
