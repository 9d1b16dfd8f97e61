"""YOLO text: one file a picture, one line a box."""

from collections.abc import Sequence
from pathlib import Path

from medgauge.types import Box, Size
from medgauge_tasks.readers.annotated import Annotated, BoxForm, Drawn
from medgauge_tasks.readers.record import Place, Record, read_text

FORM = BoxForm(order="cxcywh", denominator=1.0)
"""Centre, width and height as shares of the picture's width and height."""
FIELDS = ("class", "x", "y", "width", "height")


def read_yolo(file: Path, names: Sequence[str], size: Size) -> Annotated:
    """The boxes of one picture of that size; an empty file is a picture without any.

    A line is the number of the class in `names`, then the box's centre, width and height as shares of the picture. A
    line of another length (an outline, a prediction with its confidence) is refused. The shares are rounded in the
    source, so the pixels may be off by a little: give `framed` a slack. Raises Incomplete and BadRecord.
    """
    drawn = []
    for number, line in enumerate(read_text(file).split("\n"), 1):
        place = Place(file=file, line=number)
        cells = line.split()
        if not cells:
            continue
        if len(cells) != len(FIELDS):
            place.fail("(line)", f"{len(FIELDS)} numbers: {', '.join(FIELDS)}", line)
        record = Record(place=place, id=str(number), values=dict(zip(FIELDS, cells, strict=True)))
        label = record.whole("class")
        if not 0 <= label < len(names):
            record.fail("class", f"a number from 0 to {len(names) - 1}", label)
        shares = tuple(record.number(field) for field in FIELDS[1:])
        for field, share in zip(FIELDS[1:], shares, strict=True):
            if not 0 <= share <= 1:
                record.fail(field, "a share from 0 to 1", share)
        drawn.append(Drawn(place=place, box=Box(xyxy=FORM.xyxy(shares, size), label=names[label])))
    return Annotated(place=Place(file=file), name=file.stem, size=size, drawn=tuple(drawn))
