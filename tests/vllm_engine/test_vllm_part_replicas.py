"""Copies of a model in processes of their own: who is asked what, and that they end when they should."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from vllm_world import ask

from medgauge.errors import MedGaugeError
from medgauge.types import Media, Output, Request, answering
from medgauge_model_adapters.vllm_engine.replicas import Replicas


@dataclass(frozen=True, kw_only=True)
class Fake:
    """Says which copy it is; takes in as many requests before its first answer as `takes`."""

    name: str
    takes: int = 1
    fails_at: str = ""
    dies_at: str = ""

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        held: list[Request] = []
        for request in requests:
            if request.id == self.dies_at:
                os._exit(9)
            if request.id == self.fails_at:
                raise MedGaugeError("no such luck")
            held.append(request)
            if len(held) == self.takes:
                yield self._answer(held.pop(0))
        yield from map(self._answer, held)

    def report(self) -> dict[str, Any]:
        return {"name": self.name}

    def _answer(self, request: Request) -> Output:
        return answering(request, text=self.name)


def fakes(count: int, **fields: Any) -> Replicas:
    return Replicas(copies=tuple(Fake(name=f"copy {n}", **fields) for n in range(count)), ahead=8)


def on(number: int, picture: int) -> Request:
    return ask(number, Media(path=f"/{picture}.png", sha256=str(picture), size=(8, 8)), "?")


def test_every_request_goes_to_one_copy_and_a_picture_stays_where_it_is() -> None:
    crew = fakes(3, takes=7)
    try:
        for _ in range(2):
            said = list(crew.generate(on(number, number % 6) for number in range(60)))
            assert sorted(int(output.key.id) for output in said) == list(range(60))
            for picture in range(6):
                assert len({output.text for output in said if int(output.key.id) % 6 == picture}) == 1
            assert {output.text for output in said} == {"copy 0", "copy 1", "copy 2"}
        assert crew.reports() == [{"name": f"copy {n}"} for n in range(3)]
    finally:
        crew.stop()
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"fails_at": on(5, 0).id}, "no such luck"), ({"dies_at": on(5, 0).id}, "medgauge-vllm-. ended with code 9")],
)
def test_a_copy_that_gives_up_or_dies_ends_the_stream_and_the_others(fields: dict[str, str], told: str) -> None:
    crew = fakes(2, **fields)
    with pytest.raises(MedGaugeError, match=told):
        list(crew.generate(on(number, number) for number in range(100)))
    assert multiprocessing.active_children() == []


def test_a_reader_that_leaves_ends_the_copies() -> None:
    outputs = fakes(2).generate(on(number, number) for number in range(100))
    next(outputs)
    assert len(multiprocessing.active_children()) == 2
    outputs.close()
    assert multiprocessing.active_children() == []
