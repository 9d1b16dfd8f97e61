"""Each data set in its source's own layout, from the folder to the score: check, prepare, run, score again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from layouts import LAYOUTS

from medgauge.cli.main import cli
from medgauge.tasks import Task
from medgauge_tasks.cards import build_task


def medgauge(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments], catch_exceptions=False)


@pytest.mark.parametrize("name", LAYOUTS)
def test_from_the_folder_to_the_score(tmp_path: Path, name: str) -> None:
    task: Task = build_task(name)
    data, prepared, run = tmp_path / "data", tmp_path / "prepared", tmp_path / "run"
    LAYOUTS[name](data / (task.card.folder or name))
    loaded = task.load(data, "test").samples
    assert {s.language for s in loaded} == set(task.card.languages)

    check = medgauge("data", "check", name, "--data-dir", data, "--allow-modified", "--json")
    assert check.exit_code == 0, check.output
    made = medgauge("data", "prepare", name, "--data-dir", data, "--out", prepared, "--allow-modified")
    assert made.exit_code == 0, made.output

    common = ("--model", "baseline/prior", "--data-dir", prepared, "--allow-modified", "--out", run, "--json")
    done = medgauge("run", name, *common)
    assert done.exit_code == 0, done.output
    results = json.loads(done.stdout)["tasks"]
    assert sum(one["n"] for one in results.values()) == len(loaded)
    assert {one["family"] for one in results.values()} == {task.card.family}
    primary = task.card.primary
    assert all(primary in one["metrics"] for one in results.values())
    again = medgauge("score", run, "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["tasks"] == results
