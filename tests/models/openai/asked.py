"""Requests and models for the tests of `openai:`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation
from medgauge.types import Key, Media, Message, Output, Request, Text
from medgauge_model_adapters.openai_api.build import build
from medgauge_model_adapters.openai_api.model import ServerModel

QUICK = {"backoff": "0.001", "retries": "3", "max_wait": "5", "patience": "0"}


def ask(
    number: int | str, *, media: tuple[Media, ...] = (), language: str = "en", trial: int = 0, **more: Any
) -> Request:
    """Question `q<number>`; fields of the request, or of its generation, by name."""
    drawn = {name: more.pop(name) for name in list(more) if name in Generation.__dataclass_fields__}
    words = more.pop("words", f"q{number}")
    return Request(
        id=str(Key(task="t", id=str(number), language=language, trial=trial)),  # type: ignore[arg-type]
        messages=more.pop("messages", (Message(role="user", parts=(*media, Text(text=words))),)),
        generation=replace(Generation(), **drawn),
        **more,
    )


def model_of(spec: str, **options: str) -> ServerModel:
    return build(spec, {**QUICK, **options})


def answers(model: ServerModel, *requests: Request) -> dict[str, Output]:
    found = [(output.key.id, output) for output in model.generate(requests)]
    assert len(found) == len({id for id, _ in found})
    return dict(found)


def until(model: ServerModel, requests: Iterable[Request], failure: type[MedGaugeError], said: str):
    """What a model yields before it fails as expected, and the failure."""
    outputs: list[Output] = []
    with pytest.raises(failure, match=said) as caught:
        outputs.extend(model.generate(requests))
    return outputs, caught.value


def only(model: ServerModel, request: Request) -> Output:
    (output,) = model.generate([request])
    return output
