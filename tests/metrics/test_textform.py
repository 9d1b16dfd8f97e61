"""The normal form of short answers, and tokens."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_values import said, value

from medgauge.metrics import parse_metric
from medgauge_metrics.answers import final_answer, normalise
from medgauge_metrics.tokenize import tokens

SAME = [
    ("肺部", "肺部。"),
    ("左肺，右肺", "左肺, 右肺"),
    ("CT 检查", "ＣＴ检查"),
    ("X-ray", "xray."),
    ("the patient's left", "The patient’s left"),
    ("Left  lung", "**left** lung"),
    ("i.v. contrast", "IV contrast"),
    ("5–6 mm", "5-6 mm"),
    ("left,right", "left, right"),
    ("café", "cafe\u0301"),
    ("yes\u200f", "yes"),
]
DIFFERENT = [
    ("1.5 cm", "15 cm"),
    ("1,5 cm", "15 cm"),
    ("3-4", "34"),
    ("2:1", "21"),
    ("1/2", "12"),
    ("-30 HU", "30 HU"),
    (".5 cm", "5 cm"),
    ("<5 mm", ">5 mm"),
    ("10%", "10"),
    ("10⁹/L", "109/L"),
    ("3cm²", "3cm2"),
    ("the heart", "heart"),
    ("normal", "abnormal"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_the_same_answer(a: str, b: str) -> None:
    assert normalise(a) == normalise(b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_a_different_answer(a: str, b: str) -> None:
    assert normalise(a) != normalise(b)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_tokens() -> None:
    assert tokens("右下肺结节12mm，T2 WI 高信号 0.5cm") == [
        *("右", "下", "肺", "结", "节", "12", "mm", "t2", "wi", "高", "信", "号", "0.5", "cm")
    ]
    assert tokens("X-ray: No acute findings.") == ["x", "ray", "no", "acute", "findings"]
    assert tokens("，。!") == []


def test_the_last_marked_answer_is_the_final_one() -> None:
    assert final_answer("The answer is A. No: the answer is B").text.strip() == "B"
    assert final_answer("\\boxed{a{b}c} then \\boxed{d").text == "d"
    assert final_answer("x <answer>one</answer> <answer>two").text == "two"
    assert final_answer("<think>one</think>two<think>three").text == "two"
    assert final_answer("Here is my answer:").scope == "whole"


@given(st.text(alphabet="<>think/answer{}\\boxed:是答案 *\n"))
def test_the_final_answer_is_a_slice_of_the_reply(text: str) -> None:
    final = final_answer(text)
    assert final.start >= 0
    assert final.start + len(final.text) <= len(text)


RUNS = {
    "base": (0.5657370517928287, 0.37915742793791574),
    "lora-quick": (0.5338645418326693, 0.38137472283813745),
    "lora-rank4": (0.7569721115537849, 0.5432372505543237),
    "lora-rank8": (0.7370517928286853, 0.5210643015521065),
    "lora-rank16": (0.7370517928286853, 0.5343680709534369),
}


@pytest.mark.parametrize("run", RUNS)
def test_exact_match_of_real_runs(run: str, shared: Path) -> None:
    """The published exact match of five models on VQA-RAD, on polar questions and on all."""
    rows = json.loads((shared / "data/vqa_rad/VQA_RAD Dataset Public.json").read_text(encoding="utf-8"))
    references = {str(r["qid"]): str(r["answer"]) for r in rows if r["phrase_type"] in ("test_freeform", "test_para")}
    lines = (shared / f"golden/vqa_rad_runs/{run}.jsonl").read_text(encoding="utf-8").splitlines()
    replies = {record["id"]: record["text"] for record in map(json.loads, lines)}
    pairs = [(said(replies[qid]), said(reference)) for qid, reference in references.items()]
    polar = [pair for pair in pairs if normalise(pair[1].text) in ("yes", "no")]
    assert (len(polar), len(pairs)) == (251, 451)
    exact_match = parse_metric("exact_match")
    assert value(exact_match, polar) == pytest.approx(RUNS[run][0], abs=1e-9)
    assert value(exact_match, pairs) == pytest.approx(RUNS[run][1], abs=1e-9)
