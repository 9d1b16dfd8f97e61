"""A dermoscopic picture of skin: hairs, an air bubble in the gel, a scale bar."""

import numpy as np

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Plan, Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing, canvas, lesion
from medgauge_tasks.demo.phantoms.draw.shapes import Mask, blob, grid, lay, paint, pixels, shade, stroke


def draw(plan: Plan, dice: Dice) -> Drawing:
    """Draw one picture; scale bar and bubble change places with the plan's `mirrored`."""
    image = canvas(dice, 208, 184, (226.0, 174.0, 148.0))
    h, w, _ = image.shape
    image += (9 * dice.clouds(h, w, 26) + 6 * dice.clouds(h, w, 5) + 4 * dice.clouds(h, w, 2.5))[..., None]
    spots = tuple(_lesion(image, spot, dice) for spot in plan.spots)
    for _ in range(3):
        _hair(image, dice)
    bubble = blob(
        image,
        (w * (0.5 + dice.jitter(0.02)), h * ((0.28 if plan.mirrored else 0.66) + dice.jitter(0.05))),
        (w * dice.uniform(0.045, 0.06),) * 2,
    )
    paint(image, bubble, bubble.cover(1.0, 0.8) * 0.35, (255.0, 240.0, 232.0))
    paint(image, bubble, bubble.ring(0.8), (255.0, 252.0, 248.0))
    bar = _bar(image, h * (0.955 if plan.mirrored else 0.045), dice)
    x, y = grid(image[..., 0])
    shade(image, 1.03 - 0.32 * (((x - w / 2) / w) ** 2 + ((y - h / 2) / h) ** 2))
    image += 3 * dice.grain(h, w)[..., None]
    parts = {"bubble": (bubble.mask(image),), "bar": (bar,)}
    return Drawing(pixels=pixels(image), parts=parts, lesions=spots)


def _hair(image: FloatArray, dice: Dice) -> None:
    h, w = image.shape[:2]
    t = np.linspace(0, 1, 180)
    start = np.array([dice.uniform(0, 1) * w, dice.uniform(0.1, 0.9) * h])
    turn, length = dice.uniform(0, 6.28), dice.uniform(0.4, 0.7) * w
    bend = turn + dice.jitter(1.2) * t
    path = start + np.column_stack([np.cos(bend), np.sin(bend)]) * (t * length)[:, None]
    lay(image, stroke(image, path, np.full(180, 1.3)) * 0.8, (70.0, 48.0, 40.0))


def _bar(image: FloatArray, level: float, dice: Dice) -> Mask:
    h, w = image.shape[:2]
    row, length = int(level), int(w * dice.uniform(0.36, 0.42))
    left = int(w * 0.5 - length / 2 + dice.jitter(0.06) * w)
    mask = np.zeros((h, w), dtype=np.bool_)
    mask[row - 1 : row + 1, left : left + length] = True
    for tick in np.linspace(left, left + length - 2, 6).astype(np.intp):
        mask[row - 4 : row + 4, tick : tick + 2] = True
    lay(image, mask.astype(np.float64), (28.0, 26.0, 30.0))
    return mask


def _lesion(image: FloatArray, spot: Spot, dice: Dice) -> Mask:
    h, w = image.shape[:2]
    side = -1 if spot.side == "left" else 1
    up = -1 if spot.level == "upper" else 1
    centre = (w * (0.5 + side * (0.255 + dice.jitter(0.02))), h * (0.5 + up * (0.2 + dice.jitter(0.02))))
    shape = lesion(image, spot, centre, dice, rough=0.15 if spot.kind == "melanoma" else 0.03)
    mottle = dice.clouds(*shape.shape, 4)[..., None]
    if spot.kind == "nevus":
        paint(image, shape, shape.cover(3.0), np.array([146.0, 92.0, 58.0]) + 10 * mottle)
        paint(image, shape, shape.cover(5.0, 0.6) * 0.6, (112.0, 66.0, 40.0))
    elif spot.kind == "hemangioma":
        paint(image, shape, shape.cover(2.0), np.array([192.0, 26.0, 44.0]) + 26 * mottle)
    else:
        paint(image, shape, shape.cover(1.5), (44.0, 34.0, 36.0))
        veil = np.clip(0.2 + 2.2 * mottle[..., 0], 0, 1) * shape.cover(3.0, 0.8)
        paint(image, shape, veil, (92.0, 104.0, 140.0))
    return shape.mask(image)
