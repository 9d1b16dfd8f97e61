"""How a checkpoint's chat template takes what is said: as parts, or as strings that name pictures by a token."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from medgauge.errors import MedGaugeError
from medgauge.types import Message, Text
from medgauge_model_adapters.chat import chat_parts

PROBE = "probeword"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The form of a message's content."""

    form: Literal["parts", "strings"]
    mark: str = ""
    """What stands for a picture in strings."""

    def conversation(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """Messages as the template takes them."""
        if self.form == "parts":
            return chat_parts(messages, lambda media: {"type": "image"})
        return [
            {
                "role": message.role,
                "content": "".join(part.text if isinstance(part, Text) else self.mark for part in message.parts),
            }
            for message in messages
        ]


def spoken_by(processor: Any, template: str | None, name: str) -> Spoken:
    """The form that a processor's template takes, found by a rendered probe: one of strings may write a list's repr.

    `template` stands for the processor's own where it is given. Raises MedGaugeError for a template that takes neither.
    """
    part = {"type": "text", "text": PROBE}
    said = _rendered(processor, template, [part])
    if PROBE in said and not any(written in said for written in (str(part), json.dumps(part))):
        return Spoken(form="parts")
    mark = str(getattr(processor, "image_token", None) or "")
    if PROBE not in _rendered(processor, template, PROBE):
        raise MedGaugeError(
            f"transformers: the chat template of {name} writes neither parts nor strings of a user's message; mend it, "
            "or give --set profile= with a profile of its family"
        )
    if not mark:
        raise MedGaugeError(
            f"transformers: the chat template of {name} takes strings, and its processor names no image_token to stand "
            "for a picture; put a template of parts in its chat_template.jinja"
        )
    return Spoken(form="strings", mark=mark)


def _rendered(processor: Any, template: str | None, content: object) -> str:
    """The prompt of a user who says this; empty where the template breaks on it."""
    from jinja2 import TemplateError

    asked = [{"role": "user", "content": content}]
    try:
        prompt = processor.apply_chat_template(
            asked, chat_template=template, add_generation_prompt=True, tokenize=False
        )
    except (TemplateError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return ""
    return str(prompt)
