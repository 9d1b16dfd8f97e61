"""Nothing that a model can write crashes a reader or a metric, or keeps it busy."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import NAMES

from medgauge.metrics import parse_metric
from medgauge.types import Answer, Segment
from medgauge_metrics.answers import decide_polar, extract_choice, match_labels, normalise

LABELS = ("lung", "heart", "肝脏", "left lung")
LENGTH = 100_000
MEASURED = 20_000
"""Every metric of the catalogue measures this much of it; each reader alone reads all."""
HOSTILE = [
    *("a", "no ", "yes or ", "answer: ", "answer to ", "cannot ", "heart lung ", "not heart, ", "heart and ", "A, "),
    *("答案", "是", "肺", "选", "[[", "{", "(", "?", " ", "\n", "- 1.2.3", "\ud800", "\u202e\u200f"),
    *("\\boxed{", "<think>", "<answer>"),
]


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_a_hostile_reply_is_read_in_time(piece: str) -> None:
    """Reading is linear: a second at most, where a backtracking pattern takes an hour."""
    reply = piece * (LENGTH // len(piece))
    started = time.monotonic()
    read(reply)
    target = Answer(text="the heart is normal", labels=("heart",), segments=(Segment(label="heart", text="normal"),))
    part = reply[:MEASURED]
    answer = Answer(text=part, labels=(part[:50],), segments=(Segment(label=part, text=part),))
    for name in NAMES:
        parse_metric(name).prepare([target]).measure(answer, target)
    assert time.monotonic() - started < 30


def test_a_megabyte_is_read() -> None:
    read("The heart is not large, no lung is. 答案是肺 (A) yes " * 20_000)


def read(reply: str) -> None:
    normalise(reply)
    decide_polar(reply, "en")
    decide_polar(reply, "zh")
    extract_choice(reply, LABELS)
    match_labels(reply, LABELS, multi=True)


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(exclude_categories=[]), max_size=60), label=st.text(max_size=8))
def test_any_text_is_read(text: str, label: str) -> None:
    for reply in (text, f"\\boxed{{{text}", f"The answer is {text}", f"答案：{text}", f"<answer>{text}"):
        assert decide_polar(reply, "zh").polar in ("yes", "no", None)
        assert extract_choice(reply, (label, "x")).choice in (0, 1, None)
        decision = match_labels(reply, (label, "x"), multi=True)
        assert decision.labels is None or set(decision.labels) <= {label, "x"}
        assert all(0 <= start <= end <= len(reply) for start, end in decision.spans)
