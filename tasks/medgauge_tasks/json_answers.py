"""Answers in JSON: one object with the keys that were asked for, read by rule. Anything else that starts as one is
unparsed.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medgauge.codec import clean_text, loads
from medgauge.errors import BadRecord
from medgauge.protocols import BoxFormat, Decoded, Mention
from medgauge.types import JsonObject, Output, Sample
from medgauge_tasks.reading import Heard, frame_of

TEXT: JsonObject = {"type": "string"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonAnswer:
    """An answer that was meant as JSON."""

    values: Mapping[str, Any] | None
    """The object; None where it is none, or a key is missing."""

    def text(self, key: str) -> str:
        """The words under a key, a number as it is written; empty where there are none."""
        value = (self.values or {}).get(key)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return clean_text(str(value)).strip()

    def texts(self, key: str) -> tuple[str, ...] | None:
        """The list of words under a key; None where it is no list of words."""
        value = (self.values or {}).get(key)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return None
        return tuple(clean_text(one).strip() for one in value)


def json_answer(heard: Heard, *keys: str, named: bool = False) -> JsonAnswer | None:
    """The answer as JSON; None where it is in words.

    It is meant as JSON where it starts with a brace; with `named`, for families whose boxes may start so too, where
    one of the keys follows.
    """
    opening = rf'\{{\s*"(?:{"|".join(keys)})"\s*:' if named else r"\{"
    if not re.match(opening, heard.text):
        return None
    try:
        values = loads(heard.text, "answer")
    except BadRecord:
        return JsonAnswer(values=None)
    return JsonAnswer(values=values if isinstance(values, dict) and set(keys) <= set(values) else None)


def object_of(**properties: JsonObject) -> JsonObject:
    """The schema of an object with exactly these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def one_of(values: Iterable[str]) -> JsonObject:
    """The schema of one of some texts."""
    return {"type": "string", "enum": list(values)}


def decode_items(items: object, sample: Sample, outputs: Sequence[Output], box_format: BoxFormat) -> Decoded:
    """The boxes of a list, each item written as the model writes boxes: a text, or what JSON makes of it.

    An item without a box is malformed. Places in an item are not places in the output: boxes have no spans.
    """
    frame = frame_of(sample, outputs)
    if not isinstance(items, list) or frame is None:
        return Decoded(malformed=int(not isinstance(items, list)))
    found = [box_format.decode(_written(item), frame) for item in items]
    mentions = tuple(replace(m, start=0, end=0, spans=()) for one in found for m in one.mentions if _holds(m))
    empty = sum(not one.malformed and not any(map(_holds, one.mentions)) for one in found)
    malformed = sum(one.malformed for one in found) + empty
    return Decoded(mentions=mentions, malformed=malformed, violations=sum(one.violations for one in found))


def _holds(mention: Mention) -> bool:
    return bool(mention.boxes or mention.invalid)


def _written(item: object) -> str:
    return clean_text(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False))
