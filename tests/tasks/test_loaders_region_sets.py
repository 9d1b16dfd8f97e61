"""Data sets of boxes and masks: NIH, COVID lungs, ISIC 2017 and BCCD."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from layouts import (
    array,
    bccd,
    bccd_xml,
    boxes,
    covid_image,
    covid_lungs,
    isic,
    mask,
    nih_boxes,
    nih_findings,
    picture,
    table,
)

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.types import Answer
from medgauge_tasks.cards import load_card
from medgauge_tasks.loaders import bccd as blood
from medgauge_tasks.loaders import covid_lungs as lungs
from medgauge_tasks.loaders import isic2017, nih

NIH_BOXES, NIH_FINDINGS = load_card("nih-boxes"), load_card("nih-four-findings")


def test_nih_boxes_are_xywh_of_1024_pixels(tmp_path: Path) -> None:
    nih_boxes(tmp_path)
    english, chinese, whole, _ = nih.load_boxes(NIH_BOXES, tmp_path, "test").samples
    assert english.choices == ("Pneumonia", "Infiltrate")
    assert chinese.choices == ("肺炎", "浸润")
    (name, first), second = boxes(english)
    assert (name, second) == ("Pneumonia", ("Infiltrate", (10, 20, 40, 60)))
    assert first == pytest.approx((601.3968254, 595.978836, 817.0328042, 776.9396826))
    assert boxes(whole) == [("Mass", (0, 0, 1024, 1024))]
    assert (english.group, whole.group) == ("00000150", "00000193")
    assert (english.media[0].size, english.tags["regime"], whole.tags["regime"]) == ((1024, 1024), "ms", "ss")


def test_a_nih_picture_of_another_size_does_not_fit_its_boxes(tmp_path: Path) -> None:
    nih_boxes(tmp_path)
    picture(tmp_path / "images" / "00000193_019.png", (224, 224))
    with pytest.raises(BadRecord, match=r"csv:4: field 'size of 00000193_019\.png': expected the picture's own, \(224"):
        nih.load_boxes(NIH_BOXES, tmp_path, "test")


def test_a_nih_label_that_the_card_does_not_have(tmp_path: Path) -> None:
    head = ("Image Index", "Finding Label", "Bbox [x", "y", "w", "h]")
    table(tmp_path / nih.BOXES, head, ("a_0.png", "Hernia", 1, 2, 3, 4))
    with pytest.raises(BadRecord, match=r"expected one of Atelectasis.*got 'Hernia'"):
        nih.load_boxes(NIH_BOXES, tmp_path, "test")
    table(tmp_path / nih.BOXES, head, ("../a.png", "Mass", 1, 2, 3, 4))
    with pytest.raises(BadRecord, match="stays inside the data folder"):
        nih.load_boxes(NIH_BOXES, tmp_path, "test")
    table(tmp_path / nih.BOXES, head, ("a_0.png", "Mass", 1000, 2, 30, 4))
    with pytest.raises(BadRecord, match="inside 1024 x 1024 pixels"):
        nih.load_boxes(NIH_BOXES, tmp_path, "test")


def test_nih_findings_that_are_yes(tmp_path: Path) -> None:
    nih_findings(tmp_path)
    first, chinese, second, _ = nih.load_findings(NIH_FINDINGS, tmp_path, "test").samples
    assert first.choices == ("Fracture", "Pneumothorax", "Airspace opacity", "Nodule or mass")
    assert first.target == Answer(labels=("Pneumothorax", "Airspace opacity"))
    assert chinese.target.labels == ("气胸", "气腔阴影")
    assert second.target.labels == ()
    assert (first.tags["set"], first.tags["kind"], first.media[0].size) == ("val", "multi", (90, 90))
    assert second.media[0].path == "images_002/images/00001543_001.png"


def test_the_real_nih(shared: Path) -> None:
    boxed = nih.load_boxes(NIH_BOXES, shared / "data", "test").samples
    english = [s for s in boxed if s.language == "en"]
    assert (len(boxed), len(english)) == (NIH_BOXES.counts["test"], 880)
    found = Counter(b.label for s in english for b in s.target.boxes)
    assert found.total() == 984
    assert (found["Atelectasis"], found["Nodule"], found["Infiltrate"]) == (180, 79, 123)
    assert Counter(s.media[0].size for s in english) == {None: 868, (1024, 1024): 12}
    adjudicated = nih.load_findings(NIH_FINDINGS, shared / "data", "test").samples
    present = Counter(label for s in adjudicated if s.language == "en" for label in s.target.labels or ())
    assert (len(adjudicated), present["Pneumothorax"], present["Fracture"]) == (78, 1, 1)


COVID = load_card("covid-lungs")


def test_only_free_pictures_and_the_patients_right(tmp_path: Path) -> None:
    covid_lungs(tmp_path)
    english, chinese = lungs.load(COVID, tmp_path, "test").samples
    assert boxes(english) == [("right lung", (4, 2, 29, 42)), ("left lung", (34, 3, 60, 43.5))]
    assert english.choices == ("right lung", "left lung")
    assert [b.label for b in chinese.target.boxes] == ["右肺", "左肺"]
    assert (english.group, english.tags["view"], english.tags["licence"]) == ("7", "PA", "CC BY 4.0")


def test_covid_records_that_are_broken(tmp_path: Path) -> None:
    file = tmp_path / "annotations" / "annotations.json"
    good = {"categories": [{"id": 1, "name": "Right Lung"}], "annotations": []}
    array(file, {**good, "images": [{**covid_image(1, "a.png"), "metadata": None}]})
    with pytest.raises(BadRecord, match="record 1 of images: field 'metadata'"):
        lungs.load(COVID, tmp_path, "test")
    array(file, {**good, "images": [covid_image(1, "../a.png")]})
    with pytest.raises(BadRecord, match="record 1 of images: field 'file_name'"):
        lungs.load(COVID, tmp_path, "test")


def test_the_real_covid_lungs(shared: Path) -> None:
    samples = [s for s in lungs.load(COVID, shared / "data", "test").samples if s.language == "en"]
    assert len(samples) == 113
    assert Counter(s.tags["licence"] for s in samples) == {"CC BY 3.0": 104, "CC BY 4.0": 6, "CC BY": 2, "CC BY-SA": 1}
    assert sum(s.media[0].size is not None for s in samples) == 12
    for sample in samples:
        centre = {b.label: (b.xyxy[0] + b.xyxy[2]) / 2 for b in sample.target.boxes}
        assert len(sample.target.boxes) == 2
        assert centre["right lung"] < centre["left lung"]


ISIC_VAL, LESIONS = load_card("isic2017-val"), load_card("isic2017-lesions")


def test_isic_classes_are_two_columns(tmp_path: Path) -> None:
    isic(tmp_path, "Validation")
    samples = isic2017.load(ISIC_VAL, tmp_path, "test").samples
    assert [s.target.labels for s in samples if s.language == "en"] == [
        ("melanoma",),
        ("seborrheic keratosis",),
        ("nevous",),
    ]
    assert [s.target.labels for s in samples if s.language == "zh"] == [("黑色素瘤",), ("脂溢性角化病",), ("痣",)]
    assert samples[0].choices == ("melanoma", "seborrheic keratosis", "nevous")
    isic(tmp_path, "Test_v2")
    assert len(isic2017.load(load_card("isic2017"), tmp_path, "test").samples) == 6


@pytest.mark.parametrize("marks", [("1.0", "1.0"), ("0.5", "0.0"), ("", "0.0"), ("yes", "0")])
def test_isic_marks_that_are_no_class(tmp_path: Path, marks: tuple[str, str]) -> None:
    head = ("image_id", "melanoma", "seborrheic_keratosis")
    table(tmp_path / "ISIC-2017_Validation_Part3_GroundTruth.csv", head, ("ISIC_0000001", *marks))
    with pytest.raises(BadRecord, match=r"GroundTruth\.csv:2: field"):
        isic2017.load(ISIC_VAL, tmp_path, "test")


def test_a_mask_of_the_original_fits_a_smaller_picture(tmp_path: Path) -> None:
    picture(tmp_path / "images_768" / "ISIC_1.jpg", (64, 48))
    file = tmp_path / "masks_original_size" / "ISIC_1_segmentation.png"
    mask(file, (640, 480), (100, 50, 300, 200), (0, 0, 1, 1))
    loaded = isic2017.load_lesions(LESIONS, tmp_path, "test")
    assert [boxes(s) for s in loaded.samples] == [[("lesion", (10, 5, 30, 20))], [("皮损", (10, 5, 30, 20))]]
    assert loaded.excluded == ("1 parts of masks with fewer than 100 pixels are left out, the largest of 1",)
    mask(file, (480, 640), (100, 50, 300, 200))
    with pytest.raises(BadRecord, match="expected a mask of the shape of its image, 64 x 48"):
        isic2017.load_lesions(LESIONS, tmp_path, "test")


def test_a_part_that_no_layout_has(tmp_path: Path) -> None:
    with pytest.raises(MedGaugeError, match="option 'part' is 'train'; it can be test, validation"):
        isic2017.load(replace(ISIC_VAL, options={"part": "train"}), tmp_path, "test")


def test_the_real_isic(shared: Path) -> None:
    samples = [s for s in isic2017.load(ISIC_VAL, shared / "data", "test").samples if s.language == "en"]
    assert Counter(s.target.labels for s in samples) == {
        ("nevous",): 78,
        ("seborrheic keratosis",): 42,
        ("melanoma",): 30,
    }
    there = [s for s in samples if s.media[0].size]
    assert Counter(s.target.labels for s in there) == {
        ("nevous",): 54,
        ("seborrheic keratosis",): 34,
        ("melanoma",): 10,
    }
    lesions = isic2017.load_lesions(LESIONS, shared / "data", "test")
    assert len(lesions.samples) == 2 * 98
    assert all(len(s.target.boxes) == 1 for s in lesions.samples)
    assert lesions.excluded == ("1 parts of masks with fewer than 100 pixels are left out, the largest of 15",)


BCCD = load_card("bccd")


def test_red_cells_are_not_asked_for(tmp_path: Path) -> None:
    bccd(tmp_path)
    english, chinese, none, _ = blood.load(BCCD, tmp_path, "test").samples
    assert english.choices == ("white blood cell", "platelet")
    assert boxes(english) == [("white blood cell", (1, 2, 30, 40)), ("platelet", (50, 1, 64, 9))]
    assert [b.label for b in chinese.target.boxes] == ["白细胞", "血小板"]
    assert none.target.boxes == ()
    assert [s.id for s in blood.load(BCCD, tmp_path, "train").samples] == ["BloodImage_00003"] * 2


@pytest.mark.parametrize(
    ("cells", "size", "message"),
    [
        (
            [("WBC", 5, 5, 5, 9)],
            (64, 48),
            r"record 1 of the objects: field 'box 1 \(WBC\)': expected a box with x1 < x2",
        ),
        ([("RBC", 1, 1, 2, 2), ("WBC", 5, 5, 65, 9)], (64, 48), "record 2 of the objects: .*inside 64 x 48 pixels"),
        ([("Blast", 5, 5, 6, 9)], (64, 48), "field 'name': expected one of RBC, WBC, Platelets, got 'Blast'"),
        ([], (63, 48), r"field 'size of BloodImage_00001\.jpg': expected the picture's own, \(64, 48\)"),
    ],
)
def test_a_broken_bccd_picture_is_named(
    tmp_path: Path, cells: list[tuple[object, ...]], size: tuple[int, int], message: str
) -> None:
    bccd(tmp_path)
    bccd_xml(tmp_path, "BloodImage_00001", *cells, size=size)
    with pytest.raises(BadRecord, match=r"BloodImage_00001\.xml: .*" + message):
        blood.load(BCCD, tmp_path, "test")


def test_a_list_of_bccd_that_leads_out_or_to_nothing(tmp_path: Path) -> None:
    bccd(tmp_path)
    (tmp_path / blood.SETS["test"]).write_text("../../secret\n")
    with pytest.raises(BadRecord, match=r"test\.txt:1: field '\(line\)': expected the name of a picture"):
        blood.load(BCCD, tmp_path, "test")
    (tmp_path / blood.SETS["test"]).write_text("BloodImage_00009\n")
    with pytest.raises(Incomplete, match=r"BloodImage_00009\.xml is missing.*github\.com/Shenggan"):
        blood.load(BCCD, tmp_path, "test")


def test_the_real_bccd(shared: Path) -> None:
    counts = {}
    for split in ("train", "test"):
        samples = [s for s in blood.load(BCCD, shared / "data", split).samples if s.language == "en"]  # type: ignore[arg-type]
        assert len(samples) * 2 == BCCD.counts[split]  # type: ignore[index]
        assert {s.media[0].size for s in samples} == {(640, 480)}
        counts[split] = Counter(b.label for s in samples for b in s.target.boxes)
    assert counts == {
        "train": {"white blood cell": 214, "platelet": 209},
        "test": {"white blood cell": 71, "platelet": 69},
    }


def test_the_two_boxes_without_area_of_the_real_bccd_are_red(shared: Path) -> None:
    from medgauge_tasks.readers.voc import read_voc

    drawn = []
    for file in sorted((shared / "data" / "bccd" / blood.ANNOTATIONS).glob("*.xml")):
        drawn += read_voc(file, from_one=False).drawn
    assert Counter(d.box.label for d in drawn) == {"RBC": 4155, "WBC": 372, "Platelets": 361}
    empty = [d for d in drawn if d.box.xyxy[0] >= d.box.xyxy[2] or d.box.xyxy[1] >= d.box.xyxy[3]]
    assert [d.box.label for d in empty] == ["RBC", "RBC"]
