"""Nothing that a model can write crashes clinical_lite or keeps it busy."""

import gc
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge_metrics.clinical_lite.extract import findings
from medgauge_metrics.clinical_lite.lexicon import expand, lexicon, words
from medgauge_metrics.clinical_lite.measurements import matched, sizes

LENGTH = 100_000
PIECES = [
    *("no ", "effusion ", "effusion, ", "no effusion, ", "left ", "left, ", "absent ", "effusion absent ", "and "),
    *("effusion and ", "enlarged ", "heart ", "heart and ", "enlarged left ", "no no effusion ", "effusion?"),
    "effusion, or ",
    *("左", "未见", "结节、", "结节，", "积液", "不除外", "双", "1", "1.", "1x", "1 x ", "1mm", "1mmx", "1.1", "1-"),
    "1,", "1 (ap) ", "1 (ap) x ", "1mm(", "1mm (a", "胆管扩张，其内", "，其内", "no interval ", "无明显", "除外",
    *(" ", "\n", "\n\n", "a" * 60 + "\n", ".", ",", "\ud800", "\u202e\u200f", "(", "İ", "\x00"),
]  # fmt: skip
READERS: tuple[Callable[[str], object], ...] = (findings.__wrapped__, sizes.__wrapped__)
ALPHABET = [
    *(
        "no",
        "left",
        "effusion",
        "nodule",
        ",",
        ".",
        "and",
        "or",
        "enlarged",
        "heart",
        "absent",
        "possible",
        "?",
        "both",
    ),
    *("未见", "左", "双侧", "积液", "结节", "、", "，", "胸腔", "不除外", "12", "mm", "x", " ", "\n", "but"),
]
reports = st.lists(st.sampled_from(ALPHABET), max_size=25).map(" ".join)
lengths = st.lists(st.tuples(st.sampled_from([1.0, 2.0, 3.0, 10.0, 10.5, 11.0, 11.5, 12.0])), max_size=6, unique=True)


def seconds(read: Callable[[str], object], text: str) -> float:
    """The faster of two readings, without the collector: it walks all that other tests have left in memory."""
    gc.disable()
    try:
        taken = []
        for _ in range(2):
            started = time.process_time()
            read(text)
            taken.append(time.process_time() - started)
        return min(taken)
    finally:
        gc.enable()


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_time_is_linear_in_the_length(piece: str) -> None:
    """Eight times the text takes far less than 64 times as long, and never long."""
    for read in READERS:
        short, long = (piece * (length // len(piece)) for length in (LENGTH // 8, LENGTH))
        assert seconds(read, long) < 5
        assert seconds(read, long) < 24 * max(seconds(read, short), 0.02)


def test_many_sizes_are_matched_in_time() -> None:
    written = {(n / 100, m / 10) for n in range(100, 400) for m in range(1, 300) if n / 100 >= m / 10}
    assert matched(written, {(3.0, 2.0), (3.1, 2.1), (3.2, 2.2), (50.0, 2.0)}) == 3


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.characters(exclude_categories=[]), max_size=80) | reports)
def test_any_text_is_read(text: str) -> None:
    known = set(lexicon().findings)
    for name, polarity, side in findings(text):
        assert name in known
        assert polarity in ("+", "-", "?")
        assert side in ("left", "right", "bilateral", "none")
    for size in sizes(text):
        assert 1 <= len(size) <= 3
        assert size == tuple(sorted(size, reverse=True))
        assert all(0 < length < 1e6 for length in size)


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(reports, max_size=4))
def test_paragraphs_are_read_one_by_one(parts: list[str]) -> None:
    """What a report says does not depend on the order of its paragraphs."""
    assert findings("\n\n.".join(parts)) == findings("\n\n.".join(reversed(parts)))


@settings(max_examples=200, deadline=None)
@given(answer=lengths, target=lengths)
def test_the_pairing_of_sizes_is_the_largest(answer: list, target: list) -> None:
    def largest(left: list, right: list) -> int:
        if not right:
            return 0
        (wanted,), *others = right
        near = [s for s in left if abs(s[0] - wanted) <= max(1, wanted / 10) + 1e-9]
        return max([largest(left, others), *(1 + largest([s for s in left if s != n], others) for n in near)])

    assert matched(answer, target) == largest(answer, target)
    assert matched(target, target) == len(target)


def test_forms_are_expanded() -> None:
    assert expand("(a|b|) c(|d)") == ["a c", "a cd", "b c", "b cd", " c", " cd"]
    assert words("Left-sided ＥＦＦＵＳＩＯＮ, 3.5cm。") == ["left", "sided", "effusion", ",", "3.5", "cm", "。"]
