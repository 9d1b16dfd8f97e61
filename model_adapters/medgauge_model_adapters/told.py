"""`--set about=FILE.yaml`: what whoever runs a model tells of it, where nothing here can know."""

from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from pydantic import BaseModel, ConfigDict, create_model

from medgauge import codec
from medgauge.about import About
from medgauge.errors import MedGaugeError
from medgauge.strict_yaml import read_yaml

TOLD = "all of this was told by whoever made the run (--set about), and nobody checked it"


def read_about(file: Path) -> About:
    """The fields of `About` from a strict YAML file, marked as told.

    Raises MedGaugeError for a file that cannot be read or is no YAML, BadRecord naming line and field.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise MedGaugeError(f"--set about={file}: cannot read it: {why}; expected a YAML file") from error
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            raise MedGaugeError(f"{file}: expected every value written out, got a YAML alias (*)")
        told = read_yaml(text, str(file), _form())
    except (RecursionError, TypeError, ValueError) as error:
        raise MedGaugeError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    except yaml.YAMLError as error:
        raise MedGaugeError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    about = codec.convert(About, told.model_dump(mode="json"), file)
    return replace(about, unverified=(*about.unverified, TOLD))


@cache
def _form() -> type[BaseModel]:
    """The fields of `About`, as what a YAML file is held to."""
    hints = get_type_hints(About, include_extras=True)
    declared: dict[str, Any] = {field.name: (hints[field.name], field.default) for field in fields(About)}
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    return create_model("AboutFile", __config__=config, **declared)
