"""Prompts: what each family, kind, language and set looks like, word for word, and that filling is safe.

After a wanted change of wording, raise the set's version and run `python tests/tasks/test_prompts.py`, which
writes the golden file anew; read its diff.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from family_samples import FAMILIES, FORMATS, FRAME, Case, box_format, cases, kit, make, output
from hypothesis import given
from hypothesis import strategies as st

from medgauge.cot import Cot
from medgauge.errors import MedGaugeError
from medgauge.protocols import Style
from medgauge.types import Box, Language, Media, Request, Text
from medgauge_tasks.prompts import fill, prompt_sets, render
from medgauge_tasks.regional_cot.dialogue import COT, next_turn

GOLDEN = Path(__file__).parent / "golden" / "prompts.txt"
CASES = list(cases())
SETS = ("plain", "medrega", "medrega-train", "json")


def ask(case: Case, prompts: str, format: str = "medrega") -> Request | None:
    style = Style(prompts=prompts, language=case.sample.language, box_format=box_format(format))
    return kit(case.family).next_request(case.sample, style, (), options=case.options)


def words(request: Request | None, *, talk: bool = False) -> str:
    """The message as MedRegA's own data write it: `<image>` where the picture is; in a talk who says what."""
    assert request is not None
    said = ["".join(p.text if isinstance(p, Text) else "<image>" for p in m.parts) for m in request.messages]
    if talk:
        return "\n".join(f"[{m.role}] {text}" for m, text in zip(request.messages, said, strict=True))
    return "".join(said)


def snapshot() -> str:
    """Every wording once, under the name of the first case that meets it."""
    blocks: dict[str, str] = {}
    for case in CASES:
        for name in SETS:
            blocks.setdefault(words(ask(case, name)), f"# {case.name} / {name}")
    for title, talk in dialogues():
        blocks.setdefault(talk, title)
    return "\n".join(f"{title}\n{text}\n" for text, title in blocks.items())


def dialogues() -> Iterator[tuple[str, str]]:
    """Regional CoT on one question in each language: what is asked first, and what follows on what came back."""
    questions = (case for case in CASES if case.family == "vqa" and case.kind == "closed")
    for case, name in product(questions, SETS):
        title = f"# regional CoT / {case.sample.language} / {name}"
        yield title, words(dialogue(case, name, Cot()))
        box = box_format("medrega").encode([("nodule", [(100, 200, 300, 450)])], FRAME)
        found = f'{{"regions": [{json.dumps(box)}]}}' if name == "json" else box
        for call in ("history", "fresh"):
            yield f"{title} / found, {call}", words(dialogue(case, name, Cot(call=call), found), talk=True)
            nothing = dialogue(case, name, Cot(call=call, no_box="say"), "none")
            yield f"{title} / none, {call}", words(nothing, talk=True)


def dialogue(case: Case, prompts: str, cot: Cot, *said: str) -> Request | None:
    style = Style(prompts=prompts, language=case.sample.language, box_format=box_format("medrega"), cot=cot)
    outputs = [output(case.sample, text) for text in said]
    return next_turn(kit(case.family).next_request, case.sample, style, outputs, options=case.options)


def test_every_prompt_is_as_reviewed() -> None:
    assert snapshot() == GOLDEN.read_text("utf-8")


