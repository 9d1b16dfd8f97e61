"""Boxes as rows of a CSV file."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from medgauge.types import Box, Size
from medgauge_tasks.readers.annotated import Annotated, BoxForm, Drawn
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.record import Place, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxColumns:
    """Which columns say what, and what their four numbers are."""

    image: str
    label: str
    box: tuple[str, str, str, str]
    form: BoxForm


NIH = BoxColumns(
    image="Image Index", label="Finding Label", box=("Bbox [x", "y", "w", "h]"), form=BoxForm(order="xywh")
)
"""ChestX-ray14: the commas in the header's `Bbox [x,y,w,h]` split that name over four columns."""


def read_boxes(
    file: Path, columns: BoxColumns, *, without: Collection[str] = (), size: Size | None = None
) -> tuple[Annotated, ...]:
    """Every picture of the file, in the order of its first row, with its boxes in the rows' order.

    A row whose label is one of `without` ("No finding") says that the picture has no box; its four cells are blank.
    `size` is that of all pictures, where the source states one. Raises Incomplete and BadRecord.
    """
    first: dict[str, Place] = {}
    drawn: dict[str, list[Drawn]] = {}
    for place, values in read_csv(file, (columns.image, columns.label, *columns.box)):
        row = Record(place=place, id="", values=values)
        name, label = row.text(columns.image), row.text(columns.label)
        first.setdefault(name, place)
        boxes = drawn.setdefault(name, [])
        if label in without:
            filled = next((column for column in columns.box if row.optional(column)), None)
            if filled is not None:
                row.fail(filled, f"a blank cell, because the label is {label!r}", values[filled])
            continue
        xyxy = columns.form.xyxy(tuple(row.number(column) for column in columns.box), size)
        boxes.append(Drawn(place=place, box=Box(xyxy=xyxy, label=label)))
    return tuple(Annotated(place=first[n], name=n, size=size, drawn=tuple(boxes)) for n, boxes in drawn.items())
