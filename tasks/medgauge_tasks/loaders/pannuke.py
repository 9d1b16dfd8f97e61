"""PanNuke: tiles of 19 tissues in three folds of numpy arrays, of which the third is the test split here.

Source: Gamper et al., arXiv:2003.10778. `images.npy` holds numbers from 0 to 255 as floats, (n, 256, 256, 3);
`types.npy` the tissues' names. The nuclei's masks are not read.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medgauge.errors import Incomplete
from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.classes import Pictured, class_samples, codes
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.rendered import canvas
from medgauge_tasks.readers.grey import check_pixels
from medgauge_tasks.readers.record import Place

IMAGES, TYPES = "Fold 3/images/fold3/images.npy", "Fold 3/images/fold3/types.npy"


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every tile of the fold with its tissue, in the arrays' order. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, IMAGES)
    with sourced(card):
        images, types = _array(root / IMAGES), _array(root / TYPES)
    place = Place(file=root / IMAGES)
    if images.ndim != 4 or images.shape[3] != 3 or images.dtype.kind not in "fiu":
        place.fail("(array)", "numbers of shape (n, height, width, 3)", f"{images.dtype} {images.shape}")
    if types.shape != images.shape[:1] or types.dtype.kind != "U":
        Place(file=root / TYPES).fail("(array)", f"{len(images)} names", f"{types.dtype} {types.shape}")
    check_pixels(place, images.shape[2], images.shape[1])
    drawn, words = canvas(card, root), codes(card)
    samples: list[Sample] = []
    for number, tissue in enumerate(map(str, types), 1):
        at = Place(file=root / TYPES, number=number, part="the array")
        if tissue not in words:
            at.fail("(type)", f"one of {', '.join(words)}", tissue)
        id = f"fold3-{number - 1}"
        path = drawn.picture(id, root / IMAGES, lambda n=number: _tile(place, images[n - 1]))  # type: ignore[misc]
        one = Pictured(place=at, id=id, group=id, media=probe(path, drawn.root), tags={})
        samples += class_samples(card, one, [words[tissue]])
    return Loaded(root=drawn.root, samples=tuple(samples))


def _array(file: Path) -> NDArray[Any]:
    """The array, of which nothing is read before it is asked for; an array of objects is refused."""
    try:
        found: NDArray[Any] = np.load(file, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing.") from None
    except (OSError, ValueError, EOFError) as error:
        Place(file=file).fail("(whole file)", "an array as numpy writes it", str(error))
    return found


def _tile(place: Place, values: NDArray[Any]) -> NDArray[np.uint8]:
    if not (values.min() >= 0 and values.max() <= 255):
        place.fail("(pixels)", "numbers from 0 to 255", (float(values.min()), float(values.max())))
    tile: NDArray[np.uint8] = np.rint(values).astype(np.uint8)
    return tile
