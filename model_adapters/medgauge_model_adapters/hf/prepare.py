"""A request into the inputs of a model: chat template, pictures, tokens. Runs in threads, ahead of the device."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medgauge.errors import MedGaugeError
from medgauge.media import UnreadableImage, open_image
from medgauge.resize import AS_IS
from medgauge.types import Media, Message, Output, Request, Size, answering
from medgauge_model_adapters.chat import laid_out
from medgauge_model_adapters.hf.loading import Loaded
from medgauge_model_adapters.pictures import sized

if TYPE_CHECKING:
    import torch

BY_PROCESSOR = ("smart", "squash")
"""Kinds of resize that the checkpoint's own processor does; the others happen before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A request as the model takes it."""

    request: Request
    inputs: Mapping[str, "torch.Tensor"]
    """By name; whole numbers of shape (1, tokens, ...) go along the prompt, the others are parts of pictures."""
    room: int
    """New tokens that may be written, at most."""
    sent: tuple[Size, ...]

    @property
    def length(self) -> int:
        """Tokens of the prompt, those of pictures included."""
        return int(self.inputs["input_ids"].shape[1])

    @property
    def pixels(self) -> int:
        """Numbers that its pictures come to."""
        return sum(tensor.numel() for tensor in self.inputs.values() if tensor.is_floating_point())


def prepare(loaded: Loaded, request: Request) -> Prepared | Output:
    """The inputs of a request, or the failed output of one that cannot be asked.

    Raises MedGaugeError for what holds for every request: a schema, pictures for a model of words, a processor that
    sizes pictures otherwise than declared.
    """
    from jinja2 import TemplateError

    _require_possible(loaded, request)
    try:
        inputs, originals = _inputs(loaded, request)
        declared = tuple(loaded.recipe.resize.sent(size) for size in originals)
    except (UnreadableImage, ValueError, TypeError, KeyError, IndexError, TemplateError) as error:
        return answering(request, finish="failed", error=_told(error, request))
    sent = _sent(loaded, inputs, originals, declared)
    length = int(inputs["input_ids"].shape[1])
    room = min(request.generation.max_new_tokens, loaded.context - length)
    if room < 1:
        wrong = f"a prompt of {length} tokens leaves no room in a context of {loaded.context}"
        return answering(request, finish="failed", error=wrong, sent=sent)
    return Prepared(request=request, inputs=inputs, room=room, sent=sent)


def _require_possible(loaded: Loaded, request: Request) -> None:
    name = loaded.recipe.checkpoint.name
    if request.schema is not None:
        raise MedGaugeError(
            f"{request.id}: transformers cannot hold an answer to a JSON schema; ask {name} through vllm: or openai:"
        )
    if request.media and loaded.processor is None:
        raise MedGaugeError(
            f"transformers: {name} is a model of words, and {request.id} has a picture; give --control blind, or a "
            "model that sees"
        )


def _inputs(loaded: Loaded, request: Request) -> tuple[dict[str, "torch.Tensor"], list[Size]]:
    """Tensors by name, and the sizes of the pictures before the processor. Raises ValueError and the like."""
    messages = laid_out(request, loaded.recipe.profile.layout)
    resize = loaded.recipe.resize
    before = AS_IS if resize.kind in BY_PROCESSOR else resize
    opened = [open_image(media) for message in messages for media in _media(message)]
    pictures = [sized(picture, before) for picture in opened]
    asked = loaded.tokenizer if loaded.processor is None else loaded.processor
    template = loaded.recipe.profile.chat_template_text or None
    said = loaded.spoken.conversation(messages)
    prompt = asked.apply_chat_template(said, chat_template=template, add_generation_prompt=True, tokenize=False)
    bos = loaded.tokenizer.bos_token
    # a template that writes the first token itself must not get a second one from the tokenizer
    more: dict[str, Any] = {"add_special_tokens": False} if bos and prompt.startswith(bos) else {}
    if loaded.processor is not None:
        more["images"] = pictures or None
    made = asked(text=[prompt], return_tensors="pt", **more)
    return {name: value for name, value in made.items() if hasattr(value, "shape")}, [p.size for p in opened]


def _told(error: Exception, request: Request) -> str:
    """What went wrong, in one line that names files and not where they lie."""
    words = " ".join(str(error).split()) or type(error).__name__
    for media in request.media:
        words = words.replace(media.path, Path(media.path).name)
    return words


def _media(message: Message) -> list[Media]:
    return [part for part in message.parts if isinstance(part, Media)]


def _sent(
    loaded: Loaded, inputs: Mapping[str, "torch.Tensor"], originals: list[Size], declared: tuple[Size, ...]
) -> tuple[Size, ...]:
    """The sizes as the processor made them, where its outputs tell. Raises MedGaugeError where they are not declared.

    A silent difference would move every box.
    """
    if "image_grid_thw" not in inputs:
        return declared
    patch = loaded.processor.image_processor.patch_size
    sent = tuple((int(w) * patch, int(h) * patch) for _, h, w in inputs["image_grid_thw"].tolist())
    if sent != declared:
        raise MedGaugeError(
            f"transformers: {loaded.recipe.checkpoint.name}: pictures of {originals} came out of its processor as "
            f"{list(sent)}, and {loaded.recipe.resize} declares {list(declared)}; correct the profile's resize"
        )
    return sent
