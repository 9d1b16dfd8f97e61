"""`medgauge audit-boxes`: what a box format costs on a run's images, and what was unreadable in the answers."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from medgauge.ask import turns
from medgauge.cli.table import number, print_json
from medgauge.codec import convert, plain
from medgauge.plugins import catalog
from medgauge.protocols import Frame
from medgauge.spec import RunSpec, box_format
from medgauge.store import SPEC, RunDirectory
from medgauge.types import Answer, Box, Key, Output, Sample, Score, Xyxy


@click.command("audit-boxes")
@click.argument("path", metavar="RUN", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--all", "every", is_flag=True, help="Every box format of the catalogue, beside the run's own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def audit_boxes(path: Path, every: bool, as_json: bool) -> None:
    """Show how exact a right answer can be, and whether the answers fit the box format.

    The ceiling is the IoU of the reference boxes with themselves, once written and read in a format. Answers are
    counted, not compared with any reference: markup without a readable box, boxes with a number outside the format's
    range (many of them: the declared format is not the model's), boxes that are no rectangle.

    \b
    Example:
      medgauge audit-boxes runs/mine --all
    """
    run = RunDirectory(path)
    spec = convert(RunSpec, run.spec(), path / SPEC)
    declared = spec.model.box_format
    others = [name for name in sorted(catalog("box_formats").entries) if name != declared] if every else []
    rows = _rows(run, [declared, *others])
    if as_json:
        print_json({"box_format": declared, "tasks": rows})
    else:
        _print(declared, rows)


def _rows(run: RunDirectory, formats: Sequence[str]) -> list[dict[str, Any]]:
    """For each task and language with reference boxes or written ones."""
    outputs = run.outputs()
    by_task: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    for stored in run.samples():
        by_task[stored.sample.task, stored.sample.language].append(stored.sample)
    scores = run.scores()
    rows = []
    for (task, language), samples in by_task.items():
        mine = [score for score in scores if (score.key.task, score.key.language) == (task, language)]
        written, boxes = _written(mine), _boxes(samples, outputs)
        if boxes or any(written.values()):
            ceilings = {name: _ceiling(boxes, name) for name in formats}
            rows.append({"task": task, "language": language, "written": written, "ceiling": ceilings})
    return rows


def _ceiling(boxes: Sequence[tuple[Xyxy, Frame]], name: str) -> dict[str, Any]:
    return plain(catalog("commands").load("quantisation_ceiling")(boxes, box_format(name)))


def _boxes(samples: Iterable[Sample], outputs: Mapping[Key, Output]) -> list[tuple[Xyxy, Frame]]:
    """Reference boxes with the sizes of their picture, as it is and as it was sent; none where it cannot be read."""
    boxes = []
    for sample in samples:
        original = sample.media[0].size if sample.media else None
        if original is not None:
            said = turns(sample, outputs)
            sent = said[-1].sent[0] if said and said[-1].sent else original
            boxes += [(box.xyxy, Frame(original=original, sent=sent)) for box in _of(sample.target)]
    return boxes


def _of(answer: Answer) -> tuple[Box, ...]:
    return answer.boxes or tuple(box for segment in answer.segments for box in segment.boxes)


def _written(scores: Sequence[Score]) -> dict[str, int]:
    answers = [score.answer for score in scores if score.answer is not None]
    return {
        "boxes": sum(len(_of(answer)) for answer in answers),
        "invalid": sum(answer.invalid_boxes for answer in answers),
        "malformed": sum(int(score.detail.get("malformed", 0)) for score in scores),
        "violations": sum(int(score.detail.get("violations", 0)) for score in scores),
    }


def _print(declared: str, rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)
    for row in rows:
        counts = row["written"]
        console.print(
            f"{row['task']} {row['language']}  {counts['boxes']} boxes written, {counts['invalid']} invalid, "
            f"{counts['malformed']} malformed, {counts['violations']} out of range",
            style="bold",
        )
        table = Table(box=None, padding=(0, 1, 0, 2))
        table.add_column("box format", no_wrap=True)
        for name in ("reference boxes", "mean IoU", "IoU < 0.5", "unreadable"):
            table.add_column(name, justify="right", no_wrap=True)
        for name, made in row["ceiling"].items():
            mark = " *" if name == declared else ""
            values = (number(made["mean_iou"]), number(made["share_under_half"]), str(made["unreadable"]))
            table.add_row(f"{name}{mark}", str(made["boxes"]), *values)
        console.print(table)
    console.print("* the run's own; the rest is the IoU of exact boxes once written and read", style="dim")
