"""`medgauge audit-boxes`: the ceiling of a format, and what the answers hold, without a look at the targets."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from medgauge.plugins import catalog
from medgauge.protocols import Frame
from medgauge.spec import box_format
from medgauge.store import RunDirectory
from medgauge_metrics.quantisation import quantisation_ceiling


def medgauge(*words: object) -> str:
    command = [sys.executable, "-m", "medgauge.cli.main", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers in three styles: a box, a box out of range and a reversed one, broken markup."""
    folder = tmp_path_factory.mktemp("audit")
    task = ("phantom-text-to-region", "--data-dir", folder / "data", "--limit", 9)
    medgauge("run", *task, "--model", "baseline/prior", "--out", folder / "first")
    said = (
        "<ref>{0}</ref><box>[[10, 10, 400, 500]]</box>",
        "<ref>{0}</ref><box>[[10, 10, 400, 5000], [300, 300, 100, 100]]</box>",
        "<ref>{0}</ref><box>[[10, 10, 4</box>",
    )
    lines = []
    for number, stored in enumerate(RunDirectory(folder / "first").samples()):
        sample = stored.sample
        text = said[number % 3].format(sample.choices[0])
        lines.append({"task": sample.task, "language": sample.language, "id": sample.id, "text": text})
    file = folder / "predictions.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    medgauge("run", *task, "--model", f"replay:{file}", "--set", "box_format=medrega", "--out", folder / "run")
    return folder / "run"


def test_counts_what_was_written(run: Path) -> None:
    made = json.loads(medgauge("audit-boxes", run, "--json"))
    assert made["box_format"] == "medrega"
    assert {row["language"] for row in made["tasks"]} == {"en", "zh"}
    totals = {key: sum(row["written"][key] for row in made["tasks"]) for key in made["tasks"][0]["written"]}
    thirds = len(RunDirectory(run).samples()) // 3
    assert totals == {"boxes": 2 * thirds, "invalid": thirds, "malformed": thirds, "violations": thirds}


def test_the_ceiling_is_that_of_the_run_s_own_boxes(run: Path) -> None:
    made = json.loads(medgauge("audit-boxes", run, "--all", "--json"))
    for row in made["tasks"]:
        assert set(row["ceiling"]) == set(catalog("box_formats").entries)
        boxes = [
            (box.xyxy, Frame(original=stored.sample.media[0].size, sent=stored.sample.media[0].size))
            for stored in RunDirectory(run).samples()
            if stored.sample.language == row["language"]
            for box in stored.sample.target.boxes
        ]
        for name, ceiling in row["ceiling"].items():
            expected = quantisation_ceiling(boxes, box_format(name))
            assert ceiling["boxes"] == expected.boxes > 0
            assert ceiling["mean_iou"] == pytest.approx(expected.mean_iou, abs=1e-12)
            assert ceiling["share_under_half"] == expected.share_under_half


def test_a_table_for_people(run: Path) -> None:
    text = medgauge("audit-boxes", run, "--all")
    assert "medrega *" in text
    assert "out of range" in text
    assert all(name in text for name in catalog("box_formats").entries)
    assert "Example" in medgauge("audit-boxes", "--help")


def test_a_run_without_boxes_has_nothing_to_audit(tmp_path: Path) -> None:
    words = ("phantom-vqa", "--model", "baseline/prior", "--data-dir", tmp_path / "data", "--limit", 4)
    medgauge("run", *words, "--out", tmp_path / "run")
    assert json.loads(medgauge("audit-boxes", tmp_path / "run", "--json"))["tasks"] == []
