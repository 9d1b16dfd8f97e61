"""A way to write boxes, as data: order, scale, frame and markup.

A format is declared by the model. Numbers outside its range are counted as violations and still read by the declared
scale; nothing here looks at how large a number is in order to choose another one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge.protocols import Decoded, Frame, Mention
from medgauge.types import Language, Xyxy
from medgauge_model_adapters.boxes import box_words, patches
from medgauge_model_adapters.boxes.frames import Area, FrameName, area
from medgauge_model_adapters.boxes.markup import Markup, Quad, Span, Written

Order: TypeAlias = Literal["xyxy", "yxyx"]
Scale: TypeAlias = int | Literal["pixels"]
Rounding: TypeAlias = Literal["floor", "nearest", "cells"]

_CORNERS: dict[Order, tuple[str, ...]] = {"xyxy": ("x1", "y1", "x2", "y2"), "yxyx": ("y1", "x1", "y2", "x2")}
_SLACK = 1e-6
"""Keeps floor(decode(c)) at c: a quarter of a billionth of an image cannot move a box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredBoxFormat:
    """One way to write boxes; satisfies `medgauge.protocols.BoxFormat`.

    A number n stands for the place (n + offset) / scale along the frame. Its declared range is 0 to `top`, and whole
    numbers where there are no decimals; pixels may have a fraction.
    """

    name: str
    markup: Markup
    scale: Scale
    """The number that stands for the far edge of the frame, or `pixels` of the frame."""
    top: int | None = None
    """The largest number there is; None: the far edge."""
    offset: float = 0
    """0.5 where a number is a bin and stands for its middle."""
    decimals: int = 0
    digits: int = 0
    """Written with so many digits at least."""
    order: Order = "xyxy"
    frame: FrameName = "original"
    """The picture that the numbers refer to."""
    canvas: int = 512
    """Side of a canvas, in pixels as sent; for the frame of this name."""
    rounding: Rounding = "nearest"
    """`cells`: two cells of a `scale` x `scale` grid."""
    corners: tuple[str, ...] = ()
    """What stands for the numbers in a prompt; empty: x1 and so on, in the order."""
    label_is_text: bool = False
    """A name is a whole phrase of the report: what is said there, and not only of what."""
    families: tuple[str, ...] = ()
    """Models that write so."""
    sources: tuple[str, ...] = ()
    """Where the convention was read: repository and file, or page."""
    unverified: str = ""
    """What of it nobody confirmed against the makers' own files; empty where all was."""
    note: str = ""

    def decode(self, text: str, frame: Frame) -> Decoded:
        """All boxes of a text in pixels of the original image. Never raises, and never guesses."""
        reading = self.markup.read(text)
        far, place = self._far(frame), self._area(frame)
        return Decoded(
            mentions=tuple(self._mention(written, far, place) for written in reading.written),
            malformed=reading.malformed,
            violations=sum(not self._in_range(quad, far) for w in reading.written for quad in w.quads),
        )

    def encode(self, mentions: Sequence[tuple[str, Sequence[Xyxy]]], frame: Frame) -> str:
        """Names with their boxes (original pixels) as the model would write them.

        Numbers stay in the declared range, and a box thinner than one step is written one step wide, so that
        what is written can always be read back.
        """
        far, place = self._far(frame), self._area(frame)
        named = [(name, [self._numbers(box, far, place) for box in boxes]) for name, boxes in mentions]
        return self.markup.write(named)

    def describe(self, language: Language) -> str:
        """One sentence for the prompt that tells a model how to write boxes."""
        shape = self.markup.write([(box_words.OBJECT[language], [self.corners or _CORNERS[self.order]])])
        shape = shape.removeprefix("```json\n").removesuffix("\n```")
        kind: box_words.Kind = "decimals" if self.decimals else "integers"
        kind = "pixels" if self.scale == "pixels" else "cells" if self.rounding == "cells" else kind
        top = self.scale if self.top is None else self.top
        return box_words.sentence(language, shape, kind, str(top), self.decimals, self.frame)

    def _area(self, frame: Frame) -> Area:
        return area(self.frame, frame, self.canvas)

    def _far(self, frame: Frame) -> tuple[float, float]:
        """The numbers that stand for the right and the lower edge of the frame."""
        if self.scale != "pixels":
            return float(self.scale), float(self.scale)
        width, height = frame.sent if self.frame == "sent" else frame.original
        return float(width), float(height)

    def _in_range(self, quad: Quad, far: tuple[float, float]) -> bool:
        x1, y1, x2, y2 = self._swapped(quad)
        right, lower = far if self.top is None else (self.top, self.top)
        inside = all(0 <= x <= right for x in (x1, x2)) and all(0 <= y <= lower for y in (y1, y2))
        whole = self.decimals == 0 and self.scale != "pixels" and self.rounding != "cells"
        return inside and not (whole and any(number % 1 for number in quad))

    def _swapped(self, quad: Quad) -> Quad:
        """Between the written order and x1, y1, x2, y2; its own inverse."""
        a, b, c, d = quad
        return (a, b, c, d) if self.order == "xyxy" else (b, a, d, c)

    def _mention(self, written: Written, far: tuple[float, float], place: Area) -> Mention:
        boxes: list[Xyxy] = []
        spans: list[Span] = []
        for quad, span in zip(written.quads, written.spans, strict=True):
            x1, y1, x2, y2 = self._swapped(quad)
            if x1 < x2 and y1 < y2 and all(map(math.isfinite, quad)):
                left, right = (place.left + (x + self.offset) / far[0] * place.width for x in (x1, x2))
                upper, lower = (place.top + (y + self.offset) / far[1] * place.height for y in (y1, y2))
                boxes.append((left, upper, right, lower))
                spans.append(span)
        return Mention(
            label=written.label,
            boxes=tuple(boxes),
            spans=tuple(spans),
            start=written.start,
            end=written.end,
            invalid=len(written.quads) - len(boxes),
        )

    def _numbers(self, box: Xyxy, far: tuple[float, float], place: Area) -> tuple[str, ...]:
        """The numbers of a box (original pixels), in the written order."""
        x1, x2 = ((x - place.left) * far[0] / place.width - self.offset for x in (box[0], box[2]))
        y1, y2 = ((y - place.top) * far[1] / place.height - self.offset for y in (box[1], box[3]))
        if self.rounding == "cells":
            return tuple(f"{index:0{self.digits}d}" for index in patches.indices((x1, y1, x2, y2), int(far[0])))
        x1, x2 = self._span(x1, x2, far[0])
        y1, y2 = self._span(y1, y2, far[1])
        return tuple(f"{number:0{self.digits}.{self.decimals}f}" for number in self._swapped((x1, y1, x2, y2)))

    def _span(self, low: float, high: float, far: float) -> tuple[float, float]:
        """Two numbers in the declared range; at least one step apart unless the box itself was reversed."""
        steps = 10**self.decimals
        low, high = low * steps, high * steps
        shift = _SLACK if self.rounding == "floor" else 0.5
        limit = math.floor(far if self.top is None else self.top) * steps
        a, b = (min(max(math.floor(value + shift), 0), limit) for value in (low, high))
        if a == b and high >= low:
            a = min(max(math.floor((low + high) / 2 + _SLACK), 0), limit - 1)
            b = a + 1
        return a / steps, b / steps
