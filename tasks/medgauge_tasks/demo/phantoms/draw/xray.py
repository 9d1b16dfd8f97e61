"""A frontal chest film: lungs, heart, trachea, ribs."""

import numpy as np

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Plan, Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing, canvas, lesion
from medgauge_tasks.demo.phantoms.draw.shapes import Mask, blob, grid, lay, paint, pixels, shade

Lung = tuple[float, float, float, float]
"""Centre x, centre y, half width, half height in pixels."""


def draw(plan: Plan, dice: Dice) -> Drawing:
    """Draw one chest film."""
    image = canvas(dice, 192, 208, (18.0,))
    h, w = image.shape
    x, y = grid(image)
    body = np.clip((y - 0.05 * h - 0.00001 * w - 0.9 * np.abs(x - w / 2) ** 2 / w * 0.55) / 10, 0, 1)
    lay(image, body, 128 + 12 * dice.clouds(h, w, 40))
    mid, top = w * (0.5 + dice.jitter(0.015)), h * (0.485 + dice.jitter(0.015))
    size = dice.uniform(0.94, 1.05)
    lungs = tuple((mid + s * 0.225 * w, top, 0.15 * w * size, 0.355 * h * size) for s in (-1, 1))
    masks = tuple(_lung(image, lung, dice) for lung in lungs)
    lay(image, np.exp(-(((x - mid) / (0.055 * w)) ** 2)) * (y > 0.06 * h), 186.0)
    trachea = np.asarray((np.abs(x - mid) < 0.024 * w) & (y > 0.11 * h) & (y < dice.uniform(0.3, 0.36) * h))
    lay(image, trachea * 0.85, 92.0)
    heart = blob(
        image,
        (mid + 0.025 * w + w * dice.jitter(0.01), h * (0.7 + dice.jitter(0.02))),
        (w * dice.uniform(0.15, 0.175), h * dice.uniform(0.11, 0.125)),
        tilt=0.65,
        waves=[(3, 0.05, 2.0)],
    )
    paint(image, heart, heart.cover(6.0), 196.0)
    _bones(image, lungs, dice)
    spots = tuple(_lesion(image, spot, lungs, dice) for spot in plan.spots)
    shade(image, 1 - 0.12 * np.hypot((x - w / 2) / w, (y - h / 2) / h))
    image += 3.5 * dice.grain(h, w)
    parts = {"lung": masks, "heart": (heart.mask(image),), "trachea": (trachea,)}
    return Drawing(pixels=pixels(image), parts=parts, lesions=spots)


def _lung(image: FloatArray, lung: Lung, dice: Dice) -> Mask:
    x, y = grid(image)
    cx, cy, rx, ry = lung
    base = cy + ry * (0.72 + dice.jitter(0.04)) + 0.25 * ry * ((x - cx) / rx) ** 2
    taper = 0.72 + 0.28 * (y - cy + ry) / (2 * ry)
    rho = (np.abs((x - cx) / (rx * taper)) ** 2.6 + np.abs((y - cy) / ry) ** 2.6) ** (1 / 2.6)
    rho = np.maximum(rho, 1 + (y - base) / rx)
    h, w = image.shape
    texture = 62 + 7 * dice.clouds(h, w, 7) + 8 * dice.clouds(h, w, 24)
    lay(image, np.clip((1 - rho) * rx / 3 + 0.5, 0, 1), texture)
    return np.asarray(rho < 1)


def _bones(image: FloatArray, lungs: tuple[Lung, ...], dice: Dice) -> None:
    x, y = grid(image)
    h = image.shape[0]
    bones = np.zeros(image.shape)
    for side, (cx, cy, rx, ry) in zip((-1, 1), lungs, strict=True):
        out = side * (x - cx) / rx
        near = np.clip((1.35 - np.abs(out)) * 6, 0, 1)
        for i in range(7):
            arc = cy - 0.85 * ry + i * 0.26 * ry + 0.05 * ry * out + 0.1 * ry * out**2
            bones += near * np.clip(2.2 - np.abs(y - arc) * 0.75, 0, 1) * 11
        collar = cy - 0.83 * ry - 0.10 * ry * out
        bones += near * np.clip(2.6 - np.abs(y - collar) * 0.75, 0, 1) * 17
    image += bones * np.clip((y - 0.08 * h) / 8, 0, 1) * dice.uniform(0.85, 1.1)


def _lesion(image: FloatArray, spot: Spot, lungs: tuple[Lung, ...], dice: Dice) -> Mask:
    cx, cy, rx, ry = lungs[spot.side == "right"]
    outward = -1 if spot.side == "left" else 1
    centre = (
        cx + outward * 0.14 * rx + dice.jitter(0.1) * rx,
        cy + (-0.42 if spot.level == "upper" else 0.28) * ry + dice.jitter(0.06) * ry,
    )
    shape = lesion(image, spot, centre, dice, rough=0.12 if spot.kind == "consolidation" else 0.03)
    if spot.kind == "nodule":
        paint(image, shape, shape.cover(3.0), 198 + dice.jitter(10) + 6 * dice.clouds(*shape.shape, 5))
    elif spot.kind == "cavity":
        paint(image, shape, shape.cover(1.5), 205 + dice.jitter(10))
        paint(image, shape, shape.cover(1.5, 0.62), 28.0)
    else:
        patches = np.clip(0.55 + 1.0 * dice.clouds(*shape.shape, 6), 0, 1)
        paint(image, shape, shape.cover(3.0) * (0.35 + 0.65 * patches), 165.0)
    return shape.mask(image)
