"""A request as the conversation that vLLM renders: its pictures decoded, every part in its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from medgauge.media import UnreadableImage
from medgauge.resize import Resize
from medgauge.types import Media, Message, Request, Size
from medgauge_model_adapters.chat import chat_parts, laid_out
from medgauge_model_adapters.pictures import load
from medgauge_model_adapters.profile import Profile

Conversation: TypeAlias = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A request whose pictures are decoded, or why one of them cannot be."""

    request: Request
    messages: tuple[Message, ...]
    pictures: Mapping[Media, Image.Image]
    error: str | None = None

    @property
    def sent(self) -> tuple[Size, ...]:
        """Width, height in pixels of each picture, as it is sent."""
        return tuple(self.pictures[media].size for media in self.request.media) if self.error is None else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A chat template, and how it takes what a message holds."""

    text: str
    takes_parts: bool
    """It writes pictures itself, where they stand; else it is given the words with placeholders in them."""
    placeholder: Callable[[int], str]
    """What stands for the n-th picture of a conversation, counted from one, in words."""
    begins: bool = False
    """It writes the token that begins a text itself; else the tokenizer may."""

    def conversation(self, prepared: Prepared) -> Conversation:
        """The messages, with PIL pictures in them, such that every part comes out where it stands."""
        said = chat_parts(prepared.messages, lambda media: {"type": "image_pil", "image_pil": prepared.pictures[media]})
        return said if self.takes_parts else self._flat(said)

    def _flat(self, said: Conversation) -> Conversation:
        """Placeholders among the words, all in one part: vLLM puts line breaks between parts of such a template."""
        count = 0
        flat: Conversation = []
        for message in said:
            words, pictures = "", []
            for part in message["content"]:
                if part["type"] == "text":
                    words += part["text"]
                    continue
                count += 1
                words += self.placeholder(count)
                pictures.append(part)
            flat.append({"role": message["role"], "content": [*pictures, {"type": "text", "text": words}]})
        return flat


def preparing(profile: Profile, resize: Resize) -> Callable[[Request], Prepared]:
    """What decodes a request's pictures, sized as declared."""

    def prepare(request: Request) -> Prepared:
        messages = laid_out(request, profile.layout)
        try:
            pictures = {media: load(media, resize) for media in dict.fromkeys(request.media)}
        except UnreadableImage as error:
            return Prepared(request=request, messages=messages, pictures={}, error=named(str(error), request))
        return Prepared(request=request, messages=messages, pictures=pictures)

    return prepare


def named(text: str, request: Request) -> str:
    """A complaint with the names of a request's files instead of their paths on this machine."""
    for media in request.media:
        text = text.replace(media.path, Path(media.path).name)
    return text
