"""Requests, models and answers for the tests of `transformers:`, and the same done by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tiny_checkpoints import without_video

from medgauge.generation import Generation
from medgauge.media import at, probe
from medgauge.types import Key, Media, Message, Output, Request, Text
from medgauge_model_adapters.hf.build import build
from medgauge_model_adapters.hf.model import TransformersModel

SHAPES = ((64, 64), (200, 120), (300, 300), (90, 160), (400, 40), (128, 200))
WORDS = (
    "Is there a pleural effusion?",
    "图像中有胸腔积液吗？请回答是或否。",
    "Which organ is shown? A. liver B. kidney C. lung D. spleen Answer with the letter of the option only.",
    "Where is the lesion?",
)


def draw_pictures(root: Path) -> Path:
    rng = np.random.default_rng(7)
    for index, (width, height) in enumerate(SHAPES):
        blocks = rng.integers(0, 255, (max(2, height // 8), max(2, width // 8), 3), dtype=np.uint8)
        Image.fromarray(blocks).resize((width, height), Image.Resampling.BILINEAR).save(root / f"{index}.png")
    return root


def picture(root: Path, index: int) -> Media:
    return at(probe(f"{index % len(SHAPES)}.png", root), root)


def ask(number: int, *media: Media, words: str | None = None, trial: int = 0, **more: Any) -> Request:
    """Question `number`; fields of the request, or of its generation, by name."""
    drawn = {name: more.pop(name) for name in list(more) if name in Generation.__dataclass_fields__}
    text = WORDS[number % len(WORDS)] if words is None else words
    return Request(
        id=str(Key(task="t", id=str(number), language="en", trial=trial)),
        messages=more.pop("messages", (Message(role="user", parts=(*media, Text(text=text))),)),
        generation=replace(Generation(max_new_tokens=10), **drawn),
        **more,
    )


def mixed(root: Path, count: int = 14, **more: Any) -> list[Request]:
    """Questions of several lengths on pictures of several shapes: mostly one, some two, some none."""
    return [
        ask(n, *(picture(root, n + k) for k in range(0 if n % 7 == 6 else 1 + (n % 5 == 0))), **more)
        for n in range(count)
    ]


def model_of(folder: Path, **options: str) -> TransformersModel:
    return build(str(folder), {"device": "cpu", **options})


def with_profile(model: TransformersModel, **changed: Any) -> TransformersModel:
    """The same model as a profile with other fields would make it."""
    profile = model.recipe.profile.model_copy(update=changed)
    return replace(model, recipe=replace(model.recipe, profile=profile), resize=profile.resize, _engine=None)


def answers(model: TransformersModel, requests: Iterable[Request]) -> dict[str, Output]:
    """Every output by its key's text; each request exactly once."""
    found = [(str(output.key), output) for output in model.generate(requests)]
    assert len(found) == len(dict(found))
    return dict(found)


def texts(outputs: Mapping[str, Output]) -> dict[str, str]:
    assert all(output.finish != "failed" for output in outputs.values()), outputs
    return {key: output.text for key, output in outputs.items()}


@cache
def by_hand_model(folder: Path) -> tuple[Any, Any]:
    import transformers

    model = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype="float32").eval()
    kind = getattr(transformers, f"{type(model).__name__.removesuffix('ForConditionalGeneration')}Processor")
    kind = kind if "video_processor" not in kind.get_attributes() else without_video(kind)
    return model, kind.from_pretrained(folder)


def by_hand_inputs(folder: Path, requests: Iterable[Request], side: str = "left") -> Any:
    """What a careful user of transformers passes to `generate` for a batch."""
    _, processor = by_hand_model(folder)
    prompts, images = [], []
    for request in requests:
        parts = [
            {"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image"}
            for part in request.messages[-1].parts
        ]
        conversation = [{"role": "user", "content": parts}]
        prompts.append(processor.apply_chat_template(conversation, add_generation_prompt=True, tokenize=False))
        images.append([Image.open(media.path).convert("RGB") for media in request.media])
    processor.tokenizer.padding_side = side
    return processor(
        text=prompts,
        images=images if any(images) else None,
        padding=True,
        return_tensors="pt",
        text_kwargs={"padding_side": side},
    )


def by_hand(folder: Path, requests: Iterable[Request], side: str = "left", **more: Any) -> list[str]:
    """Their answers, greedy, as one batch."""
    import torch

    model, processor = by_hand_model(folder)
    inputs = by_hand_inputs(folder, requests, side)
    settings = {"max_new_tokens": 10, "do_sample": False, "repetition_penalty": 1.0, **more}
    with torch.inference_mode():
        made = model.generate(**inputs, **settings)
    return processor.batch_decode(made[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
