"""How models write boxes, as data: order, scale, frame and markup.

A format is declared by the model. Numbers outside its range are counted as violations and still read by the declared
scale; nothing here looks at how large a number is in order to choose another one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge.protocols import Decoded, Frame, Mention
from medgauge.types import Language, Size, Xyxy
from medgauge_model_adapters import json_boxes, ref_box
from medgauge_model_adapters.markup import Quad, Reading, Written

Order: TypeAlias = Literal["xyxy", "yxyx"]
Scale: TypeAlias = int | Literal["pixels"]
FrameName: TypeAlias = Literal["original", "sent"]
Markup: TypeAlias = Literal["ref_box", "json"]
Rounding: TypeAlias = Literal["floor", "nearest"]

_SLACK = 1e-6
"""Keeps floor(decode(c)) at c: a quarter of a billionth of an image cannot move a box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredBoxFormat:
    """One way to write boxes; satisfies `medgauge.protocols.BoxFormat`."""

    name: str
    scale: Scale
    """The number that stands for the far edge of the frame, or `pixels` of the frame."""
    markup: Markup
    order: Order = "xyxy"
    frame: FrameName = "original"
    """The picture that the numbers refer to. A relative scale means the same in both."""
    rounding: Rounding = "floor"
    box_key: str = "bbox_2d"
    """JSON only."""

    def decode(self, text: str, frame: Frame) -> Decoded:
        """All boxes of a text in pixels of the original image. Never raises, and never guesses."""
        reading = self._read(text)
        extent = self._extent(frame)
        return Decoded(
            mentions=tuple(self._mention(written, extent, frame.original) for written in reading.written),
            malformed=reading.malformed,
            violations=sum(not self._in_range(quad, extent) for w in reading.written for quad in w.quads),
        )

    def encode(self, mentions: Sequence[tuple[str, Sequence[Xyxy]]], frame: Frame) -> str:
        """Names with their boxes (original pixels) as the model would write them.

        Numbers stay in the declared range, and a box thinner than one step is written one step wide, so that
        what is written can always be read back.
        """
        extent = self._extent(frame)
        numbers = [(label, [self._numbers(box, extent, frame.original) for box in boxes]) for label, boxes in mentions]
        if self.markup == "json":
            return json_boxes.write(numbers, self.box_key)
        return ref_box.write(numbers)

    def describe(self, language: Language) -> str:
        """One sentence for the prompt that tells a model how to write boxes."""
        corners = "x1, y1, x2, y2" if self.order == "xyxy" else "y1, x1, y2, x2"
        if self.markup == "json":
            shape = f'[{{"{self.box_key}": [{corners}], "label": "{_OBJECT[language]}"}}]'
        else:
            shape = f"<ref>{_OBJECT[language]}</ref><box>[[{corners}]]</box>"
        unit = _PIXELS[language] if self.scale == "pixels" else _RELATIVE[language].format(scale=self.scale)
        return _SENTENCE[language].format(shape=shape, unit=unit)

    def _read(self, text: str) -> Reading:
        return json_boxes.read(text, self.box_key) if self.markup == "json" else ref_box.read(text)

    def _extent(self, frame: Frame) -> tuple[float, float]:
        """The numbers that stand for the right and the lower edge."""
        if self.scale == "pixels":
            return _floats(frame.sent if self.frame == "sent" else frame.original)
        return float(self.scale), float(self.scale)

    def _in_range(self, quad: Quad, extent: tuple[float, float]) -> bool:
        x1, y1, x2, y2 = self._swapped(quad)
        width, height = extent
        return all(0 <= x <= width for x in (x1, x2)) and all(0 <= y <= height for y in (y1, y2))

    def _swapped(self, quad: Quad) -> Quad:
        """Between the written order and x1, y1, x2, y2; its own inverse."""
        a, b, c, d = quad
        return (a, b, c, d) if self.order == "xyxy" else (b, a, d, c)

    def _mention(self, written: Written, extent: tuple[float, float], original: Size) -> Mention:
        (width, height), (right, lower) = original, extent
        boxes: list[Xyxy] = []
        for quad in written.quads:
            x1, y1, x2, y2 = self._swapped(quad)
            if x1 < x2 and y1 < y2 and all(map(math.isfinite, quad)):
                boxes.append((x1 / right * width, y1 / lower * height, x2 / right * width, y2 / lower * height))
        return Mention(
            label=written.label,
            boxes=tuple(boxes),
            start=written.start,
            end=written.end,
            invalid=len(written.quads) - len(boxes),
        )

    def _numbers(self, box: Xyxy, extent: tuple[float, float], original: Size) -> tuple[int, ...]:
        (width, height), (right, lower) = original, extent
        x1, x2 = self._span(box[0] * right / width, box[2] * right / width, right)
        y1, y2 = self._span(box[1] * lower / height, box[3] * lower / height, lower)
        return (x1, y1, x2, y2) if self.order == "xyxy" else (y1, x1, y2, x2)

    def _span(self, low: float, high: float, largest: float) -> tuple[int, int]:
        """Two numbers in the declared range; at least one step apart unless the box itself was reversed."""
        shift = _SLACK if self.rounding == "floor" else 0.5
        limit = math.floor(largest)
        a, b = (min(max(math.floor(value + shift), 0), limit) for value in (low, high))
        if a != b or high < low:
            return a, b
        middle = min(max(math.floor((low + high) / 2 + _SLACK), 0), limit - 1)
        return middle, middle + 1


def _floats(size: Size) -> tuple[float, float]:
    return float(size[0]), float(size[1])


_OBJECT: dict[Language, str] = {"en": "object", "zh": "目标"}
_SENTENCE: dict[Language, str] = {
    "en": "Write every region as {shape}, where the corners are the top left and the bottom right {unit}.",
    "zh": "每个区域写成 {shape}，依次为左上角与右下角，{unit}。",
}
_RELATIVE: dict[Language, str] = {
    "en": "as integers from 0 to {scale} relative to the width and the height of the image",
    "zh": "坐标为相对于图像宽和高的 0 到 {scale} 的整数",
}
_PIXELS: dict[Language, str] = {"en": "in pixels of the image", "zh": "坐标以图像像素为单位"}

MEDREGA = DeclaredBoxFormat(name="medrega", scale=999, markup="ref_box")
"""MedRegA: c = floor(pixel * 999 / side), read as c / 999 * side."""
JSON_PIXELS = DeclaredBoxFormat(name="json-pixels", scale="pixels", markup="json", frame="sent", rounding="nearest")
"""Pixels of the image as it was sent, as Qwen2.5-VL writes them."""
JSON_1000 = DeclaredBoxFormat(name="json-1000", scale=1000, markup="json", rounding="nearest")
"""0 to 1000 over the whole image, as Qwen3-VL writes them."""
