"""COCO JSON: images, annotations and categories in one object."""

from collections.abc import Mapping
from pathlib import Path

from medgauge.types import Box
from medgauge_tasks.readers.annotated import Annotated, BoxForm, Drawn
from medgauge_tasks.readers.json_rows import read_object
from medgauge_tasks.readers.record import Place, Record

FORM = BoxForm(order="xywh")
"""Upper left corner, width and height, in pixels from 0."""


def read_coco(file: Path) -> tuple[Annotated, ...]:
    """Every image in the file's order with its boxes; an image without one stays, with none.

    Source boxes are xywh in continuous pixels, so x2 = x + w. `said` is the rest of the image's object. A box that
    stands for a crowd is refused: it is no object. Raises Incomplete and BadRecord.
    """
    whole = read_object(file)
    names = {id: one.text("name") for id, one in _by_id(whole, "categories").items()}
    images = _by_id(whole, "images")
    drawn: dict[int, list[Drawn]] = {id: [] for id in images}
    for one in _list(whole, "annotations"):
        image, category = one.whole("image_id"), one.whole("category_id")
        if image not in images:
            one.fail("image_id", "the id of an image of the file", image)
        if category not in names:
            one.fail("category_id", "the id of a category of the file", category)
        if one.values.get("iscrowd", 0) != 0:
            one.fail("iscrowd", "0, a box around one object", one.values["iscrowd"])
        xyxy = FORM.xyxy(one.numbers("bbox", 4), None)
        drawn[image].append(Drawn(place=one.place, box=Box(xyxy=xyxy, label=names[category])))
    return tuple(_annotated(image, drawn[id]) for id, image in images.items())


def _annotated(image: Record, drawn: list[Drawn]) -> Annotated:
    return Annotated(
        place=image.place,
        name=image.text("file_name"),
        size=(image.whole("width"), image.whole("height")),
        drawn=tuple(drawn),
        said=image.values,
    )


def _list(whole: Record, field: str) -> list[Record]:
    parts = whole.parts(field)
    file = whole.place.file
    return [
        Record(place=Place(file=file, number=n, part=field), id=str(n), values=part.values)
        for n, part in enumerate(parts, 1)
    ]


def _by_id(whole: Record, field: str) -> Mapping[int, Record]:
    found: dict[int, Record] = {}
    for one in _list(whole, field):
        id = one.whole("id")
        if id in found:
            one.fail("id", "an id that no other has", id)
        found[id] = one
    return found
