"""A server at its worst: what is tried again, what is not, and that nothing is held or waited for without end."""

import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from asked import answers, ask, model_of, only
from hostile_server import Call, HostileServer, Say, complaint, echo, reset
from hypothesis import given
from hypothesis import strategies as st

from medgauge_model_adapters.openai_api.failures import retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_what_passes_is_tried_again(server: HostileServer, status: int) -> None:
    server.behave = lambda call: complaint(status, "not now") if call.number < 2 else echo(call)
    model = model_of(server.spec)
    assert only(model, ask(1)).text == "echo q1"
    assert len(server.calls) == 3
    assert len({call.raw for call in server.calls}) == 1
    assert (model.report()["retries"], model.report()["trouble"]) == (2, {str(status): 2})


@pytest.mark.parametrize("status", [400, 402, 413, 415, 422])
def test_what_does_not_pass_fails_its_request_alone(server: HostileServer, status: int) -> None:
    server.behave = lambda call: complaint(status, "that picture is none") if call.words == "q1" else echo(call)
    found = answers(model_of(server.spec), ask(1), ask(2))
    assert found["1"].finish == "failed"
    assert f"answered {status}: 'that picture is none'" in found["1"].error
    assert found["2"].text == "echo q2"
    assert len(server.calls) == 2


def test_a_storm_of_500_ends_in_a_failed_output(server: HostileServer) -> None:
    server.behave = lambda call: complaint(500, "storm") if call.words == "q1" else echo(call)
    found = answers(model_of(server.spec), ask(1), ask(2))
    assert (found["1"].finish, found["1"].text) == ("failed", "")
    assert "gave up: answered 500: 'storm'" in found["1"].error
    assert sum(call.words == "q1" for call in server.calls) == 4  # once, and three retries
    assert found["2"].text == "echo q2"


def test_an_html_page_behind_an_error_is_shown_short(server: HostileServer) -> None:
    page = "<html><body><h1>502 Bad Gateway</h1>" + "x" * 500_000 + "</body></html>"
    server.behave = lambda call: Say(status=502, body=page, content_type="text/html")
    output = only(model_of(server.spec, retries="0"), ask(1))
    assert "502 Bad Gateway" in output.error
    assert len(output.error) < 400


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.25", 0.25),
        ("-3", 0.0),
        ("0", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        (None, 0.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("Mon, 99 Foo 2026 99:99:99 GMT", 0.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("99999999999999", 99999999999999.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(header: str | None, seconds: float) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_a_time_to_wait(header: str) -> None:
    assert 0 <= retry_after(header, NOW) < float("inf")


def test_retry_after_is_honoured_by_everybody(server: HostileServer) -> None:
    """After the 429, nothing at all is sent for as long as the server asked."""
    seen: list[tuple[float, int]] = []

    def behave(call: Call) -> Say:
        seen.append((time.monotonic(), call.number))
        return complaint(429, "slower", Retry_After="1") if call.number == 0 else echo(call)

    server.behave = behave
    found = answers(model_of(server.spec, concurrency="1"), *(ask(n) for n in range(4)))
    assert {output.text for output in found.values()} == {f"echo q{n}" for n in range(4)}
    assert seen[1][0] - seen[0][0] >= 1.0
    assert len(seen) == 5


def test_a_date_is_honoured_too(server: HostileServer) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    server.behave = lambda call: complaint(503, "later", Retry_After=then) if call.number == 0 else echo(call)
    begun = time.time()
    assert only(model_of(server.spec), ask(1)).text == "echo q1"
    assert time.time() >= int(begun) + 1, "a date of whole seconds, two ahead, is over one second away"


def test_an_endless_retry_after_is_capped_and_said(server: HostileServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.behave = lambda call: complaint(429, "later", Retry_After="86400") if call.number == 0 else echo(call)
    assert only(model_of(server.spec, max_wait="0.05"), ask(1)).text == "echo q1"
    assert "asks to wait 86400 s; waiting 0.05 s" in capsys.readouterr().err


def test_a_broken_connection_is_tried_again(server: HostileServer) -> None:
    server.behave = lambda call: Say(wire=reset) if call.number < 2 else echo(call)
    model = model_of(server.spec)
    assert only(model, ask(1)).text == "echo q1"
    assert model.report()["trouble"] == {"broken connection": 2}


def test_an_answer_that_breaks_off_is_tried_again(server: HostileServer) -> None:
    def torn(handler) -> None:
        handler.wfile.write(
            b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"choices"'
        )
        handler.close_connection = True

    server.behave = lambda call: Say(wire=torn) if call.number < 1 else echo(call)
    assert only(model_of(server.spec), ask(1)).text == "echo q1"


def test_what_is_no_http_is_tried_again_and_given_up(server: HostileServer) -> None:
    def another_protocol(handler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        handler.close_connection = True

    server.behave = lambda call: Say(wire=another_protocol)
    output = only(model_of(server.spec), ask(1))
    assert output.finish == "failed"
    assert "the connection broke" in output.error


def dripping(server: HostileServer, head: bytes, drop: bytes):
    def drip(handler) -> None:
        handler.close_connection = True
        handler.wfile.write(head)
        while not server.stopping.wait(0.02):
            handler.wfile.write(drop)

    return drip


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Slow: 1\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
)
def test_an_answer_that_drips_without_end_is_given_up(server: HostileServer, head: bytes, drop: bytes) -> None:
    server.behave = lambda call: Say(wire=dripping(server, head, drop)) if call.words == "q1" else echo(call)
    found = answers(model_of(server.spec, total_timeout="0.5", retries="1"), ask(1), ask(2))
    assert "gave up" in found["1"].error
    assert found["2"].text == "echo q2"


def test_a_silent_server_is_given_up(server: HostileServer) -> None:
    def silent(call: Call) -> Say:
        server.stopping.wait(30)
        return echo(call)

    server.behave = silent
    model = model_of(server.spec, read_timeout="0.3", retries="1")
    output = only(model, ask(1))
    assert "no answer in time (ReadTimeout)" in output.error
    assert model.report()["trouble"] == {"timeout": 2}


@pytest.mark.parametrize("declared", [True, False])
def test_a_hundred_megabytes_are_neither_held_nor_fetched(server: HostileServer, declared: bool) -> None:
    block = b" " * 65_536
    length = b"Content-Length: 104857600" if declared else b"Transfer-Encoding: chunked"
    written: list[int] = []

    def flood(handler) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + length + b"\r\n\r\n")
        for _ in range(1600):
            handler.wfile.write(block if declared else b"10000\r\n" + block + b"\r\n")
            written.append(len(block))

    server.behave = lambda call: Say(wire=flood) if call.words == "q1" else echo(call)
    model = model_of(server.spec, max_response_mb="2")
    tracemalloc.start()
    try:
        found = answers(model, ask(1), ask(2))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found["1"].finish == "failed"
    assert "over 2 MB" in found["1"].error
    assert found["2"].text == "echo q2"
    assert peak < 20e6
    assert sum(written) < 50e6
    assert sum(call.words == "q1" for call in server.calls) == 1


def test_a_flood_behind_an_error_is_cut_off_too(server: HostileServer) -> None:
    def flood(handler) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 400 Bad\r\nContent-Type: text/plain\r\nContent-Length: 104857600\r\n\r\n")
        for _ in range(1600):
            handler.wfile.write(b"no " * 21_845)
            server.sent_bytes += 65_535

    server.behave = lambda call: Say(wire=flood)
    assert "answered 400: 'no no" in only(model_of(server.spec), ask(1)).error
    assert server.sent_bytes < 50e6
