"""A curved-array view of the liver: speckle in a sector, portal vein, diaphragm."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray
from medgauge_tasks.demo.phantoms.design import Plan, Spot
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing, canvas, lesion
from medgauge_tasks.demo.phantoms.draw.shapes import Blob, Mask, blob, grid, paint, pixels, shade, stroke

_BEAMS, _DEPTHS = 120, 220


def draw(plan: Plan, dice: Dice) -> Drawing:
    """Draw one view."""
    image = canvas(dice, 224, 192, (104.0,))
    h, w = image.shape
    _, y = grid(image)
    beam, depth, sector = _sector(h, w)
    image += 12 * dice.clouds(h, w, 30) + 8 * dice.clouds(h, w, 9)
    diaphragm = _diaphragm(image, dice)
    vein = _vein(image, dice)
    shapes = [_outline(image, spot, dice) for spot in plan.spots]
    for spot, shape in zip(plan.spots, shapes, strict=True):
        _behind(image, spot, shape)
    for spot, shape in zip(plan.spots, shapes, strict=True):
        gray = {"cyst": 7.0, "nodule": 196.0, "stone": 250.0}[spot.kind]
        paint(image, shape, shape.cover(1.5), gray)
    speckle = np.hypot(dice.grain(_DEPTHS, _BEAMS), dice.grain(_DEPTHS, _BEAMS))
    speckle = (speckle + np.roll(speckle, 1, axis=1)) / 2.5
    bright = np.clip(image / 245, 0, 1) ** 4
    shade(image, (1 - bright) * (0.55 + 0.45 * speckle[depth, beam]) + bright)
    shade(image, np.clip(1.1 - 0.28 * y / h, 0, 2) * sector)
    skin = np.clip(1 - np.abs(_radius(h, w) - 0.325 * h) / 3, 0, 1)
    image += skin * sector * 110 + 2 * dice.grain(h, w)
    parts = {"diaphragm": (diaphragm & (sector > 0.5),), "vein": (vein,)}
    return Drawing(pixels=pixels(image), parts=parts, lesions=tuple(s.mask(image) for s in shapes))


@cache
def _sector(h: int, w: int) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Beam and depth index of every pixel, and 1 inside the sector, 0 outside."""
    image = np.zeros((h, w))
    x, y = grid(image)
    radius, angle = _radius(h, w), np.arctan2(x - w / 2, y + 0.25 * h)
    inside = (np.abs(angle) < 0.66) & (radius > 0.315 * h) & (radius < 1.235 * h)
    beam = np.clip((angle + 0.66) / 1.32 * _BEAMS, 0, _BEAMS - 1).astype(np.intp)
    depth = np.clip(radius / (1.24 * h) * _DEPTHS, 0, _DEPTHS - 1).astype(np.intp)
    return beam, depth, inside.astype(np.float64)


@cache
def _radius(h: int, w: int) -> FloatArray:
    x, y = grid(np.zeros((h, w)))
    return np.asarray(np.hypot(x - w / 2, y + 0.25 * h))


def _diaphragm(image: FloatArray, dice: Dice) -> Mask:
    h, w = image.shape
    across = np.linspace(-1, 1, 220)
    centre = w * (0.5 + dice.jitter(0.02))
    height = h * (0.91 + dice.jitter(0.012))
    path = np.column_stack([centre + across * 0.27 * w, height - 0.055 * h * (1 - across**2)])
    line = stroke(image, path, np.full(220, 5.0))
    image += line * (242 - image)
    return line > 0.5


def _vein(image: FloatArray, dice: Dice) -> Mask:
    h, w = image.shape
    centre = (w * (0.5 + dice.jitter(0.01)), h * (0.5 + dice.jitter(0.04)))
    vein = blob(image, centre, (0.075 * w, 0.036 * h), tilt=dice.jitter(0.5))
    paint(image, vein, vein.cover(1.5), 190.0)
    paint(image, vein, vein.cover(1.5, 0.68), 20.0)
    return vein.mask(image)


def _outline(image: FloatArray, spot: Spot, dice: Dice) -> Blob:
    h, w = image.shape
    side = -1 if spot.side == "left" else 1
    across = 0.195 if spot.level == "upper" else 0.215
    centre = (
        w * (0.5 + side * (across + dice.jitter(0.012))),
        h * ((0.325 if spot.level == "upper" else 0.675) + dice.jitter(0.012)),
    )
    return lesion(image, spot, centre, dice, rough=0.05 if spot.kind == "nodule" else 0.02)


def _behind(image: FloatArray, spot: Spot, shape: Blob) -> None:
    """Enhancement behind a cyst, shadow behind a stone."""
    if spot.kind == "nodule":
        return
    h, w = image.shape
    x, y = grid(image)
    below = np.clip((y - shape.cy) / 3, 0, 1) * np.clip((shape.cy + shape.radius + 0.24 * h - y) / 12, 0, 1)
    tail = np.clip((shape.radius * 0.9 - np.abs(x - shape.cx - (y - shape.cy) * (shape.cx - w / 2) / h)) / 3, 0, 1)
    shade(image, 1 + (0.55 if spot.kind == "cyst" else -0.8) * below * tail)
