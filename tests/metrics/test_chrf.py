"""chrF against sacrebleu, and many at once against one by one."""

import json
import random
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import said, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer
from medgauge_metrics.chrf import chrf

WORDS = [
    "no",
    "left",
    "lung",
    "Lung.",
    "(heart)",
    "右",
    "肺",
    "双肺清晰。",
    "12",
    "mm",
    "a",
    "\n",
    "aaaa",
    "右肺右肺",
    "x,",
]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=30)
references = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join).filter(str.strip)
pairs_of_texts = st.lists(st.tuples(texts, st.lists(references, min_size=1, max_size=3)), min_size=1, max_size=8)


def theirs(data: list[tuple[str, list[str]]], words: int) -> float:
    """sacrebleu's corpus score, from 0 to 1."""
    from sacrebleu.metrics import CHRF

    most = max(len(known) for _, known in data)
    streams = [[known[i] if i < len(known) else None for _, known in data] for i in range(most)]
    return CHRF(word_order=words).corpus_score([written for written, _ in data], streams).score / 100


def pairs(data: list[tuple[str, list[str]]]) -> list[tuple[Answer, Answer]]:
    return [(said(written), Answer(text=known[0], texts=tuple(known[1:]))) for written, known in data]


@settings(max_examples=300, deadline=None)
@given(data=pairs_of_texts, words=st.sampled_from([0, 1, 2]))
def test_it_is_sacrebleus(data: list[tuple[str, list[str]]], words: int) -> None:
    assert value(chrf(words=words), pairs(data)) == pytest.approx(theirs(data, words), abs=1e-12)


def corpus(count: int, seed: int, pieces: list[str], join: str) -> list[tuple[str, list[str]]]:
    chosen = random.Random(seed)
    text = lambda: join.join(chosen.choices(pieces, k=chosen.randint(2, 40)))  # noqa: E731
    return [(text(), [text(), text()][: chosen.randint(1, 2)]) for _ in range(count)]


ENGLISH = [
    "the",
    "heart",
    "is",
    "not",
    "enlarged",
    "No",
    "consolidation,",
    "effusion.",
    "(mild)",
    "right-sided",
    "12mm",
]
CHINESE = [
    "双肺",
    "清晰",
    "，",
    "未见",
    "明显",
    "病变",
    "。",
    "右下叶",
    "结节",
    "影",
    "约",
    "12mm",
    "CT",
    "不大",
    "、",
    "膈面",
]


@pytest.mark.parametrize("words", [0, 2])
@pytest.mark.parametrize(("pieces", "join"), [(ENGLISH, " "), (CHINESE, ""), (ENGLISH + CHINESE, " ")])
def test_a_corpus_is_sacrebleus(pieces: list[str], join: str, words: int) -> None:
    data = corpus(400, 7, pieces, join)
    score = value(chrf(words=words), pairs(data))
    assert 0.1 < score < 0.9
    assert score == pytest.approx(theirs(data, words), abs=1e-12)


@pytest.mark.parametrize(("field", "expected"), [("zh", 15.903104190403216), ("en", 28.344145133853942)])
def test_real_replies_of_dermatologists(field: str, expected: float, shared: Path) -> None:
    rows = json.loads((shared / "data/dermavqa_text/data/iiyi/test_ht.json").read_text(encoding="utf-8"))
    data = [
        (said(row["responses"][1][f"content_{field}"]), said(row["responses"][0][f"content_{field}"])) for row in rows
    ]
    known = json.loads((shared / "golden/EXPECTED.json").read_text(encoding="utf-8"))["dermavqa_sacrebleu_regression"]
    assert known["zh_tok_zh" if field == "zh" else "en_13a"]["chrF"] == expected
    assert len(data) == 100
    assert value(chrf(), data) == pytest.approx(expected / 100, abs=1e-12)


hostile = st.text(st.characters(exclude_categories=[]) | st.sampled_from("\0\1\ud800 aa肺"), max_size=20)


@settings(max_examples=300, deadline=None)
@given(data=st.lists(st.tuples(st.none() | hostile | texts, st.lists(hostile | texts, max_size=3)), max_size=6))
@pytest.mark.parametrize("words", [0, 2])
def test_many_at_once_are_measured_as_one_by_one(words: int, data: list[tuple[str | None, list[str]]]) -> None:
    metric = chrf(words=words)
    answers = [None if written is None else said(written) for written, _ in data]
    targets = [Answer(text=known[0] if known else "", texts=tuple(known[1:])) for _, known in data]
    one_by_one = [metric.measure(answer, target) for answer, target in zip(answers, targets, strict=True)]
    assert metric.measure_all(answers, targets) == one_by_one


def test_pairs_of_any_length_and_alphabet_are_measured_together() -> None:
    """More characters than fit the packed form, more text than fits one block."""
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 1100)))
    fits = "".join(map(chr, range(0x4E00, 0x4E00 + 1021)))
    written = [many, fits, "ab" * 200_000, "a", "", "肺" * 3000, "\0\0ab", *["ab肺"] * 50]
    known = [
        many[::-1] + many[:50],
        fits[5:] + fits,
        "ba" * 150_000,
        "aaaaaaa",
        "ab",
        "肺" * 2000,
        "\0ab\1",
        *["b肺ab"] * 50,
    ]
    metric = chrf()
    answers, targets = [said(text) for text in written], [said(text) for text in known]
    expected = [metric.measure(answer, target) for answer, target in zip(answers, targets, strict=True)]
    assert metric.measure_all(answers, targets) == expected


def test_by_hand() -> None:
    """ab against abc: 2 of 2 and 2 of 3 characters, 1 of 1 and 1 of 2 pairs; no third order in the answer."""
    assert chrf().measure(said("a b"), said("ab c")) == (2, 3, 2, 1, 2, 1, 0, 1, 0) + (0,) * 9
    precision, recall = 1.0, (2 / 3 + 1 / 2) / 2
    expected = 5 * precision * recall / (4 * precision + recall)
    assert value(chrf(), [(said("a b"), said("ab c"))]) == pytest.approx(expected, abs=1e-15)


def test_without_text() -> None:
    metric = chrf()
    assert metric.measure(said("x"), said(" \n")) is None
    assert metric.measure_all([said("x"), None], [said(""), said("ab")]) == [None, metric.measure(None, said("ab"))]
    assert value(metric, [(None, said("ab"))]) == 0
    assert np.isnan(value(metric, [(said("x"), said(""))]))
    assert metric.measure(said("ab"), Answer(text="", texts=("ab", ""))) == metric.measure(said("ab"), said("ab"))


def test_the_best_reference_counts() -> None:
    assert value(chrf(), [(said("双肺清晰"), Answer(text="右肺结节", texts=("双肺清晰", "x")))]) == 1


def test_names() -> None:
    assert parse_metric("chrf(words=2)") == chrf(words=2)
    assert parse_metric("chrf").signature == (
        "chrf|nc:6|nw:0|beta:2|case:mixed|space:no|eff:yes|refs:best-sentence|agg:corpus|v:1"
    )
    with pytest.raises(MedGaugeError, match="0, 1 or 2"):
        parse_metric("chrf(words=3)")


def test_ten_thousand_reports_take_seconds() -> None:
    data = pairs(corpus(10_000, 3, CHINESE, ""))
    started = time.monotonic()
    chrf().measure_all([answer for answer, _ in data], [target for _, target in data])
    assert time.monotonic() - started < 20
