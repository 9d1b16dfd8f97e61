"""Requests into the messages of a chat: a model's layout applied, pictures in their places."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

from medgauge.types import Media, Message, Request, Text
from medgauge_model_adapters.profile import Layout

Part = Text | Media


def laid_out(request: Request, layout: Layout) -> tuple[Message, ...]:
    """The request's messages as the layout arranges them; words are moved, never changed but at a picture's edge."""
    messages = tuple(replace(message, parts=_arranged(message.parts, layout)) for message in request.messages)
    if layout.system and (not messages or messages[0].role != "system"):
        return (Message(role="system", parts=(Text(text=layout.system),)), *messages)
    return messages


def chat_parts(messages: Sequence[Message], picture: Callable[[Media], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Messages as `{"role", "content": [part, ...]}`; `picture` gives the part of a media."""
    return [
        {
            "role": message.role,
            "content": [
                {"type": "text", "text": part.text} if isinstance(part, Text) else dict(picture(part))
                for part in message.parts
            ],
        }
        for message in messages
    ]


def _arranged(parts: tuple[Part, ...], layout: Layout) -> tuple[Part, ...]:
    media = tuple(part for part in parts if isinstance(part, Media))
    if not media:
        return parts
    if layout.image != "as-asked":
        words = " ".join(stripped for part in parts if isinstance(part, Text) and (stripped := part.text.strip()))
        text = (Text(text=words),) if words else ()
        parts = (*media, *text) if layout.image == "first" else (*text, *media)
    return parts if layout.separator is None else _separated(parts, layout.separator)


def _separated(parts: tuple[Part, ...], separator: str) -> tuple[Part, ...]:
    """White space beside pictures replaced by the separator."""
    runs = [(kind, list(run)) for kind, run in groupby(parts, key=lambda part: isinstance(part, Media))]
    for (before_is_media, before), (_, after) in pairwise(runs):
        edge = after[0] if before_is_media else before[-1]
        assert isinstance(edge, Text)
        if before_is_media:
            after[0] = Text(text=separator + edge.text.lstrip())
        else:
            before[-1] = Text(text=edge.text.rstrip() + separator)
    return tuple(part for _, run in runs for part in run)
