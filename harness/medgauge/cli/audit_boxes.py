"""`medgauge audit-boxes`: what a box format costs on a run's images, and what was unreadable in the answers."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from medgauge.ask import turns
from medgauge.cli.box_fit import doubt, fit, share
from medgauge.cli.table import number, print_json
from medgauge.codec import convert, plain
from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog
from medgauge.protocols import BoxFormat, Frame
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
    range (many of them: the declared format is not the model's), boxes that are no rectangle. With --all the answers
    are read in every other format too. Nothing is changed: the run keeps the format that it declared.

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
    loaded = {name: box_format(name) for name in formats}
    rows = []
    for (task, language), samples in by_task.items():
        mine = [score for score in scores if (score.key.task, score.key.language) == (task, language)]
        written, boxes = _written(mine), _boxes(samples, outputs)
        if boxes or any(written.values()):
            said = list(_said(samples, outputs))
            fits = {name: fit(said, one) for name, one in loaded.items()}
            ceilings = {name: _ceiling(boxes, one) for name, one in loaded.items()}
            row = {"task": task, "language": language, "written": written, "ceiling": ceilings, "fit": fits}
            rows.append(row | {"doubt": doubt(formats[0], fits)})
    return rows


def _ceiling(boxes: Sequence[tuple[Xyxy, Frame]], one: BoxFormat) -> dict[str, Any]:
    """Empty for a format that writes no boxes."""
    try:
        return plain(catalog("commands").load("quantisation_ceiling")(boxes, one))
    except MedGaugeError:
        return {"boxes": len(boxes), "mean_iou": None, "share_under_half": None, "unreadable": len(boxes)}


def _frame(sample: Sample, said: Sequence[Output]) -> Frame | None:
    """The sizes of a sample's picture, as it is and as it was sent; None where it cannot be read."""
    original = sample.media[0].size if sample.media else None
    if original is None:
        return None
    return Frame(original=original, sent=said[-1].sent[0] if said and said[-1].sent else original)


def _boxes(samples: Iterable[Sample], outputs: Mapping[Key, Output]) -> list[tuple[Xyxy, Frame]]:
    """Reference boxes with the sizes of their picture."""
    framed = ((sample, _frame(sample, turns(sample, outputs))) for sample in samples)
    return [(box.xyxy, frame) for sample, frame in framed if frame for box in _of(sample.target)]


def _said(samples: Iterable[Sample], outputs: Mapping[Key, Output]) -> Iterator[tuple[str, Frame]]:
    """The last words about each sample, as they came, with the sizes of its picture."""
    for sample in samples:
        said = turns(sample, outputs)
        frame = _frame(sample, said)
        if said and frame:
            yield said[-1].text, frame


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


_COLUMNS = ("boxes", "mean IoU", "IoU < 0.5", "lost", "read", "malformed", "out of range", "in range")


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
        for name in _COLUMNS:
            table.add_column(name, justify="right", no_wrap=True)
        for name, made in row["ceiling"].items():
            read = row["fit"][name]
            table.add_row(
                f"{name} *" if name == declared else name,
                *(str(made["boxes"]), number(made["mean_iou"]), number(made["share_under_half"])),
                *(str(made["unreadable"]), str(read["boxes"]), str(read["malformed"]), str(read["violations"])),
                share(read["in_range"]),
            )
        console.print(table)
        if row["doubt"]:
            console.print(row["doubt"], style="bold red")
    console.print(
        '* the run\'s own. Left: exact boxes, the references, once written and read. Right, from "read" on: the '
        "answers, read in each format, without any reference",
        style="dim",
    )
