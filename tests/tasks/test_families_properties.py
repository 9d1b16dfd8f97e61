"""Whatever a model writes, reading it ends, soon, with an answer that files can hold."""

import json
import time

import pytest
from family_samples import FAMILIES, FORMATS, LANGUAGES, Case, box_format, cases, kit, make, parsed, say
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge.codec import plain
from medgauge.types import Answer, Box, Language, Segment

MARKUP = (
    "<ref>", "</ref>", "<box>", "</box>", "[[", "]]", "[", "]", ", ", "1", "999", "-3", ".5", "{", "}", '"', "bbox_2d",
    '"label": ', "```json\n", "```", "<think>", "</think>", "<answer>", "left lung", "左肺", "none", "无", "yes", "否",
    "A", "B.", ": ", "：", "，", "。", "\n", "\ud800", "\x00", "，［［", "］］", "no ",
)  # fmt: skip
ANYTHING = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.lists(st.one_of(st.sampled_from(MARKUP), st.text(max_size=5))).map("".join),
)
CASES = list(cases())


def check(answer: Answer | None) -> None:
    """An answer that can be written as UTF-8 JSON without NaN, or none."""
    if answer is not None:
        json.dumps(plain(answer), ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@given(said=ANYTHING, format=st.sampled_from(FORMATS))
@settings(max_examples=40, deadline=None)
def test_no_words_break_the_reading(case: Case, said: str, format: str) -> None:
    found = parsed(case.sample, said, format=format, options=dict(case.options))
    check(found.answer)
    assert found.detail["rule"]
    if not said.strip():
        assert found.answer is None


@pytest.mark.parametrize(
    "piece",
    ["[", "<think>", "</think>", "<ref>a</ref>", "[[1, 2, 3, 4]], ", "no ", " ", "\n- "],
)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_megabyte_is_read_in_seconds(family: str, piece: str) -> None:
    sample = make(family, choices=("left lung", "right lung") if family != "report" else ())
    start = time.monotonic()
    check(parsed(sample, piece * (1_000_000 // len(piece))).answer)
    assert time.monotonic() - start < 20


@given(
    corners=st.lists(st.tuples(*[st.integers(0, 998)] * 2, *[st.integers(1, 300)] * 2), min_size=1, max_size=6),
    language=st.sampled_from(LANGUAGES),
)
@settings(deadline=None)
def test_boxes_said_are_boxes_read(corners: list[tuple[int, int, int, int]], language: Language) -> None:
    boxes = tuple(
        Box(xyxy=(float(x), float(y), float(min(999, x + w)), float(min(999, y + h))), label="liver")
        for x, y, w, h in corners
    )
    sample = make("text-to-region", language, choices=("liver",), target=Answer(boxes=boxes))
    answer = parsed(sample, say(Case(kind="", sample=sample), box_format("medrega"))).answer
    assert answer is not None
    assert [b.label for b in answer.boxes] == ["liver"] * len(boxes)
    for one, other in zip(answer.boxes, boxes, strict=True):
        assert one.xyxy == pytest.approx(other.xyxy)


WORDS = st.lists(st.sampled_from(["clear", "mass", "no effusion", "3 mm", "large"]), min_size=1, max_size=4)


@given(texts=st.lists(WORDS, min_size=1, max_size=4), language=st.sampled_from(LANGUAGES))
@settings(deadline=None)
def test_segments_said_are_segments_read(texts: list[list[str]], language: Language) -> None:
    segments = tuple(
        Segment(label=f"organ {'abcd'[i]}", text=" ".join(words) + ".", boxes=(Box(xyxy=(i, i, i + 9, i + 9)),))
        for i, words in enumerate(texts)
    )
    sample = make("grounded-report", language, target=Answer(segments=segments))
    answer = parsed(sample, say(Case(kind="", sample=sample), box_format("medrega"))).answer
    assert answer is not None
    assert [(s.label, s.text) for s in answer.segments] == [(s.label, s.text) for s in segments]


def test_every_family_names_itself() -> None:
    assert [kit(family).name for family in FAMILIES] == list(FAMILIES)
