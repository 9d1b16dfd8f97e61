"""`medgauge score-records`: (prediction, reference) pairs from anywhere, scored like a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast, get_args

import click

from medgauge.cli.catalog import OWN_PROTOCOL
from medgauge.cli.foreign_records import score_foreign
from medgauge.cli.table import print_json, print_results
from medgauge.errors import BadRecord, MedGaugeError, NothingSelected, UnknownName
from medgauge.jsonfile import read_records
from medgauge.metrics import parse_metric
from medgauge.plugins import catalog
from medgauge.prepare import key_of
from medgauge.protocols import Style
from medgauge.results import task_results
from medgauge.score import score_task
from medgauge.spec import box_format
from medgauge.stats import description
from medgauge.tasks import Card, Loaded, Task
from medgauge.types import Family, Key, Language, Output, Sample, Split

DEFAULT_BOXES = "medrega"
OPTIONS = {"single": {"labels": "single"}, "multi": {"labels": "multi"}}


@click.command("score-records")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--task", required=True, metavar="FAMILY/LANGUAGE", help="vqa/en, report/zh, classification/en/multi, ..."
)
@click.option("--protocol", default="medgauge", show_default=True, help="Whose scoring; see `list protocols`.")
@click.option("--box-format", "boxes", default=DEFAULT_BOXES, show_default=True, help="How the file writes boxes.")
@click.option("--metric", "more", multiple=True, metavar="NAME", help="Beside the family's; see `list metrics`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def score_records(file: Path, task: str, protocol: str, boxes: str, more: tuple[str, ...], as_json: bool) -> None:
    """Score a JSON array or JSON lines of records with `prediction` and `reference`.

    A record may also hold id, question, choices, scores (of labels), and width and height where boxes are written.

    \b
    Example:
      medgauge score-records answers.jsonl --task vqa/zh --json
      medgauge score-records reports.jsonl --task report/en --metric "meteor(match=exactstem)"
      medgauge score-records answers.json --protocol medrega --task text-to-region/mm
    """
    if protocol != OWN_PROTOCOL["name"]:
        if more or boxes != DEFAULT_BOXES:
            raise MedGaugeError(f"protocol {protocol!r} reads and prints in its own way: no --metric, no --box-format")
        score_foreign(file, protocol, task, as_json=as_json)
        return
    name, language, options = _task(task)
    built, samples, outputs = _read(file, name, language, options, boxes, more)
    style = Style(prompts="plain", language=language, box_format=box_format(boxes))
    scores, metrics = score_task(built, samples, outputs, style)
    entry = task_results(built.card, language, scores, metrics)
    if as_json:
        values = {metric: made["value"] for metric, made in entry["metrics"].items()}
        whole = {"protocol": protocol, "task": task, "n": len(samples), "metrics": values}
        print_json(whole | {"estimates": entry["metrics"], "intervals": description(), "status": entry["status"]})
    else:
        print_results({"tasks": {task: entry}, "intervals": description()})


def _task(text: str) -> tuple[Family, Language, dict[str, str]]:
    """`family/language`, and for classification optionally `/single` or `/multi`."""
    name, _, rest = text.partition("/")
    families = catalog("families")
    if name not in families.entries:
        raise UnknownName("family", name, families.entries)
    language, _, kind = rest.partition("/")
    if language not in get_args(Language) or (kind and (name != "classification" or kind not in OPTIONS)):
        raise MedGaugeError(f"--task {text!r}: expected {name}/en or {name}/zh (classification/en/multi)")
    return cast(Family, name), cast(Language, language), OPTIONS.get(kind, {})


def _read(
    file: Path, family: Family, language: Language, options: dict[str, str], boxes: str, more: Sequence[str]
) -> tuple[Task, list[Sample], dict[Key, Output]]:
    kit: Any = catalog("families").load(family)
    style = box_format(boxes)
    samples: list[Sample] = []
    outputs: dict[Key, Output] = {}
    for number, record in read_records(file):
        sample, text = kit.read_record(record, language, style, options=options, file=str(file), line=number)
        if key_of(sample) in outputs:
            raise BadRecord(file, number, "id", "an id that comes once", sample.id)
        samples.append(sample)
        scores = record.get("scores") if family == "classification" else None
        outputs[key_of(sample)] = Output(key=key_of(sample), text=text, scores=scores)
    if not samples:
        raise NothingSelected(f"{file} holds no record")
    return _built(kit, family, language, options, more), samples, outputs


def _built(kit: Any, family: Family, language: Language, options: dict[str, str], more: Sequence[str]) -> Task:
    """The family as a task without data: only its parser and metrics are used."""
    names = tuple(dict.fromkeys((*kit.metrics(options), *more)))
    card = Card(
        name="records",
        title="records from a file",
        family=family,
        languages=(language,),
        modality=(),
        licence="unknown",
        access="public",
        publish="scores",
        group="record",
        version=1,
        primary=names[0],
        citation="",
        loader="",
        options=options,
    )

    def load(data_dir: Path | None, split: Split) -> Loaded:
        raise MedGaugeError("records have no data set behind them")

    return Task(
        card=card,
        load=load,
        next_request=lambda sample, style, so_far: kit.next_request(sample, style, so_far, options=options),
        parse=lambda sample, outputs, style: kit.parse(sample, outputs, style, options=options),
        metrics=tuple(parse_metric(metric) for metric in names),
        prompt_sets={},
    )
