"""Pictures as numbers, measured once each: the same picture serves many tasks and both languages."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from medgauge.types import FloatArray, Media
from medgauge_model_adapters.baselines.features import context, whole
from medgauge_model_adapters.baselines.pixels import grid_means, open_view
from medgauge_model_adapters.baselines.regions import Planes, describe, measure, propose, to_pixels, to_unit

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
CELLS = 28
CAPACITY = 640
"""Pictures kept; about 1 MB each."""
NOTES = 8192
"""Rows of numbers kept; a few kB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that the vision baseline knows of a picture."""

    planes: Planes
    whole: FloatArray
    """(F,)"""
    context: FloatArray
    """(C,): the colours alone, beside the description of a place."""
    map: NDArray[np.float32]
    """(4, CELLS, CELLS): brightness, both tints and edges, coarsely."""
    proposals: FloatArray
    """(N, 4) in the unit square."""
    described: FloatArray
    """(N, G): `describe` of every proposal, and how its component looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """A bounded memory of pictures by the hash of their bytes; what it gives does not depend on what it holds."""

    kept: OrderedDict[str, Picture] = field(default_factory=OrderedDict, repr=False, compare=False)
    notes: OrderedDict[tuple[str, ...], FloatArray] = field(default_factory=OrderedDict, repr=False, compare=False)
    capacity: int = CAPACITY

    def look(self, media: Media) -> Picture:
        """The picture, measured now or before. Raises UnreadableImage."""
        return _remember(self.kept, media.sha256, self.capacity, lambda: _picture(media))

    def remember(self, key: tuple[str, ...], make: Callable[[], FloatArray]) -> FloatArray:
        """What `make` gives, made now or before under the same key, which holds all that it hangs on."""
        return _remember(self.notes, key, NOTES, make)

    def describe(self, media: Media, boxes: FloatArray) -> FloatArray:
        """(M, G - 3) numbers about any boxes (M, 4) of the unit square. Raises UnreadableImage."""

        def make() -> FloatArray:
            planes = self.look(media).planes
            return describe(planes, to_pixels(boxes, planes.view.shape))

        return self.remember((media.sha256 or media.path, boxes.tobytes().hex()), make)


def _remember(memory: OrderedDict[K, V], key: K, capacity: int, make: Callable[[], V]) -> V:
    """The value of a key; the one that was not asked for longest is forgotten. An empty key is not remembered."""
    if key in memory:
        memory.move_to_end(key)
        return memory[key]
    value = make()
    if key:
        memory[key] = value
        while len(memory) > capacity:
            memory.popitem(last=False)
    return value


def _picture(media: Media) -> Picture:
    planes = measure(open_view(media))
    boxes, extra = propose(planes)
    colours = context(planes.view)
    coarse = (planes.view.grey, *planes.tint, planes.edge)
    return Picture(
        planes=planes,
        whole=whole(planes, colours),
        context=colours,
        map=np.asarray([grid_means(p, CELLS, CELLS) for p in coarse], dtype=np.float32).reshape(-1, CELLS, CELLS),
        proposals=to_unit(boxes, planes.view.shape),
        described=np.concatenate([describe(planes, boxes), extra], axis=1),
    )
