"""A section of mucosa stained with haematoxylin and eosin: nuclei in stroma, a gland, a vessel."""

import numpy as np

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Plan, Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing, canvas, lesion
from medgauge_tasks.demo.phantoms.draw.shapes import Blob, Mask, blob, lay, paint, pixels, stroke, waves

NUCLEUS = (104.0, 66.0, 142.0)


def draw(plan: Plan, dice: Dice) -> Drawing:
    """Draw one field; gland and vessel change places with the plan's `mirrored`."""
    image = canvas(dice, 192, 192, (232.0, 186.0, 208.0))
    h, w, _ = image.shape
    image += (16 * dice.clouds(h, w, 14, 0.3))[..., None] * np.array([0.4, 1.0, 0.7])
    image += (8 * dice.clouds(h, w, 34))[..., None]
    _dots(image, dice.array(240, 2) * np.array([w, h]), 3.4, dice, NUCLEUS)
    levels = (0.27, 0.73) if plan.mirrored else (0.73, 0.27)
    gland = _gland(image, (w * (0.5 + dice.jitter(0.02)), h * (levels[0] + dice.jitter(0.03))), dice)
    vessel = _vessel(image, (w * (0.5 + dice.jitter(0.02)), h * (levels[1] + dice.jitter(0.03))), dice)
    spots = tuple(_lesion(image, spot, dice) for spot in plan.spots)
    image += 4 * dice.grain(h, w)[..., None]
    parts = {"gland": (gland.mask(image),), "vessel": (vessel.mask(image),)}
    return Drawing(pixels=pixels(image), parts=parts, lesions=spots)


def _dots(image: FloatArray, at: FloatArray, size: float, dice: Dice, colour: tuple[float, float, float]) -> None:
    lay(image, stroke(image, at, size * (0.75 + 0.5 * dice.array(len(at)))) * 0.85, colour)


def _gland(image: FloatArray, centre: tuple[float, float], dice: Dice) -> Blob:
    w = image.shape[1]
    gland = blob(image, centre, (w * dice.uniform(0.08, 0.09),) * 2, waves=waves(dice, 0.05))
    paint(image, gland, gland.cover(2.0), (206.0, 150.0, 196.0))
    paint(image, gland, gland.cover(1.5, 0.5), (250.0, 246.0, 250.0))
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False) + dice.uniform(0, 6.28)
    at = np.column_stack([np.cos(turn), np.sin(turn)]) * gland.radius * 0.8 + np.array(centre)
    _dots(image, at, 4.6, dice, (84.0, 50.0, 128.0))
    return gland


def _vessel(image: FloatArray, centre: tuple[float, float], dice: Dice) -> Blob:
    w = image.shape[1]
    vessel = blob(image, centre, (w * dice.uniform(0.075, 0.09), w * dice.uniform(0.06, 0.075)), tilt=dice.jitter(0.6))
    paint(image, vessel, vessel.cover(1.5), (190.0, 96.0, 132.0))
    paint(image, vessel, vessel.cover(1.5, 0.82), (250.0, 236.0, 240.0))
    spread = (dice.array(22, 2) - 0.5) * vessel.radius * 1.05
    _dots(image, spread + np.array(centre), 5.0, dice, (214.0, 40.0, 44.0))
    return vessel


def _lesion(image: FloatArray, spot: Spot, dice: Dice) -> Mask:
    h, w = image.shape[:2]
    side = -1 if spot.side == "left" else 1
    up = -1 if spot.level == "upper" else 1
    centre = (w * (0.5 + side * (0.265 + dice.jitter(0.02))), h * (0.5 + up * (0.23 + dice.jitter(0.025))))
    shape = lesion(image, spot, centre, dice, rough=0.07)
    if spot.kind == "nest":
        paint(image, shape, shape.cover(1.5), (142.0, 88.0, 164.0))
        _cells(image, shape, dice)
    elif spot.kind == "necrosis":
        uneven = 14 * dice.clouds(*shape.shape, 3)[..., None]
        paint(image, shape, shape.cover(2.5), np.array([240.0, 112.0, 142.0]) + uneven)
    else:
        uneven = 8 * dice.clouds(*shape.shape, 7)[..., None]
        paint(image, shape, shape.cover(2.0), np.array([196.0, 214.0, 238.0]) + uneven)
    return shape.mask(image)


def _cells(image: FloatArray, shape: Blob, dice: Dice) -> None:
    count = int(shape.radius**2 * 0.22)
    distance, turn = 0.86 * np.sqrt(dice.array(count)), 2 * np.pi * dice.array(count)
    at = np.column_stack([np.cos(turn), np.sin(turn)]) * (distance * shape.radius)[:, None] * 0.95
    inside = np.zeros(image.shape[:2])
    inside[shape.rows, shape.columns] = shape.cover(1.0, 0.97)
    cover = stroke(image, at + np.array([shape.cx, shape.cy]), 3.2 + 2.2 * dice.array(count))
    lay(image, cover * inside * 0.9, (62.0, 28.0, 98.0))
