"""`medgauge audit-boxes`: the ceiling of a format, and what the answers hold, without a look at the targets."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medgauge.cli.box_fit import doubt, fit
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
        for name in ("molmo", "none"):
            assert row["ceiling"].pop(name) == {
                "boxes": len(boxes),
                "mean_iou": None,
                "share_under_half": None,
                "unreadable": len(boxes),
            }
        for name, ceiling in row["ceiling"].items():
            expected = quantisation_ceiling(boxes, box_format(name))
            assert ceiling["boxes"] == expected.boxes > 0
            assert ceiling["mean_iou"] == pytest.approx(expected.mean_iou, abs=1e-12)
            assert ceiling["share_under_half"] == expected.share_under_half


def test_a_table_for_people(run: Path) -> None:
    text = medgauge("audit-boxes", run, "--all")
    assert "medrega *" in text
    assert "out of range" in text
    assert "the declared format 'medrega' may be wrong" in text
    assert "--all shows how the others fit" in medgauge("audit-boxes", run)
    assert all(name in text for name in catalog("box_formats").entries)
    assert "Example" in medgauge("audit-boxes", "--help")


def test_how_the_answers_fit_each_format_is_counted_without_a_reference(run: Path) -> None:
    """One answer in three is right, one leaves the range in one of its boxes, one holds no box."""
    made = json.loads(medgauge("audit-boxes", run, "--all", "--json"))
    for row in made["tasks"]:
        assert set(row["fit"]) == set(catalog("box_formats").entries)
        asked = sum(row["written"][name] for name in ("boxes", "malformed")) // 3
        own = {"boxes": 3 * asked, "malformed": asked, "violations": asked, "in_range": pytest.approx(2 / 3)}
        assert row["fit"]["medrega"] == own
        assert row["fit"]["internvl"] == own
        assert row["fit"]["json-1000"] == {"boxes": 0, "malformed": 0, "violations": 0, "in_range": None}
        assert row["doubt"].startswith("many out of range or malformed")


def test_the_fit_looks_at_no_target(run: Path, tmp_path: Path) -> None:
    """References moved elsewhere leave it as it is."""
    before = json.loads(medgauge("audit-boxes", run, "--json"))
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    for file in copy.rglob("samples*.jsonl*"):
        text = file.read_text("utf-8")
        assert '"xyxy"' in text
        file.write_text(re.sub(r'"xyxy": \[[^]]*\]', '"xyxy": [1.0, 1.0, 2.0, 2.0]', text), "utf-8")
    after = json.loads(medgauge("audit-boxes", copy, "--json"))
    assert [row["fit"] for row in after["tasks"]] == [row["fit"] for row in before["tasks"]]
    assert [row["ceiling"] for row in after["tasks"]] != [row["ceiling"] for row in before["tasks"]]


FRAME = Frame(original=(640, 480), sent=(640, 480))


def fits(said: list[str], *names: str) -> dict[str, dict[str, object]]:
    return {name: fit([(text, FRAME) for text in said], box_format(name)) for name in names}


def test_a_format_that_does_not_fit_is_doubted_and_those_that_do_are_named() -> None:
    said = ['{"bbox_2d": [900, 900, 1000, 1000]}'] * 3 + ['{"bbox_2d": [1, 2, 3, 4]}']
    alone = fits(said, "json-pixels")
    assert doubt("json-pixels", alone) == (
        "many out of range or malformed (3 of 4): the declared format 'json-pixels' may be wrong; "
        "--all shows how the others fit"
    )
    among = fits(said, "json-pixels", "json-1000", "gemini", "medrega")
    line = doubt("json-pixels", among)
    assert line.endswith("may be wrong; fits better: json-1000 (4 boxes in range)")


def test_a_format_that_reads_nothing_is_doubted_where_another_reads() -> None:
    said = ["lung [0.1, 0.2, 0.3, 0.4]"]
    assert doubt("json-1000", fits(said, "json-1000")) == ""
    line = doubt("json-1000", fits(said, "json-1000", "radvlm", "ferret"))
    assert (
        line == "nothing was read: the declared format 'json-1000' may be wrong; fits better: radvlm (1 boxes in range)"
    )


def test_a_format_that_fits_is_not_doubted_though_a_wider_one_reads_more() -> None:
    said = ["x[[1, 2, 3, 4]]"] * 19 + ["x[[1, 2, 3, 1000]]"]
    assert doubt("medrega", fits(said, "medrega", "internvl")) == ""
    assert fits(said, "medrega")["medrega"]["in_range"] == pytest.approx(0.95)


def test_thoughts_are_no_answer() -> None:
    said = ["<think>x[[1, 2, 3, 5000]]</think>x[[1, 2, 3, 4]]"]
    assert fits(said, "medrega")["medrega"] == {"boxes": 1, "malformed": 0, "violations": 0, "in_range": 1.0}


def test_a_run_without_boxes_has_nothing_to_audit(tmp_path: Path) -> None:
    words = ("phantom-vqa", "--model", "baseline/prior", "--data-dir", tmp_path / "data", "--limit", 4)
    medgauge("run", *words, "--out", tmp_path / "run")
    assert json.loads(medgauge("audit-boxes", tmp_path / "run", "--json"))["tasks"] == []


def test_the_list_of_formats_says_what_nobody_confirmed() -> None:
    rows = {row["name"]: row for row in json.loads(medgauge("list", "box-formats", "--json"))}
    assert set(rows) == set(catalog("box_formats").entries)
    assert rows["medrega"]["families"] == ["MedRegA"]
    assert rows["medrega"]["unverified"] == ""
    assert "tokeniser" in rows["chexagent-2"]["unverified"]
    assert "unverified" in medgauge("list", "box-formats")
