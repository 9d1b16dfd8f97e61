"""Real scores of labels on their way: from a file, through an output and its log, to the answer that is ranked."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from medgauge.cli.main import cli
from medgauge.errors import BadRecord, MedGaugeError
from medgauge.plugins import catalog
from medgauge.store import RunDirectory
from medgauge.types import Answer, Key, Message, Output, Parsed, Request, Sample, Text
from medgauge_model_adapters.replay import build

KEY = Key(task="t", id="1", language="en")
REQUEST = Request(id=str(KEY), messages=(Message(role="user", parts=(Text(text="?"),)),))
RECORD = {"prediction": "mass", "reference": "mass", "choices": ["No finding", "mass"]}
BROKEN = [[0.5], "x", {"mass": True}, {"mass": "0.5"}, {"mass": None}, {"mass": 10**400}]


def kit() -> Any:
    return catalog("families").load("classification")


def parsed(text: str, scores: dict[str, float] | None) -> Parsed:
    sample = Sample(id="1", task="t", language="en", choices=("No finding", "mass"), target=Answer(), group="1")
    return kit().parse(sample, (Output(key=KEY, text=text, scores=scores),), None)


def replay(folder: Path, **fields: object) -> Output:
    file = folder / "said.jsonl"
    file.write_text(json.dumps({"id": "1", "text": "mass"} | fields), "utf-8")
    return next(iter(build(str(file), {}).generate([REQUEST])))


def test_a_replayed_line_may_carry_scores(tmp_path: Path) -> None:
    assert replay(tmp_path).scores is None
    assert replay(tmp_path, scores=None).scores is None
    assert replay(tmp_path, scores={"mass": 1, "No finding": -2.5}).scores == {"mass": 1.0, "No finding": -2.5}


@pytest.mark.parametrize("scores", BROKEN, ids=str)
def test_scores_that_are_no_finite_numbers_are_refused(tmp_path: Path, scores: object) -> None:
    with pytest.raises(BadRecord, match=r"said\.jsonl:1: field 'scores'"):
        replay(tmp_path, scores=scores)
    with pytest.raises(BadRecord, match="f:3: field 'scores'"):
        kit().read_record(RECORD | {"scores": scores}, "en", None, file="f", line=3)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_scores_that_json_does_not_know_are_refused(tmp_path: Path, number: str) -> None:
    file = tmp_path / "said.jsonl"
    file.write_text(f'{{"id": "1", "text": "mass", "scores": {{"mass": {number}}}}}', "utf-8")
    with pytest.raises(BadRecord, match=r"said\.jsonl:1: field"):
        build(str(file), {})


def test_scores_survive_the_log(tmp_path: Path) -> None:
    said = Output(key=KEY, text="mass", scores={"mass": 0.1, "无": 1e-300})
    run = RunDirectory(tmp_path)
    with run.appending_outputs() as log:
        log.append(said)
    assert run.outputs()[KEY] == said
    text = (tmp_path / "outputs.jsonl").read_text("utf-8").replace("0.1", "NaN")
    (tmp_path / "outputs.jsonl").write_text(text, "utf-8")
    with pytest.raises(MedGaugeError, match="finite"):
        run.outputs()


def test_scores_reach_the_answer_by_the_labels_own_spelling() -> None:
    assert parsed("mass", None).answer == Answer(text="mass", labels=("mass",))
    answer = parsed("mass", {"MASS.": 0.7, "no finding": 0.2}).answer
    assert answer == Answer(text="mass", labels=("mass",), scores={"mass": 0.7, "No finding": 0.2})


def test_scores_are_kept_where_the_words_say_nothing() -> None:
    scores = {"mass": 0.7}
    assert parsed("no idea", scores).answer == Answer(text="no idea", scores=scores)
    assert parsed("", scores).answer == Answer(scores=scores)
    assert parsed("", {}).answer is parsed("", None).answer is None


@pytest.mark.parametrize("scores", [{"cyst": 0.5}, {"mass": 0.5, "Mass": 0.4}], ids=str)
def test_scores_of_no_label_stop(scores: dict[str, float]) -> None:
    with pytest.raises(MedGaugeError, match=r"sample '1'.*at most once"):
        parsed("mass", scores)
    with pytest.raises(BadRecord, match="field 'scores'"):
        kit().read_record(RECORD | {"scores": scores}, "en", None, file="f", line=3)


def test_score_records_takes_scores(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    rows = [RECORD | {"scores": {"mass": 0.9, "no finding": 0.1}}, RECORD]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    done = CliRunner().invoke(cli, ["score-records", str(file), "--task", "classification/en", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["metrics"]["accuracy"] == 1
    file.write_text(json.dumps(RECORD | {"scores": {"cyst": 1}}), "utf-8")
    done = CliRunner().invoke(cli, ["score-records", str(file), "--task", "classification/en"])
    assert "records.jsonl:1: field 'scores'" in str(done.exception) + done.output
