"""`medgauge data`: what of the data sets is there, whether it is sound, and the form that MedGauge keeps it in."""

from collections.abc import Sequence
from pathlib import Path

import click

from medgauge.cli.data_tables import print_leakage, print_readiness, print_report
from medgauge.cli.run import ALLOW_MODIFIED, DATA_DIR
from medgauge.cli.table import print_json
from medgauge.codec import plain
from medgauge.data.check import check, report_json
from medgauge.data.hub import download
from medgauge.data.leakage import leakage
from medgauge.data.prepare import prepare
from medgauge.data.ready import readiness
from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog
from medgauge.progress import say
from medgauge.spec import load_tasks
from medgauge.tasks import Task

EXIT_ERRORS, EXIT_MISSING = 2, 4
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def data() -> None:
    """Data sets: what is there, whether it is sound, and preparing a copy.

    \b
    Examples:
      medgauge data list --data-dir DATA
      medgauge data check vqa-rad --data-dir DATA
      medgauge data prepare vqa-rad --data-dir DATA --out PREPARED
      medgauge data leakage vqa-rad --data-dir DATA --against MY_TRAINING_PICTURES
    """


@data.command("list")
@click.argument("names", nargs=-1, metavar="[TASK_OR_SUITE]...")
@DATA_DIR
@JSON
def list_data(names: tuple[str, ...], data_dir: Path | None, as_json: bool) -> None:
    """Show for each data set whether it is there, what is missing, and where to get it on which terms.

    \b
    Example:
      medgauge data list --data-dir DATA --json
    """
    tasks = load_tasks(names or sorted(catalog("tasks").entries))
    rows = [readiness(task.card, data_dir) for task in tasks]
    if as_json:
        print_json([plain(row) for row in rows])
    else:
        print_readiness(rows)


@data.command("check")
@click.argument("name")
@DATA_DIR
@ALLOW_MODIFIED
@JSON
def check_data(name: str, data_dir: Path | None, allow_modified: bool, as_json: bool) -> int:
    """Check counts, hashes, pictures, boxes, labels, words, duplicates and leaks between the splits.

    Exits with 2 when there are errors, with 4 when all that is wrong is files that are missing, with 0 when there are
    warnings at most.

    \b
    Example:
      medgauge data check vqa-rad --data-dir DATA
    """
    (task,) = _one(name)
    report = check(task, data_dir, allow_modified=allow_modified)
    if as_json:
        print_json(report_json(report))
    else:
        print_report(report)
    errors = report.findings.errors
    return 0 if not errors else EXIT_MISSING if errors == ["missing-picture"] else EXIT_ERRORS


@data.command("prepare")
@click.argument("name")
@DATA_DIR
@click.option("--out", type=FOLDER, required=True, help="Write OUT/NAME; give OUT as --data-dir afterwards.")
@click.option("--from-hub", is_flag=True, help="Fetch the source into --data-dir first, at the card's revision.")
@click.option("--revision", default="", metavar="COMMIT", help="Another revision of the hub's repository.")
@ALLOW_MODIFIED
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
def prepare_data(
    name: str, data_dir: Path | None, out: Path, from_hub: bool, revision: str, allow_modified: bool, as_json: bool
) -> None:
    """Write a data set as JSON lines and pictures with a manifest; `run --data-dir OUT` then needs nothing else.

    A second call does nothing; one after an interruption goes on.

    \b
    Examples:
      medgauge data prepare vqa-rad --data-dir DATA --out PREPARED
      medgauge data prepare path-vqa --from-hub --data-dir DOWNLOADS --out PREPARED
    """
    (task,) = _one(name)
    if revision and not from_hub:
        raise MedGaugeError("--revision is the hub's; give --from-hub with it")
    if from_hub:
        if data_dir is None:
            raise MedGaugeError("--from-hub needs --data-dir, a folder to keep the source in")
        revision = download(task.card, data_dir, revision)
    made = prepare(task, data_dir, out, allow_modified=allow_modified, revision=revision)
    if as_json:
        print_json(plain(made))
    for split, part in made.splits.items():
        say(f"{out / name}: {split}: {part.samples} samples, {part.pictures} pictures")


@data.command("leakage")
@click.argument("name")
@DATA_DIR
@click.option("--against", type=click.Path(path_type=Path, file_okay=False, exists=True), required=True)
@JSON
def leakage_data(name: str, data_dir: Path | None, against: Path, as_json: bool) -> None:
    """List the test pictures that a folder of other pictures holds too, by how they look.

    \b
    Example:
      medgauge data leakage vqa-rad --data-dir DATA --against MY_TRAINING_PICTURES
    """
    (task,) = _one(name)
    found = leakage(task, data_dir, against)
    if as_json:
        print_json(plain(found))
    else:
        print_leakage(found)


def _one(name: str) -> Sequence[Task]:
    tasks = load_tasks([name])
    if len(tasks) > 1:
        raise MedGaugeError(f"{name} is a suite; name one of {', '.join(task.name for task in tasks)}")
    return tasks
