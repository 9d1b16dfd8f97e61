"""An axial slice of the brain, T1-weighted after contrast: brain, lateral ventricles."""

import numpy as np

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Plan, Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing, canvas, lesion
from medgauge_tasks.demo.phantoms.draw.shapes import Blob, Mask, blob, paint, pixels, stroke


def draw(plan: Plan, dice: Dice) -> Drawing:
    """Draw one slice."""
    image = canvas(dice, 176, 208, (4.0,))
    h, w = image.shape
    mid, level = w * (0.5 + dice.jitter(0.012)), h * (0.5 + dice.jitter(0.012))
    grow = dice.uniform(0.95, 1.03)
    head = blob(image, (mid, level), (0.465 * w * grow, 0.475 * h * grow), waves=[(3, 0.012, dice.uniform(0, 6.28))])
    for scale, gray in ((1.0, 176.0), (0.955, 22.0), (0.9, 104.0)):
        paint(image, head, head.cover(1.5, scale), gray)
    brain = blob(image, (mid, level), (0.418 * w * grow, 0.43 * h * grow))
    _cortex(image, brain, dice)
    ventricles = _ventricles(image, mid, level, grow, dice)
    spots = tuple(_lesion(image, spot, brain, dice) for spot in plan.spots)
    image += 3.5 * dice.grain(h, w) * (0.4 + image / 160)
    parts = {"brain": (brain.mask(image),), "ventricle": ventricles}
    return Drawing(pixels=pixels(image), parts=parts, lesions=spots)


def _cortex(image: FloatArray, brain: Blob, dice: Dice) -> None:
    h = image.shape[0]
    white = np.clip((0.86 - brain.rho + 0.1 * dice.clouds(*brain.shape, 11)) * 9, 0, 1)
    folds = np.abs(dice.clouds(*brain.shape, 10) + 0.4 * dice.clouds(*brain.shape, 5))
    sulci = np.clip(1 - folds * 9, 0, 1) * np.clip((brain.rho - 0.66) * 5, 0, 1)
    paint(image, brain, brain.cover(1.5), 98 + 34 * white)
    paint(image, brain, brain.cover(1.5) * sulci * 0.85, 40.0)
    y = np.linspace(brain.cy - 0.42 * h, brain.cy + 0.42 * h, 150)
    gap = np.clip((np.abs(y - brain.cy) - 0.2 * h) / 8, 0, 1)
    path = np.column_stack([brain.cx + 0.6 * np.sin(y / 9), y])
    falx = stroke(image, path, 0.2 + 1.6 * gap)
    image += falx * (36 - image) * 0.9


def _ventricles(image: FloatArray, mid: float, level: float, grow: float, dice: Dice) -> tuple[Mask, ...]:
    h, w = image.shape
    length, width = dice.uniform(0.12, 0.15) * h * grow, dice.uniform(0.032, 0.046) * w
    masks = []
    for side in (-1, 1):
        centre = (mid + side * (0.018 * w + width), level - 0.01 * h)
        horn = blob(image, centre, (width, length), tilt=side * -0.16, waves=[(2, 0.08, 0.0)])
        paint(image, horn, horn.cover(1.5), 26.0)
        masks.append(horn.mask(image))
    third = blob(image, (mid, level + 0.2 * h), (0.012 * w, 0.035 * h))
    paint(image, third, third.cover(1.0), 30.0)
    return tuple(masks)


def _lesion(image: FloatArray, spot: Spot, brain: Blob, dice: Dice) -> Mask:
    h, w = image.shape
    side = -1 if spot.side == "left" else 1
    up = -1 if spot.level == "upper" else 1
    centre = (
        brain.cx + side * (0.225 + dice.jitter(0.012)) * w,
        brain.cy + up * (0.185 + dice.jitter(0.015)) * h,
    )
    shape = lesion(image, spot, centre, dice, rough=0.1 if spot.kind == "infarct" else 0.03)
    if spot.kind == "tumor":
        paint(image, shape, shape.cover(1.5), 226 + 10 * dice.clouds(*shape.shape, 4))
    elif spot.kind == "abscess":
        paint(image, shape, shape.cover(1.5), 224.0)
        paint(image, shape, shape.cover(1.5, 0.66), 50.0)
    else:
        paint(image, shape, shape.cover(2.5), 48 + 5 * dice.clouds(*shape.shape, 5))
    return shape.mask(image)
