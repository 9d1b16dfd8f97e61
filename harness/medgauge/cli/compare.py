"""`medgauge compare`: what changed between two runs on the same samples, and whether the gates let it pass."""

from pathlib import Path
from typing import Any

import click

from medgauge.cli.compare_text import print_comparison, print_refusals
from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog

FORMS = ("text", "json", "md", "junit", "github", "gitlab")


@click.command()
@click.argument("sides", nargs=-1, metavar="[BASE] CANDIDATE")
@click.option("--gates", type=click.Path(path_type=Path), metavar="FILE", help="What is gated, and how  [primaries].")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Show only this beside what is gated.")
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write every report into this folder.")
@click.option("--strict", is_flag=True, help="Exit 11 where a gate cannot decide.")
@click.option("--varying", multiple=True, metavar="PART", help="May differ: prompts, generation, control, tasks, ...")
@click.option("--confirm", type=click.Path(path_type=Path), metavar="RUN", help="A second run of the candidate.")
@click.option("--references", type=click.Path(path_type=Path), default="references", show_default=True)
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="FILE", help="Render a compare.json again.")
def compare(sides: tuple[str, ...], form: str, as_json: bool, out: Path | None, **options: Any) -> int:
    """Paired differences of a finished run and its base, with intervals and tests, held to gates.

    BASE is a run, or a blessed reference by name or file. Without --gates the primary metric of every task is gated
    against a significant loss. Exits 10 where a gate fails, 11 under --strict where one cannot decide, and 3 where
    samples, targets, groups, settings or the making of a metric differ.

    \b
    Examples:
      medgauge compare runs/base runs/mine
      medgauge compare main runs/mine --gates medgauge.gates.yaml --strict --format github --out compare
    """
    form = "json" if as_json else form
    source = options.pop("source")
    if source is not None:
        if sides:
            raise MedGaugeError("--from renders a document again; it takes no runs")
        judging = [name for name in ("gates", "strict", "confirm", "metrics", "varying") if options[name]]
        if judging:
            name = judging[0].replace("metrics", "metric")
            raise MedGaugeError(f"--from renders a document again and judges nothing; it takes no --{name}")
        printed = catalog("commands").load("compare-render")(source, form, out)
    else:
        if not 1 <= len(sides) <= 2:
            raise MedGaugeError(f"expected BASE and CANDIDATE, or CANDIDATE and --gates, got {len(sides)} of them")
        asked = {**options, "candidate": Path(sides[-1]), "base": sides[0] if len(sides) == 2 else None}
        printed = catalog("commands").load("compare")(asked, form, out)
    if printed.text:
        click.echo(printed.text.encode(), nl=False)
    elif printed.document["verdict"] != "not-comparable":
        print_comparison(printed.document)
    elif source is not None:
        print_refusals(printed.document)
    if printed.error is not None:
        raise printed.error
    return int(printed.exit_code)
