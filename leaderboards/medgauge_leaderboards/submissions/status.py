"""`status.json`: what a check found, for the leaderboard. It is tied to the very runs that were checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from medgauge import codec
from medgauge.errors import BadRecord, Incomplete, shorten
from medgauge.store import write_atomic
from medgauge.strict import STRICT
from medgauge_leaderboards.submissions.forms import State

SCHEMA_VERSION = 1
Made: TypeAlias = Literal["self-reported", "recomputed", "reproduced"]
Retired: TypeAlias = Literal["withdrawn", "superseded", "withdrawn-false", "superseded-false"]
"""What stays listed and is not ranked; `-false` where a number of it does not come out."""
Status: TypeAlias = Made | Retired
MOST_BYTES = 16_000_000
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is known of one run that was handed in."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    """The submission's folder."""
    made: Made
    """How far its numbers were made sure of."""
    differs: bool
    """A number that it claims does not come out. Only what is withdrawn or superseded may be listed with that."""
    state: State
    reason: str
    """Why it is withdrawn or superseded."""
    superseded_by: str
    who: str
    title: str
    date: str
    reproduced_by: str
    """Who made the run again, when and on what; empty where nobody did, or where it did not agree."""
    parameters: float | None
    """Billions. This and what follows is what the submission says of the model; None: nobody says."""
    open_weights: bool | None
    licence: str | None
    trained_on: tuple[str, ...] | None

    @property
    def status(self) -> Status:
        """What a row shows: its state where it is not active, else how far it was made sure of."""
        if self.state == "withdrawn":
            return "withdrawn-false" if self.differs else "withdrawn"
        if self.state == "superseded":
            return "superseded-false" if self.differs else "superseded"
        return self.made


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """The file."""

    __pydantic_config__: ClassVar = STRICT

    schema_version: int = SCHEMA_VERSION
    medgauge: str
    lock: str
    """sha256 of `lock.json`."""
    rule: str
    """When a row counts as reproduced."""
    runs: Mapping[str, Mark]
    """By `run_hash`."""
    bare: tuple[Mark, ...]
    """Withdrawn or superseded and handed in no more: there is no run that a mark could be tied to."""


def write_statuses(made: Statuses, file: Path) -> None:
    """Write it whole or not at all."""
    write_atomic(file, codec.dumps(codec.plain(made), indent=1) + "\n")


def read_statuses(file: Path) -> Statuses:
    """The file, strictly. Raises Incomplete where there is none, BadRecord."""
    if not file.is_file():
        raise Incomplete(f"no file {file}; `medgauge submissions check DIR --out {file}` writes it")
    if file.stat().st_size > MOST_BYTES:
        raise BadRecord(file, None, "whole file", f"at most {MOST_BYTES} bytes", file.stat().st_size)
    try:
        data = codec.loads(file.read_bytes().decode(), file)
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "whole file", "UTF-8", str(error)) from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise BadRecord(file, None, "schema_version", f"{SCHEMA_VERSION}, of `submissions check --out`", version)
    made = codec.convert(Statuses, data, file)
    bad = next((run for run in made.runs if not _HASH.fullmatch(run)), None)
    if bad is not None:
        raise BadRecord(file, None, "runs", "hashes of runs", bad)
    false = next((mark.name for mark in made.runs.values() if mark.differs and mark.state == "active"), None)
    if false is not None:
        raise BadRecord(file, None, "differs", "false for what is active", f"true for {shorten(false)}")
    return made


def read_status(file: Path) -> dict[str, Status]:
    """Hash of a run (`run_hash`) to what its row shows. Raises like `read_statuses`."""
    return {run: mark.status for run, mark in read_statuses(file).runs.items()}
