"""What servers take beyond OpenAI's own interface, as data: the names of their fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation

DialectName: TypeAlias = Literal["openai", "vllm", "sglang", "llama.cpp"]
_DEFAULT = Generation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The fields of one kind of server.

    Every field that it takes is sent in every request: left out, a server may put in defaults of the checkpoint's own
    generation_config.json, which would then decide answers unrecorded.
    """

    name: DialectName
    sampling: Mapping[str, str] = field(default_factory=dict)
    """Field of `Generation` to the name in the body, beside those of OpenAI's interface."""
    all_tokens: int = 0
    """What stands for "all" in top_k."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """Sent always, so that no default of the server is left to chance."""
    keep_special_tokens: Mapping[str, Any] | None = None
    """What keeps special tokens in the text; None where a server cannot be asked to."""
    token_ids: bool = False
    """It tells the tokens of a text, and gives log-probabilities of tokens by their numbers."""


_WIDE = {"top_k": "top_k", "repetition_penalty": "repetition_penalty", "min_new_tokens": "min_tokens"}
DIALECTS: Mapping[DialectName, Dialect] = {
    "openai": Dialect(name="openai"),
    "vllm": Dialect(
        name="vllm",
        sampling=_WIDE,
        constants={"min_p": 0.0},
        keep_special_tokens={"skip_special_tokens": False, "spaces_between_special_tokens": False},
        token_ids=True,
    ),
    "sglang": Dialect(
        name="sglang",
        sampling=_WIDE,
        all_tokens=-1,
        constants={"min_p": 0.0},
        keep_special_tokens={"skip_special_tokens": False},
    ),
    "llama.cpp": Dialect(
        name="llama.cpp",
        sampling={"top_k": "top_k", "repetition_penalty": "repeat_penalty"},
        constants={"min_p": 0.0},
    ),
}
_EVERYWHERE = {"temperature": "temperature", "top_p": "top_p", "seed": "seed"}
_ELSEWHERE = {"max_new_tokens", "logprobs", "scoring"}
"""Fields that the body states in its own way."""


def sampling(dialect: Dialect, generation: Generation, seed: int, omitted: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a body that say how tokens are drawn; `seed` is the request's own.

    A greedy answer needs none: the run's seed goes with it as it is, for services that are not quite greedy.
    Raises MedGaugeError for a setting that this kind of server has no field for, or that is left out by `omitted`
    and yet asked for.
    """
    known = {**_EVERYWHERE, **dialect.sampling}
    body: dict[str, Any] = dict(dialect.constants)
    for name in (one.name for one in fields(Generation) if one.name not in _ELSEWHERE):
        value, default = getattr(generation, name), getattr(_DEFAULT, name)
        if name in known and name not in omitted:
            body[known[name]] = value
        elif value != default:
            raise MedGaugeError(_refusal(dialect, name, value, default, name in omitted))
    if "seed" in body and body.get("temperature") != 0:
        body["seed"] = seed
    if "top_k" in body:
        body["top_k"] = body["top_k"] or dialect.all_tokens
    return body


def _refusal(dialect: Dialect, name: str, value: Any, default: Any, omitted: bool) -> str:
    if omitted:
        return f"openai: {name}={value} is asked for, and --set omit leaves {name} out; drop one of the two"
    others = [other.name for other in DIALECTS.values() if name in other.sampling]
    advice = f"if the server is one of {', '.join(others)}, --set dialect=; else " if others else ""
    return f"openai: a server of dialect {dialect.name!r} takes no {name} (got {value}); {advice}leave it at {default}"
