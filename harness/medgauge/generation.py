"""How an answer is drawn from a model: by writing, or by weighing options."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, TypeAlias

from medgauge.errors import MedGaugeError
from medgauge.strict import STRICT

Scoring: TypeAlias = Literal["none", "first-token", "whole-option"]
"""How options get a score from a model's probabilities; with `none` they get none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """How text is drawn from a model; greedy by default."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    max_new_tokens: int = 512
    min_new_tokens: int = 0
    temperature: float = 0.0
    """0 is greedy."""
    top_p: float = 1.0
    top_k: int = 0
    """0 keeps all tokens."""
    repetition_penalty: float = 1.0
    num_beams: int = 1
    seed: int = 0
    """Drawing mixes it with the trial and the question: questions share no random numbers, and a trial repeats."""
    logprobs: bool = False
    """Keep the log-probability of every token written: `Output.logprobs`."""
    scoring: Scoring = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the things to choose from."""

    label: str
    """Its name in `Output.scores`."""
    forms: tuple[str, ...]
    """The ways to say it, in both languages; the first is how an answer by likelihood says it."""
    letter: str = ""
    """Its letter, where the question asks for one: first-token scoring weighs the letters alone, and answers so."""

    def said(self, scoring: Scoring) -> tuple[str, ...]:
        """What this scoring weighs; the first of it is how an answer by likelihood says the option."""
        return (self.letter,) if scoring == "first-token" and self.letter else self.forms


def split_generation(settings: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Settings that are fields of Generation, and the rest."""
    names = {field.name for field in fields(Generation)}
    drawn = {name: value for name, value in settings.items() if name in names}
    return drawn, {name: value for name, value in settings.items() if name not in names}


def make_generation(settings: Mapping[str, str], recommended: Mapping[str, Any]) -> Generation:
    """What is asked for, over what a model recommends. Raises MedGaugeError for a value that cannot be."""
    from pydantic import TypeAdapter, ValidationError

    merged = {**recommended, **settings}
    try:
        made: Generation = TypeAdapter(Generation).validate_python(merged)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        expected = first["msg"].removeprefix("Input should be ")
        raise MedGaugeError(f"--set {name}={merged.get(name)}: expected {expected}") from error
    wrong = [f"{name} {form}" for name, (form, holds) in _RANGES.items() if not holds(getattr(made, name))]
    if made.min_new_tokens > made.max_new_tokens:
        wrong.append("min_new_tokens at most max_new_tokens")
    if wrong:
        raise MedGaugeError(f"--set: expected {', '.join(wrong)}, got {made}")
    return made


_RANGES: Mapping[str, tuple[str, Callable[[float], bool]]] = {
    "max_new_tokens": (">= 1", lambda value: value >= 1),
    "min_new_tokens": (">= 0", lambda value: value >= 0),
    "temperature": (">= 0", lambda value: 0 <= value < math.inf),
    "top_p": ("in (0, 1]", lambda value: 0 < value <= 1),
    "top_k": (">= 0", lambda value: value >= 0),
    "repetition_penalty": ("> 0", lambda value: 0 < value < math.inf),
    "num_beams": (">= 1", lambda value: value >= 1),
    "seed": (">= 0", lambda value: value >= 0),
}
