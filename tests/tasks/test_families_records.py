"""Foreign records: what each family accepts from `{"prediction", "reference"}`, and how it refuses the rest."""

import json
from pathlib import Path
from typing import Any

import pytest
from family_samples import FAMILIES, box_format, kit, parsed, rows

from medgauge.errors import BadRecord
from medgauge.types import Language, Sample

SIZE = {"width": 999, "height": 500}
BOXED = "<ref>liver</ref><box>[[1, 2, 30, 40]]</box>"
GOOD: dict[str, dict[str, Any]] = {
    "vqa": {"prediction": "Yes.", "reference": "yes"},
    "report": {"prediction": "Clear lungs.", "reference": "The lungs are clear."},
    "classification": {"prediction": "mass", "reference": "mass", "choices": ["normal", "mass"]},
    "region-to-text": {"prediction": "liver[[1, 2, 3, 4]]", "reference": "liver"},
    "text-to-region": {"prediction": BOXED, "reference": BOXED, **SIZE},
    "grounded-report": {"prediction": BOXED + ": large", "reference": BOXED + ": normal", **SIZE},
}


def read(family: str, record: dict[str, Any], language: Language = "en", **options: str) -> tuple[Sample, str]:
    format = box_format("medrega")
    return kit(family).read_record(record, language, format, options=options, file="f.jsonl", line=7)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_record_becomes_a_sample_and_the_words_to_read(family: str) -> None:
    sample, said = read(family, GOOD[family])
    assert (sample.task, sample.id, sample.group, sample.language) == (family, "line-7", "line-7", "en")
    assert said == GOOD[family]["prediction"]
    assert parsed(sample, said).answer is not None
    assert sample.target.text


@pytest.mark.parametrize("family", FAMILIES)
def test_the_id_and_the_question_are_kept(family: str) -> None:
    sample, _ = read(family, GOOD[family] | {"id": 12, "question": "What {is} it?"})
    assert (sample.id, sample.question) == ("12", "What {is} it?")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("prediction", "reference"), [("pred_answer", "gt_answer"), ("answer", "gt")])
def test_medregas_names_of_the_fields_will_do(family: str, prediction: str, reference: str) -> None:
    record = {**GOOD[family]}
    record[prediction], record[reference] = record.pop("prediction"), record.pop("reference")
    assert read(family, record) == read(family, GOOD[family])


def bad(family: str, record: dict[str, Any], language: Language = "en", **options: str) -> BadRecord:
    with pytest.raises(BadRecord, match=r"^f.jsonl:7: field ") as caught:
        read(family, record, language, **options)
    return caught.value


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prediction": None}, "prediction"),
        ({"prediction": 3}, "prediction"),
        ({"reference": ""}, "reference"),
        ({"reference": " \n"}, "reference"),
        ({"reference": None}, "reference"),
        ({"gt": "x"}, "reference"),
        ({"answer": "x"}, "prediction"),
        ({"id": ""}, "id"),
        ({"id": True}, "id"),
        ({"id": [1]}, "id"),
        ({"question": 3}, "question"),
    ],
)
def test_a_broken_record_is_refused_by_place_and_field(family: str, change: dict[str, Any], field: str) -> None:
    assert bad(family, GOOD[family] | change).field == field


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("field", ["prediction", "reference"])
def test_a_missing_field_is_named(family: str, field: str) -> None:
    record = {name: value for name, value in GOOD[family].items() if name != field}
    error = bad(family, record)
    assert error.field == field
    assert f"one field of {field}" in str(error)


def test_yes_and_no_are_polar_in_both_languages() -> None:
    for language, reference, polar in (
        ("en", "Yes", "yes"),
        ("en", "no.", "no"),
        ("zh", "是", "yes"),
        ("zh", "否。", "no"),
        ("en", "not seen here", None),
        ("zh", "肺部", None),
    ):
        sample, _ = read("vqa", {"prediction": "", "reference": reference}, language)
        assert sample.target.polar == polar
        assert sample.tags["kind"] == ("closed" if polar else "open")


