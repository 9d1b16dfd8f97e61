"""A cross section of the retina by optical coherence tomography: layers, fovea, pigment epithelium."""

import numpy as np

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Plan, Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing, canvas, lesion
from medgauge_tasks.demo.phantoms.draw.shapes import Blob, grid, paint, pixels, shade

_LAYERS = (
    (0.00, 176.0),
    (0.11, 172.0),
    (0.15, 118.0),
    (0.36, 124.0),
    (0.39, 84.0),
    (0.50, 84.0),
    (0.53, 122.0),
    (0.58, 118.0),
    (0.62, 70.0),
    (0.84, 70.0),
    (0.87, 205.0),
    (0.90, 120.0),
    (0.92, 226.0),
    (1.00, 222.0),
)
"""Depth between the inner limit and the outer edge of the pigment epithelium, and gray there."""


def draw(plan: Plan, dice: Dice) -> Drawing:
    """Draw one section."""
    image = canvas(dice, 224, 160, (16.0,))
    h, w = image.shape
    x, y = grid(image)
    pit = w * (0.5 + dice.jitter(0.03))
    far = (x - pit) / w
    base = h * (0.75 + dice.jitter(0.03)) + dice.jitter(0.06) * h * far * 2 + 0.16 * h * far**2
    thick = h * dice.uniform(0.47, 0.51) * (1 - 0.36 * np.exp(-((far / 0.085) ** 2)))
    depth = (y - base + thick) / thick
    gray = np.interp(depth, [d for d, _ in _LAYERS], [g for _, g in _LAYERS])
    choroid = np.clip(132 - 1.5 * (y - base), 26, 132) + 16 * dice.clouds(h, w, 9, 0.5)
    image[:] = np.where(depth < 0, 16.0, np.where(depth <= 1, gray, choroid))
    shapes = [_outline(image, spot, base, thick, dice) for spot in plan.spots]
    for spot, shape in zip(plan.spots, shapes, strict=True):
        if spot.kind == "focus":
            _shadow(image, shape)
    for spot, shape in zip(plan.spots, shapes, strict=True):
        _fill(image, spot, shape, dice)
    speckle = 0.72 + 0.28 * np.hypot(dice.grain(h, w), dice.grain(h, w)) / 1.2
    calm = np.clip(image / 235, 0, 1) ** 3 * 0.6
    shade(image, calm + (1 - calm) * speckle)
    image += 4 * dice.grain(h, w)
    retina = np.asarray((depth >= 0) & (depth < 0.92))
    fovea = retina & np.asarray(np.abs(far) < 0.085)
    parts = {"retina": (retina,), "epithelium": (np.asarray((depth >= 0.92) & (depth <= 1)),), "fovea": (fovea,)}
    return Drawing(pixels=pixels(image), parts=parts, lesions=tuple(s.mask(image) for s in shapes))


def _outline(image: FloatArray, spot: Spot, base: FloatArray, thick: FloatArray, dice: Dice) -> Blob:
    w = image.shape[1]
    across = w * (0.5 + (-1 if spot.side == "left" else 1) * (0.27 + dice.jitter(0.025)))
    column = int(across)
    inner = 0.29 if spot.level == "upper" else 0.66
    down = float(base[0, column] - thick[0, column] * (1 - inner - dice.jitter(0.015)))
    return lesion(image, spot, (across, down), dice, rough=0.03, flat=0.52)


def _shadow(image: FloatArray, shape: Blob) -> None:
    x, y = grid(image)
    under = np.clip((y - shape.cy) / 3, 0, 1) * np.clip((shape.radius * 1.05 - np.abs(x - shape.cx)) / 3, 0, 1)
    shade(image, 1 - 0.38 * under)


def _fill(image: FloatArray, spot: Spot, shape: Blob, dice: Dice) -> None:
    if spot.kind == "cyst":
        paint(image, shape, shape.cover(1.0), 14.0)
    elif spot.kind == "focus":
        paint(image, shape, shape.cover(1.0), 252.0)
    else:
        columns = np.arange(shape.columns.start, shape.columns.stop)[None, :]
        bridges = np.clip(0.5 + 2.2 * np.sin(2 * np.pi * columns / 6.0), 0, 1)
        paint(image, shape, shape.cover(1.0), 14 + (220.0 - 14) * bridges + np.zeros(shape.shape))
