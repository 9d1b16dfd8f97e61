"""How texts are read: the linear ways against the patterns they stand for, and hostile texts."""

import ast
import re
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from medrega_golden import print_of

from medgauge_metrics.compat.medrega.cleaners import clean_chinese_report, cut_out
from medgauge_metrics.compat.medrega.marked_boxes import find_answer, find_reference, read_answer

BOX = r"\[\d+,\s*\d+,\s*\d+,\s*\d+\]"
ANSWER = re.compile(rf"([^\[\]]*)(\[{BOX}(?:,\s*{BOX})*\])")
REFERENCE = re.compile("<ref>(.*?)</ref><box>(.*?)</box>")
SPANS = (*("[", "]", "[[", "]]", "[1, 2,3,\n4]", "[[1,2,3,4]]", "[[10, 20, 30, 40], [1,2,3,4]]"), *"19,x \n٣\u3000-0")
TAGS = ("<ref>", "</ref>", "<box>", "</box>", "</ref><box>", "x", "\n", "\r", "[[1,2,3,4]]", "</", "ref>")
ANY = st.text(st.characters(exclude_categories=[]), max_size=30)


def pieces(*parts: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(parts), max_size=14).map("".join)


@settings(max_examples=1000, deadline=None)
@given(pieces(*SPANS) | ANY)
def test_answers_as_the_pattern_finds_them(text: str) -> None:
    assert list(find_answer(text)) == ANSWER.findall(text)


@settings(max_examples=1000, deadline=None)
@given(pieces(*TAGS) | ANY)
def test_references_as_the_pattern_finds_them(text: str) -> None:
    assert list(find_reference(text)) == REFERENCE.findall(text)


@settings(max_examples=500, deadline=None)
@given(pieces(*"[]ab\n\r1") | ANY)
def test_brackets_as_the_patterns_cut_them(text: str) -> None:
    assert cut_out(text, "[[", "]]") == re.sub(r"\[\[.*?\]\]", "", text)
    assert cut_out(text, "[", "]") == re.sub(r"\[.*?\]", "", text)


@settings(max_examples=500, deadline=None)
@given(pieces(*"[]-.12٣x A \n：，。") | ANY)
def test_chinese_reports_as_the_patterns_clean_them(text: str) -> None:
    naive = re.sub(r"\[.*?\]", "", text).replace("[", " ").replace("]", "").replace("-", "").lower()
    lines = [line for line in (re.sub(r"\d+\.", "", line).strip() for line in naive.split("\n")) if line]
    assert clean_chinese_report(text) == re.sub("。，", "，", re.sub("：，", "：", "，".join(lines)))


NUMBERS = st.sampled_from(["0", "00", "7", "07", "999", "٣", "1" * 300]) | st.integers(0, 10**20).map(str)
GAPS = st.sampled_from(["", " ", "\t", "\n", "\r", "\r\n", "\f", "\v", "\x1c", "\u3000", "\x85"])


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(NUMBERS, GAPS), min_size=4, max_size=4))
def test_boxes_as_python_reads_them(parts: list[tuple[str, str]]) -> None:
    inner = ",".join(f"{gap if at else ''}{number}" for at, (number, gap) in enumerate(parts))
    said = read_answer(f"x[[{inner}]]")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(f"[[{inner}]]")
    except SyntaxError:
        assert said.failed
    else:
        assert said.objects[0].boxes == (tuple(map(float, value[0])),)


def test_long_numbers_as_python_reads_them() -> None:
    zeros, nines = "0" * 5000, "9" * 4301
    assert ast.literal_eval(f"[[{zeros}, 1, 2, 3]]") == [[0, 1, 2, 3]]
    assert read_answer(f"[[{zeros}, 1, 2, 3]]").objects[0].boxes == ((0, 1, 2, 3),)
    with pytest.raises(SyntaxError):
        ast.literal_eval(f"[[{nines}, 1, 2, 3]]")
    assert read_answer(f"[[{nines}, 1, 2, 3]]").failed


N = 200_000
HOSTILE = {
    "letters": "a" * N,
    "open": "[" * N,
    "close": "]" * N,
    "digits": "1" * N,
    "open digits": "[[" + "1" * N,
    "begun boxes": "[[1," * (N // 4),
    "no end": "[[" + "1,2,3,4],[" * (N // 10),
    "spaces": "[[1," + " " * N,
    "one character": "肺" * N,
    "numbering": "1." * (N // 2),
    "commas": ",".join(f"a{i} mass nodule" for i in range(N // 16)),
    "tags": "<ref>x</ref><box>" * (N // 17),
    "boxes": "x[[1, 2, 3, 4]]" * (N // 15),
}


@pytest.mark.parametrize("kind", list(HOSTILE))
@pytest.mark.parametrize("task", ["vqa/en", "vqa/zh", "region-to-text", "report/en", "report/zh", "text-to-region/mm"])
def test_a_long_answer_takes_linear_time(task: str, kind: str) -> None:
    record = {"pred_answer": HOSTILE[kind], "gt_answer": "heart", "answer": HOSTILE[kind], "hw": [9, 9]}
    record["gt"] = "<ref>heart</ref><box>[[1, 2, 30, 40]]</box>"
    start = time.process_time()
    print_of(task, [record])
    assert time.process_time() - start < 20  # the quadratic ways take minutes


def test_a_long_reference_takes_linear_time() -> None:
    record = {"answer": "x", "gt": HOSTILE["tags"], "hw": [9, 9]}
    start = time.process_time()
    print_of("text-to-region/ss", [record])
    print_of("text-to-region/ss", [record | {"gt": "<ref>" * N}])
    assert time.process_time() - start < 10
