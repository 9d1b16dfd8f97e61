"""Shapes on a pixel grid: soft-edged paint, exact masks, boxes.

Images are float arrays in 0-255, (H, W) or (H, W, 3); x goes right, y down, the centre of pixel (row, column) is
(column + 0.5, row + 0.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray, Xyxy
from medgauge_tasks.demo.phantoms.dice import Dice

Mask = NDArray[np.bool_]
Colour = float | tuple[float, float, float] | FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A closed outline inside a window of the image."""

    rows: slice
    columns: slice
    cx: float
    cy: float
    rho: FloatArray
    """(h, w): 0 at the centre, 1 on the outline."""
    angle: FloatArray
    """(h, w): radians around the centre."""
    radius: float
    """Mean radius in pixels: turns rho into a distance."""

    def cover(self, soft: float = 1.0, scale: float = 1.0) -> FloatArray:
        """(h, w) paint in [0, 1]; the edge at rho = scale fades over `soft` pixels."""
        return np.clip((scale - self.rho) * self.radius / soft + 0.5, 0.0, 1.0)

    def ring(self, inner: float, soft: float = 1.0) -> FloatArray:
        """(h, w) paint between rho = inner and the outline."""
        return self.cover(soft) - self.cover(soft, inner)

    @property
    def shape(self) -> tuple[int, int]:
        """Height, width of the window."""
        return self.rho.shape[0], self.rho.shape[1]

    def mask(self, image: FloatArray) -> Mask:
        """(H, W): True inside the outline."""
        mask = np.zeros(image.shape[:2], dtype=np.bool_)
        mask[self.rows, self.columns] = self.rho < 1.0
        return mask


def blob(
    image: FloatArray,
    centre: tuple[float, float],
    radii: tuple[float, float],
    *,
    tilt: float = 0.0,
    waves: Sequence[tuple[int, float, float]] = (),
) -> Blob:
    """An ellipse whose outline waves: each (k, amplitude, phase) adds amplitude * cos(k * angle + phase).

    The outline is scaled so that it never leaves the plain ellipse, so that a size class holds for any waves.
    """
    (cx, cy), (rx, ry) = centre, radii
    reach = max(rx, ry) + 3
    rows, columns = _window(cy, reach, image.shape[0]), _window(cx, reach, image.shape[1])
    y = np.arange(rows.start, rows.stop)[:, None] + 0.5 - cy
    x = np.arange(columns.start, columns.stop)[None, :] + 0.5 - cx
    cos, sin = np.cos(tilt), np.sin(tilt)
    u, v = (x * cos + y * sin) / rx, (y * cos - x * sin) / ry
    angle = np.arctan2(v, u)
    rho = np.hypot(u, v) / _outline(angle, waves)
    return Blob(rows=rows, columns=columns, cx=cx, cy=cy, rho=rho, angle=angle, radius=(rx + ry) / 2)


def waves(dice: Dice, amount: float, orders: Sequence[int] = (2, 3, 4, 5)) -> list[tuple[int, float, float]]:
    """Random waves for `blob`, each of about `amount` of the radius."""
    return [(k, amount * dice.uniform(0.4, 1.0) * 2 / k, dice.uniform(0, 6.28)) for k in orders]


def paint(image: FloatArray, shape: Blob, cover: FloatArray, colour: Colour) -> None:
    """Lay a colour over the image inside the shape's window; `colour` may be an array of the window's shape."""
    part = image[shape.rows, shape.columns]
    weight = cover if image.ndim == 2 else cover[..., None]
    part += weight * (np.asarray(colour, dtype=np.float64) - part)


def lay(image: FloatArray, cover: FloatArray, colour: Colour) -> None:
    """Lay a colour over the whole image with (H, W) paint."""
    weight = cover if image.ndim == 2 else cover[..., None]
    image += weight * (np.asarray(colour, dtype=np.float64) - image)


def shade(image: FloatArray, factor: FloatArray) -> None:
    """Multiply the image by an (H, W) factor."""
    image *= factor if image.ndim == 2 else factor[..., None]


def stroke(image: FloatArray, path: FloatArray, width: FloatArray) -> FloatArray:
    """(H, W) paint of a thick line through the (N, 2) points x, y with N widths in pixels."""
    cover: FloatArray = np.zeros(image.shape[:2])
    reach = int(np.ceil(width.max() / 2)) + 1
    step = np.arange(-reach, reach + 1)
    dy, dx = (g.ravel() for g in np.meshgrid(step, step, indexing="ij"))
    column = np.floor(path[:, :1]).astype(np.intp) + dx
    row = np.floor(path[:, 1:]).astype(np.intp) + dy
    distance = np.hypot(column + 0.5 - path[:, :1], row + 0.5 - path[:, 1:])
    value = np.clip(width[:, None] / 2 - distance + 0.5, 0.0, 1.0)
    h, w = image.shape[:2]
    inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
    np.maximum.at(cover, (row[inside], column[inside]), value[inside])
    return cover


def grid(image: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(1, W) x and (H, 1) y of the pixel centres."""
    h, w = image.shape[:2]
    x, y = np.arange(w, dtype=np.float64), np.arange(h, dtype=np.float64)
    return x[None, :] + 0.5, y[:, None] + 0.5


def box_of(mask: Mask) -> Xyxy:
    """The smallest box around the True pixels, right and bottom edge exclusive. Raises ValueError for none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        raise ValueError("an empty mask has no box")
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def pixels(image: FloatArray) -> NDArray[np.uint8]:
    """The image as 8-bit values."""
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _window(centre: float, reach: float, size: int) -> slice:
    return slice(max(0, int(centre - reach)), min(size, int(np.ceil(centre + reach))))


def _outline(angle: FloatArray, waves: Sequence[tuple[int, float, float]]) -> FloatArray | float:
    if not waves:
        return 1.0
    around = np.linspace(0, 2 * np.pi, 90)
    peak = float(np.max(1 + sum(a * np.cos(k * around + phase) for k, a, phase in waves)))
    return np.asarray((1 + sum(a * np.cos(k * angle + phase) for k, a, phase in waves)) / peak)
