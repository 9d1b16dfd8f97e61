"""Five real recorded runs over VQA-RAD end in the numbers that are known for them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from recorded import RECORDED, medgauge

Made = Callable[[str, str], Path]


def expected(shared: Path, run: str) -> dict[str, float]:
    golden = json.loads((shared / "golden" / "EXPECTED.json").read_text("utf-8"))["gr5293_vqa_rad"]["expected"]
    found: dict[str, float] = golden["baseline" if run == "base" else run.replace("-", "_")]
    return found


def replay(shared: Path, out: Path, predictions: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    data = shared / "data"
    return medgauge(
        "run", "vqa-rad", "--data-dir", data, "--model", f"replay:{predictions}", "--out", out, *words, code=code
    )


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_runs_reproduce_their_known_numbers(shared: Path, made: Made, name: str) -> None:
    out = made("vqa-rad", name)
    entry = json.loads((out / "results.json").read_text("utf-8"))["tasks"]["vqa-rad"]
    golden = expected(shared, name)
    polar = entry["slices"]["polar"]["yes"]
    assert entry["primary"] == "exact_match"
    assert entry["metrics"]["exact_match"]["value"] == pytest.approx(golden["overall_EM"], abs=1e-9)
    assert polar["metrics"]["exact_match"]["value"] == pytest.approx(golden["closed_EM"], abs=1e-9)
    assert (entry["n"], entry["n_groups"], polar["n"]) == (451, 203, 251)
    closed, opened = (entry["slices"]["answer_type"][kind]["n"] for kind in ("CLOSED", "OPEN"))
    assert (closed, opened) == (272, 179)
    low, high = (entry["metrics"]["exact_match"][end] for end in ("low", "high"))
    assert low < golden["overall_EM"] < high
    assert sum(entry["status"].values()) == 451


def test_order_of_predictions_is_irrelevant(shared: Path, tmp_path: Path, made: Made) -> None:
    source = shared / "golden" / "vqa_rad_runs" / "base.jsonl"
    shuffled = tmp_path / "base.jsonl"
    shuffled.write_text("\n".join(reversed(source.read_text("utf-8").splitlines())), "utf-8")
    array = tmp_path / "array" / "base.jsonl"
    array.parent.mkdir()
    array.write_text(json.dumps([json.loads(line) for line in source.read_text("utf-8").splitlines()]), "utf-8")
    for number, file in enumerate((shuffled, array)):
        replay(shared, tmp_path / str(number), file)
    folders = (made("vqa-rad", "base"), tmp_path / "0", tmp_path / "1")
    assert len({(folder / "results.json").read_bytes() for folder in folders}) == 1


def test_missing_predictions(shared: Path, tmp_path: Path) -> None:
    lines = (shared / "golden" / "vqa_rad_runs" / "base.jsonl").read_text("utf-8").splitlines()
    half = tmp_path / "half.jsonl"
    half.write_text("\n".join(lines[::2]), "utf-8")
    done = replay(shared, tmp_path / "run", half, code=4)
    assert "left 225 of 451 requests without an output" in done.stderr
    replay(shared, tmp_path / "run", half, "--allow-missing")
    entry = json.loads((tmp_path / "run" / "results.json").read_text("utf-8"))["tasks"]["vqa-rad"]
    assert (entry["n"], entry["status"]["failed"]) == (451, 225)
    assert entry["metrics"]["exact_match"]["value"] < expected(shared, "base")["overall_EM"] * 0.75


def test_doubled_prediction_and_nan_are_refused(shared: Path, tmp_path: Path) -> None:
    lines = (shared / "golden" / "vqa_rad_runs" / "base.jsonl").read_text("utf-8").splitlines()
    broken = tmp_path / "broken.jsonl"
    broken.write_text("\n".join([*lines, lines[3]]), "utf-8")
    assert "broken.jsonl:452: field 'id'" in replay(shared, tmp_path / "run", broken, code=2).stderr
    broken.write_text("\n".join([*lines[:5], '{"id": "x", "text": NaN}']), "utf-8")
    assert "broken.jsonl:6" in replay(shared, tmp_path / "run", broken, code=2).stderr
    broken.write_text('{"id": "10"}', "utf-8")
    assert "field 'text'" in replay(shared, tmp_path / "run", broken, code=2).stderr


@pytest.mark.parametrize("model", ["prior", "vision"])
def test_baselines_fit_on_the_train_split(made: Made, model: str) -> None:
    out = made("vqa-rad", model)
    assert json.loads((out / "spec.json").read_text("utf-8"))["tasks"][0]["fit"] == "train-split"
    entry = json.loads((out / "results.json").read_text("utf-8"))["tasks"]["vqa-rad"]
    assert entry["n"] == 451
    assert 0.15 < entry["metrics"]["exact_match"]["value"] < 0.8


def test_data_that_are_not_there(tmp_path: Path) -> None:
    predictions = tmp_path / "p.jsonl"
    predictions.write_text('{"id": "10", "text": "no"}\n')
    done = medgauge(
        "run", "vqa-rad", "--data-dir", tmp_path, "--model", f"replay:{predictions}", "--out", tmp_path / "r", code=4
    )
    assert "vqa" in done.stderr.lower()
    assert "http" in done.stderr
