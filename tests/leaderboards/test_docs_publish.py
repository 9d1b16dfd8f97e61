"""The page on publishing: its workflow is safe and does what it says, its examples are read by what they are for."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_runs import edit
from test_submissions_check import forged

from medgauge_leaderboards.submissions.folder import run_hash
from medgauge_leaderboards.submissions.forms import Reproduction, Submission, read_form
from medgauge_leaderboards.submissions.lock import MARGIN

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "publish.md"
LIMIT = 40


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def workflow() -> dict[Any, Any]:
    made: dict[Any, Any] = yaml.safe_load(next(text for text in blocks("yaml") if text.startswith("name:")))
    return made


def commands(job: str) -> list[str]:
    return [step["run"] for step in workflow()["jobs"][job]["steps"] if "run" in step]


def bash(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(shell, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository made by the page's own commands, on fewer samples."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "bin").mkdir()
    (folder / "recorded").mkdir()
    for name, text in (
        ("medgauge", f'exec {sys.executable} -m medgauge.cli.main "$@"'),
        ("pip", 'echo "pip $*" >> pip.log'),
    ):
        file = folder / "bin" / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    own, theirs, look, _ = blocks("bash")
    said(bash(folder, fewer(own)))
    samples = [json.loads(line) for line in (folder / "runs/prior/samples.jsonl").read_text("utf-8").splitlines()]
    answers = [{**{name: s[name] for name in ("id", "task", "language")}, "text": s["target"]["text"]} for s in samples]
    recorded = "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)
    (folder / "recorded" / "mine.jsonl").write_text(recorded, "utf-8")
    said(bash(folder, fewer(theirs)))
    example = next(text for text in blocks("yaml") if text.startswith("who:"))
    (folder / "submissions" / "my-model" / "submission.yaml").write_text(example, "utf-8")
    assert "recomputed" in said(bash(folder, look))
    return folder


def fewer(script: str) -> str:
    return script.replace("medgauge run phantom-vqa", f"medgauge run phantom-vqa --limit {LIMIT}")


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_only_the_job_that_runs_nothing_may_write() -> None:
    made = workflow()
    assert set(made[True]) == {"push", "pull_request"}, "never pull_request_target"
    assert made[True]["push"] == {"branches": ["main"]}
    assert made["permissions"] == {"contents": "read"}
    writing = {name for name, job in made["jobs"].items() if "permissions" in job}
    assert writing == {"publish"}
    publish = made["jobs"]["publish"]
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    assert publish["if"] == "github.event_name == 'push'"
    assert publish["needs"] == "check"
    assert [step["uses"].partition("@")[0] for step in publish["steps"]] == ["actions/deploy-pages"]


def test_nothing_of_the_event_gets_into_a_script_and_no_secret_is_there() -> None:
    text = next(text for text in blocks("yaml") if text.startswith("name:"))
    made = workflow()
    assert "secrets" not in text
    assert "pull_request_target" not in text
    assert not any("${{" in command for job in made["jobs"] for command in commands(job))
    checkout = made["jobs"]["check"]["steps"][0]
    assert checkout["uses"].startswith("actions/checkout@")
    assert checkout["with"] == {"persist-credentials": False}
    upload = next(step for step in made["jobs"]["check"]["steps"] if "upload-pages" in step.get("uses", ""))
    assert upload["if"] == "github.event_name == 'push'"
    assert upload["with"] == {"path": "site"}
    assert re.fullmatch(r"pip install medgauge==\d+\.\d+\.\d+", commands("check")[0])


def test_the_workflow_checks_and_builds_what_it_uploads(repository: Path) -> None:
    for command in commands("check"):
        said(bash(repository, command))
    assert (repository / "pip.log").read_text().startswith("pip install medgauge==")
    assert (repository / "site" / "index.html").is_file()
    statuses = json.loads((repository / "status.json").read_text("utf-8"))["runs"]
    assert [(mark["name"], mark["made"]) for mark in statuses.values()] == [("my-model", "recomputed")]


def test_a_false_number_stops_the_workflow_before_anything_is_built(repository: Path) -> None:
    run = repository / "submissions" / "my-model" / "run"
    before = {file: file.read_bytes() for file in run.iterdir()}
    edit(run, "results.json", lambda text: forged(text, "exact_match", 0.5))
    shutil.rmtree(repository / "site", ignore_errors=True)
    done = bash(repository, "\n".join(commands("check")))
    for file, data in before.items():
        file.write_bytes(data)
    assert done.returncode == 10
    assert "exact_match: value: claimed 0.5, recomputed 1" in done.stdout
    assert not (repository / "site").exists()


@pytest.mark.parametrize("left", [(), ("lock.json",)], ids=["no folder", "a lock alone"])
def test_the_workflow_works_before_anybody_handed_in(repository: Path, tmp_path: Path, left: tuple[str, ...]) -> None:
    for name in ("runs", "bin"):
        shutil.copytree(repository / name, tmp_path / name)
    for name in left:
        (tmp_path / "submissions").mkdir()
        shutil.copy(repository / "submissions" / name, tmp_path / "submissions" / name)
    (tmp_path / "status.json").write_text("a status that somebody committed", "utf-8")
    for command in commands("check"):
        said(bash(tmp_path, command))
    assert "baseline/prior" in (tmp_path / "site" / "index.html").read_text("utf-8")
    assert 'id="table-submissions"' not in (tmp_path / "site" / "method.html").read_text("utf-8")


def test_another_version_scores_all_again_and_names_the_new_hash(repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "board"
    shutil.copytree(repository, folder)
    mine = folder / "submissions" / "my-model"
    shutil.copytree(mine / "run", mine / "reproduction")
    edit(mine / "reproduction", "manifest.json", lambda text: text.replace('"started": "2', '"started": "1'))
    form = next(text for text in blocks("yaml") if text.startswith("run:"))
    old = re.findall(r"[0-9a-f]{64}", form)[0]
    (mine / "reproduction.yaml").write_text(form.replace(old, run_hash(mine / "run")), "utf-8")
    look, again = blocks("bash")[2:]
    assert "reproduced" in said(bash(folder, look))
    for run in (folder / "runs" / "prior", mine / "run", mine / "reproduction"):
        edit(run, "manifest.json", lambda text: text.replace('"medgauge": "', '"medgauge": "0.0.'))
    was = run_hash(mine / "run")
    (mine / "reproduction.yaml").write_text(form.replace(old, was), "utf-8")
    done = bash(folder, again)
    new = run_hash(mine / "run")
    assert new != was
    assert done.returncode == 2
    assert new in done.stdout
    (mine / "reproduction.yaml").write_text(form.replace(old, new), "utf-8")
    assert "reproduced" in said(bash(folder, look))


def test_the_examples_are_what_the_forms_take(tmp_path: Path) -> None:
    for first, form in (("who:", Submission), ("run:", Reproduction)):
        file = tmp_path / "form.yaml"
        file.write_text(next(text for text in blocks("yaml") if text.startswith(first)), "utf-8")
        read_form(file, form)


def test_the_page_says_the_numbers_that_the_code_has() -> None:
    text = PAGE.read_text("utf-8")
    assert f"`lock --margin`, {MARGIN:g} by default" in text
    for status in ("self-reported", "recomputed", "reproduced", "withdrawn", "superseded"):
        assert f"`{status}`" in text
    assert all(f"| {code} |" in text for code in (0, 2, 3, 4, 5, 10))
