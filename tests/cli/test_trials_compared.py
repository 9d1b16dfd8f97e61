"""Runs of several trials beside each other."""

import json
from pathlib import Path

import pytest
from test_cli import medgauge


def test_trials_are_compared_as_the_mean_of_passes(tmp_path: Path) -> None:
    """Two trials a side, of which one is right on nothing: the difference is that of the printed values."""
    first = tmp_path / "asked"
    medgauge("run", "phantom-vqa", "--model", "baseline/prior", "--limit", 12, "--out", first)
    keys = [json.loads(line)["key"] for line in (first / "outputs.jsonl").read_text("utf-8").splitlines()]
    runs = {}
    for name, texts in (("one", ("yes", "")), ("two", ("", ""))):
        file = tmp_path / f"{name}.jsonl"
        rows = [
            {"id": k["id"], "language": k["language"], "trial": trial, "text": text}
            for k in keys
            for trial, text in enumerate(texts)
        ]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        words = ("phantom-vqa", "--model", f"replay:{file}", "--limit", 12, "--trials", 2, "--out", tmp_path / name)
        medgauge("run", *words)
        runs[name] = json.loads((tmp_path / name / "results.json").read_text("utf-8"))["tasks"]
    done = medgauge("compare", tmp_path / "two", tmp_path / "one", "--format", "json")
    rows = {row["key"]: row for row in json.loads(done.stdout)["rows"] if row["metric"] == "exact_match"}
    for key, row in rows.items():
        made = runs["one"][key]["metrics"]["exact_match"]
        assert row["candidate"] == pytest.approx(made["value"])
        assert row["candidate"] == pytest.approx(made["trials"][0] / 2)
        assert row["base"] == 0
        assert row["difference"]["n"] == 12
    refused = medgauge("compare", first, tmp_path / "one", code=3)
    assert "trials: 1 in the base, 2 in the candidate" in refused.stderr
