"""Models that write no boxes: nothing is read, points are counted, and a question about a region is refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from medgauge.errors import MedGaugeError
from medgauge.protocols import Decoded, Frame
from medgauge.types import Language, Xyxy
from medgauge_model_adapters.boxes.box_words import WORDS_ONLY

_POINT = re.compile(r"<points?\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxlessFormat:
    """No boxes; satisfies `medgauge.protocols.BoxFormat`.

    A point has no extent: to make a box of it would be to invent one. Where a model writes points, each piece of its
    markup counts as malformed, so that the counter shows what was said and not read.
    """

    name: str
    points: bool = False
    """The model writes `<point ...>` and `<points ...>`."""
    families: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    unverified: str = ""
    note: str = ""

    def decode(self, text: str, frame: Frame) -> Decoded:
        """No box, whatever the text."""
        del frame
        return Decoded(malformed=sum(1 for _ in _POINT.finditer(text)) if self.points else 0)

    def encode(self, mentions: Sequence[tuple[str, Sequence[Xyxy]]], frame: Frame) -> str:
        """The names alone. Raises MedGaugeError where there is a box to write."""
        del frame
        if any(boxes for _, boxes in mentions):
            raise MedGaugeError(
                f"box format {self.name!r} writes no boxes, so nothing can be asked about a region; leave such tasks "
                "out, or declare another format (--set box_format=json-1000)"
            )
        return ", ".join(name for name, _ in mentions)

    def describe(self, language: Language) -> str:
        """One sentence for the prompt: words, and no coordinates."""
        return WORDS_ONLY[language]
