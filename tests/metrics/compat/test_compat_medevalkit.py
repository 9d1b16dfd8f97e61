"""`--protocol medevalkit`: its rule scorer's own numbers, number by number, and its known faults."""

import time
import warnings

import pytest
from compat_fixture import PEERS, ROWS, SCORED
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate.bleu_score import sentence_bleu

from medgauge_metrics.compat.medevalkit.overlap import bleu
from medgauge_metrics.compat.medevalkit.reading import boxed, parsed, tagged, unwrapped
from medgauge_metrics.compat.medevalkit.rouge import CannotScore, rouge
from medgauge_metrics.compat.medevalkit.scores import NAMES, OPEN_NAMES, Judged, Reply, judge, printed

LOOPS = ("vqa_rad", "slake")
WRAPPINGS = ("{}", r"\boxed{{{}}}", "<answer>{}</answer>", "answer is {}")
ANY = st.text(st.characters(exclude_categories=[]), max_size=40)
WORDS = st.lists(st.sampled_from(("lung", "Left", "no", "2.5", "a.", ".", "", "肺")), max_size=9).map(" ".join)


def reply(row: dict[str, str], loop: str) -> Reply:
    is_open = row["answer_type"] == "OPEN" if loop == "slake" else None
    return Reply(said=row["prediction"], right=row["reference"], open=is_open)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("at", range(len(ROWS)))
def test_each_reply(at: int, loop: str) -> None:
    row = ROWS[at]
    expected = PEERS["vqa"][at]["medevalkit"][loop]
    if "raises" in expected:
        with pytest.raises(CannotScore) as error:
            judge(reply(row, loop))
        assert expected["raises"].startswith(str(error.value))
        return
    judged = judge(reply(row, loop))
    assert judged.correct is expected["correct"]
    values = None if judged.values is None else dict(zip(OPEN_NAMES, judged.values, strict=True))
    if "metrics" not in expected:
        assert values is None
    else:
        # the original's BLEU goes down to 1e-231, so the difference is absolute
        assert values == pytest.approx({name: float(value) for name, value in expected["metrics"].items()}, abs=1e-12)


@pytest.mark.parametrize("loop", LOOPS)
def test_whole_sets(loop: str) -> None:
    got = printed([judge(reply(row, loop)) for row in SCORED])
    assert list(got) == list(NAMES)
    assert got == pytest.approx(PEERS["totals"][loop], abs=1e-12)


def test_the_fixture_raises_all_four_ways() -> None:
    raised = {row["medevalkit"][loop].get("raises", "").split(":")[0] for row in ROWS for loop in LOOPS}
    assert raised == {"", "ValueError", "TypeError", "RecursionError"}


@pytest.mark.parametrize(
    ("right", "said", "correct"),
    [
        ("yes", "Yes.", True),
        ("yes", "Yes, the heart is enlarged.", True),
        ("yes", "Yes, this is abnormal", False),
        ("yes", "Yes, there is a nodule", False),
        ("no", "The image is normal", True),
        ("no", "The chest x-ray is normal.", True),
        ("no", "Abnormal opacity", True),
        ("no", "I cannot determine; I know nothing", True),
        ("yes", "yes there is no doubt an effusion", False),
        ("是", "是", True),
        ("是", "答案:是", True),
        ("是", "是。", False),
        ("是", "是的", False),
        ("否", "不是", False),
        ("否", "否，未见异常", False),
    ],
)
def test_verdicts_that_are_written_down_elsewhere(right: str, said: str, correct: bool) -> None:
    """Seen by others, on the functions of commit 9b12e3b3."""
    assert judge(Reply(said=said, right=right, open=False)).correct is correct


