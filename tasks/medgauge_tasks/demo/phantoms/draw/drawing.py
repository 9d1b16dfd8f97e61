"""What a drawing function is given and gives back."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.shapes import Blob, Mask, blob, waves

SIZES = {"small": (0.042, 0.055), "large": (0.097, 0.112)}
"""Half the longest side of a lesion over the image's width; between the classes lies one seventh for the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Pixels and the truth about them."""

    pixels: NDArray[np.uint8]
    """(H, W) gray or (H, W, 3) RGB."""
    parts: Mapping[str, tuple[Mask, ...]]
    """Named structures, each with its (H, W) masks from left to right."""
    lesions: tuple[Mask, ...]
    """One (H, W) mask for each spot of the plan, in its order."""


def canvas(dice: Dice, width: int, height: int, colour: tuple[float, ...] = (0.0,)) -> FloatArray:
    """A plain image whose sides differ a little from drawing to drawing: (H, W), or (H, W, 3) for three colours."""
    w, h = width + dice.pick((-8, 0, 8)), height + dice.pick((-8, 0, 8))
    return np.full((h, w), colour[0]) if len(colour) == 1 else np.tile(np.asarray(colour), (h, w, 1))


def lesion(
    image: FloatArray,
    spot: Spot,
    centre: tuple[float, float],
    dice: Dice,
    *,
    rough: float = 0.04,
    flat: float = 1.0,
) -> Blob:
    """The outline of a lesion around `centre`; `rough` waves its edge, `flat` is its height over its width."""
    low, high = SIZES[spot.size]
    radius = dice.uniform(low, high) * image.shape[1]
    stretch = dice.uniform(0.88, 1.0)
    radii = (radius, radius * stretch * flat) if flat < 1 or dice.uniform(0, 1) < 0.5 else (radius * stretch, radius)
    return blob(image, centre, radii, waves=waves(dice, rough))
