"""The check finds what batching, order and an interruption change, and nothing else."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest

from medgauge.errors import MedGaugeError
from medgauge.selfcheck import Checked, selfcheck
from medgauge.types import Message, Output, Request, Text, answering

REQUESTS = [
    Request(id=f"t:en:0:0:{i}", messages=(Message(role="user", parts=(Text(text=f"question {i}"),)),))
    for i in range(24)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaks:
    """Says what `words` makes of the request and its place in the stream."""

    words: Callable[[Request, int], Output | None]
    name: str = "speaks"
    box_format: str = "medrega"

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        for place, request in enumerate(requests):
            output = self.words(request, place)
            if output is not None:
                yield output


def counts(checked: Checked) -> dict[str, int]:
    return {way: checked.same(way) for way in ("batched", "shuffled", "resumed")}


def test_a_steady_model_differs_nowhere() -> None:
    checked = selfcheck(Speaks(words=lambda request, _: answering(request, text=f"yes {request.id}")), REQUESTS)
    assert checked.differences == ()
    assert (checked.n, checked.distinct, checked.empty) == (24, 24, 0)
    assert counts(checked) == {"batched": 24, "shuffled": 24, "resumed": 24}


def test_an_answer_that_depends_on_its_place_is_found() -> None:
    checked = selfcheck(
        Speaks(words=lambda request, place: answering(request, text="the lung" if place % 8 else "the liver")), REQUESTS
    )
    assert counts(checked)["batched"] == 3, "alone every request stands first"
    first = next(d for d in checked.differences if d.way == "batched")
    assert (first.alone[first.at :], first.then[first.at :]) == ("iver", "ung")


def test_scores_ends_and_failures_are_looked_at_too() -> None:
    def scored(request: Request, place: int) -> Output:
        return answering(request, text="a", scores={"a": 0.5 + (0.001 if place == 3 else 1e-7 * place)})

    def cut(request: Request, place: int) -> Output:
        return answering(request, text="a", finish="length" if place == 3 else "stop")

    def failed(request: Request, place: int) -> Output:
        return answering(request, error="no", finish="failed") if place == 3 else answering(request, text="a")

    for words in (scored, cut, failed):
        checked = selfcheck(Speaks(words=words), REQUESTS)
        assert counts(checked) == {"batched": 23, "shuffled": 23, "resumed": 22}
        assert checked.distinct == 1


def test_a_request_without_an_output_is_an_error() -> None:
    with pytest.raises(MedGaugeError, match=r"speaks gave no output for 1 requests, 't:en:0:0:5'"):
        selfcheck(Speaks(words=lambda request, place: None if place == 5 else answering(request, text="a")), REQUESTS)


def test_a_second_output_is_an_error() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Twice(Speaks):
        def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
            for request in requests:
                yield answering(request, text="a")
                yield answering(request, text="a")

    with pytest.raises(MedGaugeError, match="answered 't:en:0:0:0' twice"):
        selfcheck(Twice(words=lambda request, _: None), REQUESTS)


def test_a_model_that_fails_always_is_not_steady() -> None:
    from medgauge.cli.selfcheck_model import AnswersDiffer, tell

    fails = Speaks(words=lambda request, _: answering(request, error="no", finish="failed"))
    assert selfcheck(fails, REQUESTS).failed == len(REQUESTS)
    with pytest.raises(AnswersDiffer, match="every question failed, 24 of them"):
        tell(fails, REQUESTS, as_json=False)
