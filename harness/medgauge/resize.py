"""How a picture is sized before a model sees it: declared, so that sizes are known before it is sent."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from medgauge.strict import STRICT
from medgauge.types import Size

ResizeKind: TypeAlias = Literal["none", "smart", "fit", "squash", "pad"]
LONGEST_RATIO = 200
"""`smart` refuses a picture that is longer than this many times its width, as the models do that need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """One way to size a picture, as data. Its whole frame is kept: nothing is ever cropped."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    kind: ResizeKind = "none"
    """`none` leaves it; `squash` gives `side` x `side`; `fit` keeps the shape; `smart` is Qwen's grid; `pad` puts it
    in the middle of a square of its longer side, for models that crop to a square what is not one."""
    factor: int = 1
    """`smart`: both sides become multiples of it."""
    min_pixels: int = 0
    """`smart`: at least so many pixels; 0 is no limit."""
    max_pixels: int = 0
    """`smart`, `fit`: at most so many pixels; 0 is no limit."""
    side: int = 0
    """`squash`: both sides. `fit`: the longest at most; 0 is no limit."""
    fill: tuple[int, int, int] = (0, 0, 0)
    """`pad`: the colour around the picture, red, green and blue of 255."""

    def __post_init__(self) -> None:
        numbers = (self.factor, self.min_pixels, self.max_pixels, self.side)
        if min(numbers) < 0 or self.factor < 1 or (self.kind == "squash" and not self.side):
            raise ValueError(f"a resize needs a factor of 1 or more, limits of 0 or more, and a side to squash: {self}")
        if not all(0 <= value <= 255 for value in self.fill):
            raise ValueError(f"a resize needs a colour of three numbers from 0 to 255: {self}")
        if 0 < self.max_pixels < max(self.min_pixels, self.factor**2):
            raise ValueError(f"a resize needs max_pixels over min_pixels and over factor squared: {self}")

    def sent(self, size: Size) -> Size:
        """Width, height in pixels of a picture of this size once it is sent.

        Raises ValueError where `smart` meets a picture over 200 times as long as wide.
        """
        if self.kind == "squash":
            return self.side, self.side
        if self.kind == "pad":
            return max(size), max(size)
        if self.kind == "fit":
            return self._fit(size)
        return self._smart(size) if self.kind == "smart" else size

    def _fit(self, size: Size) -> Size:
        """Only ever smaller; each side at least one pixel."""
        width, height = size
        scale = 1.0
        if self.max_pixels:
            scale = min(scale, math.sqrt(self.max_pixels / (width * height)))
        if self.side:
            scale = min(scale, self.side / max(width, height))
        return (max(1, math.floor(width * scale)), max(1, math.floor(height * scale))) if scale < 1 else size

    def _smart(self, size: Size) -> Size:
        """Each side to the nearest multiple of the factor, then both scaled into the budget, as Qwen-VL does it."""
        width, height = size
        if max(size) > LONGEST_RATIO * min(size):
            raise ValueError(f"a picture of {width} x {height} is over {LONGEST_RATIO} times as long as wide")
        sides = tuple(round(side / self.factor) * self.factor for side in size)
        least = max(self.min_pixels, self.factor**2)
        pixels = sides[0] * sides[1]
        if self.max_pixels and pixels > self.max_pixels:
            shrink = math.sqrt(width * height / self.max_pixels)
            sides = tuple(max(self.factor, math.floor(side / shrink / self.factor) * self.factor) for side in size)
        elif pixels < least:
            grow = math.sqrt(least / (width * height))
            sides = tuple(math.ceil(side * grow / self.factor) * self.factor for side in size)
        return sides[0], sides[1]


AS_IS = Resize()
