"""YAML files with a declared form: an unknown key, a wrong type or a key that comes twice is an error."""

import json
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from medgauge.errors import BadRecord, MedGaugeError

Form = TypeVar("Form", bound=BaseModel)


def read_yaml(text: str, file: str, form: type[Form]) -> Form:
    """Text of a YAML file as the pydantic form. Raises MedGaugeError, or BadRecord naming file, line and field."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise MedGaugeError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    _check_keys(root, file)
    if not isinstance(value, dict):
        raise BadRecord(file, 1, "(the whole file)", "a mapping of keys to values", value)
    try:
        return form.model_validate_json(json.dumps(value, default=str))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadRecord(
            file, _line(root, first["loc"]), ".".join(map(str, first["loc"])), _expected(first, form), first["input"]
        ) from error


def _expected(error: Any, form: type[BaseModel]) -> str:
    if error["type"] == "extra_forbidden" and len(error["loc"]) == 1:
        return f"one of the keys {', '.join(sorted(form.model_fields))}"
    return str(error["msg"])


def _check_keys(node: yaml.Node | None, file: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _check_keys(child, file)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            if key.value in seen:
                raise BadRecord(file, key.start_mark.line + 1, str(key.value), "a key that comes once", "it again")
            seen.add(key.value)
            _check_keys(child, file)


def _line(node: yaml.Node | None, path: tuple[int | str, ...]) -> int:
    """Line of the deepest node on the path, counted from one."""
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            hits = [(key, child) for key, child in node.value if key.value == str(step)]
            if not hits:
                break
            line, node = hits[0][0].start_mark.line + 1, hits[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
            line, node = child.start_mark.line + 1, child
    return line
