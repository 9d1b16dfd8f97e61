"""`medgauge submissions` on the command line: exit codes, what goes where, and that a stranger's words do nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from made_runs import edit
from test_cli import medgauge
from test_submissions_check import World, board, submit, world
from test_submissions_forged import bent, metric, put

__all__ = ["board", "world"]


def test_lock_and_check_as_a_group_does_it(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "submissions"
    folder.mkdir()
    done = medgauge("submissions", "lock", world.run("prior"), "--out", folder / "lock.json")
    assert done.stdout.strip() == str(folder / "lock.json")
    assert "commit it" in done.stderr
    assert json.loads((folder / "lock.json").read_text("utf-8")) == json.loads(world.lock.read_text("utf-8"))
    submit(folder, "mine", world.run("mine"))
    done = medgauge("submissions", "check", folder, "--out", tmp_path / "status.json")
    assert "recomputed" in done.stdout
    assert done.stdout.rstrip().endswith("RESULT  1 of 1 submissions hold; exit 0")
    assert json.loads((tmp_path / "status.json").read_text("utf-8"))["runs"]


def test_json_is_all_of_stdout_and_a_false_number_exits_10(world: World, board: Path, tmp_path: Path) -> None:
    folder = submit(board, "mine", world.run("mine"))
    submit(board, "other", world.run("other"))
    edit(folder / "run", "results.json", bent(put(metric, "value", 0.9)))
    out = tmp_path / "status.json"
    out.write_text("old")
    done = medgauge("submissions", "check", board, "--json", "--out", out, code=10)
    made = json.loads(done.stdout)
    assert made["exit_code"] == 10
    assert made["submissions"]["mine"]["status"] is None
    assert made["submissions"]["other"]["status"] == "recomputed"
    assert "is not written" in done.stderr
    assert not out.exists()
    text = medgauge("submissions", "check", board, code=10).stdout
    assert "error  mine  results.json: phantom-vqa/en: metrics: exact_match: value: claimed 0.9, recomputed 0.8" in text
    assert text.rstrip().endswith("RESULT  1 of 2 submissions hold; exit 10")


def test_what_a_stranger_wrote_can_do_nothing_to_a_terminal_or_a_runner(world: World, board: Path) -> None:
    title = "[bold red]X[/] <script> | ::add-mask::x ##[group] \\u001b :warning:"
    folder = submit(board, "mine", world.run("mine"), title=title, who="::error::y")
    edit(
        folder / "run",
        "outputs.jsonl",
        lambda text: text + text.splitlines()[0].replace('"id": "', '"id": "\\u001b[31m\\n::error file=a::b ') + "\n",
    )
    done = medgauge("submissions", "check", board, code=2)
    assert "[bold red]X[/] <script>" in done.stdout, "markup is text"
    assert "\x1b" not in done.stdout + done.stderr
    assert "::" not in done.stdout
    assert "##[" not in done.stdout
    assert not any(line.lstrip().startswith("::") for line in (done.stdout + done.stderr).splitlines())
    errors = [line for line in done.stdout.splitlines() if line.startswith("error")]
    assert len(errors) == 1, "an error is one line"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("check", "nowhere"), 2, "nowhere"),
        (("lock", "nowhere", "--out", "lock.json"), 2, "nowhere"),
        (("check", "{empty}"), 4, "medgauge submissions lock RUN"),
        (("check", "{board}"), 5, "holds no submission"),
        (("check", "{board}", "--out", "{board}/lock.json"), 2, "no folder, lock"),
        (("check", "{board}", "--out", "{board}"), 2, "no folder, lock"),
        (("check", "{board}", "--out", "{board}/mine/run/spec.json"), 2, "part of a run"),
    ],
)
def test_usage_errors_are_one_line(board: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    (tmp_path / "empty").mkdir()
    there = [word.format(board=board, empty=tmp_path / "empty") for word in words]
    before = (board / "lock.json").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "medgauge.cli.main", "submissions", *there], capture_output=True, text=True
    )
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert (board / "lock.json").read_bytes() == before


def test_private_and_data_dir_reach_the_check(world: World, board: Path, tmp_path: Path) -> None:
    submit(board, "mine", world.run("mine"))
    lock = board / "lock.json"
    lock.write_text(lock.read_text("utf-8").replace('"publish": "images"', '"publish": "scores"'), "utf-8")
    done = medgauge("submissions", "check", board, code=2)
    assert "may show 'scores', and this file holds references" in done.stdout
    done = medgauge("submissions", "check", board, "--private", "--data-dir", tmp_path, code=3)
    assert "publish level 'images', the lock's 'scores'" in done.stdout


@pytest.mark.parametrize("command", ["lock", "check"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    assert "Example" in medgauge("submissions", command, "--help").stdout
