"""A handful of rows of each data set, in the exact layout of its source. Every function writes into a folder."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from medgauge.types import Sample


def picture(file: Path, size: tuple[int, int] = (64, 48), seed: int = 0, mode: str = "RGB") -> Path:
    """Smooth noise, so that two seeds look nothing alike."""
    file.parent.mkdir(parents=True, exist_ok=True)
    small = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).convert(mode).save(file)
    return file


def mask(file: Path, size: tuple[int, int], *rectangles: tuple[int, int, int, int], **save: Any) -> Path:
    """255 inside the rectangles (x1, y1, x2, y2), 0 elsewhere."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros(size[::-1], dtype=np.uint8)
    for x1, y1, x2, y2 in rectangles:
        pixels[y1:y2, x1:x2] = 255
    Image.fromarray(pixels).save(file, **save)
    return file


def array(file: Path, rows: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return file


def table(file: Path, *rows: tuple[object, ...]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return file


SLAKE_ROW: dict[str, Any] = {
    "img_id": 1,
    "img_name": "xmlab1/source.jpg",
    "question": "What modality is used to take this image?",
    "answer": "MRI",
    "q_lang": "en",
    "location": "Abdomen",
    "modality": "MRI",
    "answer_type": "OPEN",
    "base_type": "vqa",
    "content_type": "Modality",
    "triple": ["vhead", "_", "_"],
    "qid": 0,
}
SLAKE_ROWS: tuple[dict[str, Any], ...] = (
    SLAKE_ROW,
    {**SLAKE_ROW, "qid": 1, "question": "Is this normal?", "answer": "No", "answer_type": "CLOSED"},
    {
        **SLAKE_ROW,
        "qid": 2,
        "question": "Which is bigger, liver or spleen?",
        "answer": "Liver",
        "answer_type": "CLOSED",
    },
    {**SLAKE_ROW, "qid": 3, "q_lang": "zh", "question": "图中包含肝脏吗?", "answer": "包含", "answer_type": "CLOSED"},
    {**SLAKE_ROW, "qid": 4, "q_lang": "zh", "question": "哪个更大?", "answer": "肝脏", "base_type": "kvqa"},
)


def slake(folder: Path) -> None:
    """The archive of the authors: arrays in Slake1.0, pictures in imgs."""
    array(folder / "Slake1.0" / "test.json", SLAKE_ROWS)
    train = {"img_id": 2, "img_name": "xmlab2/source.jpg", "qid": 9}
    array(folder / "Slake1.0" / "train.json", [{**row, **train} for row in SLAKE_ROWS[:1]])
    for number in (1, 2):
        picture(folder / "imgs" / f"xmlab{number}" / "source.jpg", seed=number)


def derma_case(id: str, images: int, *replies: tuple[str, str, float, float]) -> dict[str, Any]:
    """A case with replies (Chinese, English, completeness, agreement)."""
    return {
        "encounter_id": id,
        "author_id": "U1",
        "image_ids": [f"IMG_{id}_{n:05}.jpg" for n in range(1, images + 1)],
        "query_title_zh": "看一下",
        "query_content_zh": "起了小疙瘩",
        "query_title_en": "",
        "query_content_en": "Small lumps.",
        "query_title_es": "",
        "query_content_es": "Bultos.",
        "responses": [
            {
                "author_id": "U2",
                "content_zh": zh,
                "content_en": en,
                "content_es": "",
                "completeness": whole,
                "contains_freq_ans": frequent,
            }
            for zh, en, whole, frequent in replies
        ],
    }


def dermavqa(folder: Path) -> None:
    """The arrays of the repository, and the pictures in the folders that its README names."""
    first = derma_case(
        "ENC1", 2, ("湿疹", "Eczema.", 0.5, 0.0), ("毛囊炎", "", 1.0, 0.0), ("梅毒疹", "Syphilis.", 1.0, 1.0)
    )
    second = derma_case("ENC2", 1, ("痤疮", "Acne.", 1.0, 1.0))
    array(folder / "data" / "iiyi" / "test_ht.json", [first, second])
    train = derma_case("ENC3", 1, ("癣", "Tinea.", 1.0, 1.0))
    for reply in train["responses"]:
        del reply["completeness"], reply["contains_freq_ans"]
    array(folder / "data" / "iiyi" / "train.json", [train])
    for seed, (split, case) in enumerate([("test", first), ("test", second), ("train", train)]):
        for number, name in enumerate(case["image_ids"]):
            picture(folder / f"images_{split}" / name, seed=10 * seed + number)


def nih_boxes(folder: Path) -> None:
    """The file of NIH with the split header and its blank columns; pictures of 1024 x 1024 in images."""
    table(
        folder / "BBox_List_2017.csv",
        ("Image Index", "Finding Label", "Bbox [x", "y", "w", "h]", "", "", ""),
        ("00000150_002.png", "Pneumonia", 601.3968254, 595.978836, 215.6359788, 180.9608466, "", "", ""),
        ("00000150_002.png", "Infiltrate", 10, 20, 30, 40, "", "", ""),
        ("00000193_019.png", "Mass", 0, 0, 1024, 1024, "", "", ""),
    )
    for seed, name in enumerate(("00000150_002.png", "00000193_019.png")):
        picture(folder / "images" / name, (1024, 1024), seed, "L")


def nih_findings(folder: Path) -> None:
    """The table of torchxrayvision; pictures in the folders of two archives."""
    table(
        folder / "google2019_nih-chest-xray-labels.csv",
        ("Image Index", "Fracture", "Pneumothorax", "Airspace opacity", "Nodule or mass", "Set Id"),
        ("00001470_003.png", "NO", "YES", "YES", "NO", "val"),
        ("00001543_001.png", "NO", "NO", "NO", "NO", "test"),
    )
    picture(folder / "images_001" / "images" / "00001470_003.png", (90, 90), 1, "L")
    picture(folder / "images_002" / "images" / "00001543_001.png", (90, 90), 2, "L")


def covid_image(id: int, name: str, licence: str | None = "CC BY 4.0", **metadata: str) -> dict[str, Any]:
    said = {"patientid": str(id), "finding": "COVID-19", "view": "PA", "modality": "X-ray", **metadata}
    if licence is not None:
        said["license"] = licence
    return {"license": 1, "file_name": name, "height": 48, "width": 64, "id": id, "metadata": said}


def covid_lungs(folder: Path) -> None:
    """The COCO file of the repository: a free picture, one with other terms, one without any."""
    images = [covid_image(7, "a.png"), covid_image(8, "b.jpg", "CC BY-NC-SA"), covid_image(9, "c.jpg", None)]
    lungs = [(1, [4, 2, 25, 40]), (2, [34, 3, 26, 40.5])]
    boxes = [
        {
            "segmentation": [],
            "area": 1,
            "image_id": image["id"],
            "bbox": box,
            "iscrowd": 0,
            "id": 10 * n,
            "category_id": c,
        }
        for n, image in enumerate(images)
        for c, box in lungs
    ]
    categories = [
        {"supercategory": "L", "id": 1, "name": "Right Lung"},
        {"supercategory": "L", "id": 2, "name": "Left Lung"},
    ]
    array(
        folder / "annotations" / "annotations.json",
        {"info": {}, "categories": categories, "images": images, "annotations": boxes},
    )
    picture(folder / "images" / "a.png")


def isic(folder: Path, part: str, size: tuple[int, int] = (64, 48)) -> None:
    """The challenge's names for one split, with one picture of each class."""
    ids = ("ISIC_0000001", "ISIC_0000002", "ISIC_0000003")
    rows = zip(ids, ("1.0", "0.0", "0.0"), ("0.0", "1.0", "0.0"), strict=True)
    table(
        folder / f"ISIC-2017_{part}_Part3_GroundTruth.csv",
        ("image_id", "melanoma", "seborrheic_keratosis"),
        *rows,
    )
    for seed, id in enumerate(ids):
        picture(folder / f"ISIC-2017_{part}_Data" / f"{id}.jpg", size, seed)
        mask(folder / f"ISIC-2017_{part}_Part1_GroundTruth" / f"{id}_segmentation.png", size, (5, 6, 45, 40))


def bccd_xml(folder: Path, name: str, *cells: tuple[object, ...], size: tuple[int, int] = (64, 48)) -> None:
    """One picture as labelImg writes it: cells are (name, xmin, ymin, xmax, ymax)."""
    objects = "".join(
        f"<object><name>{cell}</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult><bndbox>"
        f"<xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox></object>"
        for cell, x1, y1, x2, y2 in cells
    )
    file = folder / "BCCD" / "Annotations" / f"{name}.xml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"<annotation><folder>JPEGImages</folder><filename>{name}.jpg</filename>"
        f"<path>/home/pi/detection_dataset/JPEGImages/{name}.jpg</path><source><database>Unknown</database></source>"
        f"<size><width>{size[0]}</width><height>{size[1]}</height><depth>3</depth></size><segmented>0</segmented>"
        f"{objects}</annotation>"
    )


def bccd(folder: Path) -> None:
    """A picture of test with a red box that has no area, one without any asked cell, and one of train."""
    sets = folder / "BCCD" / "ImageSets" / "Main"
    sets.mkdir(parents=True)
    (sets / "test.txt").write_text("BloodImage_00001\nBloodImage_00002\n")
    (sets / "train.txt").write_text("BloodImage_00003\n")
    bccd_xml(folder, "BloodImage_00001", ("WBC", 1, 2, 30, 40), ("Platelets", 50, 1, 64, 9), ("RBC", 5, 5, 5, 5))
    bccd_xml(folder, "BloodImage_00002", ("RBC", 1, 2, 30, 40))
    bccd_xml(folder, "BloodImage_00003", ("WBC", 1, 2, 30, 40), ("WBC", 31, 2, 60, 40))
    for seed in (1, 2, 3):
        picture(folder / "BCCD" / "JPEGImages" / f"BloodImage_0000{seed}.jpg", seed=seed)


def dsb2018(folder: Path) -> None:
    """Two pictures with transparency, as Kaggle gave them; the second has a nucleus cut off by the border."""
    for seed, (name, nuclei) in enumerate(
        {"aa": [(2, 3, 12, 10), (30, 20, 40, 30)], "bb": [(5, 5, 20, 20), (0, 0, 3, 3)]}.items()
    ):
        base = folder / "stage1_train" / name
        picture(base / "images" / f"{name}.png", seed=seed, mode="RGBA")
        for number, box in enumerate(nuclei):
            mask(base / "masks" / f"{name}{number}.png", (64, 48), box)


def kvasir_seg(folder: Path) -> None:
    """Masks as JPEG; the first with a speck of one pixel in the corner, the second with two polyps."""
    base = folder / "Kvasir-SEG"
    shapes = {"one": [(0, 0, 1, 1), (20, 10, 44, 40)], "two": [(2, 2, 20, 20), (30, 20, 60, 44)]}
    for seed, (name, boxes) in enumerate(shapes.items()):
        picture(base / "images" / f"{name}.jpg", seed=seed)
        mask(base / "masks" / f"{name}.jpg", (64, 48), *boxes, quality=100, subsampling=0)


LAYOUTS: Mapping[str, Callable[[Path], None]] = {
    "slake": slake,
    "dermavqa": dermavqa,
    "nih-boxes": nih_boxes,
    "nih-four-findings": nih_findings,
    "covid-lungs": covid_lungs,
    "isic2017": lambda folder: isic(folder, "Test_v2"),
    "isic2017-val": lambda folder: isic(folder, "Validation"),
    "isic2017-lesions": lambda folder: isic(folder, "Validation"),
    "bccd": bccd,
    "dsb2018": dsb2018,
    "kvasir-seg": kvasir_seg,
}
"""Card to what writes its data set."""


def boxes(sample: Sample) -> list[tuple[str, tuple[float, ...]]]:
    """What a sample's answer draws."""
    return [(b.label, b.xyxy) for b in sample.target.boxes]
