"""A request as the body of a chat completion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.media import UnreadableImage
from medgauge.resize import Resize
from medgauge.types import Media, Request, Size
from medgauge_model_adapters.chat import chat_parts, laid_out
from medgauge_model_adapters.openai_api.dialects import Dialect, sampling
from medgauge_model_adapters.openai_api.failures import Rejected
from medgauge_model_adapters.openai_api.likelihood import TOP
from medgauge_model_adapters.pictures import data_uri
from medgauge_model_adapters.profile import Layout
from medgauge_model_adapters.seeds import seed_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Everything but the request that decides a body."""

    model: str
    layout: Layout
    resize: Resize
    dialect: Dialect
    keep_special_tokens: bool
    detail: str | None
    max_tokens_field: str
    omit: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is sent, and how large its pictures are."""

    fields: Mapping[str, Any]
    sent: tuple[Size, ...]


def scored(request: Request) -> bool:
    """Whether the options of a request are to be weighed."""
    return request.generation.scoring != "none" and bool(request.options)


def make_body(request: Request, form: Form) -> Body:
    """The body for a request with absolute paths; it reads and decodes the pictures.

    Raises Rejected for a picture that cannot be read, MedGaugeError for what this kind of server cannot do.
    """
    sent: list[Size] = []

    def picture(media: Media) -> Mapping[str, Any]:
        try:
            uri, size = data_uri(media, form.resize)
        except UnreadableImage as error:
            raise Rejected(str(error).replace(media.path, Path(media.path).name)) from error
        sent.append(size)
        detail = {"detail": form.detail} if form.detail else {}
        return {"type": "image_url", "image_url": {"url": uri, **detail}}

    messages = [_simple(message) for message in chat_parts(laid_out(request, form.layout), picture)]
    fields: dict[str, Any] = {"model": form.model, "messages": messages, **_drawing(request, form)}
    if request.schema is not None:
        schema = {"name": "answer", "schema": dict(request.schema), "strict": True}
        fields["response_format"] = {"type": "json_schema", "json_schema": schema}
    if form.keep_special_tokens:
        fields |= form.dialect.keep_special_tokens or {}
    clash = sorted(set(fields) & set(form.extra))
    if clash:
        raise MedGaugeError(f"openai: --set extra gives {clash[0]!r}, which MedGauge sends itself")
    return Body(fields={**fields, **form.extra}, sent=tuple(sent))


def _drawing(request: Request, form: Form) -> dict[str, Any]:
    """How tokens are drawn, how many, and which probabilities come back."""
    generation = request.generation
    if generation.scoring == "whole-option" and request.options:
        raise MedGaugeError(
            "openai: scoring=whole-option: a server of this kind gives no probability of words it did not choose; ask "
            "the model through transformers: or vllm:, or give --set scoring=first-token"
        )
    fields = sampling(form.dialect, generation, seed_of(request), form.omit)
    weighed = scored(request)
    alone = weighed and not request.many
    fields[form.max_tokens_field] = 1 if alone else generation.max_new_tokens
    if alone and "min_tokens" in fields:
        fields["min_tokens"] = 0
    if generation.logprobs or weighed:
        fields["logprobs"] = True
    if weighed and not form.dialect.token_ids:
        fields["top_logprobs"] = TOP
    return fields


def _simple(message: dict[str, Any]) -> dict[str, Any]:
    """A message of nothing but words as a string: not every server takes parts where there is no picture."""
    content = message["content"]
    if len(content) == 1 and content[0]["type"] == "text":
        return {**message, "content": content[0]["text"]}
    return message
