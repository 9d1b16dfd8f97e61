"""What a chat completion says: words, why they ended, what they cost."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medgauge.errors import shorten
from medgauge.types import Finish
from medgauge_model_adapters.openai_api.failures import Passing, Rejected, is_passing

_FINISH: dict[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "stop_sequence": "stop",
    "tool_calls": "stop",
    "function_call": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "refused",
    "refusal": "refused",
}
"""A call of a tool that nobody offered leaves the words beside it, which may be none: an empty answer."""
NUMBERED = "token_id:"
"""What a token's number follows, where a server was asked for numbers instead of words."""
_BROKEN = frozenset({"abort", "error"})
"""The engine dropped the request."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Alternative(_Part):
    """A token that might have been written."""

    token: str
    logprob: Annotated[float, Field(allow_inf_nan=False)]
    bytes: list[Annotated[int, Field(ge=0, le=255)]] | None = None


class Token(Alternative):
    """A token that was written, and the likeliest in its place."""

    top_logprobs: list[Alternative] | None = None

    @property
    def wordless(self) -> bool:
        """Told by its number alone: a server asked for numbers may, or may not, give the words beside it as bytes."""
        return self.token.startswith(NUMBERED) and (self.bytes is None or bytes(self.bytes) == self.token.encode())


class _Logprobs(_Part):
    content: list[Token] | None = None


class _Fragment(_Part):
    text: str = ""


class _Message(_Part):
    content: str | list[_Fragment] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Choice(_Part):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Usage(_Part):
    prompt_tokens: Annotated[int, Field(ge=0)] | None = None
    completion_tokens: Annotated[int, Field(ge=0)] | None = None


class _Completion(_Part):
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: _Usage | None = None
    model: str | None = None
    system_fingerprint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One answer."""

    text: str
    """With what the server calls reasoning before it, between `<think>` and `</think>`; empty where refused."""
    finish: Finish
    tokens: tuple[Token, ...]
    prompt_tokens: int | None
    completion_tokens: int | None
    model: str | None
    system_fingerprint: str | None


def read_completion(data: dict[str, Any]) -> Completion:
    """The first choice of an answer. Raises Rejected naming what is missing, Passing where a gateway reports one."""
    if data.get("error"):
        _raise_error(data["error"])
    try:
        read = _Completion.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Rejected(f"an answer whose {place} is wrong: {first['msg']}, got {shorten(first['input'])}") from error
    choice = read.choices[0]
    finish = _finish(choice)
    usage = read.usage or _Usage()
    return Completion(
        text="" if finish == "refused" else _text(choice.message),
        finish=finish,
        tokens=tuple((choice.logprobs.content if choice.logprobs else None) or ()),
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        model=read.model,
        system_fingerprint=read.system_fingerprint,
    )


def _finish(choice: _Choice) -> Finish:
    reason = (choice.finish_reason or "stop").lower()
    if reason in _BROKEN:
        raise Passing(f"the answer ended with finish_reason {reason!r}", kind=f"finish {reason}")
    if reason not in _FINISH:
        raise Rejected(f"an answer with the unknown finish_reason {shorten(choice.finish_reason)}")
    return "refused" if choice.message.refusal else _FINISH[reason]


def _text(message: _Message) -> str:
    said = message.content or ""
    words = said if isinstance(said, str) else "".join(part.text for part in said)
    thought = message.reasoning_content or message.reasoning
    return f"<think>{thought}</think>{words}" if thought else words


def _raise_error(error: Any) -> None:
    """An error that comes with status 200, as gateways send it when the model behind them fails."""
    code = error.get("code") if isinstance(error, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    said = f"answered 200 with an error: {shorten(message if isinstance(message, str) else error, 200)}"
    if isinstance(code, int) and is_passing(code):
        raise Passing(said, kind=str(code))
    raise Rejected(said)
