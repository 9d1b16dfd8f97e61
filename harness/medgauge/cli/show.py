"""`medgauge show`: look at a run, or at one of its samples."""

from pathlib import Path
from typing import Any

import click

from medgauge.cli.table import print_json, print_results, visible
from medgauge.codec import plain
from medgauge.errors import MedGaugeError
from medgauge.store import RunDirectory


@click.command()
@click.argument("path", metavar="RUN", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(path: Path, id: str | None, as_json: bool) -> None:
    """Show the numbers of a run, or all that is known of one sample.

    \b
    Examples:
      medgauge show runs/base
      medgauge show runs/base 10
    """
    run = RunDirectory(path)
    if id is None:
        (print_json if as_json else print_results)(run.results())
        return
    found = _sample(run, id)
    if as_json:
        print_json(found)
        return
    for entry in found:
        _print(entry)


def _sample(run: RunDirectory, id: str) -> list[dict[str, Any]]:
    """The samples with this id (one a task and language), their outputs and scores."""
    samples = run.samples()
    mine = [stored for stored in samples if stored.sample.id == id]
    if not mine:
        known = ", ".join(stored.sample.id for stored in samples[:5])
        raise MedGaugeError(f"{run.path}: no sample {id!r}; there are {len(samples)}, such as {known}")
    outputs = {(k.task, k.id, k.language, k.turn): output for k, output in run.outputs().items()}
    scores = {(score.key.task, score.key.language): score for score in run.scores() if score.key.id == id}
    entries = []
    for stored in mine:
        sample = stored.sample
        said = [plain(o) for key, o in sorted(outputs.items()) if key[:3] == (sample.task, id, sample.language)]
        score = scores.get((sample.task, sample.language))
        entries.append({"sample": plain(sample), "outputs": said, "score": plain(score) if score else None})
    return entries


def _print(entry: dict[str, Any]) -> None:
    sample, score = entry["sample"], entry["score"]
    click.secho(visible(f"{sample['task']} {sample['language']} {sample['id']}"), bold=True)
    click.echo(visible(f"group     {sample['group']}    tags {_brief(sample['tags'])}"))
    click.echo(visible(f"images    {', '.join(m['path'] for m in sample['media']) or 'none'}"))
    click.echo(visible(f"question  {sample['question'] or '(the prompt alone)'}"))
    if sample["choices"]:
        click.echo(visible(f"choices   {'; '.join(sample['choices'])}"))
    click.echo(f"target    {_brief(sample['target'])}")
    for output in entry["outputs"]:
        click.echo(
            f"said      {output['text']!r} ({output['finish']}{': ' + output['error'] if output['error'] else ''})"
        )
    if score:
        click.echo(f"answer    {score['status']} {_brief(score['answer'] or {})}")
        click.echo(f"evidence  {_brief(score['detail'])}")
        for name, stats in score["stats"].items():
            click.echo(f"  {name:20} {stats if stats is not None else 'undefined for this target'}")
    click.echo()


def _brief(data: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in data.items() if value not in (None, "", [], {}, 0)) or "none"
