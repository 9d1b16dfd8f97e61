"""Yes, no or neither, in both languages; most cases are a scorer's published mistake."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgauge_metrics.answers import decide_polar

ENGLISH = [
    ("Yes.", "yes"),
    ("Yes, the heart is enlarged.", "yes"),
    ("Yes, there is a nodule", "yes"),
    ("Yes, this is abnormal", "yes"),
    ("yes there is no doubt an effusion", "yes"),
    ("Yes, no effusion is seen", "yes"),
    ("No. There is a nodule", "no"),
    ("There is no pneumonia", "no"),
    ("No—the heart is normal", "no"),
    ("ＹＥＳ", "yes"),
    ("**No**", "no"),
    ("- __Yes__", "yes"),
    ("Y", "yes"),
    ("False.", "no"),
    ("<think>no, no, no</think>Yes", "yes"),
    ("no effusion... \\boxed{\\text{Yes}}", "yes"),
    ("I see no mass. <answer>yes</answer>", "yes"),
    ("There is no mass. The answer is yes.", "yes"),
    ("**Answer:** Yes", "yes"),
    ("Final answer:\n\nNo", "no"),
    ("Yes or no? No.", "no"),
    ("Is there no effusion? Yes", "yes"),
    ("The chest x-ray is normal", None),
    ("Abnormal opacity", None),
    ("known", None),
    ("none", None),
    ("non-contrast CT", None),
    ("no-contrast CT", None),
    ("nodule", None),
    ("lesion No. 3 is seen", None),
    ("I cannot determine; I know nothing", None),
    ("I cannot determine. No image was given", None),
    ("It cannot be determined. No.", None),
    ("No image was provided", None),
    ("There is no doubt an effusion", None),
    ("yes and no", None),
    ("yes, no", None),
    ("yes/no", None),
    ("It may be yes or no", None),
    ("<think>yes", None),
    ("\\boxed{unclear} yes", None),
    ("The answer is not clear.", None),
    ("", None),
]
CHINESE = [
    ("是", "yes"),
    ("是。", "yes"),
    ("是的", "yes"),
    ("**是的**，可见结节", "yes"),
    ("有", "yes"),
    ("图中有结节", "yes"),
    ("对。", "yes"),
    ("答案是：是", "yes"),
    ("答案:是", "yes"),
    ("可以", "yes"),
    ("不是", "no"),
    ("否，未见异常", "no"),
    ("没有", "no"),
    ("无。", "no"),
    ("图中没有结节", "no"),
    ("这不是MRI", "no"),
    ("答案为不是", "no"),
    ("答案是否定的", "no"),
    ("“否”", "no"),
    ("不，没有", "no"),
    ("是否存在结节？否", "no"),
    ("有无结节：无", "no"),
    ("是，图像显示没有积液", "yes"),
    ("是否存在结节", None),
    ("“是否正常”", None),
    ("这是肺部CT", None),
    ("正常", None),
    ("不正常", None),
    ("异常", None),
    ("对比增强", None),
    ("所有", None),
    ("有或没有", None),
    ("无法判断有没有结节", None),
    ("不能确定是否有结节，可能有", None),
    ("不确定，没有把握", None),
]
SLAKE = {
    "yes": ("是的", "是", "包含", "有", "存在", "可以", "对", "会", "能"),
    "no": ("不是", "否", "不包含", "没有", "无", "不存在", "不可以", "不对", "不会", "不能"),
}


@pytest.mark.parametrize(("reply", "polar"), ENGLISH)
def test_english_reply(reply: str, polar: str | None) -> None:
    assert decide_polar(reply, "en").polar == polar


@pytest.mark.parametrize(("reply", "polar"), CHINESE)
def test_chinese_reply(reply: str, polar: str | None) -> None:
    assert decide_polar(reply, "zh").polar == polar


@pytest.mark.parametrize(("polar", "replies"), SLAKE.items())
def test_answers_of_slake(polar: str, replies: tuple[str, ...]) -> None:
    for reply in replies:
        for around in ("{}", "{}。", "答案：{}", "**{}**", "\\boxed{{{}}}"):
            assert decide_polar(around.format(reply), "zh").polar == polar, around.format(reply)


def test_real_chinese_answers_decide_only_by_polar_words(shared: Path) -> None:
    """Of all answers of SLAKE's Chinese test split, the short polar ones decide and names of organs do not."""
    rows = json.loads((shared / "data/slake_text/Slake1.0/test.json").read_text(encoding="utf-8"))
    answers = {row["answer"] for row in rows if row["q_lang"] == "zh"}
    decided = {a: decide_polar(a, "zh").polar for a in answers}
    for polar, words in SLAKE.items():
        assert all(decided[w] == polar for w in words if w in decided)
    for name in ("肺", "胸腔", "肝脏", "横断面", "不正常", "较少", "黑色", "肺结节"):
        assert decided[name] is None


def test_the_other_language_counts_only_in_the_absence_of_the_asked_one() -> None:
    assert decide_polar("Yes", "zh").polar == "yes"
    assert decide_polar("是", "en").polar == "yes"
    assert decide_polar("yes, 不是", "zh").polar == "no"


def test_the_rule_and_the_span_are_kept() -> None:
    reply = "<think>no</think> The answer is **Yes**, clearly."
    decision = decide_polar(reply, "en")
    assert decision.rule == "stated:word"
    assert decision.span is not None
    assert reply[slice(*decision.span)] == "Yes"
    assert decide_polar("cannot tell, no", "en").rule == "whole:hedged"
    assert decide_polar("yes or no", "en").rule == "whole:undecided"
    assert decide_polar("heart", "en").rule == "whole:nothing"


@given(reply=st.text(), language=st.sampled_from(["en", "zh"]))
def test_the_span_of_a_decision_lies_in_the_reply(reply: str, language: str) -> None:
    decision = decide_polar(f"{reply} yes", language)  # type: ignore[arg-type]
    if decision.span:
        start, end = decision.span
        assert 0 <= start < end <= len(reply) + 4
