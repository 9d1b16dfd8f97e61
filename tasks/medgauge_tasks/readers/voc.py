"""Pascal VOC: one XML file a picture."""

import math
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from medgauge.errors import Incomplete
from medgauge.types import Box, Size
from medgauge_tasks.readers.annotated import Annotated, Drawn
from medgauge_tasks.readers.record import Place

CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read_voc(file: Path, *, from_one: bool) -> Annotated:
    """The boxes of one picture, whose name is the XML's `filename`; its `path`, somebody's own disk, is not looked at.

    `from_one` is what the source's tool means by its corners. True, as the Pascal VOC challenge: pixels are counted
    from 1 and the last belongs to the box, so that x1 = xmin - 1 and x2 = xmax. False, as labelImg: corners are
    continuous pixels. A DTD, and with it every entity, is refused. Raises Incomplete and BadRecord.
    """
    place = Place(file=file)
    root = _root(file)
    if root.tag != "annotation":
        place.fail("(root)", "an element annotation", root.tag)
    drawn = []
    for number, one in enumerate(root.findall("object"), 1):
        at = Place(file=file, number=number, part="the objects")
        x1, y1, x2, y2 = (_number(at, one, f"bndbox/{corner}") for corner in CORNERS)
        shift = 1.0 if from_one else 0.0
        box = Box(xyxy=(x1 - shift, y1 - shift, x2, y2), label=_text(at, one, "name"))
        drawn.append(Drawn(place=at, box=box))
    return Annotated(place=place, name=_text(place, root, "filename"), size=_size(place, root), drawn=tuple(drawn))


def _root(file: Path) -> Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    place = Place(file=file)
    try:
        root: Element = fromstring(file.read_bytes(), forbid_dtd=True)
    except FileNotFoundError:
        raise Incomplete(f"{file} is missing.") from None
    except DefusedXmlException as error:
        place.fail("(whole file)", "XML without a DTD or entities", str(error))
    except (ParseError, LookupError, ValueError) as error:
        place.fail("(whole file)", "XML", str(error))
    return root


def _size(place: Place, root: Element) -> Size:
    width, height = (_number(place, root, f"size/{side}") for side in ("width", "height"))
    if not (width.is_integer() and height.is_integer() and width > 0 and height > 0):
        place.fail("size", "width and height in whole pixels", (width, height))
    return int(width), int(height)


def _text(place: Place, parent: Element, path: str) -> str:
    text = (parent.findtext(path) or "").strip()
    if not text:
        place.fail(path, "text that is not empty", parent.findtext(path))
    return text


def _number(place: Place, parent: Element, path: str) -> float:
    text = _text(place, parent, path)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        place.fail(path, "a finite number", text)
    return number
