"""Answers in JSON: read by rule, whatever the box format; what breaks the form is unparsed."""

import json

import pytest
from family_samples import FORMATS, Case, box_format, cases, make, parsed, rows, say
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge.types import Answer

CASES = list(cases())


def in_json(case: Case, format: str) -> str:
    """The target as the prompt set `json` asks for it."""
    target, written = case.sample.target, box_format(format)
    match case.family:
        case "vqa":
            return json.dumps({"answer": say(case, written)}, ensure_ascii=False)
        case "report" if case.options["report"] == "free":
            return json.dumps({"report": target.text})
        case "report":
            return json.dumps({"findings": target.text, "impression": "ok"})
        case "classification" if case.options.get("labels") == "multi":
            return json.dumps({"labels": list(target.labels or ())})
        case "classification":
            return json.dumps({"label": target.text})
        case "region-to-text":
            return json.dumps({"name": target.text})
        case "text-to-region":
            items = [written.encode([(box.label, [box.xyxy])], case.frame) for box in target.boxes]
            return json.dumps({"regions": [as_item(item) for item in items]})
    segments = [
        {"region": as_item(written.encode([(s.label, [b.xyxy for b in s.boxes])], case.frame)), "text": s.text}
        for s in target.segments
    ]
    return json.dumps({"segments": segments})


def as_item(text: str) -> object:
    """Objects of a format that is JSON itself stand in the list as they are."""
    return json.loads(text.strip("`json\n"))[0] if text.startswith("```") else text


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("fence", ["{}", "```json\n{}\n```", "<think>hm</think>\n{}"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_target_in_json_is_read_back(case: Case, fence: str, format: str) -> None:
    text = fence.replace("{}", in_json(case, format))
    read = parsed(case.sample, text, format=format, options=case.options)
    target, answer = case.sample.target, read.answer
    assert answer is not None
    assert read.detail["rule"].startswith("JSON") or case.family == "text-to-region"
    assert (answer.choice, answer.labels, answer.polar) == (target.choice, target.labels, target.polar)
    if format != "json-1000":  # thousandths of 999 pixels are no whole pixels
        assert rows(answer) == rows(target)
    assert [box.label for box in answer.boxes] == [box.label for box in target.boxes]
    assert [(s.label, s.text) for s in answer.segments] == [(s.label, s.text) for s in target.segments]
    if case.family in ("vqa", "region-to-text", "grounded-report"):
        assert answer.text == target.text
    if case.family == "report":
        assert target.text in answer.text


BROKEN = [
    "{",
    "{}",
    '{"answer": "yes"',
    '{"answer": "yes"} because',
    '{"answer": "yes", "answer": "no"}',
    '{"answer": null}',
    '{"answer": true}',
    '{"answer": ["yes"]}',
    '{"answer": NaN}',
    '{"answer": "  "}',
    '{"reply": "yes"}',
    '{"answer": ' + "[" * 5000,
]


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:30])
def test_broken_json_is_unparsed_and_never_read_as_words(text: str) -> None:
    for tags, choices in (({"kind": "closed"}, ()), ({"kind": "choice"}, ("yes", "no"))):
        read = parsed(make("vqa", tags=tags, choices=choices), text)
        assert read.answer is None
        assert read.detail == {"rule": "malformed JSON"}


@pytest.mark.parametrize(
    ("family", "options", "text"),
    [
        ("classification", {}, '{"label": ["CT"]}'),
        ("classification", {}, '{"labels": ["CT"]}'),
        ("classification", {"labels": "multi"}, '{"labels": [1]}'),
        ("classification", {"labels": "multi"}, '{"label": "CT"}'),
        ("report", {}, '{"findings": "clear"}'),
        ("report", {"report": "sections"}, '{"findings": "clear"}'),
        ("region-to-text", {}, '{"name": 3'),
        ("text-to-region", {}, '{"regions": "none"}'),
        ("text-to-region", {}, '{"regions": ["liver"]}'),
        ("text-to-region", {}, '{"regions": [[1, 2]]}'),
        ("text-to-region", {}, '{"regions": ["<ref>CT</ref><box>[[1, 2, 3, 4]]</box>"'),
        ("grounded-report", {}, '{"segments": []}'),
        ("grounded-report", {}, '{"segments": ["clear"]}'),
        ("grounded-report", {}, '{"segments": [{"region": "", "text": ""}]}'),
        ("grounded-report", {}, '{"segments": {"region": "", "text": "clear"}}'),
    ],
)
def test_json_of_another_form_is_unparsed(family: str, options: dict[str, str], text: str) -> None:
    sample = make(family, choices=("CT", "MRI"))
    assert parsed(sample, text, options=options).answer is None


def test_an_empty_list_says_none_and_an_unreadable_entry_is_counted() -> None:
    sample = make("text-to-region", choices=("liver",))
    none = parsed(sample, '{"regions": []}')
    assert none.answer == Answer()
    assert none.detail["rule"] == "none"
    some = parsed(sample, '{"regions": ["<ref>liver</ref><box>[[1, 2, 30, 40]]</box>", "liver"]}')
    assert rows(some.answer) == [("liver", (1, 2, 30, 40))]
    assert some.detail["malformed"] == 1


def test_words_are_still_words_and_a_number_is_words() -> None:
    assert parsed(make("vqa", tags={"kind": "open"}), "3 cm").answer == Answer(text="3 cm")
    assert parsed(make("vqa", tags={"kind": "open"}), '{"answer": 3}').answer == Answer(text="3")
    boxes = '{"bbox_2d": [1, 2, 30, 40], "label": "liver"}'
    read = parsed(make("text-to-region", choices=("liver",)), boxes, format="json-pixels").answer
    assert rows(read) == [("liver", (1, 2, 30, 40))]


def test_a_segment_without_a_region_is_text_alone() -> None:
    found = {"region": "<ref>a</ref><box>[[1, 2, 30, 40]]</box>", "text": "Big."}
    text = json.dumps({"segments": [{"region": "", "text": "Clear."}, found]})
    read = parsed(make("grounded-report"), text).answer
    assert read is not None
    assert read.text == "Clear. Big."
    assert [(s.label, s.text) for s in read.segments] == [("a", "Big.")]


def test_no_label_of_many_is_said_by_an_empty_list_in_both_languages() -> None:
    for language in ("en", "zh"):
        sample = make("classification", language, choices=("CT", "MRI"))  # type: ignore[arg-type]
        read = parsed(sample, '{"labels": []}', options={"labels": "multi"}).answer
        assert read is not None
        assert read.labels == ()


@settings(max_examples=60, deadline=None)
@given(st.text() | st.from_regex(r'\{"(answer|labels|regions|segments|report)": ?["\[{]?.{0,20}', fullmatch=True))
def test_no_text_breaks_a_family(text: str) -> None:
    for case in CASES:
        if case.sample.language == "en":
            parsed(case.sample, text, options=case.options)
