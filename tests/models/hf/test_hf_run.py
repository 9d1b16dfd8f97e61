"""`medgauge run --model transformers:...` from end to end."""

import json
import os
import signal
import subprocess
import sys
import time

from click.testing import CliRunner
from scripted_checkpoint import build_scripted

from medgauge.cli.main import cli
from medgauge.errors import MedGaugeError


def run(*arguments, code=0):
    """What was printed, or the error that a user is told; the exit code is as expected."""
    done = CliRunner().invoke(cli, ["run", *map(str, arguments)])
    told = isinstance(done.exception, MedGaugeError)
    assert (done.exception.exit_code if told else done.exit_code) == code, (done.output, done.exception)
    return str(done.exception) if told else done.output


def outputs(folder):
    lines = (folder / "outputs.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def said(folder):
    found = [(json.dumps(output["key"], sort_keys=True), output["text"]) for output in outputs(folder)]
    assert len(found) == len(dict(found)), "nothing twice"
    return dict(found)


def test_a_whole_run(tiny, tmp_path):
    model = f"transformers:{tiny('qwen2_5_vl')}"
    more = ("--limit", 6, "--set", "max_new_tokens=6", "--set", "max_pixels=12544")
    run("phantom-vqa", "--model", model, "--batch-size", 4, *more, "--out", tmp_path / "run")
    spec = json.loads((tmp_path / "run" / "spec.json").read_text("utf-8"))["model"]
    assert spec["spec"] == "transformers:qwen2_5_vl"
    assert spec["options"] == {"max_pixels": "12544"}
    assert len(spec["fingerprint"]) == 64
    assert spec["settings"]["dtype"] == "float32"
    assert spec["settings"]["image_backend"] == "pil"
    assert spec["resize"]["kind"] == "smart"
    assert (spec["resize"]["min_pixels"], spec["resize"]["max_pixels"]) == (3136, 12544)
    manifest = (tmp_path / "run" / "manifest.json").read_text("utf-8")
    assert '"backend": "transformers"' in manifest
    assert '"batches": {' in manifest
    assert str(tmp_path) not in manifest + json.dumps(spec)
    assert all(output["sent"] and output["usage"]["output_tokens"] <= 6 for output in outputs(tmp_path / "run"))
    run("phantom-vqa", "--model", model, "--batch-size", 1, *more, "--out", tmp_path / "run")  # the same run
    other = run("phantom-vqa", "--model", model, *more, "--set", "dtype=bfloat16", "--out", tmp_path / "run", code=2)
    assert "model.settings.dtype" in other


def test_thoughts_are_kept_in_the_log_and_are_no_answer(tmp_path):
    build_scripted(tmp_path / "thinker", "<think>no lesion</think>yes")
    model = f"transformers:{tmp_path / 'thinker'}"
    run("phantom-vqa", "--model", model, "--limit", 12, "--set", "max_new_tokens=30", "--out", tmp_path / "run")
    assert {output["text"] for output in outputs(tmp_path / "run")} == {"<think>no lesion</think>yes"}
    scores = [json.loads(line) for line in (tmp_path / "run" / "scores.jsonl").read_text("utf-8").splitlines()]
    answers = [score["answer"] for score in scores if score.get("answer")]
    assert {answer["text"] for answer in answers} == {"yes"}
    assert "yes" in {answer.get("polar") for answer in answers}


def test_killed_and_resumed_is_the_same_as_whole(tiny, tmp_path):
    command = ("phantom-vqa", "--model", f"transformers:{tiny('llava')}", "--batch-size", 2, "--limit", 16)
    command = (*command, "--set", "max_new_tokens=40")
    run(*command, "--out", tmp_path / "whole")
    folder = tmp_path / "killed"
    program = [sys.executable, "-m", "medgauge.cli.main", "run", *map(str, command), "--out", str(folder)]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    log = folder / "outputs.jsonl"
    while process.poll() is None and not (log.is_file() and log.stat().st_size):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was at work when it was killed"
    assert not (folder / "manifest.json").exists()
    assert 0 < log.read_bytes().count(b"\n") < len(said(tmp_path / "whole"))
    run(*command, "--out", folder)
    assert said(folder) == said(tmp_path / "whole")


def test_options_get_scores_in_a_run(tiny, tmp_path):
    """The tiny vocabulary spells Chinese labels in bytes that many share: first tokens cannot tell those apart."""
    model = f"transformers:{tiny('internvl')}"
    command = ("phantom-classification", "--model", model, "--limit", 4, "--set", "max_new_tokens=4", "--set")
    run(*command, "scoring=whole-option", "--out", tmp_path / "run")
    assert all(output["scores"] for output in outputs(tmp_path / "run"))
    refused = run(*command, "scoring=first-token", "--out", tmp_path / "other", code=2)
    assert "begin with the same token" in refused
    assert "scoring=whole-option" in refused


def test_bad_input_is_one_line_and_exit_2(tiny, tmp_path):
    model = f"transformers:{tiny('qwen2_text')}"
    told = run("phantom-vqa", "--model", model, "--limit", 2, "--out", tmp_path / "run", code=2)
    assert "is a model of words" in told
    assert "\n" not in told
    run("phantom-vqa", "--model", model, "--limit", 2, "--control", "blind", "--out", tmp_path / "blind")
