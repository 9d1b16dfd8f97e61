"""`medgauge run ... --model openai:`: whole runs against a server, cut off and taken up again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hostile_server import Call, HostileServer, Say, completion, echo

from medgauge.store import RunDirectory


def command(server: HostileServer, out: Path, *more: str) -> list[str]:
    words = [sys.executable, "-m", "medgauge.cli.main", "run", "phantom-vqa", "--model", f"openai:{server.spec}"]
    return [*words, "--out", str(out), "--set", "backoff=0.01", *more]


def run(server: HostileServer, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(server, out, *more), capture_output=True, text=True, env=dict(os.environ))


def test_a_run_against_a_server(server: HostileServer, tmp_path: Path) -> None:
    server.behave = lambda call: Say(body=completion("Yes."))
    out = tmp_path / "run"
    done = run(server, out, "--limit", "8", "--set", "price_input=1", "--set", "price_output=2")
    assert done.returncode == 0, done.stderr
    outputs = RunDirectory(out).outputs()
    assert len(outputs) == len(server.calls) >= 8
    assert {output.text for output in outputs.values()} == {"Yes."}
    assert all(output.sent for output in outputs.values())
    spec = json.loads((out / "spec.json").read_text("utf-8"))
    assert spec["model"]["spec"] == f"openai:tiny@{server.url}"
    assert spec["model"]["settings"]["dialect"] == "openai"
    assert not {"backoff", "price_input"} & set(spec["model"]["options"])
    made = json.loads((out / "manifest.json").read_text("utf-8"))["model"]
    assert (made["answers"], made["requests"]) == (len(outputs), len(outputs) + 1)
    assert made["cost_usd"] == pytest.approx(len(outputs) * (7 + 2 * 3) / 1e6)


def test_a_run_that_is_killed_asks_only_the_rest(server: HostileServer, tmp_path: Path) -> None:
    def slowly(call: Call) -> Say:
        time.sleep(0.05)
        return echo(call)

    server.behave = slowly
    out = tmp_path / "run"
    more = ("--limit", "40", "--set", "concurrency=2")
    first = subprocess.Popen(command(server, out, *more), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(server.calls) < 12:
        assert time.monotonic() < deadline
        assert first.poll() is None, first.communicate()[1].decode()
        time.sleep(0.01)
    first.send_signal(signal.SIGTERM)
    talk = first.communicate(timeout=30)[1].decode()
    assert first.returncode == 143, talk
    assert "Traceback" not in talk
    kept = len(RunDirectory(out).outputs())
    assert kept >= 8
    before = len(server.calls)
    server.behave = echo
    done = run(server, out, *more)
    assert done.returncode == 0, done.stderr
    assert f"{kept} outputs kept" in done.stderr
    outputs = RunDirectory(out).outputs()
    assert len(outputs) == kept + len(server.calls) - before
    lines = (out / "outputs.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == len(outputs), "nothing is written twice"


def test_a_server_that_dies_and_comes_back_mid_run(server: HostileServer, tmp_path: Path) -> None:
    def dies(call: Call) -> Say:
        if call.number == 10:
            server.stop()
        return echo(call)

    server.behave = dies
    out = tmp_path / "run"
    more = ("--limit", "30", "--set", "patience=0.2")
    done = run(server, out, *more)
    assert done.returncode == 4, done.stderr
    assert "the same command asks the rest" in done.stderr
    assert "Traceback" not in done.stderr
    kept = len(RunDirectory(out).outputs())
    assert 0 < kept < 30
    server.behave = echo
    server.start()
    done = run(server, out, *more)
    assert done.returncode == 0, done.stderr
    assert len(RunDirectory(out).outputs()) >= 30


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--set", "top_k=5"), "takes no top_k"),
        (("--set", "dialect=mine"), "dialect='mine'"),
    ],
)
def test_what_cannot_be_is_exit_2_in_one_line(
    server: HostileServer, tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    done = run(server, tmp_path / "run", "--limit", "2", *more)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if "error" in line]
    assert said in line
    assert not server.calls


def test_a_server_without_the_model_is_exit_2(server: HostileServer, tmp_path: Path) -> None:
    server.models = ["big"]
    done = run(server, tmp_path / "run", "--limit", "2")
    assert done.returncode == 2
    assert "has no model 'tiny'; it has big" in done.stderr
