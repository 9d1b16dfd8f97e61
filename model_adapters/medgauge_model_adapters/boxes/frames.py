"""The picture that a model's numbers refer to, placed over the original image."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from medgauge.protocols import Frame

FrameName: TypeAlias = Literal[
    "original", "sent", "squashed", "padded-centre", "padded-corner", "centre-crop", "canvas"
]
"""`original`: the whole image. `sent`: the whole image in the size that the model got.

`squashed`: the whole image made square, which is the same for a relative number. `padded-centre`, `padded-corner`: the
image padded to a square, in its middle or at its top left. `centre-crop`: the largest square in its middle; what lies
outside cannot be written. `canvas`: the image in the size that the model got, at the top left of a square of a fixed
side, which a larger one fills.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle in pixels of the original image; it may reach beyond it."""

    left: float
    top: float
    width: float
    height: float


def area(name: FrameName, frame: Frame, canvas: int) -> Area:
    """Where the reference picture lies over the original. `canvas` is the side of a canvas, in pixels as sent."""
    width, height = frame.original
    if name in ("padded-centre", "padded-corner", "centre-crop"):
        side = min(frame.original) if name == "centre-crop" else max(frame.original)
        left, top = ((width - side) // 2, (height - side) // 2) if name == "centre-crop" else (0, 0)
        if name == "padded-centre":
            left, top = -((side - width) // 2), -((side - height) // 2)
        return Area(left=left, top=top, width=side, height=side)
    if name == "canvas":
        shown = [min(side, canvas) for side in frame.sent]
        return Area(left=0, top=0, width=canvas * width / shown[0], height=canvas * height / shown[1])
    return Area(left=0, top=0, width=width, height=height)
