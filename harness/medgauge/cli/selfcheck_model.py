"""`medgauge selfcheck-model`: does batching, order or an interruption change what a model says?"""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from medgauge.ask import Asker
from medgauge.cli.run import read_settings
from medgauge.cli.table import print_json, visible
from medgauge.codec import plain
from medgauge.errors import MedGaugeError
from medgauge.prepare import select
from medgauge.progress import say
from medgauge.protocols import Learner, Model
from medgauge.selfcheck import WAYS, Checked, selfcheck
from medgauge.spec import make_plan
from medgauge.types import Request

PER_TASK = 2
SHOWN = 5
MAX_NEW_TOKENS = "64"
"""Enough words to differ in, few enough to ask thrice."""


class AnswersDiffer(MedGaugeError):
    """The model does not answer the same whatever the batch: of the model and its engine, not of how it is used."""

    exit_code = 1


@click.command("selfcheck-model")
@click.argument("model", metavar="MODEL")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="As in `run`.")
@click.option("--tasks", default="demo", show_default=True, help="Task or suite that the questions come from.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Your copy of the data sets.")
@click.option("--per-task", type=click.IntRange(min=1), default=PER_TASK, show_default=True, help="Samples a task.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def selfcheck_model(
    model: str, settings: Sequence[str], tasks: str, data_dir: Path | None, per_task: int, as_json: bool
) -> None:
    """Ask a few dozen mixed questions one by one, batched, shuffled and in two sittings, and show what differs.

    Greedy answers in float32 should be the same to the letter. In bfloat16 a batch rounds otherwise than a single
    request, and some answers change: the share that does belongs beside a model's numbers. Leaves with exit code 1
    where an answer differs.

    \b
    Examples:
      medgauge selfcheck-model transformers:/models/qwen2.5-vl-3b --set dtype=float32
      medgauge selfcheck-model openai:tiny@http://127.0.0.1:8000/v1 --json
    """
    plan = make_plan([tasks], model, settings={"max_new_tokens": MAX_NEW_TOKENS, **read_settings(tuple(settings))})
    if isinstance(plan.model, Learner):
        raise MedGaugeError(f"{plan.model.name} must be fitted before it answers; it has no batches to check")
    selected = select(plan.tasks, data_dir, per_task)
    asker = Asker(plan=plan, tasks={task.name: task for task in plan.tasks}, roots=selected.roots)
    requests = list(asker.pending(asker.asked(selected.samples), {}))
    say(f"asking {plan.model.name} {len(requests)} questions four times")
    tell(plan.model, requests, as_json=as_json)


def tell(model: Model, requests: Sequence[Request], *, as_json: bool) -> None:
    """Check and print. Raises AnswersDiffer where an answer differs."""
    checked = selfcheck(model, requests)
    if as_json:
        print_json({"model": model.name, **plain(checked), "same": {way: checked.same(way) for way in WAYS}})
    else:
        _print(checked)
    if checked.failed == checked.n:
        raise AnswersDiffer(f"{model.name}: every question failed, {checked.n} of them; nothing could be checked")
    if checked.differences:
        raise AnswersDiffer(f"{model.name}: {len(checked.differences)} answers differ from those given one by one")


def _print(checked: Checked) -> None:
    counts = f"{checked.distinct} different answers, {checked.empty} empty, {checked.failed} failed"
    click.echo(f"{checked.n} questions, one by one: {counts}")
    for way in WAYS:
        click.echo(f"  {way:9} {checked.same(way)} of {checked.n} the same")
    for one in checked.differences[:SHOWN]:
        click.echo(f"{visible(one.id)}, {one.way}, from character {one.at}")
        click.echo(f"  alone  {visible(one.alone[one.at :][:80])!r}\n  then   {visible(one.then[one.at :][:80])!r}")
    if len(checked.differences) > SHOWN:
        click.echo(f"and {len(checked.differences) - SHOWN} more; --json lists all")
    if checked.distinct == 1 and checked.n > 1:
        print("every question got the same answer: the check shows little", file=sys.stderr)
