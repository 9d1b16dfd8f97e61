"""A picture beside pictures like it: what is unusual here, where, and how it looks.

Anatomy is alike in pictures of one kind; what none of the most similar training pictures shows at about the same
place stands out. This tells lesions from anatomy without any box to learn from.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from medgauge.types import FloatArray, Media
from medgauge_model_adapters.baselines.album import CELLS, Album, Picture

NEIGHBOURS = 14
TYPICAL = 0.7
"""Share of the neighbours that must be darker (brighter) for a cell to stand out."""
CUTS = (0.3, 0.8, 1.5)
SPOTS = 3
_NEAR = 3
"""Cells around a spot that belong to it."""
_HALF = CELLS // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """The training pictures of a task, for comparison."""

    album: Album = field(repr=False)
    digest: str
    """Of the names: what is remembered of a picture hangs on whom it was compared with."""
    names: Mapping[str, int] = field(repr=False)
    """Hash of every picture to its place."""
    centre: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    looks: FloatArray = field(repr=False)
    """(N, F) their `whole`, scaled."""
    maps: tuple[NDArray[np.float32], ...] = field(repr=False)

    def row(self, media: Media) -> FloatArray:
        """(F + S,) the whole picture, and what is unusual in it. Raises UnreadableImage."""
        name = media.sha256 or media.path

        def make() -> FloatArray:
            picture = self.album.look(media)
            return _row(picture, self.maps, self.nearest(picture.whole, self.names.get(name)))

        return self.album.remember((self.digest, name), make)

    def nearest(self, whole: FloatArray, without: int | None) -> NDArray[np.intp]:
        """Indices of the training pictures that look most alike, the picture itself left out."""
        distance = np.square(self.looks - (whole - self.centre) / self.spread).sum(axis=1).round(9)
        if without is not None:
            distance[without] = np.inf
        return np.argsort(distance, kind="stable")[: min(NEIGHBOURS, len(distance) - (without is not None))]


def make_eye(media: Sequence[Media], album: Album) -> Eye:
    """The eye for a set of training pictures, at least one. Raises UnreadableImage."""
    by_name = {one.sha256 or one.path: one for one in media}
    names = sorted(by_name)
    pictures = [album.look(by_name[name]) for name in names]
    wholes = np.stack([picture.whole for picture in pictures])
    centre, spread = wholes.mean(axis=0), wholes.std(axis=0) + 1e-9
    return Eye(
        album=album,
        digest=hashlib.sha256("\n".join(names).encode()).hexdigest(),
        names={name: index for index, name in enumerate(names)},
        centre=centre,
        spread=spread,
        looks=(wholes - centre) / spread,
        maps=tuple(picture.map for picture in pictures),
    )


def _row(picture: Picture, maps: Sequence[NDArray[np.float32]], near: NDArray[np.intp]) -> FloatArray:
    here = picture.map
    if near.size:
        others = np.stack([maps[index] for index in near])
        rank = round(TYPICAL * (near.size - 1))
        highs = np.sort(ndimage.maximum_filter(others, size=(1, 1, 3, 3)), axis=0)
        lows = np.sort(ndimage.minimum_filter(others, size=(1, 1, 3, 3)), axis=0)
        bright = np.maximum(here - highs[rank], 0)
        dark = np.maximum(lows[near.size - 1 - rank] - here, 0)
    else:
        bright = dark = np.zeros_like(here)
    scale = here.std(axis=(1, 2))[:, None, None] + 1e-3
    total = ((bright + dark) / scale).sum(axis=0)
    unusual = np.concatenate(
        [_planes(np.concatenate([bright, dark])), _areas(total), _spots(total, here, bright - dark)]
    )
    return np.concatenate([picture.whole, unusual])


def _planes(maps: NDArray[np.float32]) -> FloatArray:
    """For each map: its largest value and where, its mean, and the largest value in each quarter."""
    flat = maps.reshape(len(maps), -1)
    place = flat.argmax(axis=1)
    quarters = maps.reshape(len(maps), 2, _HALF, 2, _HALF).max(axis=(2, 4)).reshape(len(maps), 4)
    columns = [flat.max(axis=1), flat.mean(axis=1), place % CELLS / CELLS, place // CELLS / CELLS]
    return np.concatenate([np.stack(columns, axis=1), quarters], axis=1).astype(np.float64).ravel()


def _areas(total: NDArray[np.float32]) -> FloatArray:
    """At every cut: how many connected parts stand out, their cells, the place and extent of the largest."""
    values: list[float] = []
    for cut in CUTS:
        out = total > cut
        labels = np.zeros(out.shape, dtype=np.int32)
        ndimage.label(out, output=labels)
        cells = np.bincount(labels.ravel())[1:]
        values += [cells.size, int((cells > 1).sum()), int(cells.max(initial=0)), int(cells.sum())]
        values += [out[:, :_HALF].sum(), out[:, _HALF:].sum(), out[:_HALF].sum(), out[_HALF:].sum()]
        if cells.size:
            rows, columns = ndimage.find_objects(labels)[int(cells.argmax())]
            values += [rows.start + rows.stop, columns.start + columns.stop, rows.stop - rows.start]
            values.append(columns.stop - columns.start)
        else:
            values += [CELLS, CELLS, 0, 0]
    return np.asarray(values, dtype=np.float64)


def _spots(total: NDArray[np.float32], here: NDArray[np.float32], change: NDArray[np.float32]) -> FloatArray:
    """The places that stand out most: how much, where, and how the picture looks there."""
    left = ndimage.uniform_filter(total, 3)
    found: list[FloatArray] = []
    for _ in range(SPOTS):
        y, x = (int(index) for index in np.unravel_index(int(left.argmax()), left.shape))
        around = here[:, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
        place = np.asarray([left[y, x], x / CELLS, y / CELLS, around[0].std(), around[-1].mean()])
        found.append(np.concatenate([place, here[:, y, x], change[:, y, x]], dtype=np.float64))
        left[max(0, y - _NEAR) : y + _NEAR + 1, max(0, x - _NEAR) : x + _NEAR + 1] = -1
    return np.concatenate(found)
