"""All 799 real items, 997 samples, by the three baselines, and one page over everything."""

import json
from pathlib import Path

import pytest
from test_vqa_rad import medgauge, replay

TASKS = {
    "real-vqa": 451,
    "real-grounding/en": 107,
    "real-grounding/zh": 107,
    "real-detection": 104,
    "real-classification/en": 91,
    "real-classification/zh": 91,
    "real-multilabel": 39,
    "real-report": 7,
}


@pytest.fixture(scope="module")
def runs(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    for model in ("prior", "blind", "vision"):
        words = ("--data-dir", shared / "data", "--model", f"baseline/{model}", "--out", folder / model)
        medgauge("run", "real-suite", *words)
    return folder


@pytest.mark.parametrize("model", ["prior", "blind", "vision"])
def test_every_item_is_in_the_results(runs: Path, model: str) -> None:
    tasks = json.loads((runs / model / "results.json").read_text("utf-8"))["tasks"]
    assert {name: entry["n"] for name, entry in tasks.items()} == TASKS
    assert sum(TASKS.values()) == 997
    assert all(entry["status"]["failed"] == 0 for entry in tasks.values())
    spec = json.loads((runs / model / "spec.json").read_text("utf-8"))
    assert {task["fit"] for task in spec["tasks"]} == {"out-of-fold"}
    assert tasks["real-report"]["metrics"]["rouge_l"]["low"] is None, "no interval under ten groups"


def test_an_item_in_two_languages_shares_its_group(runs: Path) -> None:
    samples = [json.loads(line) for line in (runs / "prior" / "samples.jsonl").read_text("utf-8").splitlines()]
    groups: dict[tuple[str, str], set[str]] = {}
    for sample in samples:
        groups.setdefault((sample["task"], sample["id"]), set()).add(sample["group"])
    assert len(groups) == 799
    assert all(len(found) == 1 for found in groups.values())


def test_one_page_over_vqa_rad_and_the_real_suite(shared: Path, runs: Path, tmp_path: Path) -> None:
    golden = shared / "golden" / "vqa_rad_runs"
    for name in ("base", "lora-quick", "lora-rank4", "lora-rank8", "lora-rank16"):
        replay(shared, tmp_path / name, golden / f"{name}.jsonl")
    for model in ("prior", "vision"):
        words = ("--data-dir", shared / "data", "--model", f"baseline/{model}", "--out", tmp_path / model)
        medgauge("run", "vqa-rad", *words)
    folders = [*sorted(tmp_path.iterdir()), *(runs / model for model in ("prior", "blind", "vision"))]
    done = medgauge("leaderboard", *folders, "--out", tmp_path / "site")
    page = Path(done.stdout.strip())
    html = page.read_text("utf-8")
    assert page.is_file()
    for name in ("replay:base", "replay:lora-rank4", "baseline/prior", "baseline/vision", "baseline/blind"):
        assert name in html
    base = json.loads((tmp_path / "base" / "results.json").read_text("utf-8"))["tasks"]["vqa-rad"]
    value = base["metrics"]["exact_match"]["value"]
    assert f"{value:.3f}" in html or f"{100 * value:.1f}" in html
