"""Prompt sets as files: the training layout, schemas for answers in JSON, and files that break their form."""

from dataclasses import replace

import pytest
from family_samples import Case, box_format, cases, kit
from test_prompts import ask, words

from medgauge.errors import BadRecord, MedGaugeError
from medgauge.protocols import Style
from medgauge_tasks.prompts import read_prompts

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_training_layout_is_picture_base_prompt_space_question(case: Case) -> None:
    base, question = words(ask(case, "medrega")).split("<image>\n")
    trained = words(ask(case, "medrega-train"))
    assert trained.startswith("<image>\n" + base.rstrip(" "))
    assert trained.endswith(" " + question)


def test_what_the_training_prompts_alone_say_is_there() -> None:
    found = {case.kind: words(ask(case, "medrega-train")) for case in CASES if case.sample.language == "en"}
    assert "Finding includes the observations, and impression outlines the final" in found["sections, X-ray"]
    assert "[[x1, y1, x2, y2], [x3, y3, x4, y4]]</box>" in found["one object, absent"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_schema_goes_with_json_where_the_family_has_one(case: Case) -> None:
    style = Style(prompts="json", language=case.sample.language, box_format=box_format("medrega"), schema=True)
    request = kit(case.family).next_request(case.sample, style, (), options=case.options)
    assert request is not None
    if case.family in ("text-to-region", "grounded-report"):
        assert request.schema is None
    else:
        assert request.schema is not None
        assert list(request.schema["properties"]) == request.schema["required"]
        assert all(f'"{key}": ' in request.text for key in request.schema["properties"]) or "findings" in request.text
    assert ask(case, "json") == replace(request, schema=None)
    with pytest.raises(MedGaugeError, match=r"schema=true: prompt set 'plain' asks for words.*'json'"):
        kit(case.family).next_request(case.sample, replace(style, prompts="plain"), (), options=case.options)


GOOD = 'plain:\n  version: 1\n  source: ours\n  en: {open: "<image>a"}\n  zh: {open: "<image>b"}\n'


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("version: 1", "version: one"), "line|plain.version.*valid integer"),
        (("  source: ours\n", ""), "plain.source.*required"),
        (("source: ours", "source: ours\n  colour: red"), "plain.colour"),
        (('zh: {open: "<image>b"}', 'zh: {shut: "<image>b"}'), r"plain.zh.*\['open'\]"),
        (('"<image>b"', '"<image><image>"'), "plain.zh.open.*one <image>"),
        (('"<image>b"', '"b"'), "plain.zh.open.*one <image>"),
        (("source: ours", "source: ours\n  unpublished: [en/shut]"), "unpublished.*en/open"),
        (("source: ours", "source: ours\n  source: theirs"), "comes once"),
        (("plain:", "plain: ["), "not YAML"),
    ],
)
def test_a_broken_prompt_file_is_refused(change: tuple[str, str], message: str) -> None:
    assert set(read_prompts(GOOD, "x.yaml")) == {"plain"}
    with pytest.raises(MedGaugeError, match=message) as caught:
        read_prompts(GOOD.replace(*change), "x.yaml")
    assert "x.yaml" in str(caught.value)
    assert isinstance(caught.value, BadRecord) or "YAML" in message
