"""A picture with the boxes that a source draws on it, and what a box must be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from medgauge.types import Box, Size, Xyxy
from medgauge_tasks.readers.record import Place

Order: TypeAlias = Literal["xyxy", "xywh", "cxcywh", "yxyx"]
"""Two corners; the upper left corner, width and height; the centre, width and height; two corners, y first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxForm:
    """What a source's four numbers are. It is declared; nothing ever guesses it from the numbers."""

    order: Order
    denominator: float | None = None
    """None: pixels. Else the number that stands for the whole width or height: 1, 999, 1000."""

    def xyxy(self, numbers: tuple[float, ...], size: Size | None) -> Xyxy:
        """The box in continuous pixels of an image of that size, which is needed where the numbers are shares of it."""
        a, b, c, d = numbers
        if self.order == "xywh":
            c, d = a + c, b + d
        elif self.order == "cxcywh":
            a, b, c, d = a - c / 2, b - d / 2, a + c / 2, b + d / 2
        elif self.order == "yxyx":
            a, b, c, d = b, a, d, c
        if self.denominator is None:
            return a, b, c, d
        if size is None:
            raise ValueError("a box in shares of the image needs the image's size")
        across, down = size[0] / self.denominator, size[1] / self.denominator
        return a * across, b * down, c * across, d * down


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One box as the source gives it, and where it stands there."""

    place: Place
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """One picture of a source. The boxes are what the source says, however wrong; `framed` judges them."""

    place: Place
    name: str
    """The picture's file as the source names it."""
    size: Size | None = None
    """Width and height as the source states them."""
    drawn: tuple[Drawn, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    """What else the source says of the picture."""

    def only(self, *labels: str) -> "Annotated":
        """The same with the boxes of these labels."""
        return replace(self, drawn=tuple(d for d in self.drawn if d.box.label in labels))

    def framed(self, size: Size | None = None, slack: float = 0.0) -> tuple[Box, ...]:
        """The boxes, each of which has an area and lies in the frame.

        The frame is `size`, else the source's own; where neither is known, only the upper left edge is checked. What
        leaves it by at most `slack` pixels, a declared rounding of the source, is cut off; more raises BadRecord.
        """
        frame = size or self.size
        return tuple(_framed(drawn, number, frame, slack) for number, drawn in enumerate(self.drawn, 1))


def _framed(drawn: Drawn, number: int, frame: Size | None, slack: float) -> Box:
    field = f"box {number} ({drawn.box.label})"
    x1, y1, x2, y2 = drawn.box.xyxy
    if not (x1 < x2 and y1 < y2):
        drawn.place.fail(field, "a box with x1 < x2 and y1 < y2", drawn.box.xyxy)
    width, height = frame or (float("inf"), float("inf"))
    if x1 < -slack or y1 < -slack or x2 > width + slack or y2 > height + slack:
        expected = f"a box inside {frame[0]} x {frame[1]} pixels" if frame else "a box without negative corners"
        drawn.place.fail(field, expected, drawn.box.xyxy)
    cut = (max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height)))
    return replace(drawn.box, xyxy=cut)
