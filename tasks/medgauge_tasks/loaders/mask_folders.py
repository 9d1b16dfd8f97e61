"""Data sets whose boxes are masks in folders: nuclei of the Data Science Bowl 2018, polyps of Kvasir-SEG.

Sources: Caicedo et al., Nature Methods 16 (2019), with one folder a picture and one mask a nucleus; Jha et al.,
Kvasir-SEG, MMM 2020, and Borgli et al., HyperKvasir, Scientific Data 7 (2020), with one mask a picture as JPEG. What a
mask must have to be an object is the card's option `min_area`, in pixels of the mask; what has less is left out and
told in the run.
"""

from collections.abc import Sequence
from pathlib import Path

from medgauge.errors import Incomplete
from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Size, Split
from medgauge_tasks.loaders.records import card_folder, check_split, source
from medgauge_tasks.loaders.regions import masked, region_samples, removed_line
from medgauge_tasks.readers.masks import MaskBoxes, component_boxes, object_box, read_mask
from medgauge_tasks.readers.record import Place

NUCLEI = "stage1_train/*/masks"
POLYPS = "**/masks"
"""Below the data set's folder: a mask has the name of its picture in `images` beside it."""


def load_nuclei(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every picture with one box for each nucleus that is large enough. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root, min_area = card_folder(card, data_dir, NUCLEI), int(card.options["min_area"])
    samples: list[Sample] = []
    removed: list[int] = []
    for folder in sorted(root.glob(NUCLEI)):
        id = folder.parent.name
        size, found = _nuclei(card, folder, min_area)
        removed += [area for one in found for area in one.removed]
        media = probe(f"{folder.parent.relative_to(root).as_posix()}/images/{id}.png", root)
        samples += region_samples(card, masked(folder, "nucleus", size, found), media, id=id, group=id)
    return Loaded(root=root, samples=tuple(samples), excluded=removed_line(removed, min_area))


def load_polyps(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every picture with one box for each part of its mask that is large enough. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root, min_area = card_folder(card, data_dir, POLYPS), int(card.options["min_area"])
    samples: list[Sample] = []
    removed: list[int] = []
    for file in sorted((f for folder in root.glob(POLYPS) for f in folder.glob("*.jpg")), key=lambda f: f.name):
        media = probe((file.parent.parent / "images" / file.name).relative_to(root).as_posix(), root)
        mask = read_mask(file, above=127)
        found = component_boxes(mask, min_area)
        removed += found.removed
        one = masked(file, "polyp", (mask.shape[1], mask.shape[0]), [found])
        samples += region_samples(card, one, media, id=file.stem, group=file.stem)
    return Loaded(root=root, samples=tuple(samples), excluded=removed_line(removed, min_area))


def _nuclei(card: Card, folder: Path, min_area: int) -> tuple[Size, Sequence[MaskBoxes]]:
    """The size of a picture's masks, and each one's box. Raises BadRecord where two are not of one size."""
    size: Size | None = None
    found = []
    for file in sorted(folder.glob("*.png")):
        mask = read_mask(file, above=127)
        own = (mask.shape[1], mask.shape[0])
        if own != (size or own):
            Place(file=file).fail("(size)", f"the size of the other masks, {size}", own)
        size = own
        found.append(object_box(mask, min_area))
    if size is None:
        raise Incomplete(f"{folder} holds no mask. {source(card)}")
    return size, found
