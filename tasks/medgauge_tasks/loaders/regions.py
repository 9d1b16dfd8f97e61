"""Boxes drawn on a picture, as samples that ask where the card's labels are: one in each of the card's languages."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from medgauge.tasks import Card, Label
from medgauge.types import Answer, Box, Media, Sample, Size
from medgauge_tasks.readers.annotated import Annotated, Drawn
from medgauge_tasks.readers.masks import MaskBoxes
from medgauge_tasks.readers.record import Place


def region_samples(
    card: Card,
    annotated: Annotated,
    media: Media,
    *,
    id: str,
    group: str,
    asked: Sequence[str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> list[Sample]:
    """Ask for every label of the card, or for those whose names in the source are `asked`.

    A box's label is a label's name or one of its aliases on the card. Raises BadRecord for another label, for a box
    out of the frame, and for a picture of another size than the source states: its boxes would not fit.
    """
    if annotated.size and media.size and annotated.size != media.size:
        annotated.place.fail(f"size of {annotated.name}", f"the picture's own, {media.size}", annotated.size)
    known = {name: label for label in card.labels for name in (label.name, *label.aliases)}
    boxes = [
        (_known(known, drawn), box) for drawn, box in zip(annotated.drawn, annotated.framed(media.size), strict=True)
    ]
    wanted = card.labels if asked is None else tuple(dict.fromkeys(known[name] for name in asked))
    samples = []
    for language in card.languages:
        choices = tuple(label.zh if language == "zh" else label.name for label in wanted)
        named = tuple(Box(xyxy=box.xyxy, label=label.zh if language == "zh" else label.name) for label, box in boxes)
        samples.append(
            Sample(
                id=id,
                task=card.name,
                language=language,
                choices=choices,
                media=(media,),
                target=Answer(boxes=named),
                tags={**card_tags(card), "regime": regime(choices, named), **(tags or {})},
                group=group,
            )
        )
    return samples


def masked(file: Path, label: str, size: Size, masks: Iterable[MaskBoxes]) -> Annotated:
    """The boxes of a picture's masks under one label; `file` is the mask, or the folder of the masks."""
    place = Place(file=file)
    drawn = tuple(Drawn(place=place, box=Box(xyxy=xyxy, label=label)) for mask in masks for xyxy in mask.boxes)
    return Annotated(place=place, name=file.name, size=size, drawn=drawn)


def removed_line(areas: Sequence[int], min_area: int) -> tuple[str, ...]:
    """What was taken out of masks, in a line for the run; none when nothing was."""
    if not areas:
        return ()
    return (f"{len(areas)} parts of masks with fewer than {min_area} pixels are left out, the largest of {max(areas)}",)


def card_tags(card: Card) -> Mapping[str, str]:
    """Modality and organ, where the card has one of each, so that a prompt can name the picture."""
    single = {"modality": card.modality, "organ": card.body_part}
    return {tag: names[0] for tag, names in single.items() if len(names) == 1}


def regime(choices: tuple[str, ...], boxes: tuple[Box, ...]) -> str:
    """Two letters, s for one and m for many: objects asked for, then boxes of one object."""
    counts = [sum(box.label == choice for box in boxes) for choice in choices]
    return ("m" if len(choices) > 1 else "s") + ("m" if max(counts, default=0) > 1 else "s")


def _known(known: Mapping[str, Label], drawn: Drawn) -> Label:
    if drawn.box.label not in known:
        drawn.place.fail("label", f"one of {', '.join(known)}", drawn.box.label)
    return known[drawn.box.label]
