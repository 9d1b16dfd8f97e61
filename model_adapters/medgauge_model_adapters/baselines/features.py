"""A whole picture as numbers: coarse picture, colours, edges, texture, symmetry, and the strongest spots."""

import numpy as np
from skimage.feature import graycomatrix, graycoprops, local_binary_pattern

from medgauge.types import FloatArray
from medgauge_model_adapters.baselines.pixels import Plane, View, blur, grid_means, halved, slopes
from medgauge_model_adapters.baselines.regions import Planes

_PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
_GLCM = ("contrast", "homogeneity", "energy", "correlation")
SPOT_WIDTHS = (0.015, 0.03, 0.055)
"""Widths of spots as shares of the picture's longer side."""


def context(view: View) -> FloatArray:
    """(C,) numbers that tell one kind of picture from another: colours and shape."""
    return np.asarray(np.nan_to_num(np.append(_colours(view), view.shape[1] / view.shape[0])))


def whole(planes: Planes, colours: FloatArray) -> FloatArray:
    """(F,) numbers about the whole picture, its `context` among them; F is the same for all pictures."""
    view = planes.view
    coarse = grid_means(view.grey, 8, 8)
    mirror = coarse.reshape(8, 8) - coarse.reshape(8, 8)[:, ::-1]
    parts = [
        coarse,
        mirror[:, :4].ravel(),
        *(grid_means(plane, 4, 4) for plane in planes.tint),
        grid_means(planes.edge, 6, 6),
        colours,
        _directions(view.grey),
        _texture(view.grey),
        _spots(planes),
    ]
    return np.asarray(np.nan_to_num(np.concatenate(parts)))


def _colours(view: View) -> FloatArray:
    planes = (view.red, view.green, view.blue)
    histogram = np.bincount(np.minimum(view.grey.ravel() * 16, 15).astype(np.intp), minlength=16) / view.grey.size
    quantiles = [np.percentile(plane[::3, ::3], _PERCENTILES) for plane in planes]
    spreads = [[plane.mean(), plane.std()] for plane in planes]
    return np.concatenate([histogram, *quantiles, *spreads])


def _directions(grey: Plane) -> FloatArray:
    """Directions of edges, 8 bins in each of 2 x 2 cells."""
    dy, dx = slopes(grey)
    turn = np.minimum((np.arctan2(dy, dx) % np.pi) / np.pi * 8, 7).astype(np.intp)
    height, width = grey.shape
    cell = 2 * (np.arange(height) >= height // 2)[:, None] + (np.arange(width) >= width // 2)[None, :]
    strength = np.bincount((8 * cell + turn).ravel(), weights=np.hypot(dx, dy).ravel(), minlength=32)
    result: FloatArray = strength / max(float(strength.sum()), 1e-9)
    return result


def _texture(grey: Plane) -> FloatArray:
    """Local binary patterns, and the co-occurrence of grey levels at three distances."""
    bytes_ = np.clip(halved(grey) * 255, 0, 255).astype(np.uint8)
    codes = local_binary_pattern(bytes_, 8, 1, "uniform")
    patterns = np.bincount(codes.astype(np.intp).ravel(), minlength=10) / codes.size
    matrix = graycomatrix(bytes_ // 16, [1, 3, 6], [0, np.pi / 2], levels=16, symmetric=True, normed=True)
    return np.concatenate([patterns, *(graycoprops(matrix, name).ravel() for name in _GLCM)])


def _spots(planes: Planes) -> FloatArray:
    """The strongest bright and dark spot in every quadrant and the whole, at several widths, and where it is."""
    grey = halved(planes.view.grey)
    values: list[float] = []
    for width in SPOT_WIDTHS:
        sigma = max(1.0, width * max(grey.shape))
        band = blur(grey, sigma) - blur(grey, 1.6 * sigma)
        values += _extremes(band)
    for tint in planes.tint:
        plane, sigma = halved(tint), max(1.0, 0.03 * max(grey.shape))
        values += _extremes(blur(plane, sigma) - blur(plane, 2 * sigma))
    return np.asarray(values)


def _extremes(band: Plane) -> list[float]:
    values: list[float] = []
    height, width = band.shape
    for signed in (band, -band):
        y, x = np.unravel_index(int(np.argmax(signed)), band.shape)
        values += [float(signed.max()), x / width, y / height, float(signed.std())]
        for rows in (slice(0, height // 2), slice(height // 2, height)):
            for columns in (slice(0, width // 2), slice(width // 2, width)):
                values.append(float(signed[rows, columns].max()))
    return values
