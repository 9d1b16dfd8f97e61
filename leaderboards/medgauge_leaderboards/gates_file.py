"""`gates.yaml`: what a comparison is held to. An unknown key, task, metric or sample is an error."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from medgauge.errors import BadRecord, Incomplete
from medgauge.strict_yaml import read_yaml
from medgauge_leaderboards.document import Mode

PRIMARY = "primary"
Tier: TypeAlias = Literal["replay", "smoke", "full"]
Share: TypeAlias = Literal["unparsed", "failed", "refused", "truncated"]
Fraction: TypeAlias = Annotated[float, Field(ge=0, le=1)]
TIER_MODES: Mapping[str, Mode] = {"replay": "exact", "smoke": "detect", "full": "noninferior"}


FINITE = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Gate(BaseModel):
    """One metric of some tasks, and how it is judged."""

    model_config = FINITE

    task: str
    """A task as results name it (`slake/zh`), or a pattern (`slake/*`, `*`)."""
    metric: str = PRIMARY
    """A name, a pattern, or `primary`."""
    mode: Mode | None = None
    """By default what the tier says: replay exact, full noninferior, otherwise detect."""
    margin: Annotated[float, Field(gt=0)] | None = None
    """noninferior: the loss that is still acceptable, in the metric's own unit (0.02 is two points)."""
    min_effect: Annotated[float, Field(ge=0)] = 0.0
    """detect: a smaller loss warns and does not fail."""


class CeilingRule(BaseModel):
    """A maximum for a share of the samples."""

    model_config = FINITE

    task: str
    share: Share
    max: Fraction | None = None
    max_increase: Fraction | None = None
    """Over the base's share."""

    @model_validator(mode="after")
    def _bounded(self) -> "CeilingRule":
        if self.max is None and self.max_increase is None:
            raise ValueError("give max, max_increase or both")
        return self


class Gates(BaseModel):
    """The whole file."""

    model_config = FINITE

    baseline: str | None = None
    """A blessed name or a path, used where the command line gives the candidate alone."""
    tier: Tier | None = None
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    family: Literal["holm", "none"] = "holm"
    """How p is adjusted over all gated metrics."""
    gates: tuple[Gate, ...] = (Gate(task="*"),)
    """By default the primary metric of every task."""
    ceilings: tuple[CeilingRule, ...] = ()
    must_pass: dict[str, tuple[str, ...]] = {}
    """Task to ids of samples that have to be right."""

    def mode(self, gate: Gate) -> Mode:
        """How a gate judges, where it does not say so itself by its tier."""
        return gate.mode or TIER_MODES.get(self.tier or "", "detect")


def read_gates(file: Path) -> Gates:
    """The file, checked by itself. Raises MedGaugeError, or BadRecord naming line and key."""
    if not file.is_file():
        raise Incomplete(f"no file {file}")
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise BadRecord(file, None, "whole file", "UTF-8", str(error)) from error
    gates = read_yaml(text, str(file), Gates)
    for i, gate in enumerate(gates.gates):
        mode, place = gates.mode(gate), f"gates.{i}"
        if (gate.margin is not None) != (mode == "noninferior"):
            said = "a margin (0.02 is two points of a proportion)" if mode == "noninferior" else "no margin"
            raise BadRecord(file, None, f"{place}.margin", f"{said} in mode {mode}", gate.margin)
        if gate.min_effect and mode != "detect":
            raise BadRecord(file, None, f"{place}.min_effect", f"none in mode {mode}", gate.min_effect)
    return gates


def matching(pattern: str, names: Mapping[str, object] | list[str]) -> list[str]:
    """The names that a pattern stands for; a name stands for itself, whatever characters it holds."""
    return [pattern] if pattern in names else [name for name in names if fnmatchcase(name, pattern)]
