"""The language of an answer, by its script."""

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import said, value

from medgauge.types import Answer, Language
from medgauge_metrics.language import complies, count_scripts, language_compliance

REPLIES: list[tuple[str, str]] = [
    ("The lungs are clear.", "en"),
    ("No", "en"),
    ("yes", "en"),
    ("nodule", "en"),
    ("12 mm nodule in the RLL", "en"),
    ("CT of the chest", "en"),
    ("FINDINGS: THE HEART IS NOT ENLARGED", "en"),
    ("The patient's café-au-lait spots", "en"),
    ("The finding is pneumonia (肺炎).", "en"),
    ("MRI shows a tumour", "en"),
    ("no finding 肺", "en"),
    ("<p>normal</p>", "en"),
    ("It measures 3 × 4 cm", "en"),
    ("ｎｏｒｍａｌ heart", "en"),
    ("Naïve T-cells", "en"),
    ("双肺清晰。", "zh"),
    ("是", "zh"),
    ("没有", "zh"),
    ("右肺下叶见12mm结节", "zh"),
    ("MRI T2WI 高信号，DWI 呈高信号", "zh"),
    ("胶质母细胞瘤（glioblastoma）", "zh"),
    ("诊断：pneumothorax，左侧气胸约30%", "zh"),
    ("CT检查", "zh"),
    ("X-ray 示心影增大", "zh"),
    ("肺癌 SUVmax 8.5", "zh"),
    ("肝臟", "zh"),
    ("〇", "zh"),
    ("CT", "both"),
    ("T2", "both"),
    ("12", "both"),
    ("3.5 cm × 2 cm", "both"),
    ("X-Ray", "both"),
    ("MRI, T1WI", "both"),
    ("A", "both"),
    ("(B)", "both"),
    ("120 mmHg", "both"),
    ("５０%", "both"),
    ("FLAIR", "both"),
    ("结节 nodule lung", "both"),
    ("左 left", "both"),
    ("", "neither"),
    (" \n", "neither"),
    ("。。。", "neither"),
    ("?!", "neither"),
    ("Лёгкие чистые", "neither"),
    ("폐는 깨끗합니다", "neither"),
    ("肺はきれいです", "neither"),
    ("الرئتان صافيتان", "neither"),
    ("\u202e\u200f", "neither"),
    ("\ud800", "neither"),
]
SEEN_WRONG = [("Los pulmones están limpios", "en"), ("LUNG MASS", "both"), ("气胸 pneumothorax", "zh")]
"""Spanish passes for English, words in capitals for abbreviations, and a short mixture for Chinese."""


@pytest.mark.parametrize(("text", "language"), REPLIES + SEEN_WRONG)
def test_replies(text: str, language: str) -> None:
    assert complies(text, "en") == (language in ("en", "both"))
    assert complies(text, "zh") == (language in ("zh", "both"))


def test_what_is_counted() -> None:
    scripts = count_scripts("右肺 nodule 12mm, T2WI SUVmax; Лёгкие かな x-rays")
    assert (scripts.han, scripts.latin, scripts.other, scripts.neutral) == (2, 1, 3, 4)


def test_the_share_over_all_answers() -> None:
    asked: list[tuple[str | None, Language | None]] = [
        ("clear", "en"),
        ("清晰", "en"),
        ("清晰", "zh"),
        ("CT", "zh"),
        ("", "zh"),
        (None, "en"),
        ("?", None),
        (None, None),
    ]
    pairs = [(None if text is None else said(text), Answer(language=language)) for text, language in asked]
    metric = language_compliance()
    assert [metric.measure(*pair) for pair in pairs] == [*((1, 1), (0, 1), (1, 1), (1, 1), (0, 1), (0, 1), None, None)]
    assert value(metric, pairs) == 0.5


any_text = st.text(st.characters(exclude_categories=[]) | st.sampled_from("肺 left1.'"), max_size=40)


@settings(max_examples=300, deadline=None)
@given(text=any_text, more=any_text)
def test_any_text_is_read(text: str, more: str) -> None:
    scripts = count_scripts(text)
    assert not (complies(text, "en") and complies(text, "zh")) or scripts.han == scripts.latin
    apart, together = count_scripts(more), count_scripts(f"{text}\n{more}")
    assert together.han == scripts.han + apart.han
    assert together.latin == scripts.latin + apart.latin


@pytest.mark.parametrize("language", ["en", "zh"])
def test_real_answers_comply(language: Language, shared: Path) -> None:
    """Every reference of SLAKE is in its language; those that pass for the other are numbers and names of images."""
    rows = json.loads((shared / "data/slake_text/Slake1.0/test.json").read_text(encoding="utf-8"))
    answers = [str(row["answer"]) for row in rows if row["q_lang"] == language]
    other: Language = "zh" if language == "en" else "en"
    assert len(answers) > 1000
    assert all(complies(answer, language) for answer in answers)
    passing = {answer for answer in answers if complies(answer, other)}
    assert passing <= {"CT", "MRI", "T1", "T2", "X-Ray", *"0123456"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_real_replies_comply(language: Language, shared: Path) -> None:
    """Dermatologists' replies; the Chinese ones hold four times the bare word `sweet`, which the rule rightly finds."""
    rows = json.loads((shared / "data/dermavqa_text/data/iiyi/test_ht.json").read_text(encoding="utf-8"))
    replies = [reply[f"content_{language}"] for row in rows for reply in row["responses"]]
    assert {r.strip("？").lower() for r in replies if not complies(r, language)} == (
        {"sweet"} if language == "zh" else set()
    )


@pytest.mark.parametrize("piece", ["a", "'", "a'", "肺", "x-", "\u0301", "1", "x ray"])
def test_time_is_linear(piece: str) -> None:
    started = time.monotonic()
    count_scripts(piece * (1_000_000 // len(piece)))
    assert time.monotonic() - started < 20


def test_ten_thousand_reports_take_seconds() -> None:
    chosen = random.Random(0)
    reports = ["".join(chosen.choices("双肺清晰未见明显异常结节影右下叶约，。C1m", k=140)) for _ in range(10_000)]
    started = time.monotonic()
    assert sum(complies(report, "zh") for report in reports) == 10_000
    assert time.monotonic() - started < 20
