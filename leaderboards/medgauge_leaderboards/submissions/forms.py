"""`submission.yaml` and `reproduction.yaml`: what is said of a run by those who hand it in, and by those who repeat it.

Both are written by strangers. An unknown key, an alias (a short file that unfolds to a huge one) and a control
character are errors.
"""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from medgauge.errors import BadRecord, MedGaugeError
from medgauge.strict_yaml import read_yaml

SUBMISSION, REPRODUCTION = "submission.yaml", "reproduction.yaml"
FORM = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
State: TypeAlias = Literal["active", "withdrawn", "superseded"]
Form = TypeVar("Form", bound=BaseModel)


def _printable(text: str) -> str:
    bad = next((c for c in text if not c.isprintable()), None)
    if bad is not None:
        raise ValueError(f"a line of printable text, without {bad!r}")
    return text


def _day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("a day as 2026-01-31")
    return text


def _address(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s\"'<>\\]+", text):
        raise ValueError("an address that begins with https:// or http://")
    return text


Line: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
Words: TypeAlias = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_printable)]
Day: TypeAlias = Annotated[str, AfterValidator(_day)]
Address: TypeAlias = Annotated[str, StringConstraints(max_length=500), AfterValidator(_address)]
Hash: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Submission(BaseModel):
    """The file beside a run that is handed in."""

    model_config = FORM

    who: Line
    """People or group who made the run and answer for it."""
    contact: Line
    """Where they can be asked. It stays in this file."""
    title: Line
    """The model's name as people know it."""
    parameters: Annotated[float, Field(ge=0)] | None
    """In billions; null where nobody says."""
    open_weights: bool | None
    licence: Line | None
    """Of the model; null where nobody says."""
    trained_on: tuple[Line, ...] | None
    """Names of the data sets, those of the evaluation too; null where nobody says."""
    url: Address = ""
    date: Day
    """When the run was made."""
    state: State = "active"
    reason: Words = ""
    """Why it is withdrawn or superseded."""
    superseded_by: Annotated[str, StringConstraints(max_length=64)] = ""
    """The folder of the submission that takes its place."""

    @model_validator(mode="after")
    def _explained(self) -> "Submission":
        if self.state != "active" and not self.reason.strip():
            raise ValueError(f"state {self.state} needs a reason")
        if (self.state == "superseded") != bool(self.superseded_by):
            raise ValueError("superseded_by names a submission where, and only where, state is superseded")
        return self


class Reproduction(BaseModel):
    """The file that the board's owners put beside a run of their own that repeats a submission."""

    model_config = FORM

    run: Hash
    """Hash of the run that was repeated, as `submissions check --json` prints it: another run is not reproduced."""
    by: Line
    date: Day
    hardware: Line
    note: Words = ""


def read_form(file: Path, form: type[Form]) -> Form:
    """A file, its size looked at, as the form. Raises MedGaugeError, or BadRecord naming the line and field."""
    try:
        text = file.read_bytes().decode()
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                line = token.start_mark.line + 1
                raise BadRecord(file, line, token.value, "values written out", "an anchor or alias")
        return read_yaml(text, str(file), form)
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "whole file", "UTF-8", str(error)) from error
    except yaml.YAMLError as error:
        raise MedGaugeError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    except (RecursionError, TypeError, ValueError) as error:
        raise BadRecord(file, None, "whole file", "plain keys, days that exist and little depth", str(error)) from error
