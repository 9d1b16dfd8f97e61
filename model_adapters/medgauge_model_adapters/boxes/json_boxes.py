"""Boxes written as JSON objects: `[{"bbox_2d": [a, b, c, d], "label": "name"}, ...]`, fenced or bare.

Every complete object counts, wherever it stands, so a list that was cut off keeps what was finished. One pass over
the text: the time is linear in its length.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from medgauge.codec import clean_text
from medgauge_model_adapters.boxes.markup import LARGEST, Markup, Named, Quad, Reading, Span, Written

LABEL_KEY = "label"
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|[{}]')
_IN_LIST = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]]')
_FENCES = ("```json", "```JSON", "```")
_AFTER = re.compile(r"(?:\s*+,(?=\s*+\{))?(?:\s*+\])?(?:\s*+```)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonObjects:
    """Objects with a box and a label; satisfies `boxes.markup.Markup`."""

    key: str = "bbox_2d"
    """Where the box stands. An object without it is malformed."""

    def read(self, text: str) -> Reading:
        """All objects that hold the key. Any other object, and one that never ends, is malformed."""
        written: list[Written] = []
        malformed = previous = 0
        for start, end in _objects(text):
            found = self._entry(text, start, end) if end else None
            if found is None:
                malformed += 1
                continue
            label, boxes, unreadable = found
            malformed += unreadable
            after = _AFTER.match(text, end)
            stop = after.end() if after else end
            written.append(
                Written(
                    label=label,
                    quads=tuple(quad for quad, _ in boxes),
                    spans=tuple(span for _, span in boxes),
                    start=_opening(text, previous, start),
                    end=stop,
                )
            )
            previous = stop
        return Reading(written=tuple(written), malformed=malformed)

    def write(self, mentions: Sequence[Named]) -> str:
        """One object a box; a name without boxes has no object."""
        key, label_key = json.dumps(self.key), json.dumps(LABEL_KEY)
        entries = (
            f"{{{key}: [{', '.join(quad)}], {label_key}: {json.dumps(label, ensure_ascii=False)}}}"
            for label, quads in mentions
            for quad in quads
        )
        return "```json\n[" + ",\n".join(entries) + "]\n```"

    def _entry(self, text: str, start: int, end: int) -> tuple[str, list[tuple[Quad, Span]], int] | None:
        """Label, boxes with their places and the number of unreadable ones; None when the object is none of ours."""
        try:
            data = json.loads(text[start:end])
        except (ValueError, RecursionError):
            return None
        value = data.get(self.key)
        if not isinstance(value, list):
            return None
        label = data.get(LABEL_KEY, "")
        nested = bool(value) and all(isinstance(item, list) for item in value)
        lists: list[Any] = value if nested else [value]
        spans = self._spans(text, start, end, nested=nested)
        if len(spans) != len(lists):
            spans = [(start, end)] * len(lists)
        quads = [(quad, span) for quad, span in zip(map(_quad, lists), spans, strict=True) if quad is not None]
        return clean_text(label).strip() if isinstance(label, str) else "", quads, len(lists) - len(quads)

    def _spans(self, text: str, start: int, end: int, *, nested: bool) -> list[Span]:
        """What stands inside each list of numbers; nothing where the key is written in an unusual way."""
        opened = list(re.finditer(rf'"{re.escape(self.key)}"\s*+:\s*+(?=\[)', text[start:end]))
        spans: list[Span] = []
        depth = begin = 0
        for token in _IN_LIST.finditer(text, start + opened[-1].end(), end) if opened else ():
            depth += {"[": 1, "]": -1}.get(token[0], 0)
            if token[0] == "[" and depth == 1 + nested:
                begin = token.end()
            elif token[0] == "]" and depth == nested:
                spans.append((begin, token.start()))
            if depth == 0:
                break
        return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonOr:
    """JSON objects where a text has any, else another markup; satisfies `boxes.markup.Markup`."""

    objects: JsonObjects
    other: Markup
    writes_objects: bool = True

    def read(self, text: str) -> Reading:
        """What the objects hold; the other markup is read only in a text without any."""
        found = self.objects.read(text)
        return found if found.written or found.malformed else self.other.read(text)

    def write(self, mentions: Sequence[Named]) -> str:
        """In the one markup that the model prefers."""
        return (self.objects if self.writes_objects else self.other).write(mentions)


def _objects(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the innermost objects; the end is 0 for one that the text breaks off."""
    start = text.find("{")
    while start >= 0:
        end, position = 0, start + 1
        while token := _TOKEN.search(text, position):
            position = token.end()
            if token[0] == "{":
                start = token.start()
            elif token[0] == "}":
                end = position
                break
        yield start, end
        start = text.find("{", end) if end else -1


def _quad(values: list[Any]) -> Quad | None:
    """Four numbers, or None. NaN and infinity are numbers here: their box is invalid, not unreadable."""
    if len(values) != 4 or any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        return None
    if not all(-LARGEST <= v <= LARGEST or (isinstance(v, float) and not math.isfinite(v)) for v in values):
        return None
    a, b, c, d = map(float, values)
    return (a, b, c, d)


def _opening(text: str, floor: int, start: int) -> int:
    """Where the bracket and the fence before an object begin."""
    before = text[floor:start].rstrip()
    if not before.endswith("["):
        return start
    before = before[:-1].rstrip()
    fence = next((fence for fence in _FENCES if before.endswith(fence)), "")
    return floor + len(before) - len(fence)
