"""Which option a reply picks."""

import re

import pytest

from medgauge.metrics import parse_metric
from medgauge_metrics.answers import extract_choice
from medgauge_metrics.choices import SIGNATURE

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
    ("<B>", 1),
    ("Ans: C", 2),
    ("I would say B", 1),
    ("我认为是B", 1),
    ("应该选C", 2),
    ("選B", 1),
    ("選擇：D", 3),
    ("考虑为B超", None),
    ("selection B", None),
    ("answer is **D**", 3),
    ("A small nodule seen", 0),
    ("A. small nodule\nB. pneumonia\nC. normal\nD. effusion", None),
    ("A: small nodule B: pneumonia C: normal", None),
    ("(A) small nodule, (B) pneumonia\nI pick (B)", 1),
    ("A. small nodule\nB. pneumonia\n\nAnswer: B", 1),
    ("A. small nodule\nB. pneumonia\nC. normal\nD. effusion\n\nC", 2),
    ("B. pneumonia\nC. normal is wrong", None),
    ("A. small nodule, because B is pneumonia", 0),
]
REJECTED = [
    ("A) Small nodule - incorrect\nB) Pneumonia - correct", 1),
    ("A. small nodule\nB. pneumonia - correct\nC. normal", 1),
    ("A. A mass is incorrect. B. An abscess is correct.", 1),
    ("A: no, B: yes", 1),
    ("A. Incorrect. B. Correct.", 1),
    ("A - no\nB - yes", 1),
    ("A：错误；B：正确", 1),
    ("A错误；B正确", 1),
    ("A是错误的，B是正确的", 1),
    ("A项错误。B项正确。", 1),
    ("A：错误；B：错误；C：正确", 2),
    ("A: yes, B: yes", None),
    ("A) small nodule - incorrect", None),
    ("A: not correct", None),
    ("A. Wrong.\nI choose C", 2),
    ("A. Wrong.\n\nA", None),
    ("Do not choose A.", None),
    ("I would not choose A", None),
    ("I wouldn't pick option A", None),
    ("Do not choose A. Choose B.", 1),
    ("I choose B. Do not choose A.", 1),
    ("I cannot see the image, so I cannot choose A.", None),
    ("不应选A", None),
    ("不能选A", None),
    ("不考虑选A", None),
    ("我不认为是A", None),
    ("不應該選A", None),
    ("不选A，选B", 1),
    ("I refuse to choose A", None),
    ("I am unable to choose A", None),
    ("A: Not supported.\nB: Supported.", 1),
    ("- A: ❌\n- B: ✅", 1),
    ("A) ruled out", None),
    ("The answer is B. A: wrong. C: wrong.", 1),
]
HEDGED = [
    ("The answer is probably B", 1),
    ("The answer is most likely B.", 1),
    ("The correct option is most likely (B).", 1),
    ("The finding is most likely B.", 1),
    ("The correct answer is clearly B", 1),
    ("It is clearly B", 1),
    ("It's probably B.", 1),
    ("The answer is likely to be B", 1),
    ("Answer: I think B", 1),
    ("I think B", 1),
    ("Answer - B", 1),
    ("Final answer - B", 1),
    ("I would go with C.", 2),
    ("I would not go with C.", None),
    ("答案可能是B", 1),
    ("根据图像，答案可能是B。", 1),
    ("答案很可能是B", 1),
    ("正确的是B", 1),
    ("不正确的是B", None),
    ("The lesion is probably A mass", None),
    ("It is most likely B cell lymphoma", None),
    ("I think a mass", None),
    ("The answer is probably a mass", None),
    ("The answer is not B", None),
]


@pytest.mark.parametrize(("reply", "choice"), [*CASES, *REJECTED, *HEDGED])
def test_reply(reply: str, choice: int | None) -> None:
    assert extract_choice(reply, OPTIONS).choice == choice


def test_the_signature_names_the_patterns() -> None:
    assert re.fullmatch(r"choice:v3-[0-9a-f]{8}", SIGNATURE)
    assert SIGNATURE in parse_metric("mcq_accuracy").signature


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


def test_a_word_of_verdict_that_is_the_option_is_no_verdict() -> None:
    assert extract_choice("A. No.", ("no", "yes")).choice == 0
    assert extract_choice("B: false", ("true", "false")).choice == 1
    assert extract_choice("A. No, not at all", ("No, not at all", "yes")).choice == 0
    assert extract_choice("A) No - incorrect\nB) Yes - correct", ("no", "yes")).choice == 1


def test_options_without_words() -> None:
    assert extract_choice("nothing of this", ("", "?")).choice is None


@pytest.mark.parametrize("reply", ["The answer is **B**.", "（Ｂ）", "so\n\nB\n", "it is pneumonia"])
def test_the_span_covers_what_decided(reply: str) -> None:
    decision = extract_choice(reply, OPTIONS)
    assert decision.span is not None
    assert reply[slice(*decision.span)] in {"B", "Ｂ", "pneumonia"}
