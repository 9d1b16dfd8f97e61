"""What the six families read from words, in both languages."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from family_samples import FAMILIES, FORMATS, LANGUAGES, Case, box_format, cases, kit, make, output, parsed, rows, say

from medgauge.types import Answer, Box, Parsed
from medgauge_metrics.boxes import iou

CASES = list(cases())
TABLE: list[tuple[str, dict[str, Any]]] = [
    (family, row)
    for family, some in yaml.safe_load((Path(__file__).parent / "families_cases.yaml").read_text("utf-8")).items()
    for row in some
]


def read(family: str, row: dict[str, Any]) -> Parsed:
    kind = row.get("kind", "")
    sample = make(family, row["language"], choices=tuple(row.get("choices", ())), tags={"kind": kind} if kind else {})
    options = {"aliases": row["aliases"]} if "aliases" in row else {}
    return parsed(sample, row["said"], format=row.get("format", "medrega"), options=options)


@pytest.mark.parametrize(("family", "row"), TABLE, ids=[f"{family}-{row['said'][:40]}" for family, row in TABLE])
def test_what_is_said_and_what_is_read(family: str, row: dict[str, Any]) -> None:
    answer, expected = read(family, row).answer, row["read"]
    if expected is None:
        assert answer is None
        return
    assert answer is not None
    for field, value in expected.items():
        if field == "boxes":
            assert [[label, *corners] for label, corners in rows(answer)] == value
        elif field == "segments":
            assert [[s.label, s.text, len(s.boxes)] for s in answer.segments] == value
        elif field == "labels":
            assert answer.labels == tuple(value)
        else:
            assert getattr(answer, field) == value


def test_the_table_speaks_both_languages_in_every_family() -> None:
    assert {(family, row["language"]) for family, row in TABLE} == set(product(FAMILIES, LANGUAGES))


def same(read: Answer | None, meant: Answer) -> None:
    """Equal but for the rounding of a box format, and but for the words around boxes."""
    assert read is not None
    assert (read.polar, read.choice, read.labels) == (meant.polar, meant.choice, meant.labels)
    assert read.invalid_boxes == 0
    assert [box.label for box in read.boxes] == [box.label for box in meant.boxes]
    for a, b in zip(read.boxes, meant.boxes, strict=True):
        assert iou(a.xyxy, b.xyxy) > 0.95
    assert [(s.label, s.text, len(s.boxes)) for s in read.segments] == [
        (s.label, s.text, len(s.boxes)) for s in meant.segments
    ]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_target_said_in_its_own_form_is_read_back(case: Case, format: str) -> None:
    said = say(case, box_format(format))
    found = parsed(case.sample, said, format=format, options=dict(case.options))
    same(found.answer, case.sample.target)
    if case.family in ("vqa", "report", "region-to-text", "grounded-report") and case.kind != "choice":
        assert found.answer is not None
        assert found.answer.text == case.sample.target.text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reading_needs_no_target(case: Case) -> None:
    said = say(case, box_format("medrega"))
    parse = kit(case.family).parse
    with_target = parse(case.sample, (output(case.sample, said),), box_format("medrega"), options=case.options)
    assert parsed(case.sample, said, options=dict(case.options)) == with_target


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_silence_is_no_answer(case: Case) -> None:
    assert parsed(case.sample, "", options=dict(case.options)).answer is None
    blind = replace(case.sample, target=Answer())
    assert kit(case.family).parse(blind, (), box_format("medrega"), options=case.options).answer is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_last_turn_is_read(case: Case) -> None:
    said = say(case, box_format("medrega"))
    blind = replace(case.sample, target=Answer())
    outputs = (output(blind, "[[1, 1, 2, 2]] other words"), output(blind, said))
    found = kit(case.family).parse(blind, outputs, box_format("medrega"), options=case.options)
    assert found == parsed(case.sample, said, options=dict(case.options))


def test_an_empty_answer_is_not_option_a() -> None:
    sample = make("vqa", choices=("a", "b"), target=Answer(text="a", choice=0))
    assert parsed(sample, "").answer is None


def test_boxes_in_pixels_are_of_the_image_as_it_was_sent() -> None:
    sample = make("text-to-region", size=(640, 480), choices=("liver",))
    said = '[{"bbox_2d": [10, 20, 110, 120], "label": "liver"}]'
    parse = kit("text-to-region").parse
    small = parse(sample, (output(sample, said, sent=((320, 240),)),), box_format("json-pixels"))
    assert rows(small.answer) == [("liver", (20, 40, 220, 240))]
    unsent = parse(sample, (output(sample, said),), box_format("json-pixels"))
    assert rows(unsent.answer) == [("liver", (10, 20, 110, 120))]


def test_without_a_size_no_box_is_read() -> None:
    sample = make("text-to-region", size=None, choices=("liver",))
    assert parsed(sample, "liver[[1, 2, 30, 40]]").answer is None
    sample = make("region-to-text", size=None, regions=(Box(xyxy=(1, 2, 3, 4)),))
    answer = parsed(sample, "liver[[1, 2, 30, 40]]").answer
    assert answer is not None
    assert answer.text == "liver"


def test_the_evidence_points_into_the_words() -> None:
    said = "<think>liver[[9, 9, 99, 99]]</think>The <ref>liver</ref><box>[[1, 2, 30, 40]]</box> is large"
    found = parsed(make("text-to-region", choices=("liver",)), said)
    ((start, end),) = found.detail["span"]
    assert said[start:end] == "<ref>liver</ref><box>[[1, 2, 30, 40]]</box>"
    assert found.detail["rule"] == "boxes"
    found = parsed(make("vqa"), "<think>no</think>Well, yes.")
    start, end = found.detail["span"]
    assert "<think>no</think>Well, yes."[start:end] == "yes"


def test_a_number_out_of_range_is_counted_and_shown() -> None:
    found = parsed(make("text-to-region", choices=("liver",)), "liver[[1, 2, 3000, 40]] spleen[[1, 2]]")
    assert found.detail["violations"] == 1
    assert found.detail["malformed"] == 1
    assert rows(found.answer) == [("liver", (1, 2, 3000, 40))]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("<think>It is no, no.</think>\nYes.", "yes"),
        ("the scan... no</think>Yes.", "yes"),
        ("<unused94>thought\nno lesion, so no<unused95>Yes.", "yes"),
        ("<think>no</think>I see a box: <|begin_of_box|>No<|end_of_box|>", "no"),
    ],
)
def test_reasoning_is_no_part_of_an_answer_and_stays_in_the_log(said: str, read: str) -> None:
    found = parsed(make("vqa"), said)
    assert found.answer is not None
    assert found.answer.polar == read


def test_reasoning_that_never_ends_answers_nothing() -> None:
    for said in ("<think>yes, it is", "<unused94>yes, it is"):
        assert parsed(make("vqa"), said).answer is None


def test_a_phrase_that_is_a_name_is_said_too() -> None:
    said = "The heart is normal. <obj>left effusion<box><x10><y20><x30><y40></box></obj> <obj>no pneumothorax</obj>"
    answer = parsed(make("grounded-report"), said, format="maira-2").answer
    assert answer is not None
    assert answer.text == "The heart is normal. left effusion no pneumothorax"
    assert len(answer.boxes) == 1
    assert answer.segments[0].text.startswith("left effusion")
