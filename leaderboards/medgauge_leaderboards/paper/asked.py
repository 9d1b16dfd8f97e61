"""A run's answers as the records that a paper's scorer reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from medgauge.errors import BadRecord, MedGaugeError
from medgauge.plugins import catalog
from medgauge.protocols import Frame
from medgauge.record_protocols import Printed, RecordProtocol
from medgauge.spec import box_format
from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.site.runs import Cell

PROTOCOL = FORMAT = "medrega"
BOXES = "text-to-region/"
"""Head of the protocol's tasks whose records hold boxes."""
WORDINGS = ("medrega", "medrega-train")
"""Prompt sets in the paper's own words."""
JSON = "json"
"""The prompt set whose answers the paper's evaluators cannot read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the scorer prints for one task of a run."""

    values: Mapping[str, float | None]
    why: str = ""
    """Why there is no number at all."""


def measure(cell: Cell, task: str) -> Measured:
    """The answers of a cell, first trial, scored by the paper's own evaluator of `task`.

    A failed answer is an empty one. Boxes are handed over in the paper's format whatever the model's own.
    """
    protocol = cast(RecordProtocol, catalog("protocols").load(PROTOCOL)())
    make = _boxes if task.startswith(BOXES) else _words
    try:
        records = [make(cell, stored.sample) for stored in cell.samples.values()]
        printed: Printed = protocol.score(task, list(enumerate(records, start=1)), str(cell.run.directory.path))
    except (BadRecord, MedGaugeError) as error:
        return Measured(values={}, why=str(error))
    return Measured(values=printed.metrics, why=printed.notes.get("*", ""))


def require_words(cell: Cell) -> None:
    """Raises MedGaugeError for answers that were asked for in JSON: the evaluators take the braces for words."""
    if cell.spec.prompts == JSON:
        raise MedGaugeError(
            f"{cell.run.directory.path}: {cell.key} was asked with prompts {JSON}, whose answers the paper's "
            f"evaluators do not read; run it with --set prompts={WORDINGS[0]}"
        )


def _said(cell: Cell, sample: Sample) -> str:
    turns = list(cell.turns(sample.id))
    return turns[-1].text if turns and turns[-1].finish != "failed" else ""


def _answer(cell: Cell, sample: Sample) -> Answer | None:
    score = cell.score(sample.id)
    return score.answer if score else None


def _words(cell: Cell, sample: Sample) -> dict[str, Any]:
    """The words as they came; of a grounded report those without boxes, as no evaluator of them was released."""
    said = _said(cell, sample)
    if cell.spec.family == "grounded-report":
        answer = _answer(cell, sample)
        said = answer.text if answer else ""
    labels = sample.target.labels
    return {"pred_answer": said, "gt_answer": sample.target.text if labels is None else ",".join(labels)}


def _boxes(cell: Cell, sample: Sample) -> dict[str, Any]:
    size = sample.media[0].size if sample.media else None
    if size is None:
        raise MedGaugeError(f"{cell.key}: the picture of sample {sample.id!r} has no size")
    frame = Frame(original=size, sent=size)
    answer = _answer(cell, sample)
    own = cell.run.spec.model.box_format == FORMAT
    said = _said(cell, sample) if own else _written(answer.boxes if answer else (), frame)
    return {"answer": said, "gt": _written(sample.target.boxes, frame), "hw": [size[1], size[0]]}


def _written(boxes: Sequence[Box], frame: Frame) -> str:
    """Names with their boxes, in the order of the names."""
    labels = dict.fromkeys(box.label for box in boxes)
    return box_format(FORMAT).encode([(n, [b.xyxy for b in boxes if b.label == n]) for n in labels], frame)
