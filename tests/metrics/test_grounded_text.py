"""What is said of each region, and names given to a region, against the sentence metrics and by hand."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import grounded, said, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer, Segment
from medgauge_metrics.final import final_answer
from medgauge_metrics.naming import bare_name
from medgauge_metrics.textform import normalise

PAIRS = {"region_rouge_l": "rouge_l", "region_token_f1": "token_f1", "region_exact": "exact_match"}
words = st.lists(st.sampled_from(["the", "lung", "is", "clear", "肺", "野", "清晰", "12", "mm", "。"]), max_size=6).map(
    " ".join
)
labels = st.sampled_from(["lung", "Lung.", "heart", "肺", ""])
reports = st.lists(st.builds(Segment, label=labels, text=words), max_size=4).map(lambda s: grounded(*s))


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


def joined(report: Answer) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for segment in report.segments:
        texts.setdefault(normalise(segment.label), []).append(segment.text)
    return {label: " ".join(parts) for label, parts in texts.items()}


@pytest.mark.parametrize(("region", "sentence"), PAIRS.items())
@settings(max_examples=100, deadline=None)
@given(pairs=st.lists(st.tuples(reports, reports), min_size=1, max_size=4))
def test_it_is_the_sentence_metric_over_all_regions(region: str, sentence: str, pairs: list) -> None:
    """Every label of a reference with words is a sample of its own."""
    samples = [
        (said(joined(answer).get(label, "")), said(text))
        for answer, target in pairs
        for label, text in joined(target).items()
        if normalise(text)
    ]
    if samples:
        assert number(region, *pairs) == pytest.approx(number(sentence, *samples), abs=1e-12)
    else:
        assert math.isnan(number(region, *pairs))


def test_regions_by_hand() -> None:
    target = grounded(
        Segment(label="heart", text="the heart is large"),
        Segment(label="lung", text="clear"),
        Segment(label="rib", text=""),
    )
    answer = grounded(
        Segment(label="Heart", text="the heart is normal"), Segment(label="rib", text="broken"),
        Segment(label="lung", text="Clear."), Segment(label="liver", text="fatty"),
    )  # fmt: skip
    assert number("region_rouge_l", (answer, target)) == pytest.approx((0.75 + 1) / 2)
    assert number("region_token_f1", (answer, target)) == pytest.approx((0.75 + 1) / 2)
    assert number("region_exact", (answer, target)) == 1 / 2


def test_words_under_another_label_are_no_words_here() -> None:
    target = grounded(Segment(label="heart", text="large"), Segment(label="lung", text="clear"))
    swapped = grounded(Segment(label="lung", text="large"), Segment(label="heart", text="clear"))
    for name in PAIRS:
        assert number(name, (swapped, target)) == number(name, (said("large clear"), target)) == 0


def test_saying_it_many_times_does_not_help() -> None:
    target = grounded(Segment(label="heart", text="large"))
    for name in ("region_rouge_l", "region_token_f1"):
        assert number(name, (grounded(*[Segment(label="heart", text="large")] * 3), target)) == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("answer", "target"),
    [
        ("liver", "Liver"),
        ("The liver.", "liver"),
        ("This is the left kidney.", "left kidney"),
        ("it's a nodule", "nodule"),
        ("The highlighted region shows an aneurysm", "aneurysm"),
        ("That is the spleen", "the spleen"),
        ("The answer is: liver", "liver"),
        ("<answer>liver</answer>", "liver"),
        ("**Liver**", "liver"),
        ("这是肝脏。", "肝脏"),
        ("该区域为左肺", "左肺"),
        ("图中区域是一个结节", "结节"),
        ("它是脾", "脾"),
        ("A", "a"),
        ("±", "±"),
        ("this is the", "this is the"),
    ],
)  # fmt: skip
def test_the_name_and_nothing_but_the_name(answer: str, target: str) -> None:
    assert number("label_accuracy", (said(answer), said(target))) == 1


@pytest.mark.parametrize(
    ("answer", "target"),
    [
        ("not the liver", "liver"),
        ("This is not the liver", "liver"),
        ("It isn't the liver", "liver"),
        ("这不是肝脏", "肝脏"),
        ("不是肝脏", "肝脏"),
        ("非肝脏", "肝脏"),
        ("liver, spleen, kidney", "liver"),
        ("liver or spleen", "liver"),
        ("kidney", "left kidney"),
        ("right kidney", "left kidney"),
        ("l", "left kidney"),
        ("", "liver"),
        ("this is", "liver"),
        ("nonliver", "liver"),
        ("12", "1.2"),
        ("∓", "±"),
    ],
)  # fmt: skip
def test_what_is_not_the_name(answer: str, target: str) -> None:
    assert number("label_accuracy", (said(answer), said(target))) == 0


def test_other_wordings_are_right_too() -> None:
    target = Answer(text="liver", texts=("hepar", ""))
    assert number("label_accuracy", (said("the hepar"), target), (said(""), target)) == 1 / 2
    assert math.isnan(number("label_accuracy", (said("liver"), Answer(texts=("liver",)))))


@given(text=st.text(st.characters(exclude_categories=[]), max_size=40), name=words)
def test_any_text_is_a_name_or_none(text: str, name: str) -> None:
    assert normalise(final_answer(text).text).endswith(bare_name(text))
    if text.strip():
        assert number("label_accuracy", (said(text), said(text))) == 1
    if normalise(name) and bare_name(name) == normalise(name):
        assert number("label_accuracy", (said(f"This is the {name}"), said(name))) == 1


def test_every_region_metric_counts_the_same_regions() -> None:
    target = grounded(Segment(label="a", text="x"), Segment(label="b", text="y z"), Segment(label="c", text="。"))
    counted = Counter(parse_metric(name).measure(None, target) for name in PAIRS)
    assert counted == {(0.0, 0.0, 2.0): 3}
