"""ISIC 2017: skin lesions under the dermatoscope, their diagnosis (part 3) and their outline (part 1).

Source: Codella et al., arXiv:1710.05006. The challenge names files by part and split; a widespread mirror of the
validation set keeps the same pictures smaller, beside masks of the original size.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medgauge.errors import MedGaugeError
from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Media, Sample, Split
from medgauge_tasks.loaders.records import card_folder, check_split, read_records
from medgauge_tasks.loaders.regions import card_tags, masked, region_samples, removed_line
from medgauge_tasks.readers.masks import MaskBoxes, object_box, read_mask, rescaled
from medgauge_tasks.readers.record import Place, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where one copy of the data keeps labels, pictures and masks."""

    labels: str
    images: str
    masks: str


def _official(part: str) -> Layout:
    stem = f"ISIC-2017_{part}"
    return Layout(labels=f"{stem}_Part3_GroundTruth.csv", images=f"{stem}_Data", masks=f"{stem}_Part1_GroundTruth")


MIRROR = Layout(labels="example_ground_truth.csv", images="images_768", masks="masks_original_size")
LAYOUTS: Mapping[str, tuple[Layout, ...]] = {
    "test": (_official("Test_v2"),),
    "validation": (_official("Validation"), MIRROR),
}
"""The card's option `part` to the layouts that hold it."""
MELANOMA, KERATOSIS = "melanoma", "seborrheic_keratosis"
CLASSES = {(1.0, 0.0): 0, (0.0, 1.0): 1, (0.0, 0.0): 2}
"""The two columns to the position of the card's label."""


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every picture of the table with its diagnosis. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root, layout = _found(card, data_dir, "labels")
    read = read_records(card, root / layout.labels, "image_id")
    samples = [s for record in read.records for s in _diagnosis(card, record, _picture(root, layout, record))]
    return Loaded(root=root, samples=tuple(samples), excluded=read.excluded)


def load_lesions(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every picture that has a mask, with the box around its lesion. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root, layout = _found(card, data_dir, "masks")
    min_area = int(card.options["min_area"])
    samples: list[Sample] = []
    removed: list[int] = []
    for file in sorted((root / layout.masks).glob("*_segmentation.png")):
        id = file.name.removesuffix("_segmentation.png")
        media = _picture(root, layout, Record(place=Place(file=file), id=id, values={}))
        mask = read_mask(file, above=127)
        found = object_box(mask, min_area)
        height, width = mask.shape
        size = media.size or (width, height)
        scaled = MaskBoxes(boxes=rescaled(found.boxes, (width, height), size, Place(file=file)))
        removed += found.removed
        samples += region_samples(card, masked(file, "lesion", size, [scaled]), media, id=id, group=id)
    return Loaded(root=root, samples=tuple(samples), excluded=removed_line(removed, min_area))


def _found(card: Card, data_dir: Path | None, what: str) -> tuple[Path, Layout]:
    part = card.options.get("part", "")
    if part not in LAYOUTS:
        raise MedGaugeError(f"{card.name}: option 'part' is {part!r}; it can be {', '.join(LAYOUTS)}")
    layouts = LAYOUTS[part]
    root = card_folder(card, data_dir, *(getattr(layout, what) for layout in layouts))
    return root, next(layout for layout in layouts if (root / getattr(layout, what)).exists())


def _diagnosis(card: Card, record: Record, media: Media) -> list[Sample]:
    marks = record.number(MELANOMA), record.number(KERATOSIS)
    if marks not in CLASSES or len(card.labels) != len(CLASSES):
        record.fail(KERATOSIS, f"0 or 1, and not 1 where {MELANOMA} is 1", marks)
    return [
        Sample(
            id=record.id,
            task=card.name,
            language=language,
            choices=card.label_names(language),
            media=(media,),
            target=Answer(labels=(card.label_names(language)[CLASSES[marks]],)),
            tags={"kind": "single", **card_tags(card)},
            group=record.id,
        )
        for language in card.languages
    ]


def _picture(root: Path, layout: Layout, record: Record) -> Media:
    named = Record(place=record.place, id=record.id, values={"image_id": f"{record.id}.jpg"})
    return named.media("image_id", layout.images, lambda path: probe(path, root))