def test_a_choice_is_named_by_its_words_or_its_letter() -> None:
    record = {"prediction": "B", "choices": ["CT", "MRI"]}
    for reference in ("MRI", "mri.", "B", "b"):
        sample, _ = read("vqa", record | {"reference": reference})
        assert (sample.target.choice, sample.target.text) == (1, "MRI")
    assert bad("vqa", record | {"reference": "C"}).field == "reference"
    for choices in ("CT", ["CT", ""], ["CT", "CT"], [1]):
        assert bad("vqa", record | {"reference": "CT", "choices": choices}).field == "choices"


def test_labels_are_one_or_a_set() -> None:
    record = {"prediction": "", "choices": ["Mass", "Effusion", "Nodule"]}
    sample, _ = read("classification", record | {"reference": "mass"})
    assert (sample.target.labels, sample.tags["kind"]) == (("Mass",), "single")
    sample, _ = read("classification", record | {"reference": ["Nodule", "Mass"]})
    assert (sample.target.labels, sample.tags["kind"]) == (("Mass", "Nodule"), "multi")
    sample, _ = read("classification", record | {"reference": "Effusion，mass"}, labels="multi")
    assert sample.target.labels == ("Mass", "Effusion")
    sample, _ = read("classification", record | {"reference": []})
    assert sample.target.labels == ()
    assert bad("classification", record | {"reference": "Masses, Effusion"}, labels="multi").field == "reference"
    assert bad("classification", record | {"reference": "fracture"}).field == "reference"
    assert bad("classification", {"prediction": "", "reference": "mass"}).field == "choices"


def test_boxes_need_a_size() -> None:
    for family in ("text-to-region", "grounded-report"):
        record = {name: value for name, value in GOOD[family].items() if name not in SIZE}
        assert bad(family, record).field == "width"
        assert bad(family, record | {"width": 10}).field == "height"
        assert bad(family, record | {"width": 10.5, "height": 3}).field == "width"
        for hw in ([10], [10, 0], "10x10", [True, 5], [1.5, 2]):
            assert bad(family, record | {"hw": hw}).field == "hw"
        assert read(family, record | {"hw": [500, 999]}) == read(family, GOOD[family])


def test_reference_boxes_are_pixels_of_the_image() -> None:
    sample, _ = read("text-to-region", GOOD["text-to-region"] | {"hw": [1998, 999], "width": 1})
    assert rows(sample.target) == [("liver", (1, 4, 30, 80))]
    assert sample.choices == ("liver",)
    sample, _ = read("text-to-region", {"prediction": "", "reference": "none", "choices": ["liver"], **SIZE})
    assert sample.target.boxes == ()


@pytest.mark.parametrize(
    ("reference", "choices"),
    [
        ("the liver", ["liver"]),
        ("<ref>liver</ref><box>[[1, 2, 3]]</box>", ["liver"]),
        ("<ref>liver</ref><box>[[30, 40, 1, 2]]</box>", ["liver"]),
        ("<ref>liver</ref><box>[[1, 2, 3000, 40]]</box>", ["liver"]),
        ("<ref>spleen</ref><box>[[1, 2, 30, 40]]</box>", ["liver"]),
        ("[[1, 2, 30, 40]]", []),
        ("none", []),
    ],
)
def test_reference_boxes_must_be_whole(reference: str, choices: list[str]) -> None:
    record = {"prediction": "", "reference": reference, "choices": choices, **SIZE}
    assert bad("text-to-region", record).field == "reference"


@pytest.mark.parametrize("reference", ["normal", "<ref>liver</ref>: normal", BOXED + " [[1, 2, 3]]: normal"])
def test_a_reference_report_must_be_grounded(reference: str) -> None:
    assert bad("grounded-report", {"prediction": "", "reference": reference, **SIZE}).field == "reference"


def test_records_of_medregas_form_are_read(shared: Path) -> None:
    file = shared / "golden" / "medrega" / "region-200.json"
    total = 0
    for regime in json.loads(file.read_text("utf-8")).values():
        for record in regime["records"]:
            sample, said = read("text-to-region", record)
            assert sample.id == record["id"]
            assert sample.target.boxes
            assert sample.media[0].size == (record["hw"][1], record["hw"][0])
            found = parsed(sample, said).answer
            assert (len(found.boxes) + found.invalid_boxes if found else 0) == said.count("[") - said.count("[[")
            total += 1
    assert total >= 200
