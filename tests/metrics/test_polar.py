"""Yes, no or neither, in both languages; most cases are a scorer's published mistake."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgauge.metrics import parse_metric
from medgauge.types import Language
from medgauge_metrics.answers import decide_polar
from medgauge_metrics.lexicon import fingerprint
from medgauge_metrics.polar import SIGNATURE

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
PUBLISHED = [
    ("en", "Yes.", "yes"),
    ("en", "Yes, the heart is enlarged.", "yes"),
    ("en", "Yes, this is abnormal", "yes"),
    ("en", "The image is normal", None),
    ("en", "I cannot determine; I know nothing", None),
    ("en", "yes there is no doubt an effusion", "yes"),
    ("en", "There is no pneumonia", "no"),
    ("zh", "是", "yes"),
    ("zh", "是。", "yes"),
    ("zh", "是的", "yes"),
    ("zh", "答案:是", "yes"),
    ("zh", "不是", "no"),
    ("zh", "否，未见异常", "no"),
    ("en", "The chest x-ray is normal.", None),
    ("en", "Abnormal opacity", None),
    ("en", "Yes, there is a nodule", "yes"),
    ("en", "known", None),
    ("en", "none", None),
    ("en", "Yes", "yes"),
    ("en", "No", "no"),
    ("zh", "有", "yes"),
    ("zh", "没有", "no"),
    ("zh", "正常", None),
    ("zh", "异常", None),
]
"""Replies that released scorers are known to get wrong, with what they say; a closed question's verdict follows."""
DENIED = [
    ("en", "Neither yes nor no", None),
    ("en", "The answer is not yes", None),
    ("en", "I would not say yes", None),
    ("en", "not a yes", None),
    ("en", "yes, but no", None),
    ("en", "No.1 lesion", None),
    ("en", "there is no 5 mm nodule", "no"),
    ("en", "No, not at all", "no"),
    ("en", "It's a no", "no"),
    ("en", "Based on the image, yes, there is an effusion.", "yes"),
    ("en", "Ans: no", "no"),
    ("en", "Norwegian", None),
    ("en", "yesterday", None),
    ("en", "It is not enlarged", None),
    ("en", "I'm sorry, I can't help with that.", None),
    ("zh", "沒有", "no"),
    ("zh", "無", "no"),
    ("zh", "對", "yes"),
    ("zh", "不對。", "no"),
    ("zh", "沒有結節", "no"),
    ("zh", "圖中未見異常", "no"),
    ("zh", "無法確定", None),
    ("zh", "没错，有结节", "yes"),
    ("zh", "当然。", "yes"),
    ("zh", "肯定", "yes"),
    ("zh", "没有疑问，是的", "yes"),
    ("zh", "既有又没有", None),
    ("zh", "是也不是", None),
    ("zh", "没有图像", None),
    ("zh", "我没有看到图片，否", None),
    ("zh", "未提供影像", None),
    ("zh", "没有足够的信息", None),
    ("zh", "图像中没有异常", "no"),
    ("zh", "没有图像显示的异常", "no"),
    ("zh", "无创检查", None),
    ("zh", "抱歉，我无法回答", None),
    ("zh", "没有骨折，有积液", "no"),
    ("zh", "有积液，没有骨折", "yes"),
    ("zh", "是/否：否", "no"),
    ("zh", "这张图像是MRI", None),
    ("zh", "不一定", None),
    ("zh", "【否】", "no"),
    ("zh", "「是」", "yes"),
]
BOTH = [
    *(("en", reply, None) for reply in ("Yes\nNo", "Yes. No.", "yes no", "no yes", "Yes; no", "No. Actually, yes.")),
    ("en", "Yes. No effusion.", "yes"),
    ("en", "No. I can't say yes.", "no"),
    ("en", "No, not a yes", "no"),
    ("en", "Yes, nodule No. 3 is seen", "yes"),
    ("zh", "是。否。", None),
    ("zh", "有；没有", None),
    ("zh", "右侧有，左侧无", None),
    ("zh", "右側有積液，左側沒有。", None),
    ("zh", "未见积液。心脏增大？是。", None),
    ("zh", "是的，右侧有积液，左侧无。", "yes"),
    ("zh", "不是骨折，无。", "no"),
    ("zh", "没有骨折存在。", "no"),
    ("zh", "没有，但是，心影较大", "no"),
]
DETERMINER = [
    ("en", "No contrast was given. Yes, the lesion is hyperdense.", "yes"),
    ("en", "There is no mass effect, but yes, there is hemorrhage.", "yes"),
    ("en", "The lungs are clear with no effusion. Is the heart enlarged? Yes.", "yes"),
    ("en", "I see no reason to doubt it: yes.", "yes"),
    ("en", "No contrast was given. No, the lesion is hypodense.", "no"),
    ("en", "There is no effusion.", "no"),
    ("en", "There is no effusion. It is hard to tell the cause.", "no"),
    ("en", "no, there is no yes", "no"),
    ("en", "No there is a nodule, yes", None),
    ("en", "No - the heart is normal, yes", None),
    ("en", "There is no effusion, yes and no", None),
]
SEEN = [
    ("zh", "未有骨折", "no"),
    ("zh", "看不到", "no"),
    ("zh", "看不见骨折", "no"),
    ("zh", "看不到图像", None),
    ("zh", "看得到", "yes"),
    ("zh", "看得到脾脏", "yes"),
    ("zh", "能看到脾脏", "yes"),
    ("zh", "图中能看到脾脏", "yes"),
    ("zh", "未能看到脾脏", "no"),
    ("zh", "不能看到脾脏", "no"),
    ("zh", "可能看到脾脏", None),
    ("zh", "是否能看到脾脏", None),
    ("en", "Negative", "no"),
    ("en", "Positive.", "yes"),
    ("en", "Positive for a mass", None),
    ("en", "I can't view images. If the heart is large, then yes.", None),
    ("en", "I cannot see the image. No.", None),
    ("en", "I am unable to interpret medical images, but yes", None),
    ("en", "I cannot see any effusion: no.", "no"),
    ("en", "It's unclear from this view, but probably yes", "yes"),
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


@pytest.mark.parametrize(("language", "reply", "polar"), [*PUBLISHED, *DENIED, *BOTH, *DETERMINER, *SEEN])
def test_reply_that_is_easy_to_get_wrong(language: Language, reply: str, polar: str | None) -> None:
    assert decide_polar(reply, language).polar == polar


def test_there_are_enough_replies_in_both_languages() -> None:
    more = PUBLISHED + DENIED
    english = {*(r for r, _ in ENGLISH), *(r for language, r, _ in more if language == "en")}
    chinese = {*(r for r, _ in CHINESE), *(r for language, r, _ in more if language == "zh")}
    assert min(len(english), len(chinese)) >= 60


def test_the_signature_names_the_lexicon() -> None:
    assert re.fullmatch(r"polar:v3-[0-9a-f]{8}", SIGNATURE)
    assert SIGNATURE in parse_metric("closed_accuracy").signature
    assert fingerprint(["yes", "no"]) != fingerprint(["yes", "nope"])
    assert fingerprint([re.compile("a")]) != fingerprint([re.compile("a", re.IGNORECASE)])


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
