"""The two protocols on the command line: names, nulls with notes, and refusals."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from compat_fixture import PEERS, SCORED

from medgauge.cli.main import cli
from medgauge.errors import MedGaugeError
from medgauge_metrics.compat.medevalkit.scores import NAMES

PAIRS = [{"prediction": row["prediction"], "reference": row["reference"]} for row in SCORED]
OPTIONS = PEERS["qa"]["options"]
CHOICES = [
    {"prediction": row["prediction"], "reference": row["gold"].upper(), "choices": OPTIONS}
    for row in PEERS["qa"]["rows"]
]


def invoke(folder: Path, protocol: str, task: str, records: list[Any], *more: str) -> Result:
    file = folder / "records.json"
    file.write_text(json.dumps(records), encoding="utf-8")
    return CliRunner().invoke(cli, ["score-records", str(file), "--protocol", protocol, "--task", task, *more])


def run(folder: Path, protocol: str, task: str, records: list[Any]) -> Any:
    done = invoke(folder, protocol, task, records, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_medevalkit_by_the_reference(tmp_path: Path) -> None:
    made = run(tmp_path, "medevalkit", "vqa/en", PAIRS)
    assert made["metrics"] == pytest.approx(PEERS["totals"]["vqa_rad"], abs=1e-12)
    assert made["n"] == len(PAIRS)
    assert "notes" not in made


def test_medevalkit_by_answer_type(tmp_path: Path) -> None:
    rows = [{"response": r["prediction"], "answer": r["reference"], "answer_type": r["answer_type"]} for r in SCORED]
    made = run(tmp_path, "medevalkit", "vqa/zh", rows)
    assert made["metrics"] == pytest.approx(PEERS["totals"]["slake"], abs=1e-12)


def test_medevalkit_prints_nothing_after_an_error(tmp_path: Path) -> None:
    made = run(tmp_path, "medevalkit", "vqa/en", [*PAIRS, {"prediction": "", "reference": "lung"}])
    assert made["metrics"] == dict.fromkeys(NAMES)
    assert "ValueError: Hypothesis is empty." in made["notes"]["*"]
    assert f"at record {len(PAIRS) + 1})" in made["notes"]["*"]
    made = run(tmp_path, "medevalkit", "vqa/en", [{"prediction": "yes", "reference": "yes"}])
    assert made["metrics"] == dict.fromkeys(NAMES)
    assert "ZeroDivisionError" in made["notes"]["*"]


def test_multimedeval(tmp_path: Path) -> None:
    made = run(tmp_path, "multimedeval", "vqa/en", PAIRS)
    assert made["metrics"] == pytest.approx(PEERS["totals"]["multimedeval"], abs=1e-7)
    assert run(tmp_path, "multimedeval", "qa/en", CHOICES)["metrics"] == PEERS["qa"]["metrics"]
    spelt = [row | {"reference": OPTIONS["ABCD".index(row["reference"])]} for row in CHOICES]
    assert run(tmp_path, "multimedeval", "qa/en", spelt)["metrics"] == PEERS["qa"]["metrics"]


def test_multimedeval_reports_have_nulls_with_notes(tmp_path: Path) -> None:
    pairs = [{"prediction": row["prediction"], "reference": row["reference"]} for row in PEERS["report"]]
    made = run(tmp_path, "multimedeval", "report/en", pairs)
    computed = {name: value for name, value in made["metrics"].items() if value is not None}
    assert computed == pytest.approx(PEERS["report_totals"], abs=1e-7)
    assert set(made["notes"]) == set(made["metrics"]) - set(computed)


@pytest.mark.parametrize("protocol", ["multimedeval", "medevalkit"])
def test_people_are_told_that_it_never_ranks(tmp_path: Path, protocol: str) -> None:
    assert "never ranked" in invoke(tmp_path, protocol, "vqa/en", PAIRS).stdout


BAD: list[tuple[str, str, list[dict[str, Any]], str]] = [
    ("medevalkit", "report/en", PAIRS, "unknown task"),
    ("multimedeval", "vqa/zh", PAIRS, "unknown task"),
    ("multimedeval", "vqa/en", [{"prediction": "a"}], "expected the field"),
    ("multimedeval", "vqa/en", [{"prediction": None, "reference": "a"}], "'prediction'"),
    ("multimedeval", "vqa/en", [{"prediction": "a", "reference": " "}], "not empty"),
    ("multimedeval", "qa/en", PAIRS, "'choices'"),
    ("multimedeval", "qa/en", [CHOICES[0] | {"reference": "E"}], "or its letter"),
    ("multimedeval", "qa/en", [CHOICES[0] | {"choices": ["a"] * 27}], "1 to 26"),
    ("medevalkit", "vqa/en", CHOICES, "not rebuilt"),
    ("medevalkit", "vqa/en", [PAIRS[0] | {"response": "a"}], "one field of prediction, response"),
    ("medevalkit", "vqa/en", [PAIRS[0] | {"answer_type": "OPEN"}, PAIRS[1]], "in every record"),
    ("medevalkit", "vqa/en", [PAIRS[0] | {"answer_type": "open"}], "OPEN or CLOSED"),
]


@pytest.mark.parametrize(("protocol", "task", "records", "said"), BAD)
def test_refusals(tmp_path: Path, protocol: str, task: str, records: list[dict[str, Any]], said: str) -> None:
    done = invoke(tmp_path, protocol, task, records)
    assert isinstance(done.exception, MedGaugeError), done.output
    assert said in str(done.exception)
