"""From outputs to words: reasoning and markup taken out, places kept."""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from medgauge.codec import clean_text
from medgauge.protocols import BoxFormat, Decoded, Frame, Mention
from medgauge.types import Box, Output, Sample
from medgauge_metrics.answers import normalise
from medgauge_metrics.final import ANSWER_TAG, THINK

_FENCE = re.compile(r"```[A-Za-z0-9_-]{0,20}")
_BOX_TAG = re.compile(r"</?(?:ref|box|det|obj|object|phrase|p)>|<\|/?[a-z_]{2,30}\|>", re.IGNORECASE)
"""Tags of every way to write boxes, and special tokens: never words of an answer."""
_RUN = re.compile(r"\[\[[\[\]\d\s,.+-]*+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a model said last."""

    raw: str
    """The output's text, as UTF-8 can carry it."""
    masked: str
    """As long as the output's text, reasoning replaced by spaces: places in it are places in the output."""
    text: str
    """Without reasoning, code fences and answer tags, stripped."""


def hear(outputs: Sequence[Output]) -> Heard:
    """The last output's words. A lone surrogate becomes U+FFFD, because UTF-8 cannot carry it."""
    raw = clean_text(outputs[-1].text) if outputs else ""
    kept = _outside_thoughts(raw)
    masked, at = [], 0
    for start, end in kept:
        masked += [" " * (start - at), raw[start:end]]
        at = end
    masked.append(" " * (len(raw) - at))
    text = "".join(raw[start:end] for start, end in kept)
    return Heard(raw=raw, masked="".join(masked), text=ANSWER_TAG.sub("", _FENCE.sub("", text)).strip())


def _outside_thoughts(text: str) -> list[tuple[int, int]]:
    """Spans outside `<think>...</think>`. The opening may stand in the prompt; an open end thinks to the last word."""
    kept: list[tuple[int, int]] = []
    at, inside = 0, False
    for tag in THINK.finditer(text):
        if tag["close"]:
            if not inside:
                kept.clear()
            at, inside = tag.end(), False
        elif not inside:
            kept.append((at, tag.start()))
            inside = True
    return kept if inside else [*kept, (at, len(text))]


def frame_of(sample: Sample, outputs: Sequence[Output]) -> Frame | None:
    """Sizes of the sample's first picture, as it is and as it was sent; None when there is none to be read."""
    original = sample.media[0].size if sample.media else None
    if original is None:
        return None
    sent = outputs[-1].sent[0] if outputs and outputs[-1].sent else original
    return Frame(original=original, sent=sent)


def decode(heard: Heard, sample: Sample, outputs: Sequence[Output], box_format: BoxFormat) -> Decoded:
    """All boxes of the last output; none when the picture's size is not known."""
    frame = frame_of(sample, outputs)
    return box_format.decode(heard.masked, frame) if frame else Decoded()


def name_of(label: str, choices: Sequence[str]) -> str:
    """What was asked for under a written name.

    The choice that equals the name once both are normalised, else the name as written. A box without a name is the
    asked object when only one is asked for.
    """
    if not label and len(choices) == 1:
        return choices[0]
    written = normalise(label)
    return next((choice for choice in choices if normalise(choice) == written), label)


def boxes_of(mention: Mention, label: str, output: Output) -> tuple[Box, ...]:
    """The mention's boxes under a label, read from the text of `output`.

    A box has a score where the output has log-probabilities: the geometric mean of the probabilities of the tokens
    that write its numbers, between 0 and 1. Otherwise, or where no token touches them, it has none.
    """
    if not output.logprobs or len(mention.spans) != len(mention.boxes):
        return tuple(Box(xyxy=xyxy, label=label) for xyxy in mention.boxes)
    return tuple(
        Box(xyxy=xyxy, label=label, score=_probability(output.logprobs, *span))
        for xyxy, span in zip(mention.boxes, mention.spans, strict=True)
    )


def _probability(logprobs: Sequence[tuple[int, float]], start: int, end: int) -> float | None:
    """The geometric mean of the probabilities of the tokens that overlap a span of the text."""
    first = bisect_right(logprobs, start, key=_token_end)
    last = bisect_left(logprobs, end, key=_token_end)
    begins = logprobs[first - 1][0] if first else 0
    values = []
    for stop, value in logprobs[first : last + 1]:
        if stop > begins:
            values.append(value)
        begins = stop
    return min(1.0, math.exp(math.fsum(values) / len(values))) if values else None


def _token_end(token: tuple[int, float]) -> int:
    return token[0]


def without_markup(text: str) -> str:
    """Words without code fences and what is left of box markup."""
    return _BOX_TAG.sub("", _RUN.sub(_after_brackets, _FENCE.sub("", text))).strip()


def _after_brackets(run: re.Match[str]) -> str:
    """What a run of brackets and numbers leaves behind its last bracket."""
    return run[0][run[0].rfind("]") + 1 :] if "]" in run[0] else run[0]
