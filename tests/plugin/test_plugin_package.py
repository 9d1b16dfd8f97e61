"""A stranger's package, installed for real and run from the command line; the page that builds it is held to it."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

HERE = Path(__file__).parent
PACKAGE = HERE / "ward"
PAGE = (HERE.parent.parent / "docs" / "add-a-task.md").read_text("utf-8")
FILES = sorted(
    str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*") if file.suffix in (".py", ".toml", ".yaml")
)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package installed beside it, and nothing else of it: no data."""
    folder = tmp_path_factory.mktemp("ward")
    source = shutil.copytree(PACKAGE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    command += ["--no-deps", "--no-build-isolation", "--target", str(folder / "installed"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(source)
    return folder


def medgauge(ward: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ward / "installed")}
    command = [sys.executable, "-m", "medgauge.cli.main", *arguments]
    return subprocess.run(command, env=env, cwd=cwd or ward, capture_output=True, text=True)


def write_data(folder: Path, second: str = "1") -> None:
    (folder / "ward").mkdir(parents=True)
    with (folder / "ward" / "counts.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["picture", "nodules", "patient"])
        for number in range(6):
            Image.new("L", (32, 24), number * 20).save(folder / "ward" / f"{number}.png")
            rows.writerow([f"{number}.png", second if number == 1 else number, f"patient {number // 2}"])


def write_answers(file: Path) -> None:
    """Right twice, off by one twice, off by two once, and once no number."""
    said = ["There are 0 nodules.", "1", "3", "about 4, perhaps 5", "2 nodules", "many"]
    lines = [json.dumps({"id": f"{number}.png", "text": text}) for number, text in enumerate(said)]
    file.write_text("\n".join(lines) + "\n")


def test_the_page_shows_every_file_as_it_is() -> None:
    shown = dict(re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?\n)```$", PAGE, re.MULTILINE | re.DOTALL))
    assert sorted(shown) == FILES
    for name, text in shown.items():
        assert text == (PACKAGE / name).read_text("utf-8"), f"{name} on the page is not the file"


def test_the_commands_of_the_page_do_what_it_says(ward: Path, tmp_path: Path) -> None:
    lines = [line for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    assert lines.pop(0) == "$ pip install ."
    assert len(lines) == 8
    for line in lines:
        command, _, note = line.removeprefix("$ medgauge ").partition("  # ")
        if "DATA" in command and not (tmp_path / "DATA").exists():
            write_data(tmp_path / "DATA")
            write_answers(tmp_path / "said.jsonl")
        done = medgauge(ward, *shlex.split(command), cwd=tmp_path)
        assert done.returncode == (4 if note.startswith("exits 4") else 0), f"{line}\n{done.stderr}"
    assert "ward/count_within@1" in (tmp_path / "site" / "index.html").read_text("utf-8")
    metrics = json.loads((tmp_path / "runs" / "said" / "results.json").read_text())["tasks"]["ward/counting"]["metrics"]
    assert metrics["ward/count_within@0"]["value"] == pytest.approx(2 / 6)
    assert metrics["ward/count_within@1"]["value"] == pytest.approx(4 / 6)
    assert metrics["ward/count_within@1"]["n_groups"] == 3
    page = (tmp_path / "site" / "tasks" / "ward-counting.html").read_text("utf-8")
    assert 'data-metric="ward/count_within@0"' in page
    assert 'id="table-parts"' not in page, "a stranger's metric is no part of another"


def test_it_is_listed_with_its_card(ward: Path) -> None:
    listed = {task["name"]: task for task in json.loads(medgauge(ward, "list", "tasks", "--json").stdout)}
    mine = listed["ward/counting"]
    assert (mine["family"], mine["n"], mine["page"]) == ("vqa", 6, "https://example.org/ward")
    assert mine["metrics"][-2:] == ["ward/count_within@1", "ward/count_within@0"]


def test_what_is_missing_names_the_file_the_page_and_the_terms(ward: Path, tmp_path: Path) -> None:
    done = medgauge(ward, "run", "ward/counting", "--model", "baseline/prior", "--data-dir", str(tmp_path))
    assert done.returncode == 4
    for word in ("counts.csv", "https://example.org/ward", "CC0-1.0"):
        assert word in done.stderr


def test_a_broken_row_is_named(ward: Path, tmp_path: Path) -> None:
    write_data(tmp_path / "DATA", second="one")
    arguments = ("run", "ward/counting", "--model", "baseline/prior", "--data-dir", "DATA")
    done = medgauge(ward, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "counts.csv:3: field 'nodules': expected a whole number, got 'one'" in done.stderr


def test_the_name_of_the_metric_reads_back_and_a_wrong_one_is_refused(ward: Path, tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    records.write_text('{"prediction": "4 of them", "reference": "3"}\n')
    arguments = ("score-records", str(records), "--task", "vqa/en", "--metric", "ward/count_within@1", "--json")
    done = medgauge(ward, *arguments)
    assert json.loads(done.stdout)["metrics"]["ward/count_within@1"] == 1.0
    wrong = medgauge(ward, *(word.replace("within@1", "within@1.0") for word in arguments))
    assert wrong.returncode == 2
    assert "write it as 'ward/count_within@1'" in wrong.stderr