def test_known_faults() -> None:
    perfect = [judge(Reply(said="lung", right="lung"))] * 50 + [judge(Reply(said="yes", right="yes"))] * 50
    numbers = printed(perfect)
    assert numbers["open/acc"] == 0.02
    assert numbers["open/em"] == numbers["close/acc"] == numbers["total metrics/acc"] == 1.0
    assert numbers["open/bleu4"] == pytest.approx(1.8218e-231, rel=1e-4, abs=0)
    said = judge(Reply(said="There is no pneumonia", right="pneumonia")).values
    assert said is not None
    values = dict(zip(OPEN_NAMES, said, strict=True))
    assert (values["precision"], values["recall"], values["f1"]) == pytest.approx((0.4, 0.25, 1.0))
    chinese = judge(Reply(said="肺部。", right="肺部")).values
    assert chinese == (0.0,) * len(OPEN_NAMES)
    assert judge(Reply(said="the mass is boxed", right="none")).correct is False
    assert parsed("the mass is boxed") == "None"


@pytest.mark.parametrize("kind", ["yes", "lung"])
def test_a_set_of_one_kind_divides_by_zero(kind: str) -> None:
    with pytest.raises(CannotScore, match="ZeroDivisionError"):
        printed([judge(Reply(said=kind, right=kind))])


def test_reading() -> None:
    assert boxed(r"\boxed{a} and \boxed{ b{c} } }") == "b{c}"
    assert boxed(r"\boxed{a") == boxed("a") == "None"
    assert tagged("<answer>a</answer>x<answer> b</answer>") == "a  b"
    assert tagged("<answer></answer>") == "<answer></answer>"
    assert unwrapped(r"<answer>a</answer>\boxed{b}") == "b"
    assert parsed("Answer: x. The final answer is Y") == " y"


def test_rouge_on_random_sentences() -> None:
    assert len(PEERS["rouge"]) > 40
    for said, right, *expected in PEERS["rouge"]:
        scores = rouge(said, right)
        assert [scores.one, scores.two, scores.longest] == pytest.approx(expected, abs=1e-12)


def test_the_recursion_ends_where_the_words_do() -> None:
    filler = " ".join(["x"] * 2000)
    assert rouge(f"{filler} lung", "lung").longest > 0
    assert rouge(filler.replace(" ", "."), "lung").longest == 0
    with pytest.raises(CannotScore, match="RecursionError"):
        rouge(f"lung {filler}", "lung")


@settings(max_examples=200, deadline=None)
@given(said=WORDS, right=WORDS)
def test_bleu_is_that_of_nltk(said: str, right: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for order in (1, 2, 3, 4):
            words = [text.lower().replace(".", " .").split(" ") for text in (said, right)]
            theirs = sentence_bleu([words[1]], words[0], weights=[1 / order] * order)
            assert bleu(said, right, order) == pytest.approx(theirs, rel=1e-12, abs=0)


def outcome(given: Reply) -> Judged | str:
    """The judgement, or what the original would say as it stops."""
    try:
        return judge(given)
    except CannotScore as error:
        return str(error)


@settings(max_examples=200, deadline=None)
@given(said=ANY | WORDS, right=ANY | WORDS, is_open=st.none() | st.booleans(), around=st.sampled_from(WRAPPINGS))
def test_any_text_is_judged_or_named(said: str, right: str, is_open: bool | None, around: str) -> None:
    made = outcome(Reply(said=around.format(said), right=right, open=is_open))
    if isinstance(made, str):
        assert made.startswith(("ValueError: ", "TypeError: ", "RecursionError: "))
    else:
        assert made.values is None or all(0.0 <= value <= 1.0 + 1e-12 for value in made.values)


@pytest.mark.parametrize(
    "piece", ["a ", "a. ", "left ", "left. ", "lung left ", "{", "\\boxed{", "<answer>", "answer is", "肺", "\ud800"]
)
def test_a_megabyte_is_judged_in_time(piece: str) -> None:
    started = time.monotonic()
    said = piece * (1_000_000 // len(piece))
    assert outcome(Reply(said=said, right="left lower lobe of the left lung", open=True))
    assert outcome(Reply(said=said, right="yes", open=False)) == Judged(correct=False)
    assert time.monotonic() - started < 30
