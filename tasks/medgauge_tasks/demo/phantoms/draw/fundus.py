"""A colour photograph of the fundus: optic disc, macula, vessels."""

import numpy as np

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Plan, Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing, canvas, lesion
from medgauge_tasks.demo.phantoms.draw.shapes import Mask, blob, grid, lay, paint, pixels, shade, stroke


def draw(plan: Plan, dice: Dice) -> Drawing:
    """Draw one photograph; the disc is on the side that the plan's `mirrored` says."""
    image = canvas(dice, 200, 200, (198.0, 92.0, 44.0))
    h, w, _ = image.shape
    x, y = grid(image[..., 0])
    side = 1 if plan.mirrored else -1
    image *= (1 + 0.05 * dice.clouds(h, w, 22) + 0.03 * dice.clouds(h, w, 6))[..., None]
    spread = (np.hypot(x - w / 2, y - h / 2) / (0.5 * w)) ** 2
    shade(image, 1.1 - 0.3 * spread)
    macula = blob(image, (w * (0.5 - side * 0.03), h * (0.51 + dice.jitter(0.02))), (0.07 * w, 0.065 * w))
    paint(image, macula, 0.75 * np.clip(1.15 - macula.rho, 0, 1), (118.0, 42.0, 22.0))
    disc_at = (w * (0.5 + side * (0.3 + dice.jitter(0.012))), h * (0.5 + dice.jitter(0.02)))
    disc = blob(image, disc_at, (0.062 * w, 0.07 * w))
    paint(image, disc, disc.cover(3.0), (250.0, 206.0, 128.0))
    paint(image, disc, disc.cover(3.0, 0.5), (255.0, 238.0, 190.0))
    _vessels(image, disc_at, side, dice)
    spots = tuple(_lesion(image, spot, dice) for spot in plan.spots)
    image += 3 * dice.grain(h, w)[..., None]
    edge = np.clip((0.478 * w - np.hypot(x - w / 2, y - h / 2)) / 2, 0, 1)
    shade(image, edge)
    parts = {"disc": (disc.mask(image),), "macula": (macula.mask(image),)}
    return Drawing(pixels=pixels(image), parts=parts, lesions=spots)


def _vessels(image: FloatArray, disc: tuple[float, float], side: int, dice: Dice) -> None:
    h, w = image.shape[:2]
    t = np.linspace(0, 1, 170)
    vein, artery = np.zeros((h, w)), np.zeros((h, w))
    for up in (-1, 1):
        for reach, rise, thick, layer in ((0.74, 0.35, 4.0, vein), (0.66, 0.27, 2.8, artery), (-0.2, 0.33, 2.6, vein)):
            rise *= dice.uniform(0.9, 1.1)
            bend = np.sin(np.pi * 0.62 * t**0.75) if reach > 0 else t
            path = np.column_stack(
                [
                    disc[0] - side * reach * w * t**1.25 + 1.2 * np.sin(18 * t + dice.uniform(0, 6)),
                    disc[1] + up * rise * h * bend + 1.2 * np.sin(15 * t + dice.uniform(0, 6)),
                ]
            )
            np.maximum(layer, stroke(image, path, thick * (1 - 0.55 * t)), out=layer)
    lay(image, vein * 0.8, (132.0, 30.0, 26.0))
    lay(image, artery * 0.7, (176.0, 52.0, 34.0))


def _lesion(image: FloatArray, spot: Spot, dice: Dice) -> Mask:
    h, w = image.shape[:2]
    side = -1 if spot.side == "left" else 1
    up = -1 if spot.level == "upper" else 1
    centre = (w * (0.5 + side * (0.185 + dice.jitter(0.015))), h * (0.5 + up * (0.225 + dice.jitter(0.015))))
    shape = lesion(image, spot, centre, dice, rough=0.11 if spot.kind == "hemorrhage" else 0.04)
    if spot.kind == "hemorrhage":
        mottle = 8 * dice.clouds(*shape.shape, 5)[..., None]
        paint(image, shape, shape.cover(2.0), np.array([100.0, 12.0, 16.0]) + mottle)
    elif spot.kind == "exudate":
        crumbs = np.clip(0.75 + 1.5 * dice.clouds(*shape.shape, 3.0), 0, 1)
        paint(image, shape, shape.cover(1.0) * crumbs, (252.0, 234.0, 122.0))
    else:
        mottle = 9 * dice.clouds(*shape.shape, 5)[..., None]
        paint(image, shape, shape.cover(5.0) * 0.92, np.array([84.0, 88.0, 92.0]) + mottle)
    return shape.mask(image)
