"""How long a server that cannot be reached is waited for: from when it went, not from when a request began."""

import json
from collections.abc import Callable
from types import SimpleNamespace

import httpx
import pytest
from asked import ask, model_of, only, until
from hostile_server import completion

from medgauge.errors import Incomplete
from medgauge_model_adapters.openai_api import model as model_module
from medgauge_model_adapters.openai_api import sender

Play = Callable[..., None]
ALONE = {"check_model": "false", "patience": "10"}


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Lets tries come out as told, in order: seconds that the try takes by a clock of its own, and what it meets."""
    now = 0.0
    steps: list[tuple[float, str]] = []

    def meet(request: httpx.Request) -> httpx.Response:
        nonlocal now
        seconds, what = steps.pop(0)
        now += seconds
        if what == "nobody":
            raise httpx.ConnectError("refused")
        if what == "broken":
            raise httpx.ReadError("reset")
        status, data = (503, {}) if what == "busy" else (200, completion("said"))
        return httpx.Response(status, stream=httpx.ByteStream(json.dumps(data).encode()))  # raw, as the wire gives it

    def clock() -> float:
        return now

    monkeypatch.setattr(sender, "monotonic", clock)
    monkeypatch.setattr("tenacity.time", SimpleNamespace(monotonic=clock))  # a request's age must not count
    monkeypatch.setattr(model_module, "open_client", lambda *_: httpx.AsyncClient(transport=httpx.MockTransport(meet)))
    return lambda *told: steps.extend(told)


@pytest.mark.parametrize("last", ["busy", "broken"])
def test_a_short_absence_after_a_long_try_is_waited_for(play: Play, last: str) -> None:
    play((600, last), (0, "nobody"), (9, "nobody"), (0, "answer"))
    assert only(model_of("tiny@http://127.0.0.1:1/v1", **ALONE), ask(1)).text == "said"


def test_each_absence_is_measured_alone(play: Play) -> None:
    play((0, "nobody"), (9, "nobody"), (9, "busy"), (0, "nobody"), (9, "nobody"), (0, "answer"))
    assert only(model_of("tiny@http://127.0.0.1:1/v1", **ALONE), ask(1)).text == "said"


def test_an_answer_to_another_request_ends_an_absence(play: Play) -> None:
    play((0, "nobody"), (9, "answer"), (9, "nobody"), (0, "answer"))
    model = model_of("tiny@http://127.0.0.1:1/v1", concurrency="1", **ALONE)
    assert [output.text for output in model.generate([ask(1), ask(2)])] == ["said", "said"]


def test_patience_ends(play: Play) -> None:
    play((0, "nobody"), (9, "nobody"), (2, "nobody"), (0, "answer"))
    until(model_of("tiny@http://127.0.0.1:1/v1", **ALONE), [ask(1)], Incomplete, "cannot be reached")
