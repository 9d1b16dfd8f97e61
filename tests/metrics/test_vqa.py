"""Metrics of questions with closed answers, and how no answer is counted."""

import math

import pytest
from metric_values import said, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer
from medgauge_metrics.answers import decide_polar, extract_choice

YES, NO = Answer(text="yes", polar="yes"), Answer(text="no", polar="no")


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


def test_abstaining_is_wrong_and_lowers_coverage() -> None:
    pairs = [(YES, YES), (NO, YES), (Answer(), NO), (None, NO), (YES, said("lung"))]
    assert number("closed_accuracy", *pairs) == 1 / 4
    assert number("closed_coverage", *pairs) == 2 / 4


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
