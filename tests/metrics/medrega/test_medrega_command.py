"""The protocol on the command line: its form, its refusals, and that no text crashes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from medrega_golden import load, print_of

from medgauge.cli.main import cli
from medgauge.errors import BadRecord, MedGaugeError, NothingSelected, UnknownName
from medgauge_metrics.compat.medrega.protocol import medrega

QUESTIONS = [{"pred_answer": "Yes.", "gt_answer": "yes"}, {"pred_answer": "heart", "gt_answer": "heart"}]
BOXES = [{"answer": "liver[[1, 2, 30, 40]]", "gt": "<ref>liver</ref><box>[[1, 2, 30, 40]]</box>", "hw": [50, 60]}]


def invoke(folder: Path, text: str, task: str, *more: str) -> Result:
    file = folder / "records.json"
    file.write_text(text, encoding="utf-8")
    words = ["score-records", str(file), "--protocol", "medrega", "--task", task, *more]
    return CliRunner().invoke(cli, words)


def run(folder: Path, records: list[Any], task: str) -> Any:
    done = invoke(folder, json.dumps(records), task, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_form(tmp_path: Path) -> None:
    made = run(tmp_path, QUESTIONS, "vqa/en")
    assert made == {
        "protocol": "medrega",
        "task": "vqa/en",
        "n": 2,
        "metrics": {
            "bleu1": 0.5,
            "F1": pytest.approx(0.4999999975),
            "recall": 0.5,
            "closedQuestionsAccuracy": 0,
            "openQuestionsRecall": 1,
            "openQuestionsAccuracy": 1,
            "bertScore": None,
        },
        "notes": {"bertScore": made["notes"]["bertScore"]},
    }
    assert "deberta-xlarge-mnli" in made["notes"]["bertScore"]


def test_golden_through_the_command(tmp_path: Path) -> None:
    case = load("region-200.json")["ms"]
    made = run(tmp_path, case["records"], "text-to-region/ms")
    assert made["n"] == 200
    assert "notes" not in made
    for part, numbers in case["released_evaluator"].items():
        for name, value in numbers.items():
            assert made["metrics"][f"{part}/{name}"] == pytest.approx(value, abs=1e-9)


def test_json_lines(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(one) for one in QUESTIONS)
    done = invoke(tmp_path, lines, "region-to-text", "--json")
    assert json.loads(done.stdout)["metrics"]["accuracy"] == 0.5


def test_a_stop_has_one_note(tmp_path: Path) -> None:
    made = run(tmp_path, QUESTIONS[:1], "vqa/en")
    assert set(made["metrics"].values()) == {None}
    assert list(made["notes"]) == ["*"]
    assert "UnboundLocalError" in made["notes"]["*"]


def test_the_table_says_what_it_is(tmp_path: Path) -> None:
    out = invoke(tmp_path, json.dumps(QUESTIONS), "report/zh").output
    assert "as released with MedRegA, bugs included; for comparing with the paper's tables, never ranked" in out
    assert "puts ROUGE-L under this name" in out
    assert "bleu4" in out


@pytest.mark.parametrize(
    ("task", "record", "said"),
    [
        ("vqa/en", {"pred_answer": "x"}, "gt_answer"),
        ("vqa/en", {"gt_answer": "x"}, "pred_answer"),
        ("vqa/zh", {"pred_answer": 3, "gt_answer": "x"}, "got 3"),
        ("report/en", {"pred_answer": "x", "gt_answer": None}, "gt_answer"),
        ("text-to-region/ss", QUESTIONS[0], "'answer'"),
        ("text-to-region/ss", {"answer": "x", "gt": "y"}, "hw"),
        *(
            ("text-to-region/mm", BOXES[0] | {"hw": hw}, "two positive numbers")
            for hw in ([1], [0, 5], [-1, 5], [True, 5], ["1", 5], "12", None, [1, 2, 3], [10**400, 1])
        ),
    ],
)
def test_a_broken_record_is_named(tmp_path: Path, task: str, record: dict[str, Any], said: str) -> None:
    good = BOXES[0] if task.startswith("text-to-region") else QUESTIONS[0]
    error = invoke(tmp_path, json.dumps([good, record]), task).exception
    assert isinstance(error, BadRecord)
    assert error.exit_code == 2
    assert "records.json:2" in str(error)
    assert said in str(error)


@pytest.mark.parametrize("text", ["", "  \n", "[]"])
def test_no_record(tmp_path: Path, text: str) -> None:
    error = invoke(tmp_path, text, "vqa/en").exception
    assert isinstance(error, NothingSelected)
    assert error.exit_code == 5


@pytest.mark.parametrize("text", ["{", "nonsense", '[{"pred_answer": NaN}]', "[1]"])
def test_no_json(tmp_path: Path, text: str) -> None:
    assert isinstance(invoke(tmp_path, text, "vqa/en").exception, BadRecord)


@pytest.mark.parametrize(
    ("task", "meant"),
    [("vqa/e", "vqa/en"), ("classification/bxh", "classification/bhx"), ("text-to-region", "text-to-region/ss")],
)
def test_an_unknown_task_is_guessed_at(tmp_path: Path, task: str, meant: str) -> None:
    error = invoke(tmp_path, json.dumps(QUESTIONS), task).exception
    assert isinstance(error, UnknownName)
    assert f"'{meant}'" in str(error)
    assert isinstance(error, MedGaugeError)


def test_it_is_listed() -> None:
    rows = json.loads(CliRunner().invoke(cli, ["list", "protocols", "--json"]).stdout)
    row = next(row for row in rows if row["name"] == "medrega")
    assert "never ranked" in row["title"]
    assert tuple(row["tasks"]) == medrega().tasks
    assert len(row["tasks"]) == 38


PIECES = (
    "[[1, 2, 3, 4]]",
    "[[",
    "]]",
    "<ref>",
    "</ref><box>",
    "</box>",
    "[[01, 2, 3, 4]]",
    "no",
    ",",
    "_",
    ".",
    "1",
    "肺",
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=10).map("".join) | st.text(
    st.characters(exclude_categories=[]), max_size=30
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["vqa/en", "vqa/zh", "region-to-text", "report/zh", "classification/cxr14"]), TEXT, TEXT)
def test_no_words_crash_it(task: str, said: str, right: str) -> None:
    printed = print_of(task, [{"pred_answer": said, "gt_answer": right}])
    assert all(
        value is not None or name in printed.notes or "*" in printed.notes for name, value in printed.metrics.items()
    )


@settings(max_examples=20, deadline=None)
@given(TEXT, TEXT)
def test_no_report_crashes_it(said: str, right: str) -> None:
    print_of("report/en", [{"pred_answer": said, "gt_answer": right}])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["ss", "sm", "ms", "mm"]), TEXT | st.none(), TEXT, st.tuples(*[st.floats(1e-300, 1e300)] * 2))
def test_no_boxes_crash_it(regime: str, said: str | None, right: str, hw: tuple[float, float]) -> None:
    gt = f"<ref>{right}</ref><box>[[1, 2, 3, 4]]</box>{right}"
    printed = print_of(f"text-to-region/{regime}", [{"answer": said, "gt": gt, "hw": list(hw)}])
    assert all(value is not None or printed.notes for value in printed.metrics.values())
