"""Metrics of questions with closed answers, and how no answer is counted."""

import math
import random

import numpy as np
import pytest
from metric_values import said, statistics, value

from medgauge.metrics import parse_metric
from medgauge.plugins import catalog
from medgauge.types import Answer, Key, Language, Output, Sample
from medgauge_metrics.answers import decide_polar, extract_choice

YES, NO = Answer(text="yes", polar="yes"), Answer(text="no", polar="no")


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


def test_abstaining_is_wrong_and_lowers_coverage() -> None:
    pairs = [(YES, YES), (NO, YES), (Answer(), NO), (None, NO), (YES, said("lung"))]
    assert number("closed_accuracy", *pairs) == 1 / 4
    assert number("closed_coverage", *pairs) == 2 / 4


def test_one_answer_to_everything_is_balanced_out() -> None:
    """Always "yes" has the base rate as accuracy, and a half as balanced accuracy."""
    pairs = [(YES, YES)] * 3 + [(YES, NO)]
    assert number("closed_accuracy", *pairs) == 3 / 4
    assert number("closed_balanced_accuracy", *pairs) == 1 / 2
    assert number("closed_balanced_accuracy", (YES, YES), (Answer(), YES), (None, NO), (NO, NO)) == 1 / 2
    assert number("closed_balanced_accuracy", (YES, YES), (NO, YES), (YES, said("lung"))) == 1 / 2


def test_each_kind_of_question_goes_by_its_name() -> None:
    prepared = parse_metric("closed_balanced_accuracy").prepare([YES, YES, NO])
    pairs = [(YES, YES), (None, YES), (NO, NO)]
    found = prepared.reduce(statistics(prepared, pairs), np.ones((1, 3)))
    assert {name: values[0] for name, values in found.items()} == {"yes": 1 / 2, "no": 1, "": 3 / 4}


@pytest.mark.parametrize("seed", range(3))
def test_balanced_accuracy_is_sklearns(seed: int) -> None:
    from sklearn.metrics import recall_score

    rng = random.Random(seed)
    wanted, given = rng.choices(["yes", "no"], (3, 1), k=50), rng.choices(["yes", "no", "-"], k=50)
    pairs = [(Answer(polar=None if g == "-" else g), Answer(polar=w)) for g, w in zip(given, wanted, strict=True)]
    expected = recall_score(wanted, given, labels=["yes", "no"], average="macro")
    assert number("closed_balanced_accuracy", *pairs) == pytest.approx(expected, abs=1e-12)


def test_accuracy_given_parsed_leaves_out_what_names_no_option() -> None:
    first, second = Answer(choice=0), Answer(choice=1)
    pairs = [(first, first), (second, first), (Answer(), first), (None, second), (first, said("lung"))]
    assert number("mcq_accuracy_given_parsed", *pairs) == 1 / 2
    assert number("mcq_accuracy", *pairs) == number("parse_rate", *pairs) * 1 / 2 == 1 / 4
    assert parse_metric("mcq_accuracy_given_parsed").higher_is_better is None
    assert math.isnan(number("mcq_accuracy_given_parsed", (None, first)))


def test_chance_is_one_over_the_options() -> None:
    pairs = [(None, Answer(choice=0, choices=("a", "b"))), (None, Answer(choice=0, choices=("a", "b", "c", "d")))]
    assert number("mcq_chance", *pairs) == 3 / 8
    assert math.isnan(number("mcq_chance", (None, Answer(choice=0))))


DETAILS = [
    ("vqa", "en", (), "<think>no</think> The answer is **Yes**.", "stated:word", "Yes"),
    ("vqa", "zh", (), "答案：**不是**。", "stated:word", "不是"),
    ("vqa", "en", (), "I cannot tell", "whole:hedged", "cannot tell"),
    ("vqa", "zh", (), "无法判断", "whole:hedged", "无法"),
    ("vqa", "en", ("left", "right"), "Answer: (B)", "stated:letter", "B"),
    ("vqa", "zh", ("左", "右"), "应该选B。", "whole:chosen", "B"),
    ("classification", "en", ("mass", "cyst"), "There is a mass.", "whole:mention", "mass"),
    ("classification", "zh", ("肿块", "囊肿"), "可见肿块，未见囊肿", "whole:mention", "肿块"),
]


@pytest.mark.parametrize(("family", "language", "choices", "reply", "rule", "words"), DETAILS)
def test_the_rule_and_the_span_are_kept_for_every_sample(
    family: str, language: Language, choices: tuple[str, ...], reply: str, rule: str, words: str
) -> None:
    target = Answer(text="x")
    sample = Sample(id="1", task="t", language=language, choices=choices, target=target, group="1")
    output = Output(key=Key(task="t", id="1", language=language), text=reply)
    detail = catalog("families").load(family).parse(sample, (output,), None).detail
    assert detail["rule"] == rule
    spans = detail["span"] if family == "classification" else [detail["span"]]
    assert [reply[slice(*span)] for span in spans] == [words]


@pytest.mark.parametrize(
    ("gold", "reply", "right"),
    [(NO, "The chest x-ray is normal", 0), (YES, "Yes, there is a nodule", 1), (YES, "Yes, this is abnormal", 1)],
)
def test_published_mistakes_of_substring_matching(gold: Answer, reply: str, right: int) -> None:
    answer = Answer(text=reply, polar=decide_polar(reply, "en").polar)
    assert number("closed_accuracy", (answer, gold)) == right


def test_an_empty_answer_is_not_option_a() -> None:
    empty = Answer(choice=extract_choice("", ("mass", "cyst")).choice)
    pairs = [(empty, Answer(choice=0)), (None, Answer(choice=0)), (Answer(choice=1), Answer(choice=1))]
    assert number("mcq_accuracy", *pairs) == 1 / 3
    assert number("parse_rate", *pairs) == 1 / 3


def test_a_full_stop_does_not_make_a_chinese_answer_wrong() -> None:
    pair = (said("肺部。"), said("肺部"))
    for name in ("exact_match", "token_f1", "rouge_l"):
        assert number(name, pair) == 1


def test_latin_remains_do_not_make_chinese_answers_equal() -> None:
    """A tokeniser that drops Chinese sees only `12mm` on both sides."""
    assert number("rouge_l", (said("右下肺结节12mm"), said("左上肺肿块12mm"))) < 0.5


def test_empty_answers_stay_in_the_denominator() -> None:
    pairs = [(said("heart"), said("heart")), (None, said("lung")), (said(""), said("rib"))]
    assert number("exact_match", *pairs) == number("token_f1", *pairs) == pytest.approx(1 / 3)
    assert number("bleu1", *pairs) == pytest.approx(math.exp(-2))
    assert number("length_ratio", *pairs) == pytest.approx(1 / 3)


def test_four_token_bleu_needs_four_tokens() -> None:
    assert math.isnan(number("bleu4", (said("left lung"), said("left lung"))))
    assert number("bleu4", (said(""), said("a b c d"))) == 0


def test_a_reference_of_signs_alone_is_compared_as_it_is() -> None:
    assert number("exact_match", (said(" ？ "), said("?"))) == 1
    assert number("exact_match", (said("!"), said("?"))) == 0


def test_a_question_without_a_reference_is_undefined() -> None:
    for name in ("exact_match", "token_f1", "rouge_l", "bleu1", "closed_accuracy", "mcq_accuracy", "accuracy"):
        assert math.isnan(number(name, (said("x"), Answer())))
