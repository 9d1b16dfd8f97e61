"""Pictures, requests and models for the tests of `vllm:`, and the answers that transformers gives by hand."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from medgauge.generation import Generation
from medgauge.media import at, probe
from medgauge.types import Key, Media, Message, Output, Request, Text
from medgauge_model_adapters.vllm_engine.build import build
from medgauge_model_adapters.vllm_engine.model import VllmModel

SHAPES = ((64, 64), (200, 120), (300, 300), (90, 160), (400, 40), (128, 200))
WORDS = (
    "Is there a pleural effusion?",
    "图像中有胸腔积液吗？请回答是或否。",
    "Which organ is shown? A. liver B. kidney C. lung D. spleen Answer with the letter of the option only.",
    "Where is the lesion?",
)
GREEDY = Generation(max_new_tokens=24)
QUICK = {"max_model_len": "1024", "batch_size": "16", "enforce_eager": "true"}


@dataclass(slots=True, kw_only=True)
class Spy:
    """Watches the engine: how many requests each step works on, and what it finished."""

    step: Callable[[Any], list[Any]]
    held: list[int] = field(default_factory=list)
    """Requests that the engine had before each step."""
    running: list[int] = field(default_factory=list)
    """Requests that it worked on in each step."""
    finished: list[Any] = field(default_factory=list)

    def __call__(self, engine: Any) -> list[Any]:
        self.held.append(engine.get_num_unfinished_requests())
        outputs = self.step(engine)
        ended = [output for output in outputs if output.finished]
        # those that this step finished ran in it
        self.running.append(len(engine.engine_core.engine_core.scheduler.running) + len(ended))
        self.finished += ended
        return outputs

    def tokens(self) -> list[list[int]]:
        """Tokens of each finished request, in the order of their departure."""
        return [list(done.outputs[0].token_ids) for done in sorted(self.finished, key=lambda o: int(o.request_id))]


def draw_pictures(root: Path) -> Path:
    rng = np.random.default_rng(7)
    for index, (width, height) in enumerate(SHAPES):
        blocks = rng.integers(0, 255, (max(2, height // 8), max(2, width // 8), 3), dtype=np.uint8)
        Image.fromarray(blocks).resize((width, height), Image.Resampling.BILINEAR).save(root / f"{index}.png")
    return root


def picture(root: Path, index: int) -> Media:
    return at(probe(f"{index % len(SHAPES)}.png", root), root)


def ask(number: int, *parts: str | Media, generation: Generation = GREEDY, **fields: Any) -> Request:
    texts = tuple(Text(text=part) if isinstance(part, str) else part for part in parts)
    key = Key(task="t", id=str(number), language="en")
    return Request(id=str(key), messages=(Message(role="user", parts=texts),), generation=generation, **fields)


def mixed(root: Path, count: int, generation: Generation = GREEDY) -> list[Request]:
    """Pictures of all shapes before and after words of all lengths."""
    return [
        ask(n, f"{n}. ", picture(root, n), f"\n{WORDS[n % len(WORDS)]}", generation=generation) for n in range(count)
    ]


def model_of(folder: Path, **options: str) -> VllmModel:
    """One that the tests share and keep: an engine in this process cannot go without harm to the others."""
    return _kept(folder, tuple(sorted(options.items())))


@cache
def _kept(folder: Path, options: tuple[tuple[str, str], ...]) -> VllmModel:
    return build(str(folder), {**QUICK, **dict(options)})


def answers(model: VllmModel, requests: Sequence[Request]) -> list[Output]:
    """In the order of the requests."""
    found = {str(output.key): output for output in model.generate(requests)}
    assert len(found) == len(requests)
    return [found[request.id] for request in requests]


class ByHand:
    """What transformers says to one request after the other, in float32, with nothing of ours between."""

    def __init__(self, folder: Path) -> None:
        import torch
        import transformers

        self.torch = torch
        self.processor = transformers.AutoProcessor.from_pretrained(folder)
        if "Qwen" in type(self.processor).__name__:
            # sized by Pillow, as the adapter does it before vLLM's processor: torchvision's pixels differ a little
            self.processor.image_processor = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
        auto = transformers.AutoModelForImageTextToText
        self.model = auto.from_pretrained(folder, dtype=torch.float32).eval()
        ends = self.model.generation_config.eos_token_id
        self.model.generation_config = transformers.GenerationConfig(eos_token_id=ends, pad_token_id=0)

    def inputs(self, request: Request) -> Any:
        content = [
            {"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image"}
            for part in request.messages[0].parts
        ]
        asked = [{"role": "user", "content": content}]
        prompt = self.processor.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
        images = [Image.open(media.path).convert("RGB") for media in request.media]
        return self.processor(text=[prompt], images=images or None, return_tensors="pt")

    def tokens(self, request: Request, **generation: Any) -> list[int]:
        inputs = self.inputs(request)
        asked = {"max_new_tokens": request.generation.max_new_tokens, "do_sample": False, **generation}
        said = self.model.generate(**inputs, **asked)
        return list(said[0, inputs["input_ids"].shape[1] :].tolist())

    def log_probabilities(self, request: Request, continuation: Sequence[int]) -> list[dict[int, float]]:
        """Of every token, before each token of a continuation of the prompt and after the last."""
        torch, inputs = self.torch, dict(self.inputs(request))
        begin = inputs["input_ids"].shape[1]
        more = torch.tensor([list(continuation)], dtype=torch.long)
        for name, filler in (("input_ids", more), ("attention_mask", torch.ones_like(more))):
            inputs[name] = torch.cat([inputs[name], filler], 1)
        if "mm_token_type_ids" in inputs:
            inputs["mm_token_type_ids"] = torch.cat([inputs["mm_token_type_ids"], torch.zeros_like(more)], 1)
        with torch.inference_mode():
            logits = self.model(**inputs).logits[0, begin - 1 :]
        return [dict(enumerate(row)) for row in logits.log_softmax(-1).tolist()]


@cache
def by_hand(folder: Path) -> ByHand:
    return ByHand(folder)


def legible(folder: Path, copy: Path) -> Path:
    """The same checkpoint, but it writes whole characters alone: what it says reads the same however it is decoded."""
    from safetensors.torch import load_file, save_file
    from transformers import PreTrainedTokenizerFast

    shutil.copytree(folder, copy)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(copy)
    torn = [id for id in range(len(tokenizer)) if "\ufffd" in tokenizer.decode([id])]
    weights = load_file(copy / "model.safetensors")
    weights["lm_head.weight"][torn] = 0
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    return copy


def trial(request: Request, number: int) -> Request:
    return replace(request, id=str(replace(Key.parse(request.id), trial=number)))
