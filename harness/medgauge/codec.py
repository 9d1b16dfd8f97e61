"""JSON at the file boundary: strict in, canonical out.

Canonical is sorted keys, UTF-8 with Chinese readable, and never NaN or infinity.
"""

import json
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from medgauge.errors import BadRecord

T = TypeVar("T")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_FINITE = re.compile(r"NaN|Infinity")


_adapter = cast(Callable[[Any], TypeAdapter[Any]], cache(TypeAdapter))


def clean_text(text: str) -> str:
    """Text as UTF-8 can carry it: a lone surrogate becomes U+FFFD."""
    return _SURROGATES.sub("\ufffd", text)


def plain(value: object, *, brief: bool = False) -> dict[str, Any]:
    """A dataclass as JSON-ready data; `brief` leaves out the fields that hold their default."""
    data: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json", exclude_defaults=brief)
    return data


def dumps(value: object, indent: int | None = None) -> str:
    """Canonical JSON. Raises ValueError on NaN and infinity."""
    separators = (",", ": ") if indent else (", ", ": ")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=indent, separators=separators)
    return clean_text(text)


def loads(text: str, file: Path | str, line: int | None = None) -> Any:
    """JSON without NaN and infinity. Raises BadRecord naming the place."""

    def refuse(constant: str) -> None:
        raise BadRecord(file, line, constant, "a finite number", constant)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise BadRecord(file, line, "names", "every name once", [name for name, _ in pairs])
        return dict(pairs)

    def finite(number: str) -> float:
        if math.isinf(value := float(number)):
            raise BadRecord(file, line, number, "a finite number", number)
        return value

    try:
        return json.loads(text, parse_constant=refuse, parse_float=finite, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        place = line if line is not None else error.lineno
        raise BadRecord(file, place, f"column {error.colno}", f"JSON ({error.msg})", text[:80]) from error
    except (RecursionError, ValueError) as error:
        raise BadRecord(file, line, "whole line", "JSON of a reasonable depth and numbers", text[:80]) from error


def decode(kind: type[T], text: str, file: Path | str, line: int | None = None) -> T:
    """One JSON text as a dataclass, strictly. Raises BadRecord with field, expected and actual."""
    if _NOT_FINITE.search(text):
        loads(text, file, line)
    try:
        value: T = _adapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "whole line"
        expected = "JSON" if first["type"] == "json_invalid" else first["msg"].removeprefix("Input should be ")
        raise BadRecord(file, line, field, expected, first["input"]) from error
    return value


def convert(kind: type[T], data: object, file: Path | str, line: int | None = None) -> T:
    """Parsed data (YAML, JSON) as a dataclass. Lists become tuples. Raises BadRecord."""
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, default=str)
        text.encode()
    except (RecursionError, ValueError) as error:
        raise BadRecord(file, line, "whole file", "finite numbers, text and a reasonable depth", str(error)) from error
    return decode(kind, text, file, line)
