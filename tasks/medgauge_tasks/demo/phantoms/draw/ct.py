"""An axial slice through the upper abdomen, soft tissue window: liver, spleen, vertebra, aorta."""

import numpy as np

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Plan, Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing, canvas, lesion
from medgauge_tasks.demo.phantoms.draw.shapes import Blob, Mask, blob, paint, pixels, waves


def draw(plan: Plan, dice: Dice) -> Drawing:
    """Draw one slice."""
    image = canvas(dice, 224, 192, (6.0,))
    h, w = image.shape
    mid, level = w * (0.5 + dice.jitter(0.012)), h * (0.5 + dice.jitter(0.012))
    body = blob(image, (mid, level), (0.475 * w, 0.465 * h))
    paint(image, body, body.cover(1.5), 72.0)
    for scale, gray in ((0.93, 128.0), (0.87, 66.0)):
        paint(image, body, body.cover(2.0, scale), gray)
    _ribs(image, body, dice)
    grow = dice.uniform(0.95, 1.04)
    liver = blob(
        image,
        (mid - 0.215 * w, level - 0.03 * h),
        (0.175 * w * grow, 0.335 * h * grow),
        tilt=0.06,
        waves=waves(dice, 0.02, (2, 3)),
    )
    spleen = blob(
        image,
        (mid + 0.235 * w, level - 0.01 * h),
        (0.145 * w * grow, 0.31 * h * grow),
        tilt=-0.06,
        waves=waves(dice, 0.02, (2, 3)),
    )
    for organ, gray in ((liver, 142.0), (spleen, 150.0)):
        paint(image, organ, organ.cover(2.0), gray + 5 * dice.clouds(*organ.shape, 6))
    vertebra, aorta = _midline(image, mid, level, dice)
    spots = tuple(_lesion(image, spot, (liver, spleen), dice) for spot in plan.spots)
    image += 5 * dice.grain(h, w) + 3 * dice.clouds(h, w, 3)
    parts = {
        "liver": (liver.mask(image),),
        "spleen": (spleen.mask(image),),
        "vertebra": (vertebra.mask(image),),
        "aorta": (aorta.mask(image),),
    }
    return Drawing(pixels=pixels(image), parts=parts, lesions=spots)


def _ribs(image: FloatArray, body: Blob, dice: Dice) -> None:
    wall = (body.rho > 0.885) & (body.rho < 0.925)
    turns = np.cos(11 * body.angle + dice.uniform(0, 6.28)) > 0.55
    paint(image, body, (wall & turns).astype(np.float64), 225.0)


def _midline(image: FloatArray, mid: float, level: float, dice: Dice) -> tuple[Blob, Blob]:
    h, w = image.shape
    centre = (mid, level + (0.27 + dice.jitter(0.012)) * h)
    arch = blob(image, (mid, centre[1] + 0.085 * h), (0.05 * w, 0.055 * h))
    paint(image, arch, arch.cover(2.0), 190.0)
    paint(image, arch, arch.cover(1.5, 0.55), 70.0)
    vertebra = blob(image, centre, (0.065 * w, 0.062 * h))
    paint(image, vertebra, vertebra.cover(2.0), 222.0)
    paint(image, vertebra, vertebra.cover(2.0, 0.75), 186 + 14 * dice.clouds(*vertebra.shape, 3))
    aorta = blob(image, (mid + dice.jitter(0.02) * w, level + (0.135 + dice.jitter(0.01)) * h), (0.034 * w,) * 2)
    paint(image, aorta, aorta.cover(1.5), 192.0)
    bowel = blob(image, (mid + 0.015 * w, level - 0.2 * h), (0.05 * w, 0.11 * h), waves=waves(dice, 0.04))
    paint(image, bowel, bowel.cover(2.0), 112.0)
    return vertebra, aorta


def _lesion(image: FloatArray, spot: Spot, organs: tuple[Blob, Blob], dice: Dice) -> Mask:
    h, w = image.shape
    organ = organs[spot.side == "right"]
    drop = (-0.155 if spot.level == "upper" else 0.155) + dice.jitter(0.012)
    centre = (organ.cx + dice.jitter(0.014) * w, organ.cy + drop * h)
    shape = lesion(image, spot, centre, dice, rough=0.06 if spot.kind == "mass" else 0.025)
    if spot.kind == "cyst":
        paint(image, shape, shape.cover(1.5), 52.0)
    elif spot.kind == "mass":
        paint(image, shape, shape.cover(2.0), 218 + 12 * dice.clouds(*shape.shape, 4))
        paint(image, shape, shape.cover(4.0, 0.55), 96.0)
    else:
        paint(image, shape, shape.cover(1.0), 252.0)
    return shape.mask(image)
