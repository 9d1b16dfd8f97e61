"""Which box formats no reader can tell apart: what one writes, another reads without a complaint."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from medgauge.protocols import Frame
from medgauge.types import Xyxy
from medgauge_model_adapters.boxes.declared_boxes import DeclaredBoxFormat

_STEPS = (0.0, 0.1, 0.45, 0.75, 1.0)
"""Places along a side where corners are tried: both edges, so that the smallest and the largest number are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistaken:
    """A pair that looks right and is read wrong."""

    written: str
    read: str
    shift: float
    """The largest distance that a corner moves, as a share of the image's side."""


def mistaken(formats: Iterable[DeclaredBoxFormat], frame: Frame) -> Iterator[Mistaken]:
    """Every ordered pair of formats where all boxes of an image that one writes are read by the other.

    Read means: as many boxes, none of them invalid, no piece malformed, no number out of range. `frame` matters only
    where numbers are pixels, or relative to another picture than the image.
    """
    known = tuple(formats)
    boxes = _boxes(frame)
    for writer in known:
        text = writer.encode([("object", boxes)], frame)
        own = _read(writer, text, frame, len(boxes))
        for reader in known:
            found = _read(reader, text, frame, len(boxes)) if reader != writer else None
            if found is not None and own is not None:
                yield Mistaken(written=writer.name, read=reader.name, shift=_shift(own, found, frame))


def _boxes(frame: Frame) -> list[Xyxy]:
    width, height = frame.original
    spans = [(low, high) for low in _STEPS for high in _STEPS if high - low >= 0.2]
    return [(a * width, c * height, b * width, d * height) for a, b in spans for c, d in spans]


def _read(reader: DeclaredBoxFormat, text: str, frame: Frame, count: int) -> list[Xyxy] | None:
    """The boxes of a text, or None where a counter shows that it is not the reader's."""
    decoded = reader.decode(text, frame)
    boxes = [box for mention in decoded.mentions for box in mention.boxes]
    suspect = decoded.malformed or decoded.violations or len(boxes) != count
    return None if suspect else boxes


def _shift(own: list[Xyxy], found: list[Xyxy], frame: Frame) -> float:
    sides = (*frame.original, *frame.original)
    return max(
        abs(a - b) / side
        for one, other in zip(own, found, strict=True)
        for a, b, side in zip(one, other, sides, strict=True)
    )