DEMO_SENTENCE = (
    "The region is represented in the form of bounding box, [x1, y1, x2, y2], with integers ranging from 0 to 999. "
    "These values correspond to the top left x, top left y, bottom right x, and bottom right y."
)
DEMO_FORMAT = (
    "For each object, please utilize this format to represent the region with its bounding box: "
    '"<ref>object</ref><box>[[x1, y1, x2, y2]]</box>".'
)
DEMO: list[tuple[Case, str]] = [
    (
        Case(kind="open", sample=make("vqa", question="What does this image show?")),
        "You are a helpful medical assistant. You are required to answer the question based on the medical image. "
        "<image>\nWhat does this image show? Answer the question using a single word or phrase.",
    ),
    (
        Case(kind="open", sample=make("vqa", "zh", question="这张图片的成像方式是什么?")),
        "你是一个医疗助手，你需要根据医学图像回答问题。<image>\n这张图片的成像方式是什么?请用词或短语回答问题。",
    ),
    (
        Case(
            kind="sections",
            sample=make("report", tags={"modality": "X-ray", "organ": "CHEST"}),
            options={"report": "sections"},
        ),
        "You are a helpful medical assistant. Your task is report generation. You are given a chest x-ray image, and "
        "you are required to generate a medical report consisting of findings and impressions based on the image. "
        "<image>\n",
    ),
    (
        Case(
            kind="single",
            sample=make(
                "classification",
                tags={"modality": "oct"},
                choices=("normal", "drusen", "diabetic macular edema", "choroidal neovascularization"),
            ),
        ),
        "You are a helpful medical assistant. Your task is disease diagnosis. You are given an OCT image. The possible "
        "diagnoses are:\nnormal\ndrusen\ndiabetic macular edema\nchoroidal neovascularization\n<image>\n"
        "Please diagnose the disease in the OCT image.",
    ),
    (
        Case(
            kind="region",
            sample=make("region-to-text", tags={"modality": "CT"}, regions=(Box(xyxy=(421, 351, 505, 470)),)),
        ),
        "You are a helpful medical assistant. Your task is object recognition. You are required to recognize the "
        f"object in the given region. {DEMO_SENTENCE} <image>\n"
        "What is <ref>this</ref><box>[[421, 351, 505, 470]]</box> in this CT scan?",
    ),
    (
        Case(kind="one", sample=make("text-to-region", tags={"modality": "MRI"}, choices=("carotid vessel wall",))),
        "You are a helpful medical assistant. Your task is object detection. You are required to find all the regions "
        f"of the given objects. {DEMO_SENTENCE} {DEMO_FORMAT} <image>\n"
        "Please locate <ref>carotid vessel wall</ref> in this MRI scan.",
    ),
    (
        Case(
            kind="named",
            sample=make("grounded-report", tags={"modality": "CXR"}, choices=("right lung", "left lung")),
        ),
        "You are a helpful medical assistant. Your task is report phrase grounding. You are given a chest x-ray image, "
        f"and you are required to locate the region and generate a report for the given organ. {DEMO_SENTENCE} "
        f"{DEMO_FORMAT} <image>\n"
        "Please locate the region and describe the condition of <ref>right lung</ref>, <ref>left lung</ref>",
    ),
    (
        Case(kind="named", sample=make("grounded-report", "zh", choices=("胰腺癌",))),
        "你是一个医疗助手，你的任务是定位并描述病种。病种区域用边界框的形式表示，[x1, y1, x2, y2]，整数范围从0到999。"
        "这些值分别对应左上角的x，左上角的y，右下角的x和右下角的y。对于每个病种，请使用这种格式用边界框表示区域："
        '"<ref>病种</ref><box>[[x1, y1, x2, y2]]</box>：诊断"。<image>\n请定位并描述这张医学影像中的<ref>胰腺癌</ref>',
    ),
]


@pytest.mark.parametrize(("case", "expected"), DEMO, ids=[case.name for case, _ in DEMO])
def test_medrega_is_word_for_word_what_its_authors_published(case: Case, expected: str) -> None:
    assert words(ask(case, "medrega")) == expected


@pytest.mark.parametrize("family", [*FAMILIES, COT])
def test_both_languages_and_all_sets_are_there(family: str) -> None:
    sets = prompt_sets(family)
    assert set(sets) == set(SETS)
    for one in sets.values():
        assert one.templates["en"].keys() == one.templates["zh"].keys()
        assert len(one.hash) == 12
        assert one.source
    assert len({one.hash for one in sets.values()}) == len(sets)


def test_the_hash_follows_what_a_model_sees_and_nothing_else() -> None:
    one = prompt_sets("vqa")["plain"]
    changed = {**one.templates, "en": {**one.templates["en"], "open": "<image>other"}}
    assert replace(one, templates=changed).hash != one.hash
    assert replace(one, version=one.version + 1).hash != one.hash
    assert replace(one, source="told otherwise").hash == one.hash


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_holds_the_picture_once_and_no_target(case: Case) -> None:
    request = ask(case, "plain")
    assert request is not None
    assert request.media == case.sample.media
    hidden = replace(case.sample, target=make(case.family).target)
    assert ask(replace(case, sample=hidden), "plain") == request


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_there_is_one_turn(case: Case) -> None:
    style = Style(prompts="plain", language=case.sample.language, box_format=box_format("medrega"))
    outputs = (output(case.sample, ""),)
    assert kit(case.family).next_request(case.sample, style, outputs, options=case.options) is None


