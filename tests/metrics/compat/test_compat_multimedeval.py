"""`--protocol multimedeval`: its own numbers, number by number, and its known faults."""

import time

import pytest
from compat_fixture import PEERS, ROWS, SCORED
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate.bleu_score import sentence_bleu
from rouge_score.rouge_scorer import RougeScorer

from medgauge_metrics.compat.multimedeval.overlap import bleu, rouge_1, rouge_l
from medgauge_metrics.compat.multimedeval.scores import pick, report, vqa
from medgauge_metrics.compat.multimedeval.words import CONTRACTIONS, clean

SINGLE = 1e-7
"""The original's BLEU is summed in 32 bits."""
TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)
WORDS = st.lists(st.sampled_from(("lung", "Lung", "left", "no", "2.5", "effusion.", "肺")), max_size=12).map(" ".join)


def pairs(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["prediction"], row["reference"]) for row in rows]


def agrees(got: dict[str, float], expected: dict[str, float]) -> None:
    assert list(got) == list(expected)
    for name, value in expected.items():
        assert got[name] == pytest.approx(value, abs=SINGLE if name.startswith("bleu") else 1e-12), name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: repr(row["prediction"][:30]))
def test_each_reply(row: dict[str, str]) -> None:
    got, expected = vqa(pairs([row])), PEERS["vqa"][ROWS.index(row)]["multimedeval"]
    assert got["F1"] == pytest.approx(expected["F1"], abs=1e-12)
    assert got["recall"] == pytest.approx(expected["recall"], abs=1e-12)
    assert got["bleu"] == pytest.approx(expected["BLEU"], abs=SINGLE)


def test_whole_sets() -> None:
    agrees(vqa(pairs(SCORED)), PEERS["totals"]["multimedeval"])
    agrees(vqa(pairs([row for row in SCORED if row["answer_type"] == "OPEN"])), PEERS["multimedeval_only_open"])
    closed = [row for row in SCORED if row["reference"] in ("yes", "no")]
    agrees(vqa(pairs(closed)), PEERS["multimedeval_only_closed"])


def test_reports() -> None:
    expected = PEERS["report_totals"]
    got = report(pairs(PEERS["report"]))
    agrees(got, expected)
    for row in PEERS["report"]:
        agrees(report(pairs([row])), {name: row[name] for name in expected})


def test_options() -> None:
    options = PEERS["qa"]["options"]
    for row in PEERS["qa"]["rows"]:
        picked = pick(row["prediction"], options)
        assert ("Invalid answer" if picked is None else "abcd"[picked]) == row["picked"], row
        assert (picked == "abcd".index(row["gold"])) is row["right"]


def test_cleaning() -> None:
    assert {text: clean(text) for text in PEERS["clean"]} == PEERS["clean"]
    assert CONTRACTIONS["yall'd've"] == "y'all'd've"


@pytest.mark.parametrize(
    ("said", "right", "judged"),
    [
        ("no, not at all", "no", 1.0),
        ("I am not sure, it may be so", "no", 1.0),
        ("yes and no", "yes", 1.0),
        ("yes and no", "no", 1.0),
        ("It is absent", "no", 0.0),
        ("是", "yes", 0.0),
    ],
)
def test_closed_by_a_single_word(said: str, right: str, judged: float) -> None:
    assert vqa([(said, right)])["closedQuestionsAccuracy"] == judged


def test_known_faults() -> None:
    denied = vqa([("There is no pneumonia", "pneumonia")])
    assert denied["openQuestionsAccuracy"] == denied["openQuestionsRecall"] == 1.0
    assert vqa([("肺部。", "肺部")])["recall"] == 0.0
    assert vqa([("Yes", "yes")])["openQuestionsAccuracy"] == 0.0
    assert pick("A", ("aspirin", "warfarin")) is None
    assert clean("1,000 a-b") == "1000 ab"
    assert clean("a-b") == "b"


@settings(max_examples=200, deadline=None)
@given(said=WORDS, right=WORDS)
def test_bleu_is_that_of_nltk_where_all_orders_match(said: str, right: str) -> None:
    for order in (1, 4):
        ours = bleu(said, right, order)
        if ours:
            weights = (1 / order,) * order
            theirs = sentence_bleu([right.split()], said.split(), weights=weights, auto_reweigh=False)
            assert ours == pytest.approx(theirs, abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(said=WORDS, right=WORDS)
def test_rouge_is_that_of_rouge_score(said: str, right: str) -> None:
    theirs = RougeScorer(["rouge1", "rougeL"]).score(right, said)
    assert rouge_1(said, right) == pytest.approx(theirs["rouge1"].fmeasure, abs=SINGLE)
    assert rouge_l(said, right) == pytest.approx(theirs["rougeL"].fmeasure, abs=SINGLE)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_any_text_is_scored(rows: list[tuple[str, str]]) -> None:
    for value in (vqa(rows) | report(rows)).values():
        assert 0.0 <= value <= 1.0 + 1e-12
    assert pick(rows[0][0], ("a", rows[0][1])) in (None, 0, 1)


@pytest.mark.parametrize("piece", ["a ", "a, ", "1,0 ", ".", "'", "cant ", "肺", "\u202e", "\ud800", "(", "left lung "])
def test_a_megabyte_is_scored_in_time(piece: str) -> None:
    started = time.monotonic()
    rows = [(piece * (1_000_000 // len(piece)), "left lower lobe of the left lung")]
    vqa(rows)
    report(rows)
    pick(rows[0][0], ("a", "left lung"))
    assert time.monotonic() - started < 30
