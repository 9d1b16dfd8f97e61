"""The action and the recipes: the very shell that they hold, run on a repository made for it."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GATES = 'baseline: main\ngates: [{task: "phantom-vqa/en"}]\n'


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a blessed reference, recorded answers, and the answers of a worse and of a broken model."""
    folder = tmp_path_factory.mktemp("repository")
    for line in ("git init -q", "mkdir recorded bin"):
        subprocess.run(line.split(), cwd=folder, check=True)
    shell = folder / "bin" / "medgauge"
    shell.write_text(f'#!/bin/sh\nexec {sys.executable} -m medgauge.cli.main "$@"\n')
    pip = folder / "bin" / "pip"
    pip.write_text('#!/bin/sh\necho "pip $*" >> pip.log\n')
    for file in (shell, pip):
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    bash(folder, "medgauge run phantom-vqa --model baseline/prior --limit 40 --out runs/prior")
    lines = [json.loads(line) for line in (folder / "runs/prior/samples.jsonl").read_text("utf-8").splitlines()]
    for name, wrong in (("main", 0.1), ("worse", 0.9)):
        answers = [
            {"id": one["id"], "language": one["language"], "task": one["task"], "text": _said(one, i, wrong)}
            for i, one in enumerate(lines)
        ]
        text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in answers)
        (folder / "recorded" / f"{name}.jsonl").write_text(text, "utf-8")
        run = f"medgauge run phantom-vqa --limit 40 --model replay:recorded/{name}.jsonl --out runs/{name}"
        bash(folder, run)
    bash(folder, "medgauge reference bless runs/main --name main --reason 'first release'")
    (folder / "medgauge.gates.yaml").write_text(GATES)
    return folder


def _said(sample: dict[str, Any], i: int, wrong: float) -> str:
    return "nonsense" if (i * 7 % 10) < 10 * wrong else str(sample["target"]["text"])


def bash(folder: Path, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=os.environ | env | {"PATH": path}, capture_output=True, text=True)


def action(folder: Path, **inputs: str) -> tuple[int, dict[str, str], str, str]:
    """Exit code, outputs, step summary and log of the action's compare step."""
    step = next(s for s in definition()["runs"]["steps"] if s.get("id") == "compare")
    declared = {name: given.get("default", "") for name, given in definition()["inputs"].items()}
    unknown = set(inputs) - {name.replace("-", "_") for name in declared}
    assert not unknown
    values = declared | {name.replace("_", "-"): value for name, value in inputs.items()}
    env = {name: values[text[len("${{ inputs.") : -len(" }}")]] for name, text in step["env"].items()}
    for name in ("output", "summary"):
        (folder / name).write_text("")
    done = bash(folder, step["run"], GITHUB_OUTPUT="output", GITHUB_STEP_SUMMARY="summary", **env)
    outputs = dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())
    return done.returncode, outputs, (folder / "summary").read_text("utf-8"), done.stdout + done.stderr


def definition() -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return made


def test_the_action_is_composite_and_its_outputs_are_set() -> None:
    made = definition()
    assert made["runs"]["using"] == "composite"
    assert all(step["shell"] == "bash" for step in made["runs"]["steps"])
    assert set(made["outputs"]) == {"verdict", "exit-code"}
    text = (ROOT / "action.yml").read_text("utf-8")
    assert "${{ inputs" not in "".join(step["run"] for step in made["runs"]["steps"]), "no input inside a script"
    assert "pull_request_target" not in text


def test_green_red_and_strict(world: Path) -> None:
    code, outputs, summary, log = action(world, candidate="runs/main", gates="medgauge.gates.yaml")
    assert (code, outputs) == (0, {"verdict": "pass", "exit-code": "0"})
    assert summary.startswith("<!-- medgauge-compare -->\n### ✓ medgauge: 0 regressions")
    assert "::notice title=medgauge%3A result::RESULT  pass" in log
    code, outputs, summary, log = action(world, candidate="runs/worse", base="main")
    assert (code, outputs) == (10, {"verdict": "regression", "exit-code": "10"})
    assert "✗ REGRESSED" in summary
    assert "::error title=medgauge%3A phantom-vqa/en exact_match REGRESSED::" in log


def test_a_second_run_is_made_once_and_only_after_a_regression(world: Path) -> None:
    asked = "medgauge run phantom-vqa --limit 40 --model replay:recorded/worse.jsonl --out runs/second"
    again = f"echo again >> asked; {asked}"
    words = {"base": "main", "again": again, "again_run": "runs/second"}
    code, outputs, _, log = action(world, candidate="runs/worse", **words)
    assert (code, outputs["verdict"]) == (10, "regression")
    assert "with a second run" in log
    assert (world / "asked").read_text() == "again\n"
    assert action(world, candidate="runs/main", **words)[0] == 0
    assert (world / "asked").read_text() == "again\n"
    code, _, _, log = action(world, candidate="runs/worse", base="main", again="exit 0", again_run="runs/nowhere")
    assert code not in (0, 10), "a second run that is not there confirms nothing and clears nothing"
    assert action(world, candidate="runs/worse", base="main", again="exit 7", again_run="runs/second")[0] == 10
    copy = "cp -r runs/worse runs/copy"
    code, outputs, _, log = action(world, candidate="runs/worse", base="main", again=copy, again_run="runs/copy")
    assert (code, outputs["verdict"]) == (2, "error"), "a copy is no second run"
    assert "is the same run as" in log


