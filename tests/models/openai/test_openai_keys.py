"""A key goes to the server it is for, and nowhere else: no file, no line of talk, no error, no repr."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from asked import ask, model_of, only
from hostile_server import Call, HostileServer, Say, complaint, completion

from medgauge.errors import MedGaugeError
from medgauge_model_adapters.openai_api.keys import read_key

CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MY_KEY", CANARY)
    return "MY_KEY"


def test_the_key_is_sent_as_a_bearer_with_every_request(server: HostileServer, canary: str) -> None:
    model = model_of(server.spec, api_key_env=canary)
    only(model, ask(1))
    assert server.calls[0].headers["Authorization"] == f"Bearer {CANARY}"
    assert server.get_headers[0]["Authorization"] == f"Bearer {CANARY}"
    assert CANARY not in server.calls[0].raw.decode()


def test_openais_key_goes_to_openai_alone(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    only(model_of(server.spec), ask(1))
    assert "Authorization" not in server.calls[0].headers
    assert "Authorization" not in server.get_headers[0]
    assert model_of("gpt-x").key.secret == CANARY
    only(model_of(server.spec, api_key_env="OPENAI_API_KEY"), ask(2))
    assert server.calls[1].headers["Authorization"] == f"Bearer {CANARY}"


def test_a_redirect_gets_neither_key_nor_question(server: HostileServer, canary: str) -> None:
    with HostileServer() as other:
        server.behave = lambda call: Say(status=308, headers={"Location": f"{other.url}/chat/completions?k={CANARY}"})
        with pytest.raises(MedGaugeError, match="redirects are not followed") as caught:
            only(model_of(server.spec, api_key_env=canary), ask(1))
        assert CANARY not in str(caught.value)
        assert not other.calls
        assert not other.gets


def test_a_proxy_of_the_environment_never_sees_what_stays_here(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HostileServer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert only(model_of(server.spec), ask(1)).text == "echo q1"
        assert not proxy.calls
        assert not proxy.gets


def another_protocol(handler) -> None:
    handler.wfile.write(f"{CANARY} 200 OK\r\n\r\n".encode())
    handler.close_connection = True


@pytest.mark.parametrize(
    "say",
    [
        lambda: complaint(401, f"Incorrect API key provided: {CANARY}"),
        lambda: complaint(403, f"{CANARY} is barred"),
        lambda: complaint(404, f"{CANARY} has no such model"),
        lambda: complaint(429, f"{CANARY} has no credit", "insufficient_quota"),
        lambda: complaint(400, f"bad {CANARY}"),
        lambda: complaint(500, f"crash with {CANARY}"),
        lambda: Say(status=502, body=f"<html>{CANARY}</html>", content_type="text/html"),
        lambda: Say(body=f"<html>{CANARY}</html>", content_type="text/html"),
        lambda: Say(body="{", content_type=f"text/{CANARY}"),
        lambda: Say(wire=another_protocol),
        lambda: Say(body=f'"{CANARY}"'),
        lambda: Say(body=f'{{"a": "{CANARY}", '),
        lambda: Say(body={"error": {"message": CANARY}}),
        lambda: Say(body={**completion("x"), "choices": CANARY}),
        lambda: Say(body=completion(CANARY, CANARY)),
        lambda: Say(body=completion(f"your key is {CANARY}")),
        lambda: Say(body=json.dumps(completion("x")).replace('"x"', '"\\u0073' + CANARY[1:] + '"')),
        lambda: Say(body={**completion("x"), "model": CANARY}),
    ],
)
def test_a_server_that_says_the_key_back_finds_no_echo(
    server: HostileServer, canary: str, capfd: pytest.CaptureFixture[str], say
) -> None:
    said = say()

    def behave(call: Call) -> Say:
        server.models = [CANARY]
        return said

    server.behave = behave
    model = model_of(server.spec, api_key_env=canary, retries="1")
    try:
        shown = repr(only(model, ask(1)))
    except MedGaugeError as error:
        shown = f"{error}{error!r}"
    captured = capfd.readouterr()
    everything = shown + repr(model) + json.dumps(model.report()) + json.dumps(dict(model.settings))
    assert CANARY not in everything + captured.out + captured.err


def test_no_repr_shows_it(canary: str) -> None:
    model = model_of("tiny@http://127.0.0.1:1/v1", api_key_env=canary)
    for value in (model, model.key, model.options, model.form, model.ledger):
        assert CANARY not in repr(value)
        assert CANARY not in str(value)
    assert CANARY.encode() in pickle.dumps(model.key), "the test knows where it is"


@pytest.mark.parametrize("given", [CANARY, "sk canary", "x" * 65, "Bearer:abc"])
def test_a_key_in_place_of_a_name_is_not_shown(given: str) -> None:
    with pytest.raises(MedGaugeError, match="takes the name of an environment variable") as caught:
        model_of("tiny@http://127.0.0.1:1/v1", api_key_env=given)
    assert given not in str(caught.value)


def test_a_key_that_looks_like_a_name_is_not_shown_either() -> None:
    with pytest.raises(MedGaugeError, match="that api_key_env names holds no key") as caught:
        model_of("tiny@http://127.0.0.1:1/v1", api_key_env="abcdef0123456789")
    assert "abcdef" not in str(caught.value)


def test_openai_without_a_key_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(MedGaugeError, match=r"variable OPENAI_API_KEY holds no key for api\.openai\.com"):
        model_of("gpt-x")


def test_white_space_around_a_key_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f" {CANARY}\n")
    assert read_key("MY_KEY", "h").secret == CANARY


@pytest.mark.parametrize("held", ["sk-a\nb", "sk-ä", "a b"])
def test_a_key_with_odd_characters_is_refused_unseen(monkeypatch: pytest.MonkeyPatch, held: str) -> None:
    monkeypatch.setenv("MY_KEY", held)
    with pytest.raises(MedGaugeError, match="characters that no key has") as caught:
        read_key("MY_KEY", "h")
    assert held not in str(caught.value)


def test_a_word_that_is_no_secret_may_be_said(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "EMPTY")
    server.behave = lambda call: Say(body=completion("the stomach is EMPTY"))
    assert only(model_of(server.spec, api_key_env="MY_KEY"), ask(1)).text == "the stomach is EMPTY"


def test_a_whole_run_writes_the_key_nowhere(server: HostileServer, tmp_path: Path) -> None:
    """Through the command line, with failures that say the key back; then every file and all talk is searched."""

    def behave(call: Call) -> Say:
        if call.number % 4 == 1:
            return complaint(400, f"rejected {CANARY}")
        return Say(body=completion(f"yes {CANARY}"))

    server.behave = behave
    command = [sys.executable, "-m", "medgauge.cli.main", "--debug", "run", "phantom-vqa", "--limit", "8"]
    command += ["--model", f"openai:{server.spec}", "--out", str(tmp_path / "run"), "--max-failed", "1"]
    command += ["--set", "api_key_env=MY_KEY"]
    done = subprocess.run(command, env={**os.environ, "MY_KEY": CANARY}, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert any(call.headers["Authorization"] == f"Bearer {CANARY}" for call in server.calls)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"spec.json", "outputs.jsonl", "manifest.json", "results.json"} <= {file.name for file in files}
    for file in files:
        assert CANARY.encode() not in file.read_bytes(), file
    assert CANARY not in done.stdout + done.stderr
    assert "[key]" in (tmp_path / "run" / "outputs.jsonl").read_text("utf-8")
