"""A picture as the vision baseline works on it: small, upright, in floats, with sums for quick means over boxes."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from medgauge.media import open_image
from medgauge.types import FloatArray, Media

LONGEST = 176
"""Pixels: larger pictures are scaled down to this before anything is measured."""
SHORTEST = 28
"""Pixels: thinner pictures are stretched, so that every grid below has a pixel in each cell."""

Plane: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The planes of one picture, all (h, w), values about 0 to 1."""

    red: Plane
    green: Plane
    blue: Plane
    grey: Plane

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels of the scaled picture."""
        return self.grey.shape[0], self.grey.shape[1]


def open_view(media: Media) -> View:
    """Decode and scale down. Raises UnreadableImage."""
    image = open_image(media)
    if max(image.size) > LONGEST:
        image.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    if min(image.size) < SHORTEST:
        image = image.resize((max(image.width, SHORTEST), max(image.height, SHORTEST)), Image.Resampling.NEAREST)
    pixels = np.asarray(image, dtype=np.float32) / np.float32(255)
    red, green, blue = (np.ascontiguousarray(pixels[:, :, channel]) for channel in range(3))
    grey = pixels @ np.asarray((0.299, 0.587, 0.114), dtype=np.float32)
    return View(red=red, green=green, blue=blue, grey=grey.astype(np.float32))


def blur(plane: Plane, sigma: float) -> Plane:
    """Nearly a Gaussian of that standard deviation, by two running means: many times faster."""
    size = max(1, round((6 * sigma**2 + 1) ** 0.5))
    return np.asarray(ndimage.uniform_filter(ndimage.uniform_filter(plane, size), size))


def slopes(plane: Plane) -> tuple[Plane, Plane]:
    """The gradient along y and x, 0 on the border."""
    dy, dx = np.zeros_like(plane), np.zeros_like(plane)
    dy[1:-1] = (plane[2:] - plane[:-2]) / 2
    dx[:, 1:-1] = (plane[:, 2:] - plane[:, :-2]) / 2
    return dy, dx


def sums(plane: Plane) -> FloatArray:
    """(h + 1, w + 1): the sum of everything above and to the left."""
    table = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    table[1:, 1:] = plane.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    return table


def box_means(table: FloatArray, boxes: NDArray[np.intp]) -> FloatArray:
    """Means over (N, 4) pixel boxes x1, y1, x2, y2 (the far edges not included), from a table of sums."""
    x1, y1, x2, y2 = boxes.T
    total = table[y2, x2] - table[y1, x2] - table[y2, x1] + table[y1, x1]
    result: FloatArray = total / np.maximum((x2 - x1) * (y2 - y1), 1)
    return result


def grid_means(plane: Plane, rows: int, columns: int) -> FloatArray:
    """(rows * columns,) means over a grid of nearly equal cells. The plane has at least as many pixels as cells."""
    y = np.linspace(0, plane.shape[0], rows + 1).round().astype(np.intp)
    x = np.linspace(0, plane.shape[1], columns + 1).round().astype(np.intp)
    totals = np.add.reduceat(np.add.reduceat(plane, y[:-1], axis=0), x[:-1], axis=1)
    return np.asarray(totals / np.outer(np.diff(y), np.diff(x)), dtype=np.float64).ravel()


def halved(plane: Plane) -> Plane:
    """Means of 2 x 2 pixels; an odd last row or column is left out."""
    height, width = plane.shape[0] // 2 * 2, plane.shape[1] // 2 * 2
    even = plane[:height, :width]
    result: Plane = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
    return result