def test_a_second_run_that_nobody_could_find_is_refused_before_the_first_is_looked_at(world: Path) -> None:
    code, outputs, summary, log = action(world, candidate="runs/main", base="main", again="echo again >> never")
    assert (code, outputs, summary) == (2, {"verdict": "error", "exit-code": "2"}, "")
    assert "::error title=medgauge::again needs again-run" in log
    assert "RESULT" not in log
    assert not (world / "never").exists()


def test_a_crash_is_neither_green_nor_red_and_shows_no_old_report(world: Path) -> None:
    action(world, candidate="runs/main", base="main")
    broken = world / "bin" / "medgauge"
    text = broken.read_text()
    broken.write_text("#!/bin/sh\nexit 1\n")
    try:
        code, outputs, summary, log = action(world, candidate="runs/main", base="main")
    finally:
        broken.write_text(text)
    assert (code, outputs) == (1, {"verdict": "error", "exit-code": "1"})
    assert summary == ""
    assert "neither a pass nor a regression" in log
    code, outputs, summary, _ = action(world, candidate="runs/gone", base="main")
    assert (code, outputs["verdict"], summary) == (2, "error", "")
    code, outputs, summary, _ = action(world, candidate="runs/prior", base="runs/main")
    assert (code, outputs["verdict"]) in ((10, "regression"), (0, "pass"), (0, "inconclusive"))


def test_the_gitlab_job(world: Path) -> None:
    (name,) = (job := yaml.safe_load((ROOT / "docs/ci/medgauge.gitlab-ci.yml").read_text("utf-8")))
    job = job[name]
    script = "\n".join([*job["before_script"], *job["script"]]).replace("phantom-vqa", "phantom-vqa --limit 40")
    done = bash(world, script, **job["variables"])
    assert done.returncode == 0, done.stderr
    assert (world / "pip.log").read_text() == "pip install medgauge\n"
    reports = job["artifacts"]["reports"]
    assert ElementTree.parse(world / reports["junit"]).getroot().get("failures") == "0"
    assert json.loads((world / reports["codequality"]).read_text("utf-8")) == []
    assert (world / reports["metrics"]).read_text("utf-8").endswith("# EOF\n")
    red = bash(world, script.replace("recorded/main", "recorded/worse").replace("out/c", "out/w"), CANDIDATE="out/w")
    assert red.returncode == 10
    assert job["allow_failure"]["exit_codes"] == [11]
    entries = json.loads((world / reports["codequality"]).read_text("utf-8"))
    assert {(e["severity"], e["location"]["path"]) for e in entries} == {("major", "medgauge.gates.yaml")}


def test_the_unprivileged_workflow_only_reads_and_the_other_only_renders(world: Path) -> None:
    first, second = (
        yaml.safe_load((ROOT / "docs/ci" / name).read_text("utf-8"))
        for name in ("medgauge.yml", "medgauge-comment.yml")
    )
    assert first[True] == ["pull_request"]
    assert first["permissions"] == {"contents": "read"}
    steps = second["jobs"]["comment"]["steps"]
    assert not any("checkout" in step.get("uses", "") for step in steps)
    assert not any("${{" in step.get("run", "") for step in steps), "nothing of the event inside a script"
    inputs = next(s for s in first["jobs"]["replay"]["steps"] if s.get("uses", "").startswith("medgauge/"))["with"]
    assert set(inputs) <= set(definition()["inputs"])
    action(world, candidate="runs/worse", base="main")
    (world / "untrusted").mkdir(exist_ok=True)
    (world / "medgauge-compare" / "compare.json").replace(world / "untrusted" / "compare.json")
    script = next(step["run"] for step in steps if step.get("name") == "Comment")
    gh = world / "bin" / "gh"
    for own, method in (("", "POST repos/o/r/issues/5/comments"), ("77", "PATCH repos/o/r/issues/comments/77")):
        gh.write_text(
            "#!/bin/sh\n"
            'case "$*" in\n'
            "  *commits/abc/pulls*) echo 5 ;;\n"
            f'  *--paginate*issues/5/comments*) printf "%s\\n" "{own}" ;;\n'
            '  *) echo "$*" > gh.log ;;\n'
            "esac\n"
        )
        gh.chmod(0o755)
        done = bash(world, script, REPOSITORY="o/r", HEAD_SHA="abc", GH_TOKEN="x")
        assert done.returncode == 0, done.stderr
        assert f"api --method {method} -F body=@comment.md" in (world / "gh.log").read_text()
    assert (world / "comment.md").read_text("utf-8").startswith("<!-- medgauge-compare -->")
    (world / "untrusted" / "compare.json").write_text('{"schema_version": 2, "verdict": "<script>"}')
    assert bash(world, script, REPOSITORY="o/r", HEAD_SHA="abc", GH_TOKEN="x").returncode == 2
