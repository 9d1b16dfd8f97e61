"""The demo: three baselines that separate in their order, gains over blind above zero, and a page."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from medgauge.metrics import parse_metric
from medgauge.score import target_of
from medgauge.stats import paired_difference
from medgauge.store import RunDirectory
from medgauge.types import Answer, Score

FAMILIES = {"vqa", "report", "classification", "region-to-text", "text-to-region", "grounded-report"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "medgauge.cli.main", "demo", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(out / "site" / "index.html")
    return out


def scores(demo: Path, run: str) -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = {}
    for score in RunDirectory(demo / "runs" / run).scores():
        found.setdefault(f"{score.key.task}/{score.key.language}", []).append(score)
    return found


def test_baselines_separate_in_every_family_and_language(demo: Path) -> None:
    runs = {run: scores(demo, run) for run in ("prior", "blind", "vision", "vision-blind")}
    tasks = RunDirectory(demo / "runs" / "vision").results()["tasks"]
    targets: dict[str, list[Answer]] = {}
    for stored in RunDirectory(demo / "runs" / "vision").samples():
        targets.setdefault(f"{stored.sample.task}/{stored.sample.language}", []).append(target_of(stored.sample))
    phantoms = {name: entry for name, entry in tasks.items() if name.startswith("phantom-")}
    assert {(entry["family"], entry["language"]) for entry in phantoms.values()} == {
        (family, language) for family in FAMILIES for language in ("en", "zh")
    }
    for name, entry in phantoms.items():
        metric = parse_metric(entry["primary"]).prepare(targets[name])
        for better, worse in (("blind", "prior"), ("vision", "blind"), ("vision", "vision-blind")):
            made = paired_difference(metric, runs[better][name], runs[worse][name])
            assert made.low is not None, name
            assert made.low > 0, f"{name}: {better} minus {worse} is {made.value} [{made.low}, {made.high}]"


def test_nothing_failed_and_eight_modalities_are_there(demo: Path) -> None:
    for run in ("prior", "blind", "vision", "vision-blind"):
        tasks = RunDirectory(demo / "runs" / run).results()["tasks"]
        assert all(entry["status"]["failed"] == 0 for entry in tasks.values())
    slices = tasks["phantom-vqa/zh"]["slices"]["modality"]
    assert set(slices) == {"x-ray", "ct", "mri", "ultrasound", "fundus", "oct", "dermoscopy", "histology"}


def test_the_page_shows_what_results_hold(demo: Path) -> None:
    page = (demo / "site" / "index.html").read_text("utf-8")
    spec = json.loads((demo / "runs" / "vision-blind" / "spec.json").read_text("utf-8"))
    assert spec["control"] == "blind"
    assert "out-of-fold" in page
    assert "synthetic" in page
    value = RunDirectory(demo / "runs" / "vision").results()["tasks"]["phantom-vqa/en"]["metrics"]["exact_match"]
    assert f"{value['value']:.3f}" in page
