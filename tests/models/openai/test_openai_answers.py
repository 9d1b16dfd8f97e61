"""What comes back: words, statuses, and answers that are none."""

import json

import pytest
from asked import ask, model_of, only
from hostile_server import HostileServer, Say, completion

from medgauge.codec import clean_text


def told(server: HostileServer, body: object, **options: str):
    server.behave = lambda call: Say(body=body)
    return only(model_of(server.spec, **options), ask(1))


@pytest.mark.parametrize(
    ("body", "text", "finish"),
    [
        (completion("yes"), "yes", "stop"),
        (completion(""), "", "stop"),
        (completion(None), "", "stop"),
        (completion("cut", "length"), "cut", "length"),
        (completion("是\n", None), "是\n", "stop"),
        (completion([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), "ab", "stop"),
        (completion(None, "tool_calls", tool_calls=[{"id": "1"}]), "", "stop"),
        (completion("beside", "tool_calls"), "beside", "stop"),
        (completion("half of", "content_filter"), "", "refused"),
        (completion(None, "stop", refusal="I cannot help with that."), "", "refused"),
        (completion("x", "stop", refusal=""), "x", "stop"),
        (completion("A", "stop", reasoning_content="because"), "<think>because</think>A", "stop"),
        (completion("A", "stop", reasoning="because"), "<think>because</think>A", "stop"),
        (completion(None, "length", reasoning="beca"), "<think>beca</think>", "length"),
    ],
)
def test_words_and_why_they_ended(server: HostileServer, body: dict, text: str, finish: str) -> None:
    output = told(server, body)
    assert (output.text, output.finish, output.error) == (text, finish, None)
    assert (output.usage.input_tokens, output.usage.output_tokens) == (7, 3)
    assert len(server.calls) == 1


def without(*path: str | int) -> dict:
    body: object = json.loads(json.dumps(completion("x")))
    whole = body
    for step in path[:-1]:
        body = body[step]
    del body[path[-1]]
    return whole


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({**completion("x"), "choices": []}, "choices"),
        (without("choices"), "choices"),
        (without("choices", 0, "message"), "message"),
        (completion("x", "exploded"), "finish_reason 'exploded'"),
        (completion({"a": 1}), "content"),
        ({**completion("x"), "usage": {"prompt_tokens": -3}}, "prompt_tokens"),
        ([completion("x")], "no object"),
        ({"error": {"message": "the model fell over", "code": 400}}, "the model fell over"),
        ({"error": "plain words"}, "plain words"),
        (json.dumps(completion("x"))[:-30], "no sound JSON"),
        ("", "no sound JSON"),
        (b'{"choices": "\xff\xfe"}', "no sound JSON"),
        (json.dumps(completion("x")).replace('"x"', '"x", "content": "y"'), "every name once"),
        (json.dumps({**completion("x"), "z": "NUMBER"}).replace('"NUMBER"', "NaN"), "finite"),
        (json.dumps({**completion("x"), "z": "NUMBER"}).replace('"NUMBER"', "1e999"), "no sound JSON"),
        ("[" * 100_000, "no sound JSON"),
        ('{"z": ' + "9" * 10_000 + "}", "no sound JSON"),
    ],
)
def test_an_answer_that_is_none_fails_with_what_came(server: HostileServer, body: object, said: str) -> None:
    server.behave = lambda call: Say(body=json.dumps(body) if isinstance(body, list) else body)
    output = only(model_of(server.spec), ask(1))
    assert (output.finish, output.text) == ("failed", "")
    assert said in output.error
    assert "127.0.0.1" in output.error
    assert len(output.error) < 700
    assert len(server.calls) == 1, "another try would not mend it"


@pytest.mark.parametrize(
    ("content_type", "body", "said"),
    [
        ("text/html", "<html><h1>Welcome to nginx</h1></html>", "Welcome to nginx"),
        ("text/plain", json.dumps(completion("x")), "text/plain"),
        ("text/event-stream", "data: {}", "event-stream"),
        ("x" * 5000, "{}", "content type"),
    ],
)
def test_a_wrong_content_type_fails(server: HostileServer, content_type: str, body: str, said: str) -> None:
    server.behave = lambda call: Say(body=body, content_type=content_type)
    output = only(model_of(server.spec), ask(1))
    assert output.finish == "failed"
    assert said in output.error
    assert len(output.error) < 500


@pytest.mark.parametrize("content_type", [None, "application/json; charset=utf-8", "application/problem+json"])
def test_other_names_of_json_will_do(server: HostileServer, content_type: str | None) -> None:
    server.behave = lambda call: Say(body=completion("x"), content_type=content_type)
    assert only(model_of(server.spec), ask(1)).text == "x"


def test_half_of_a_surrogate_pair_is_readable_in_the_log(server: HostileServer) -> None:
    output = told(server, json.dumps(completion("a\ud83d")))
    assert output.text == "a\ufffd" == clean_text(output.text)
    assert told(server, json.dumps(completion("a\U0001f600"))).text == "a\U0001f600"


def test_an_answer_without_usage_is_an_answer(server: HostileServer) -> None:
    server.behave = lambda call: Say(body=without("usage"))
    model = model_of(server.spec)
    output = only(model, ask(1))
    assert (output.text, output.usage.input_tokens, output.usage.output_tokens) == ("x", None, None)
    assert model.report()["answers_without_usage"] == 1


@pytest.mark.parametrize("code", ["content_filter", "content_policy_violation"])
def test_a_filter_on_the_question_is_a_refusal(server: HostileServer, code: str) -> None:
    server.behave = lambda call: Say(status=400, body={"error": {"message": "filtered", "code": code}})
    output = only(model_of(server.spec), ask(1))
    assert (output.finish, output.text, output.error) == ("refused", "", None)


@pytest.mark.parametrize("reason", ["abort", "error"])
def test_what_the_engine_dropped_is_asked_again(server: HostileServer, reason: str) -> None:
    server.behave = lambda call: Say(body=completion("half", reason) if call.number < 2 else completion("whole"))
    assert only(model_of(server.spec), ask(1)).text == "whole"


def test_a_gateway_that_reports_a_busy_model_with_200_is_asked_again(server: HostileServer) -> None:
    busy = {"error": {"message": "upstream busy", "code": 503}}
    server.behave = lambda call: Say(body=busy if call.number < 1 else completion("x"))
    assert only(model_of(server.spec), ask(1)).text == "x"


def test_tokens_and_their_cost_are_counted(server: HostileServer) -> None:
    model = model_of(server.spec, price_input="2", price_output="10")
    list(model.generate(ask(n) for n in range(10)))
    report = model.report()
    assert (report["input_tokens"], report["output_tokens"], report["answers"]) == (70, 30, 10)
    assert report["cost_usd"] == pytest.approx((70 * 2 + 30 * 10) / 1e6)
    assert report["answered_by"] == {"tiny-2026": 10}
    assert report["requests"] == 11  # with the look at its models


@pytest.mark.parametrize("called", ["/home/alice/secret/tiny-2026", "/data/tiny-2026/", "~/tiny-2026", "tiny-2026"])
def test_the_report_names_a_model_without_its_folder(server: HostileServer, called: str) -> None:
    server.behave = lambda call: Say(body=completion("x") | {"model": called})
    model = model_of(server.spec)
    only(model, ask(1))
    assert model.report()["answered_by"] == {"tiny-2026": 1}
