"""One batch of prepared requests through the model."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation
from medgauge.types import Output, Usage, answering
from medgauge_model_adapters.hf.collate import collate, to_device
from medgauge_model_adapters.hf.draw import Drawing, randomness
from medgauge_model_adapters.hf.loading import Loaded
from medgauge_model_adapters.hf.prepare import Prepared
from medgauge_model_adapters.hf.weigh import weigh
from medgauge_model_adapters.local.token_text import decoding, token_ends
from medgauge_model_adapters.local.weighing import ballot, chosen

if TYPE_CHECKING:
    import torch


def require_possible(generation: Generation) -> None:
    """Raises MedGaugeError for settings that do not go together."""
    if generation.num_beams > 1 and (generation.temperature or generation.logprobs):
        wrong = "temperature" if generation.temperature else "logprobs"
        raise MedGaugeError(
            f"transformers: num_beams={generation.num_beams} does not go with {wrong}; give --set num_beams=1, or "
            f"leave {wrong} out"
        )


def answer(loaded: Loaded, batch: Sequence[Prepared]) -> list[Output]:
    """The answers to requests that share their names of inputs, their room and, seeds apart, their `Generation`.

    Raises torch.OutOfMemoryError where the batch is too large for the device.
    """
    import torch

    started = time.perf_counter()
    with torch.inference_mode():
        scores = _scores(loaded, batch)
        writing = scores is None or batch[0].request.many
        written = _write(loaded, batch) if writing else None
    seconds = (time.perf_counter() - started) / len(batch)
    return [
        _chosen(one, scores[row], seconds)
        if written is None and scores is not None
        else _said(loaded, one, written[row] if written else ([], []), scores[row] if scores else None, seconds)
        for row, one in enumerate(batch)
    ]


def _scores(loaded: Loaded, batch: Sequence[Prepared]) -> list[dict[str, float]] | None:
    """Scores of the options of each request; None where none are wanted."""

    def encode(text: str) -> list[int]:
        return list(loaded.tokenizer(text, add_special_tokens=False)["input_ids"])

    ballots = [ballot(one.request, encode) for one in batch]
    sure = [one for one in ballots if one is not None]
    return weigh(loaded, batch, sure) if len(sure) == len(batch) else None


def _write(loaded: Loaded, batch: Sequence[Prepared]) -> list[tuple[list[int], list[float]]]:
    """Tokens of each answer, its end among them, and their log-probabilities where these are asked for."""
    import transformers

    generation = batch[0].request.generation
    inputs = to_device(collate(batch, loaded.pad), loaded.device, loaded.model.dtype)
    drawing = Drawing(
        generation=generation,
        prompt=inputs["input_ids"],
        mask=inputs["attention_mask"],
        ends=loaded.ends,
        randoms=[randomness(one.request) for one in batch] if generation.temperature else (),
    )
    rows = loaded.model.generate(
        **inputs,
        generation_config=transformers.GenerationConfig(
            max_new_tokens=batch[0].room,
            do_sample=False,
            num_beams=generation.num_beams,
            eos_token_id=list(loaded.ends),
            pad_token_id=loaded.pad,
        ),
        logits_processor=transformers.LogitsProcessorList([drawing]),
    )[:, inputs["input_ids"].shape[1] :].tolist()
    kept = [_until_end(row, loaded.ends) for row in rows]
    logs = _by_row(drawing.logprobs) if drawing.logprobs else [[] for _ in batch]
    return [(tokens, log[: len(tokens)]) for tokens, log in zip(kept, logs, strict=True)]


def _by_row(steps: Sequence["torch.Tensor"]) -> list[list[float]]:
    import torch

    rows: list[list[float]] = torch.stack(list(steps), 1).tolist()
    return rows


def _until_end(tokens: list[int], ends: tuple[int, ...]) -> list[int]:
    """Tokens up to the first that ends an answer, that one included."""
    stop = next((place for place, token in enumerate(tokens) if token in ends), None)
    return tokens if stop is None else tokens[: stop + 1]


def _said(
    loaded: Loaded,
    one: Prepared,
    written: tuple[list[int], list[float]],
    scores: dict[str, float] | None,
    seconds: float,
) -> Output:
    tokens, logs = written
    ended = bool(tokens) and tokens[-1] in loaded.ends
    words = tokens[:-1] if ended else tokens
    decode = decoding(loaded.tokenizer, keep_special_tokens=loaded.recipe.profile.keep_special_tokens)
    text = decode(words)
    marked = tuple(zip(token_ends(decode, words, text), logs[: len(words)], strict=True)) if logs else ()
    return answering(
        one.request,
        text=text,
        finish="stop" if ended else "length",
        usage=Usage(input_tokens=one.length, output_tokens=len(tokens), seconds=seconds),
        sent=one.sent,
        scores=scores,
        logprobs=marked,
    )


def _chosen(one: Prepared, scores: dict[str, float], seconds: float) -> Output:
    return answering(
        one.request,
        text=chosen(one.request, scores),
        usage=Usage(input_tokens=one.length, output_tokens=0, seconds=seconds),
        sent=one.sent,
        scores=scores,
    )
