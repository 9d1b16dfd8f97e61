"""Handfuls of made rows in the exact layouts of sources of reports, some with boxes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loader_cards import write_array, write_lines
from made_sources import HEIGHT, WIDTH, Source, picture_bytes, put_csv, put_picture


def iu_xray(folder: Path) -> None:
    def study(name: str, split: str) -> dict[str, Any]:
        for view in (0, 1):
            put_picture(folder / f"images/{name}/{view}.png", 50 + int(name[3]) * 2 + view)
        report = f"The heart is normal in size ({name[3]}). The lungs are clear."
        return {"id": name, "report": report, "image_path": [f"{name}/0.png", f"{name}/1.png"], "split": split}

    splits = {
        "train": [study("CXR1_IM-1", "train")],
        "val": [study("CXR2_IM-2", "val")],
        "test": [study("CXR3_IM-3", "test"), study("CXR4_IM-4", "test")],
    }
    (folder / "annotation.json").write_text(json.dumps(splits), encoding="utf-8")


MIMIC: tuple[tuple[str, int, int, str], ...] = (
    ("02aa-1", 10000032, 50414267, "test"),
    ("02aa-2", 10000032, 50414267, "test"),
    ("02aa-3", 10000764, 57375967, "test"),
    ("02aa-4", 11000183, 51967845, "validate"),
    ("02aa-5", 12000001, 50000001, "train"),
    ("02aa-6", 13000002, 53000003, "test"),
)
"""dicom_id, subject_id, study_id, split."""
REPORT = """\
                                 FINAL REPORT
 EXAMINATION:  CHEST (PA AND LAT)

 INDICATION:  ___F with cough: worse.

 FINDINGS:

 The lungs are clear. There is no pleural
 effusion: none on either side.

 IMPRESSION:

 No acute process.
