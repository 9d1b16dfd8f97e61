"""What stops a whole run, with what advice, and what of it is kept."""

from collections.abc import Iterator

import pytest
from asked import ask, model_of, only, until
from hostile_server import Call, HostileServer, Say, complaint, echo, reset

from medgauge.errors import Incomplete, MedGaugeError


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (complaint(401, "bad key"), "answered 401: it wants a key; name the environment variable .*api_key_env="),
        (complaint(403, "no"), "answered 403"),
        (complaint(404, "model not found"), "has no model 'tiny'; it has other, more"),
        (complaint(429, "pay", "insufficient_quota"), "no credit is left: 'pay'"),
        (Say(status=307, headers={"Location": "http://evil.example/v1"}), "answered 307 and sends on to 'http://evil"),
    ],
)
def test_what_no_request_can_pass_stops_the_run(server: HostileServer, said: Say, expected: str) -> None:
    def behave(call: Call) -> Say:
        if call.number >= 2:
            server.models = ["other", "more"]
            return said
        return echo(call)

    server.behave = behave
    model = model_of(server.spec, concurrency="1")
    outputs, error = until(model, (ask(n) for n in range(50)), MedGaugeError, expected)
    assert error.exit_code == 2
    assert "\n" not in str(error)
    assert [output.text for output in outputs] == ["echo q0", "echo q1"]
    assert len(server.calls) == 3, "nothing is sent after it"


def test_a_server_without_the_model_is_told_before_any_question(server: HostileServer) -> None:
    server.models = ["a", "b"]
    with pytest.raises(MedGaugeError, match="has no model 'tiny'; it has a, b") as caught:
        only(model_of(server.spec), ask(1))
    assert caught.value.exit_code == 2
    assert not server.calls
    assert only(model_of(server.spec, check_model="false"), ask(1)).text == "echo q1"


@pytest.mark.parametrize("listed", [["models/tiny"], ["tiny:latest", "x"], ["tiny"], None])
def test_a_model_by_the_names_that_servers_list_or_without_a_list(server: HostileServer, listed) -> None:
    server.models = listed
    assert only(model_of(server.spec), ask(1)).text == "echo q1"


def test_the_models_are_looked_at_once(server: HostileServer) -> None:
    model = model_of(server.spec)
    only(model, ask(1))
    only(model, ask(2))
    assert server.gets == ["/v1/models"]


def test_no_server_at_all(server: HostileServer) -> None:
    server.stop()
    with pytest.raises(MedGaugeError, match=f"cannot be reached .*is a server running at {server.url}") as caught:
        only(model_of(server.spec), ask(1))
    assert caught.value.exit_code == 2


def test_a_server_that_goes_and_stays_away_leaves_a_run_to_resume(server: HostileServer) -> None:
    def behave(call: Call) -> Say:
        if call.number == 20:
            server.stop()
            return Say(wire=reset)
        return echo(call)

    server.behave = behave
    model = model_of(server.spec, patience="0.2")
    outputs, _ = until(model, (ask(n) for n in range(200)), Incomplete, "cannot be reached .*the same command asks the")
    texts = [output.text for output in outputs]
    assert len(texts) == len(set(texts)) >= 15
    assert all(text.startswith("echo ") for text in texts)


def test_the_budget_counts_every_request_and_leaves_a_run_to_resume(server: HostileServer) -> None:
    server.behave = lambda call: complaint(503, "busy") if call.number % 3 == 0 else echo(call)
    model = model_of(server.spec, max_requests="20")
    outputs, error = until(model, (ask(n) for n in range(100)), Incomplete, "budget of 20 requests .* is used up")
    assert error.exit_code == 4
    assert len(server.calls) + len(server.gets) == 20 == model.report()["requests"]
    assert len(outputs) == len({output.key for output in outputs}) == sum(call.number % 3 != 0 for call in server.calls)


def test_a_budget_that_suffices_is_no_error(server: HostileServer) -> None:
    assert len(list(model_of(server.spec, max_requests="11").generate(ask(n) for n in range(10)))) == 10


def test_the_missing_extra_is_named_with_its_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from medgauge_model_adapters.openai_api import build

    monkeypatch.setattr(build, "find_spec", lambda name: None)
    with pytest.raises(MedGaugeError, match=r"pip install 'medgauge\[openai\]'"):
        model_of("tiny@http://127.0.0.1:1/v1")


def test_an_error_of_the_stream_itself_is_nobody_elses(server: HostileServer) -> None:
    def stream() -> Iterator:
        yield ask(1)
        raise RuntimeError("broken stream")

    with pytest.raises(RuntimeError, match="broken stream"):
        list(model_of(server.spec).generate(stream()))
