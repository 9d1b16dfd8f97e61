"""`medgauge run` and `medgauge score`."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click

from medgauge.cli.dry_run import dry_run
from medgauge.cli.score_diff import score_diff
from medgauge.cli.table import print_json, print_results
from medgauge.errors import MedGaugeError
from medgauge.progress import say
from medgauge.run import Finished, execute, score_again
from medgauge.spec import Plan, identity, make_plan
from medgauge.types import Control

EXIT_FAILURES = 4
DATA_DIR = click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Your copy of the data sets."
)
ALLOW_MODIFIED = click.option(
    "--allow-modified", is_flag=True, help="Take data whose counts or hashes are not their card's, and write it down."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print results.json to stdout.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of `medgauge run`."""

    tasks: tuple[str, ...]
    model: str
    out: Path | None
    data_dir: Path | None
    limit: int | None
    settings: tuple[str, ...]
    control: Control
    trials: int
    batch_size: str | None
    allow_missing: bool
    allow_modified: bool
    allow_credentialed_upload: bool
    max_failed: float
    fresh: bool
    dry_run: bool
    as_json: bool


@click.command()
@click.argument("tasks", nargs=-1, required=True, metavar="TASK_OR_SUITE...")
@click.option("--model", required=True, metavar="SPEC", help="baseline/vision, replay:FILE, ...; see `list models`.")
@click.option("--out", type=click.Path(path_type=Path), help="Run directory  [runs/<task>_<model>_<hash>].")
@DATA_DIR
@click.option("--limit", type=click.IntRange(min=1), help="Ask only this many samples a task, the same ones always.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="prompts, cot, max_new_tokens, ...")
@click.option("--control", type=click.Choice(get_args(Control)), default="none", show_default=True)
@click.option("--trials", type=click.IntRange(min=1), default=1, show_default=True, help="Ask every sample so often.")
@click.option("--batch-size", metavar="N|auto", help="The same as --set batch_size=N.")
@click.option("--allow-missing", is_flag=True, help="Count samples without a prediction as wrong.")
@ALLOW_MODIFIED
@click.option(
    "--allow-credentialed-upload", is_flag=True, help="Your licence lets credentialed data go to the model's host."
)
@click.option("--max-failed", type=click.FloatRange(0, 1), default=0.05, show_default=True, help="Else exit 4.")
@click.option("--fresh", is_flag=True, help="Delete the run directory first instead of resuming.")
@click.option("--dry-run", is_flag=True, help="Ask nothing: show what is ready, what is missing, and a request each.")
@JSON
def run(**options: Any) -> int:
    """Ask a model and score what it says. Resumes by default.

    \b
    Examples:
      medgauge run demo --model baseline/vision
      medgauge run vqa-rad --data-dir DATA --model replay:base.jsonl --out runs/base
      medgauge run real-suite --data-dir DATA --model baseline/vision --control blind
      medgauge run vqa-rad --data-dir DATA --model transformers:/models/qwen2.5-vl-3b --batch-size auto
      medgauge run vqa-rad --data-dir DATA --model openai:tiny@http://127.0.0.1:8000/v1 --set concurrency=32
      medgauge run vqa-rad --data-dir DATA --model qwen2.5-vl-7b --trials 5 --set temperature=0.7
      medgauge run vqa-rad --data-dir DATA --model medrega --set prompts=medrega --set cot=regions
      medgauge run medrega-paper --model baseline/prior --dry-run
    """
    asked = Asked(**options)
    settings = read_settings(asked.settings)
    if asked.batch_size is not None:
        settings["batch_size"] = asked.batch_size
    make = partial(
        make_plan,
        model=asked.model,
        settings=settings,
        control=asked.control,
        limit=asked.limit,
        trials=asked.trials,
        allow_upload=asked.allow_credentialed_upload,
        allow_modified=asked.allow_modified,
    )
    if asked.dry_run:
        return dry_run(asked.tasks, make, asked.data_dir, as_json=asked.as_json)
    plan = make(asked.tasks)
    folder = asked.out or _folder(asked.tasks, plan)
    finished = execute(plan, folder, asked.data_dir, allow_missing=asked.allow_missing, fresh=asked.fresh)
    return _report(finished, folder, asked.max_failed, asked.as_json)


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--max-failed", type=click.FloatRange(0, 1), default=0.05, show_default=True, help="Else exit 4.")
@click.option("--diff", is_flag=True, help="Write nothing: say what the code makes otherwise; exit 10 if anything.")
@click.option(
    "--base", type=click.Path(path_type=Path, exists=True, file_okay=False), help="--diff: another model's run."
)
@click.option("--json", "as_json", is_flag=True, help="Print results.json; of several runs, by their folder.")
def score(runs: tuple[Path, ...], max_failed: float, diff: bool, base: Path | None, as_json: bool) -> int:
    """Parse and measure finished runs again with today's code; no model is needed.

    \b
    Examples:
      medgauge score runs/base
      medgauge score runs/mine --diff --base runs/base
    """
    if diff:
        return score_diff(runs, base, as_json)
    if base is not None:
        raise MedGaugeError("--base goes with --diff; `medgauge compare BASE RUN` compares two runs")
    done = {folder: score_again(folder) for folder in dict.fromkeys(runs)}
    if as_json and len(done) > 1:
        print_json({str(folder): finished.results for folder, finished in done.items()})
    return max(
        _report(finished, folder, max_failed, None if as_json and len(done) > 1 else as_json)
        for folder, finished in done.items()
    )


def _report(finished: Finished, folder: Path, max_failed: float, as_json: bool | None) -> int:
    """Print what a run ended with (`as_json` None: the results are printed already) and give its exit code."""
    if as_json is not None:
        (print_json if as_json else print_results)(finished.results)
    for line in finished.failed[:20]:
        say(f"failed {line}")
    if len(finished.failed) > 20:
        say(f"... and {len(finished.failed) - 20} more failed; manifest.json names all")
    say(f"run {folder}")
    if not len(finished.failed) <= max_failed * finished.n:
        say(f"medgauge: {len(finished.failed)} of {finished.n} samples failed, over --max-failed {max_failed:g}")
        return EXIT_FAILURES
    return 0


def read_settings(pairs: tuple[str, ...]) -> dict[str, str]:
    """`--set` pairs by name. Raises MedGaugeError for one without a `=`."""
    for pair in pairs:
        if "=" not in pair:
            raise MedGaugeError(f"--set {pair!r}: expected KEY=VALUE")
    return {key.strip(): value.strip() for key, _, value in (pair.partition("=") for pair in pairs)}


def _folder(tasks: tuple[str, ...], plan: Plan) -> Path:
    """The same spec, the same folder: that is what makes resuming the default."""
    words = ["+".join(tasks), plan.spec.model.name, identity(plan.spec)]
    return Path("runs") / "_".join("".join(c if c.isalnum() or c in "-+." else "-" for c in word) for word in words)