"""


def _mimic(folder: Path) -> None:
    columns = ("dicom_id", "study_id", "subject_id", "split")
    rows = [dict(zip(columns, (dicom, study, subject, split), strict=True)) for dicom, subject, study, split in MIMIC]
    put_csv(folder / "mimic-cxr-2.0.0-split.csv.gz", rows)
    for seed, (dicom, subject, study, _) in enumerate(MIMIC, 60):
        put_picture(folder / f"files/p{str(subject)[:2]}/p{subject}/s{study}/{dicom}.jpg", seed)


def mimic_cxr(folder: Path) -> None:
    """Two pictures of one study; a study without an impression, which is left out."""
    _mimic(folder)
    for dicom, subject, study, _ in MIMIC:
        text = REPORT.partition(" IMPRESSION")[0] if dicom == "02aa-3" else REPORT
        file = folder / f"files/p{str(subject)[:2]}/p{subject}/s{study}.txt"
        file.write_text(text, encoding="utf-8")


def chest_imagenome(folder: Path) -> None:
    """A box that leaves the picture, one without an area, a structure not asked for, a picture without a graph."""
    _mimic(folder)

    def thing(name: str, *corners: int) -> dict[str, Any]:
        original = dict(zip(("original_x1", "original_y1", "original_x2", "original_y2"), corners, strict=True))
        return {"object_id": f"02aa-1_{name}", "x1": 1, "y1": 1, "x2": 9, "y2": 9, "bbox_name": name, **original}

    def says(name: str, *phrases: str) -> dict[str, Any]:
        return {name: True, "bbox_name": name, "attributes": [["nlp|yes|normal"]], "phrases": list(phrases)}

    graph = {
        "image_id": "02aa-1",
        "viewpoint": "AP",
        "patient_id": 10000032,
        "study_id": 50414267,
        "objects": [
            thing("right lung", -3, 2, 20, 30),
            thing("left lung", 24, 2, 60, 30),
            thing("left clavicle", 5, 5, 5, 9),
            thing("carina", 20, 5, 24, 9),
        ],
        "attributes": [
            says("right lung", "No pleural\n effusion."),
            says("left lung", "No pleural\n effusion.", "A nodule."),
            says("left clavicle", "It is whole."),
            says("carina", "The tube is above it."),
        ],
        "relationships": [],
    }
    mute = {**graph, "image_id": "02aa-3", "attributes": []}
    graphs = folder / "silver_dataset/scene_graph"
    graphs.mkdir(parents=True, exist_ok=True)
    for name, one in (("02aa-1", graph), ("02aa-3", mute), ("02aa-4", graph), ("02aa-6", graph)):
        (graphs / f"{name}_SceneGraph.json").write_text(json.dumps(one), encoding="utf-8")


def ms_cxr(folder: Path) -> None:
    """Two boxes of one sentence, and another sentence about the same picture."""
    _mimic(folder)

    def row(number: int, words: str, split: str, *box: int) -> dict[str, Any]:
        dicom, subject, study, _ = MIMIC[number]
        path = f"files/p{str(subject)[:2]}/p{subject}/s{study}/{dicom}.jpg"
        where = dict(zip("xywh", box, strict=True))
        said = {"dicom_id": dicom, "category_name": "Pneumonia", "label_text": words, "path": path}
        return {**said, **where, "image_width": WIDTH, "image_height": HEIGHT, "split": split}

    rows = [
        row(0, "patchy opacities, both bases", "test", 2, 20, 10, 12),
        row(0, "patchy opacities, both bases", "test", 30, 20, 18, 20),
        row(0, "enlarged heart", "test", 10, 15, 25, 20),
        row(3, "opacity", "val", 1, 1, 5, 5),
        row(4, "opacity", "train", 1, 1, 5, 5),
    ]
    put_csv(folder / "MS_CXR_Local_Alignment_v1.1.0.csv", rows)


def padchest_gr(folder: Path) -> None:
    """A normal sentence without fields, a sentence with two boxes, a normal study; pictures of 16 bits."""
    clear = {"sentence_en": "The lungs are clear.", "sentence_es": "Pulmones limpios.", "abnormal": False}
    found = {
        "sentence_en": "Pleural effusion on both sides.",
        "sentence_es": "Derrame pleural bilateral.",
        "abnormal": True,
        "boxes": [[0.05, 0.5, 0.4, 0.9], [0.55, 0.5, 1.0, 1.0]],
        "extra_boxes": [[0.0, 0.4, 0.5, 1.0]],
        "labels": ["pleural effusion"],
        "locations": ["loc bilateral"],
        "progression": None,
    }

    def study(number: int, *findings: dict[str, Any]) -> dict[str, Any]:
        put_picture(folder / f"Padchest_GR_files/PadChest_GR/2161_{number}.png", 80 + number, deep=True)
        previous = {"PreviousStudyID": None, "PreviousImageID": None}
        return {"StudyID": f"21614{number}", "ImageID": f"2161_{number}.png", "findings": list(findings), **previous}

    studies = [study(1, found, clear), study(2, clear), study(3, found), study(4, found)]
    write_array(folder / "grounded_reports_20240819.json", studies)
    splits = dict(zip("1234", ("test", "test", "train", "validation"), strict=True))
    table = [
        {"StudyID": f"21614{n}", "ImageID": f"2161_{n}.png", "PatientID": f"9{n}", "label": "x", "split": split}
        for n, split in splits.items()
        for _ in range(2)
    ]
    put_csv(folder / "master_table.csv", table)


ASKED = (
    "你是一个医疗助手，你的任务是定位并描述病种。对于每个病种，请使用这种格式用边界框表示区域："
    '"<ref>病种</ref><box>[[x1, y1, x2, y2]]</box>：诊断"。<image>\n'
)


def _said(number: int, asked: str, answer: str) -> dict[str, Any]:
    turns = [{"from": "human", "value": ASKED + asked}, {"from": "gpt", "value": answer}]
    named = {"id": number, "image": f"./images/ct_{number}.jpg", "width": WIDTH, "height": HEIGHT}
    return {**named, "conversations": turns}


def lesions(folder: Path) -> None:
    """One that names what to look for and one that does not; a PNG that is called JPEG."""
    records = [
        _said(
            10,
            "请定位并描述这张医学影像中的<ref>胰腺癌</ref>",
            "<ref>胰腺癌</ref><box>[[661, 528, 743, 599]]</box>：胰头见低密度肿块。",
        ),
        _said(
            11, "请定位并描述图像中的病变区域。", "<ref>脑肿瘤</ref><box>[[100, 200, 300, 400]]</box>：左额叶见占位。"
        ),
    ]
    write_lines(folder / "test.jsonl", records)
    for number in (10, 11):
        file = folder / f"images/ct_{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture_bytes(90 + number))


def organs(folder: Path) -> None:
    """Two organs, one a line, one of them in two boxes."""
    answer = (
        "<ref>肝脏</ref><box>[[10, 20, 500, 600]]</box>：形态正常。\n"
        "<ref>肾脏</ref><box>[[100, 600, 300, 900], [600, 600, 800, 900]]</box>：未见结石。"
    )
    write_lines(folder / "test.jsonl", [_said(n, "请定位并描述CT图像中的器官。", answer) for n in (1, 2)])
    for number in (1, 2):
        put_picture(folder / f"images/ct_{number}.jpg", 95 + number)


REPORTS: Mapping[str, Source] = {
    "iu-xray": Source(folder="iu-xray", build=iu_xray, test=4, train=2),
    "mimic-cxr": Source(folder="mimic-cxr", build=mimic_cxr, test=3, train=1, told=1),
    "chest-imagenome": Source(folder="mimic-cxr", build=chest_imagenome, test=2, told=1),
    "ms-cxr": Source(folder="mimic-cxr", build=ms_cxr, test=2, train=1),
    "padchest-gr": Source(folder="padchest-gr", build=padchest_gr, test=2, train=1),
    "lesion-grounded-zh": Source(folder="lesion-grounded-zh", build=lesions, test=2),
    "organ-grounded-zh": Source(folder="organ-grounded-zh", build=organs, test=2),
}
"""Card to what its source looks like."""
