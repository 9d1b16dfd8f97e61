"""All 799 real items, 997 samples, by the three baselines, and one page over everything."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from recorded import RECORDED, medgauge

Made = Callable[[str, str], Path]
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


@pytest.mark.parametrize("model", ["prior", "blind", "vision"])
def test_every_item_is_in_the_results(made: Made, model: str) -> None:
    tasks = json.loads((made("real-suite", model) / "results.json").read_text("utf-8"))["tasks"]
    assert {name: entry["n"] for name, entry in tasks.items()} == TASKS
    assert sum(TASKS.values()) == 997
    assert all(entry["status"]["failed"] == 0 for entry in tasks.values())
    spec = json.loads((made("real-suite", model) / "spec.json").read_text("utf-8"))
    assert {task["fit"] for task in spec["tasks"]} == {"out-of-fold"}
    assert tasks["real-report"]["metrics"]["rouge_l"]["low"] is None, "no interval under ten groups"


def test_an_item_in_two_languages_shares_its_group(made: Made) -> None:
    samples = [
        json.loads(line) for line in (made("real-suite", "prior") / "samples.jsonl").read_text("utf-8").splitlines()
    ]
    groups: dict[tuple[str, str], set[str]] = {}
    for sample in samples:
        groups.setdefault((sample["task"], sample["id"]), set()).add(sample["group"])
    assert len(groups) == 799
    assert all(len(found) == 1 for found in groups.values())


def test_one_page_over_vqa_rad_and_the_real_suite(made: Made, tmp_path: Path) -> None:
    folders = [made("vqa-rad", model) for model in (*RECORDED, "prior", "vision")]
    folders += [made("real-suite", model) for model in ("prior", "blind", "vision")]
    done = medgauge("leaderboard", *folders, "--out", tmp_path / "site")
    page = Path(done.stdout.strip())
    html = page.read_text("utf-8")
    assert page.is_file()
    for name in ("replay:base", "replay:lora-rank4", "baseline/prior", "baseline/vision", "baseline/blind"):
        assert name in html
    base = json.loads((folders[0] / "results.json").read_text("utf-8"))["tasks"]["vqa-rad"]
    value = base["metrics"]["exact_match"]["value"]
    assert f"{value:.3f}" in html or f"{100 * value:.1f}" in html
