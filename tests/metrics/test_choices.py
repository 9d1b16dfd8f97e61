"""Which option a reply picks."""

import pytest

from medgauge_metrics.answers import extract_choice

OPTIONS = ("small nodule", "pneumonia", "normal", "effusion")
CASES = [
    ("A", 0),
    ("a", 0),
    ("(a)", 0),
    ("A.", 0),
    ("(B)", 1),
    ("**B**", 1),
    ("Answer: **B**", 1),
    ("ANSWER: C", 2),
    ("Option B", 1),
    ("B. pneumonia", 1),
    ("B pneumonia", 1),
    ("b) pneumonia", 1),
    ("B\nbecause of the fever", 1),
    ("B because of the fever", 1),
    ("C is correct", 2),
    ("The answer is (D)", 3),
    ("The correct answer is option C.", 2),
    ("I think the answer is C", 2),
    ("I would pick B", 1),
    ("A 45-year-old man with fever. The answer is C", 2),
    ("\\boxed{\\text{B}}", 1),
    ("\\boxed{pneumonia}", 1),
    ("<answer>C</answer>", 2),
    ("<think>A</think>B", 1),
    ("fever\ncough\nB", 1),
    ("选B", 1),
    ("故选：B。", 1),
    ("答案：B", 1),
    ("答案是B。", 1),
    ("答案为C，因为", 2),
    ("答案是（Ｃ）", 2),
    ("B项正确", 1),
    ("Ｂ", 1),
    ("The image shows a small nodule.", 0),
    ("A small nodule", 0),
    ("I think it is pneumonia", 1),
    ("pneumonia, not effusion", 1),
    ("", None),
    (" \n", None),
    ("E", None),
    ("I", None),
    ("A mass", None),
    ("a nodule", None),
    ("the answer is a mass", None),
    ("Answer: A large mass", None),
    ("Vitamin A deficiency", None),
    ("Hepatitis B", None),
    ("C spine fracture", None),
    ("选B超", None),
    ("B超", None),
    ("The finding is abnormal", None),
    ("no effusion", None),
    ("A, B", None),
    ("A and C", None),
    ("B or C", None),
    ("pneumonia or effusion", None),
    ("<think>B", None),
]


@pytest.mark.parametrize(("reply", "choice"), CASES)
def test_reply(reply: str, choice: int | None) -> None:
    assert extract_choice(reply, OPTIONS).choice == choice


def test_letters_reach_as_far_as_the_choices() -> None:
    assert extract_choice("E", tuple("abcdefghij")).choice == 4
    assert extract_choice("The answer is **J**", ("one",) * 10).choice == 9
    assert extract_choice("C", ("left", "right")).choice is None
    assert extract_choice("A", ()).choice is None


def test_an_article_is_a_letter_only_before_its_own_option() -> None:
    assert extract_choice("A small nodule", ("mass", "small nodule")).choice == 1
    assert extract_choice("A mass", ("mass", "small nodule")).choice == 0


def test_an_option_that_stands_twice_is_not_picked_by_its_text() -> None:
    assert extract_choice("mass", ("mass", "mass", "cyst")).choice is None
    assert extract_choice("B", ("mass", "mass", "cyst")).choice == 1


def test_options_without_words() -> None:
    assert extract_choice("nothing of this", ("", "?")).choice is None


@pytest.mark.parametrize("reply", ["The answer is **B**.", "（Ｂ）", "so\n\nB\n", "it is pneumonia"])
def test_the_span_covers_what_decided(reply: str) -> None:
    decision = extract_choice(reply, OPTIONS)
    assert decision.span is not None
    assert reply[slice(*decision.span)] in {"B", "Ｂ", "pneumonia"}
