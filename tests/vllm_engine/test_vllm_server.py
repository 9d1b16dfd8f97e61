"""vLLM's real HTTP server on loopback: the same answers, and a run that outlives its sudden end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from vllm_world import WORDS, answers, ask, legible, model_of

from medgauge.generation import Generation, Option
from medgauge.media import at, probe
from medgauge.plugins import catalog
from medgauge.store import RunDirectory
from medgauge.types import Request, Usage

NO_USAGE = Usage()
START = 240
"""Seconds that a server may take to be up."""
GRID = ((112, 140), (168, 112), (196, 196), (84, 140))
"""Sizes that Qwen2.5-VL's processor leaves as they are."""


class Server:
    """One server after the other, at one address."""

    def __init__(self, folder: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.model = f"openai:tiny@http://127.0.0.1:{self.port}/v1"
        self._folder, self._log = folder, log
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        options = {
            "--model": str(self._folder),
            "--served-model-name": "tiny",
            "--host": "127.0.0.1",
            "--port": str(self.port),
            "--dtype": "float32",
            "--max-model-len": "1024",
            "--max-num-seqs": "16",
            "--limit-mm-per-prompt": json.dumps({"image": 4, "video": 0}),
        }
        words = [word for option in options.items() for word in option]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--enforce-eager", *words],
                stdout=log,
                stderr=log,
                env={**os.environ, "VLLM_NO_USAGE_STATS": "1"},
                start_new_session=True,
            )

    def wait(self) -> None:
        assert self._process is not None
        until = time.monotonic() + START
        while time.monotonic() < until:
            assert self._process.poll() is None, self._log.read_text("utf-8", "replace")[-3000:]
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.5)
        pytest.fail(f"no server after {START} s: {self._log.read_text('utf-8', 'replace')[-3000:]}")

    def kill(self) -> None:
        """As a power cut does: the server and its engine, at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@pytest.fixture(scope="module")
def folder(tiny: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return legible(tiny("qwen2_5_vl"), tmp_path_factory.mktemp("served") / "legible")


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(folder, tmp_path_factory.mktemp("server") / "log.txt")
    made.begin()
    try:
        made.wait()
        yield made
    finally:
        made.kill()


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[Request]:
    root = tmp_path_factory.mktemp("grid")
    random = np.random.default_rng(3)
    for index, (width, height) in enumerate(GRID):
        blocks = random.integers(0, 255, (height // 14, width // 14, 3), dtype=np.uint8)
        Image.fromarray(blocks).resize((width, height)).save(root / f"{index}.png")
    generation = Generation(max_new_tokens=16, logprobs=True)
    return [
        ask(n, at(probe(f"{n % len(GRID)}.png", root), root), f"\n{n}: {WORDS[n % len(WORDS)]}", generation=generation)
        for n in range(12)
    ]


def of_server(server: Server, **options: str):
    name, _, argument = server.model.partition(":")
    return catalog("models").load(name)(argument, {"dialect": "vllm", **options})


def test_the_server_says_what_the_engine_says(server: Server, folder: Path, questions: list[Request]) -> None:
    engine = model_of(folder)
    for here, there in zip(answers(engine, questions), answers(of_server(server), questions), strict=True):
        assert replace(here, usage=NO_USAGE, logprobs=()) == replace(there, usage=NO_USAGE, logprobs=())
        assert here.usage.input_tokens == there.usage.input_tokens
        assert here.usage.output_tokens == there.usage.output_tokens
        assert [log for _, log in there.logprobs] == pytest.approx([log for _, log in here.logprobs], abs=1e-4)
        assert [end for end, _ in there.logprobs] == [end for end, _ in here.logprobs]


def test_options_weigh_the_same(server: Server, folder: Path, questions: list[Request]) -> None:
    options = (Option(label="liver", forms=("A. liver", "A")), Option(label="lung", forms=("C. lung", "C")))
    asked = [replace(r, options=options, generation=Generation(scoring="first-token")) for r in questions[:4]]
    for here, there in zip(answers(model_of(folder), asked), answers(of_server(server), asked), strict=True):
        assert there.error is None
        assert there.scores == pytest.approx(here.scores, rel=1e-3)
        assert there.text == here.text


def test_log_probabilities_stand_beside_scores(server: Server, folder: Path, questions: list[Request]) -> None:
    options = (Option(label="liver", forms=("A. liver", "A")), Option(label="lung", forms=("C. lung", "C")))
    generation = Generation(scoring="first-token", logprobs=True, max_new_tokens=16)
    asked = [replace(r, options=options, many=True, generation=generation) for r in questions[:4]]
    for here, there in zip(answers(model_of(folder), asked), answers(of_server(server), asked), strict=True):
        assert there.error is None
        assert there.text == here.text
        assert [end for end, _ in there.logprobs] == [end for end, _ in here.logprobs] != []
        assert [log for _, log in there.logprobs] == pytest.approx([log for _, log in here.logprobs], abs=1e-4)


def run(server: Server, out: Path) -> "subprocess.Popen[str]":
    settings = {"dialect": "vllm", "max_new_tokens": "48", "concurrency": "4", "patience": str(START)}
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    command = ["phantom-vqa", "--model", server.model, "--limit", "40", "--out", str(out), *words]
    return subprocess.Popen(
        [sys.executable, "-m", "medgauge.cli.main", "run", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def written(out: Path) -> int:
    file = out / "outputs.jsonl"
    return file.read_bytes().count(b"\n") if file.exists() else 0


def test_a_run_outlives_its_server(server: Server, tmp_path: Path) -> None:
    broken = run(server, tmp_path / "broken")
    try:
        while written(tmp_path / "broken") < 8:
            assert broken.poll() is None, broken.communicate()[0]
            time.sleep(0.05)
        server.kill()
        before = written(tmp_path / "broken")
        assert broken.poll() is None
        server.begin()
        server.wait()
        said, _ = broken.communicate(timeout=START)
    finally:
        broken.kill()
    assert broken.returncode == 0, said
    whole = run(server, tmp_path / "whole")
    told, _ = whole.communicate(timeout=START)
    assert whole.returncode == 0, told
    survived, smooth = RunDirectory(tmp_path / "broken").outputs(), RunDirectory(tmp_path / "whole").outputs()
    assert before < len(smooth) == written(tmp_path / "broken") == written(tmp_path / "whole"), "none lost or doubled"
    assert {str(key): output.text for key, output in survived.items()} == {
        str(key): output.text for key, output in smooth.items()
    }
    assert all(output.finish != "failed" for output in survived.values())
