"""Findings and impression of a report, by its headings."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge_metrics.sections import SECTIONS, section_text
from medgauge_metrics.tokenize import tokens

CASES = [
    ("Findings: clear. Impression: normal.", "clear.", "normal."),
    ("FINDINGS: clear\n\nIMPRESSION: normal\n", "clear", "normal"),
    ("  findings :clear\n\timpression : normal", "clear", "normal"),
    ("**Findings:** clear\n\n**Impression:** normal", "clear", "normal"),
    ("**Findings**: clear\n**Conclusion**: normal", "clear", "normal"),
    ("## Findings\nclear\n## Impression\nnormal", "clear", "normal"),
    ("**Findings**\n- clear\n\n**Impression**\n- normal", "- clear", "- normal"),
    ("### 1. Imaging Findings:\nclear\n### 2. Conclusions:\nnormal", "clear", "normal"),
    ("[FINDINGS] clear [IMPRESSION] normal", "clear [IMPRESSION] normal", None),
    ("Findings\r\nclear\r\nDiagnosis\r\nnormal", "clear", "normal"),
    ("Comparison: Findings: clear. Impression: normal", "clear.", "normal"),
    ("Indication: cough. History: smoker. Technique: CT. Findings: clear", "clear", None),
    ("Impression: normal. Examination: chest CT. Findings: clear", "clear", "normal."),
    ("Findings: clear\nFindings: no effusion", "clear\nno effusion", None),
    ("Findings:", "", None),
    ("Impression", None, ""),
    ("影像诊断：双肺清晰。影像结论：未见异常。", "双肺清晰。", "未见异常。"),
    ("影像诊断:双肺清晰\n影像结论:未见异常", "双肺清晰", "未见异常"),
    ("影像诊断：双肺清晰；影像结论：未见异常", "双肺清晰；", "未见异常"),
    ("影像诊断：双肺清晰。影响结论：未见异常。", "双肺清晰。", "未见异常。"),
    ("影像所见：双肺清晰。影像诊断：未见异常。", "双肺清晰。", "未见异常。"),
    ("影像诊断：双肺清晰。", "双肺清晰。", None),
    ("【影像所见】双肺清晰。【诊断意见】未见异常。", "双肺清晰。", "未见异常。"),
    ("【影像表现】：双肺清晰\n【诊断结论】：未见异常", "双肺清晰", "未见异常"),
    ("**影像所见：**\n双肺清晰\n\n**印象：**\n未见异常", "双肺清晰", "未见异常"),
    ("一、检查所见：双肺清晰。\n二、诊断提示：未见异常。", "双肺清晰。", "未见异常。"),
    ("1、影像表现\n双肺清晰\n2、结论\n未见异常", "双肺清晰", "未见异常"),
    ("检查方法：平扫。CT所见：双肺清晰。CT诊断：未见异常。", "双肺清晰。", "未见异常。"),
    ("所见：双肺清晰。印象：未见异常。建议：复查。", "双肺清晰。", "未见异常。"),
    ("The lungs are clear.", None, None),
    ("These findings: clear. My impression: normal", None, None),
    ("Findings are clear. Impression is normal.", None, None),
    ("**Findings** are clear", None, None),
    ("Clear lungs, no findings\n", None, None),
    ("The history is long; findings: none", None, None),
    ("双肺清晰，结论：未见异常", None, None),
    ("影像诊断为肺炎。影像结论未见异常。", None, None),
    ("Findings and impression: clear", None, None),
    ("Subfindings: x\nFindingsX: y", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("text", "findings", "impression"), CASES, ids=lambda value: repr(value)[:30])
def test_sections(text: str, findings: str | None, impression: str | None) -> None:
    assert section_text(text, "findings") == findings
    assert section_text(text, "impression") == impression


def test_the_body_is_all_but_the_headings() -> None:
    assert section_text("Intro. Findings: clear. Impression: normal.", "body") == "Intro.\nclear.\nnormal."
    assert section_text("影像诊断：双肺清晰。影像结论：未见异常。", "body") == "双肺清晰。\n未见异常。"
    assert section_text("  The lungs are clear. \n", "body") == "  The lungs are clear. \n"
    assert section_text("Findings:", "body") == ""


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(ValueError, match="findings, impression, body"):
        section_text("Findings: clear", "history")


words = st.lists(st.sampled_from(["clear", "no", "结节", "12", "mm", "heart", "肺"]), min_size=1, max_size=6).map(
    " ".join
)


@given(
    findings=words,
    impression=words,
    intro=words,
    form=st.sampled_from(["{}: ", "{}\n", "**{}:** ", "# {}\n", "【{}】"]),
)
@pytest.mark.parametrize(
    ("one", "two"), [("Findings", "IMPRESSION"), ("影像诊断", "影像结论"), ("检查所见", "诊断意见")]
)
def test_what_was_put_under_a_heading_is_read_back(
    one: str, two: str, findings: str, impression: str, intro: str, form: str
) -> None:
    report = f"{intro}\n{form.format(one)}{findings}\n{form.format(two)}{impression}"
    assert section_text(report, "findings") == findings
    assert section_text(report, "impression") == impression
    assert section_text(report, "body") == "\n".join([intro, findings, impression])


pieces = st.sampled_from([
    *("Findings", "impression", "影像诊断", "影像结论", "所见", "History", "诊断", ":", "：", "\n", ". ", "。", " "),
    *("**", "#", "【", "】", "[", "]", "1.", "一、", "-", "clear", "肺", "\ud800", "\u202e", "\r", "x"),
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(text=st.lists(pieces, max_size=25).map("".join) | st.text(st.characters(exclude_categories=[])))
def test_any_text_is_read(text: str) -> None:
    found = {section: section_text(text, section) for section in SECTIONS}
    body = found["body"]
    assert body is not None
    for section in ("findings", "impression"):
        part = found[section]
        assert part is None or all(line in text for line in part.split("\n"))
        assert part is None or set(tokens(part)) <= set(tokens(body))


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        ". ",
        "! ",
        " ",
        "* ",
        "Findings",
        "Findings:",
        "findings\n",
        "1.",
        "【",
        "影像",
        "影像诊断：",
        "。一",
        "x\ty",
    ],
)
def test_time_is_linear(piece: str) -> None:
    started = time.monotonic()
    for section in SECTIONS:
        section_text(piece * (200_000 // len(piece)), section)
    assert time.monotonic() - started < 30
