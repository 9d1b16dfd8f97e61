"""Regional CoT: where to look first, then the question with the boxes that were found. Settings `cot`, `cot_*`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias, cast, get_args

from medgauge.errors import MedGaugeError
from medgauge.strict import STRICT

First: TypeAlias = Literal["regions"]
Call: TypeAlias = Literal["history", "fresh"]
NoBox: TypeAlias = Literal["plain", "say"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cot:
    """A dialogue of two turns on a task that is asked in one; both turns are logged, the last is read."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    first: First = "regions"
    """What the first turn asks for: boxes of regions that matter."""
    call: Call = "history"
    """The question follows in the same conversation, or is asked in a new one with the picture again."""
    no_box: NoBox = "plain"
    """Where no box came back: the question as it is asked without Regional CoT, or with the words that none was
    found."""
    wording: Mapping[str, str] = field(default_factory=dict)
    """Task to the hash of the wording of the dialogue."""

    def settings(self) -> dict[str, str]:
        """The `--set` that make it again."""
        usual = Cot()
        named = {"cot_call": self.call, "cot_no_box": self.no_box}
        changed = {name: value for name, value in named.items() if value != getattr(usual, name.removeprefix("cot_"))}
        return {"cot": self.first, **changed}


def split_cot(settings: Mapping[str, str]) -> tuple[Cot | None, dict[str, str]]:
    """The dialogue that settings ask for, and the rest of them. Raises MedGaugeError for a value that there is not."""
    rest = dict(settings)
    own: dict[str, str] = {name: rest.pop(name) for name in ("cot", "cot_call", "cot_no_box") if name in rest}
    for name, known in (("cot", First), ("cot_call", Call), ("cot_no_box", NoBox)):
        allowed = (*get_args(known), "none") if name == "cot" else get_args(known)
        if own.get(name, allowed[0]) not in allowed:
            raise MedGaugeError(f"--set {name}={own[name]}: expected one of {', '.join(allowed)}")
    if own.get("cot", "none") == "none":
        if len(own) > ("cot" in own):
            raise MedGaugeError(f"--set {max(own)}: goes with --set cot=regions")
        return None, rest
    call, no_box = own.get("cot_call", "history"), own.get("cot_no_box", "plain")
    return Cot(call=cast(Call, call), no_box=cast(NoBox, no_box)), rest
