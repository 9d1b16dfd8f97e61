"""What first-token scoring looks at: letters where a question asks for them, and no token of white space alone."""

import pytest

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation, Option, Scoring
from medgauge.types import Request
from medgauge_model_adapters.local.weighing import ballot, chosen


def spell(text: str) -> list[int]:
    """A tokenizer of letters: a space is a token of its own."""
    return [ord(letter) for letter in text]


def asking(scoring: Scoring, *options: Option) -> Request:
    return Request(id="t:en:0:0:a", messages=(), options=options, generation=Generation(scoring=scoring))


LETTERED = (Option(label="A", forms=("left lung",), letter="A"), Option(label="B", forms=("left kidney",), letter="B"))


def test_a_letter_stands_for_its_option() -> None:
    request = asking("first-token", *LETTERED)
    made = ballot(request, spell)
    assert made is not None
    assert made.steps == {(): [ord("A"), ord("B")]}
    assert chosen(request, {"A": 0.2, "B": 0.3}) == "B"


def test_whole_options_are_weighed_in_words() -> None:
    request = asking("whole-option", *LETTERED)
    made = ballot(request, spell)
    assert made is not None
    assert made.forms == {"A": (tuple(spell("left lung")),), "B": (tuple(spell("left kidney")),)}
    assert chosen(request, {"A": -3.0, "B": -4.0}) == "left lung"


def test_a_space_that_is_a_token_begins_no_option() -> None:
    made = ballot(
        asking("first-token", Option(label="yes", forms=("yes", "是")), Option(label="no", forms=("no", "否"))), spell
    )
    assert made is not None
    assert made.forms == {"yes": ((ord("y"),), (ord("是"),)), "no": ((ord("n"),), (ord("否"),))}


def test_options_that_begin_alike_are_refused_with_the_way_out() -> None:
    with pytest.raises(MedGaugeError, match=r"'left' and 'last' begin with the same token.*scoring=whole-option"):
        ballot(
            asking("first-token", Option(label="left", forms=("left",)), Option(label="last", forms=("last",))), spell
        )
    with pytest.raises(MedGaugeError, match="has no first token"):
        ballot(asking("first-token", Option(label="blank", forms=(" ",))), spell)
