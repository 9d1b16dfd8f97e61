"""Sources of reports, some with boxes: what their traps become, and how a broken record is named."""

from pathlib import Path

import pytest
from fixtures_reports import MIMIC, REPORTS
from made_sources import loaded, made, put_csv

from medgauge.errors import BadRecord
from medgauge_tasks.cards import build_task
from medgauge_tasks.loaders.mimic_cxr import report


def test_iu_xray_asks_each_view_and_groups_the_study(tmp_path: Path) -> None:
    samples = loaded("iu-xray", REPORTS["iu-xray"], tmp_path).samples
    assert [s.id for s in samples[:2]] == ["CXR3_IM-3-0", "CXR3_IM-3-1"]
    assert [s.group for s in samples] == ["CXR3_IM-3"] * 2 + ["CXR4_IM-4"] * 2


def test_mimic_reports_have_both_sections(tmp_path: Path) -> None:
    read = loaded("mimic-cxr", REPORTS["mimic-cxr"], tmp_path)
    assert {s.target.text for s in read.samples} == {
        "Findings: The lungs are clear. There is no pleural effusion: none on either side.\n"
        "Impression: No acute process."
    }
    assert [s.group for s in read.samples] == ["10000032", "10000032", "13000002"]
    assert read.excluded == ("1 of 3 studies have no findings or no impression",)


def test_the_last_of_two_sections_counts_and_a_conclusion_is_an_impression(tmp_path: Path) -> None:
    file = tmp_path / "s1.txt"
    file.write_text(" FINDINGS: Old.\n FINDINGS: New.\n CONCLUSION: Well.\n", encoding="utf-8")
    assert report(file) == "Findings: New.\nImpression: Well."
    file.write_text(" FINDINGS: Seen.\n IMPRESSION:\n", encoding="utf-8")
    assert report(file) == ""


def test_chest_imagenome_cuts_boxes_and_asks_for_what_is_boxed_and_spoken_of(tmp_path: Path) -> None:
    sample, _ = loaded("chest-imagenome", REPORTS["chest-imagenome"], tmp_path).samples
    assert sample.choices == ("left lung", "right lung")
    assert [one.text for one in sample.target.segments] == ["No pleural effusion. A nodule.", "No pleural effusion."]
    assert [box.xyxy for box in sample.target.boxes] == [(24, 2, 48, 30), (0, 2, 20, 30)]
    assert sample.target.text == "No pleural effusion. A nodule. No pleural effusion."


def test_ms_cxr_gathers_the_boxes_of_a_sentence(tmp_path: Path) -> None:
    opacities, heart = loaded("ms-cxr", REPORTS["ms-cxr"], tmp_path).samples
    assert opacities.choices == ("patchy opacities, both bases",)
    assert [box.xyxy for box in opacities.target.boxes] == [(2, 20, 12, 32), (30, 20, 48, 40)]
    assert (opacities.id, heart.id, opacities.group) == ("02aa-1-1", "02aa-1-2", "10000032")


def test_padchest_boxes_are_shares_and_a_normal_sentence_has_none(tmp_path: Path) -> None:
    found, normal = loaded("padchest-gr", REPORTS["padchest-gr"], tmp_path).samples
    assert [box.xyxy for box in found.target.boxes] == [
        pytest.approx((2.4, 20, 19.2, 36)),
        pytest.approx((26.4, 20, 48, 40)),
    ]
    assert found.target.text == "Pleural effusion on both sides. The lungs are clear."
    assert [segment.label for segment in found.target.segments] == ["pleural effusion"]
    assert (normal.target.segments, normal.target.text) == ((), "The lungs are clear.")


def test_grounded_records_ask_for_the_names_behind_the_picture(tmp_path: Path) -> None:
    named, whole = loaded("lesion-grounded-zh", REPORTS["lesion-grounded-zh"], tmp_path).samples
    assert (named.choices, whole.choices) == (("胰腺癌",), ())
    assert named.target.segments[0].text == "胰头见低密度肿块。"
    assert named.target.boxes[0].xyxy == pytest.approx((661 / 999 * 48, 528 / 999 * 40, 743 / 999 * 48, 599 / 999 * 40))
    organs, _ = loaded("organ-grounded-zh", REPORTS["organ-grounded-zh"], tmp_path).samples
    assert [(s.label, len(s.boxes)) for s in organs.target.segments] == [("肝脏", 1), ("肾脏", 2)]


BROKEN = [
    ("iu-xray", "annotation.json", '"id": "CXR4_IM-4"', '"id": "CXR3_IM-3"', "view"),
    ("ms-cxr", "MS_CXR_Local_Alignment_v1.1.0.csv", "30,20,18,20", "30,20,19,20", "box 2"),
    ("ms-cxr", "MS_CXR_Local_Alignment_v1.1.0.csv", "48,40,test", "480,400,test", "image_width"),
    ("ms-cxr", "MS_CXR_Local_Alignment_v1.1.0.csv", ",test", ",holdout", "split"),
    ("padchest-gr", "grounded_reports_20240819.json", "0.4, 0.9]", "1.4, 0.9]", "box 1"),
    ("padchest-gr", "master_table.csv", "216141", "216149", "StudyID"),
    (
        "chest-imagenome",
        "silver_dataset/scene_graph/02aa-1_SceneGraph.json",
        '"original_x2": 20',
        '"original_x2": "?"',
        "original_x2",
    ),
    ("lesion-grounded-zh", "test.jsonl", "528, 743", "528, 74", "conversations"),
    ("lesion-grounded-zh", "test.jsonl", '"width": 48', '"width": 49', "width"),
    ("lesion-grounded-zh", "test.jsonl", '"human"', '"user"', "conversations"),
]


@pytest.mark.parametrize(("name", "file", "good", "bad", "field"), BROKEN)
def test_a_broken_record_is_named(name: str, file: str, good: str, bad: str, field: str, tmp_path: Path) -> None:
    data = made(REPORTS[name], tmp_path)
    path = data / REPORTS[name].folder / file
    text = path.read_text("utf-8")
    assert good in text
    path.write_text(text.replace(good, bad), "utf-8")
    with pytest.raises(BadRecord) as caught:
        build_task(name).load(data, "test")
    assert caught.value.field.startswith(field)
    assert path.name in str(caught.value)


def test_a_split_file_that_is_no_gzip_is_refused(tmp_path: Path) -> None:
    data = made(REPORTS["mimic-cxr"], tmp_path)
    (data / "mimic-cxr/mimic-cxr-2.0.0-split.csv.gz").write_text("dicom_id,study_id\n", "utf-8")
    with pytest.raises(BadRecord, match="a gzip file"):
        build_task("mimic-cxr").load(data, "test")


def test_the_split_file_may_be_unpacked(tmp_path: Path) -> None:
    data = made(REPORTS["mimic-cxr"], tmp_path)
    (data / "mimic-cxr/mimic-cxr-2.0.0-split.csv.gz").unlink()
    dicom, subject, study, _ = MIMIC[0]
    row = {"dicom_id": dicom, "study_id": study, "subject_id": subject, "split": "test"}
    put_csv(data / "mimic-cxr/mimic-cxr-2.0.0-split.csv", [row])
    assert [s.id for s in build_task("mimic-cxr").load(data, "test").samples] == [dicom]