@pytest.mark.parametrize(
    "question", ["{question}", "<image>", "{", "}}{0}", "%s {format}", "a\\1b", "</image>{options}"]
)
@pytest.mark.parametrize("prompts", SETS)
def test_a_question_is_shown_word_for_word(question: str, prompts: str) -> None:
    case = Case(kind="open", sample=make("vqa", question=question))
    request = ask(case, prompts)
    assert request is not None
    assert question in request.text
    assert len(request.media) == 1


@given(st.text(), st.text())
def test_filling_never_looks_at_what_it_put_in(first: str, second: str) -> None:
    message = render("a {x} b<image>c {y}", {"x": first, "y": second}, ())
    assert [p.text for p in message.parts if isinstance(p, Text)] == [f"a {first} b", f"c {second}"]


def test_all_pictures_stand_at_the_mark() -> None:
    media = tuple(Media(path=f"{i}.png", sha256="", size=(1, 1)) for i in range(2))
    assert render("<image>\n{q}", {"q": "?"}, media).parts == (*media, Text(text="\n?"))


def test_an_unknown_field_names_the_known_ones() -> None:
    with pytest.raises(MedGaugeError, match=r"unknown field '\{b\}'.*a"):
        fill("{b}", {"a": ""})


@pytest.mark.parametrize("family", FAMILIES)
def test_an_unknown_prompt_set_names_the_known_ones(family: str) -> None:
    case = next(case for case in CASES if case.family == family)
    with pytest.raises(MedGaugeError, match=r"unknown prompt set 'fancy'.*json, medrega, medrega-train, plain"):
        ask(case, "fancy")


@pytest.mark.parametrize("family", ["region-to-text", "text-to-region", "grounded-report"])
def test_wording_for_one_box_format_is_refused_to_another(family: str) -> None:
    case = next(case for case in CASES if case.family == family)
    with pytest.raises(MedGaugeError, match=r"'medrega'.*'json-pixels'.*plain"):
        ask(case, "medrega", "json-pixels")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_plain_tells_how_this_model_writes_boxes(format: str, language: Language) -> None:
    style = Style(prompts="plain", language=language, box_format=box_format(format))
    told = style.box_format.describe(language)
    for case in CASES:
        if case.sample.language == language and case.family in FAMILIES[3:]:
            request = kit(case.family).next_request(case.sample, style, (), options=case.options)
            assert request is not None
            assert told in request.text


@pytest.mark.parametrize("format", FORMATS)
def test_boxes_of_a_question_are_written_in_the_models_format(format: str) -> None:
    sample = make("region-to-text", size=(500, 250), regions=(Box(xyxy=(50, 100, 150, 200)),))
    style = Style(prompts="plain", language="en", box_format=box_format(format))
    request = kit("region-to-text").next_request(sample, style, ())
    assert request is not None
    expected = {
        "medrega": "[[99, 399, 299, 799]]",
        "json-pixels": "[50, 100, 150, 200]",
        "json-1000": "[100, 400, 300, 800]",
    }
    assert expected[format] in request.text


def test_a_picture_is_not_named_where_its_name_is_the_answer() -> None:
    sample = make("classification", choices=("CT", "MRI"), tags={"modality": "CT"})
    request = ask(Case(kind="single", sample=sample), "medrega")
    assert "a medical image" in words(request)
    assert "CT image" not in words(request)


@pytest.mark.parametrize("prompts", ["medrega", "medrega-train"])
def test_that_fundus_pictures_are_not_called_oct_is_told_as_a_departure(prompts: str) -> None:
    sample = make("classification", choices=("normal", "drusens"), tags={"modality": "fundus"})
    assert "a fundus image" in words(ask(Case(kind="single", sample=sample), prompts))
    assert "BRSET and RFMiD" in prompt_sets("classification")[prompts].source


def test_a_sample_that_cannot_be_asked_says_why() -> None:
    for sample, why in (
        (make("region-to-text", size=None, regions=(Box(xyxy=(1, 1, 2, 2)),)), "readable image"),
        (make("region-to-text"), "a region to ask about"),
        (make("text-to-region"), "names no object"),
        (make("vqa", choices=tuple(map(str, range(27)))), "more than 26"),
        (make("vqa", tags={"kind": "essay"}), "kind 'essay'.*choice, closed, open"),
        (make("classification", choices=("a",), tags={"kind": "multi"}), "labels: multi"),
    ):
        with pytest.raises(MedGaugeError, match=why):
            ask(Case(kind="", sample=sample), "plain")


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(snapshot(), "utf-8")
