"""Handfuls of made rows in the exact layouts of sources of several findings a picture, and of regions."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from fixtures_classes import Classes, Truth, chosen, put, put_dicom
from loader_cards import write_array, write_lines
from made_sources import HEIGHT, WIDTH, put_csv
from PIL import Image

CHEXPERT = (
    *("No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema"),
    *("Consolidation", "Pneumonia", "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other"),
    *("Fracture", "Support Devices"),
)
VINDR = (
    *("Aortic enlargement", "Atelectasis", "Calcification", "Cardiomegaly", "Clavicle fracture", "Consolidation"),
    *("Edema", "Emphysema", "Enlarged PA", "ILD", "Infiltration", "Lung Opacity", "Lung cavity", "Lung cyst"),
    *("Mediastinal shift", "Nodule/Mass", "Pleural effusion", "Pleural thickening", "Pneumothorax"),
    *("Pulmonary fibrosis", "Rib fracture", "Other lesion", "COPD", "Lung tumor", "Pneumonia", "Tuberculosis"),
    *("Other disease", "No finding"),
)
PCXR = (
    *("No finding", "Bronchitis", "Brocho-pneumonia", "Other disease", "Bronchiolitis", "Situs inversus"),
    *("Pneumonia", "Pleuro-pneumonia", "Diagphramatic hernia", "Tuberculosis", "Congenital emphysema", "CPAM"),
    *("Hyaline membrane disease", "Mediastinal tumor", "Lung tumor"),
)
LONG_TAIL = (
    *("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema", "Fibrosis", "Hernia"),
    *("Infiltration", "Mass", "Nodule", "Pleural Thickening", "Pneumonia", "Pneumothorax", "Pneumoperitoneum"),
    *("Pneumomediastinum", "Subcutaneous Emphysema", "Tortuous Aorta", "Calcification of the Aorta", "No Finding"),
)
BRSET = (
    *("diabetic_retinopathy", "macular_edema", "scar", "nevus", "amd", "vascular_occlusion"),
    *("hypertensive_retinopathy", "drusens", "hemorrhage", "retinal_detachment", "myopic_fundus"),
    *("increased_cup_disc", "other"),
)
RFMID_COLUMNS = """
DR ARMD MH DN MYA BRVO TSLN ERM LS MS CSR ODC CRVO TV AH ODP ODE ST AION PT RT RS CRS EDN RPEC MHL RP CWS CB ODPM PRH
MNF HR CRAO TD CME PTCR CF VH MCA VS BRAO PLQ HPED CL
"""
HEX = "0123456789abcdef0123456789abcde"


def marks(columns: Sequence[str], *found: str, yes: str = "1", no: str = "0") -> dict[str, str]:
    assert set(found) <= set(columns)
    return {column: yes if column in found else no for column in columns}


def chexpert(folder: Path) -> Truth:
    found = (("Edema", "Support Devices"), ("No Finding",), ("Pleural Effusion",))
    rows, truth = [], {}
    for seed, names in enumerate(found):
        view = ("frontal", "lateral")[seed % 2]
        path = f"CheXpert-v1.0-small/valid/patient{64541 + seed // 2}/study1/view{seed % 2 + 1}_{view}.jpg"
        put(folder / path, seed)
        about = {"Path": path, "Sex": "Male", "Age": "73", "Frontal/Lateral": view.title(), "AP/PA": "AP"}
        rows.append(about | marks(CHEXPERT, *names, yes="1.0", no="0.0"))
        truth[path] = names
    put_csv(folder / "CheXpert-v1.0-small/valid.csv", rows)
    return truth


def cxr14(folder: Path) -> Truth:
    found = {"00000013_004.png": ("Effusion", "Tortuous Aorta"), "00000032_001.png": ("No Finding",)}
    rows = []
    for seed, (id, names) in enumerate(found.items()):
        put(folder / f"images_00{seed + 1}/images/{id}", seed)
        rows.append({"id": id, **marks(LONG_TAIL, *names), "subj_id": id[:8].lstrip("0")})
    put_csv(folder / "PruneCXR/miccai2023_nih-cxr-lt_labels_test.csv", rows)
    return found


def image_labels(table: str, columns: Sequence[str], found: Mapping[str, Sequence[str]]) -> Classes:
    """VinDr: a row a picture, a column a finding."""

    def build(folder: Path) -> Truth:
        rows = []
        for seed, (id, names) in enumerate(found.items()):
            put_dicom(folder / f"test/{id}.dicom", seed, PhotometricInterpretation="MONOCHROME1")
            rows.append({"image_id": id, **marks(columns, *names)})
        put_csv(folder / table, rows)
        return {id: tuple(name.replace("Nodule/Mass", "Nodule or Mass") for name in n) for id, n in found.items()}

    return Classes(build=build)


def spinexr(folder: Path) -> Truth:
    found = {f"{HEX}0": ("Disc space narrowing", "Osteophytes"), f"{HEX}1": ("No finding",)}
    rows: list[dict[str, str]] = []
    for seed, (id, names) in enumerate(found.items()):
        put_dicom(folder / f"test_images/{id}.dicom", seed)
        about = {"study_id": f"{seed}{HEX}", "series_id": f"{HEX}a", "image_id": id, "rad_id": "rad1"}
        for name in (names[-1], *names):
            box = ("", "", "", "") if name == "No finding" else ("712.6", "961.3", "786.5", "1011.7")
            rows.append(about | {"lesion_type": name} | dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)))
    put_csv(folder / "annotations/test.csv", rows)
    return found


def mammo(folder: Path) -> Truth:
    boxes: tuple[tuple[str, str, str], ...] = (
        ("a", "['Mass', 'Suspicious Calcification']", "test"),
        ("a", "['Skin Thickening']", "test"),
        ("b", "['No Finding']", "test"),
        ("c", "['Mass']", "training"),
    )
    rows = []
    for seed, (letter, names, split) in enumerate(boxes):
        study, id = f"{letter}{HEX}", f"{HEX}{letter}"
        put_dicom(folder / f"images/{study}/{id}.dicom", seed)
        about = {"study_id": study, "series_id": f"{HEX}f", "image_id": id, "laterality": "L", "view_position": "CC"}
        about |= {"height": "3518", "width": "2800", "breast_birads": "BI-RADS 4", "breast_density": "DENSITY C"}
        drawn = {"finding_birads": "BI-RADS 4", "xmin": "2355.1", "ymin": "1731.6", "xmax": "2482.9", "ymax": "1852.7"}
        if "No" in names:
            drawn = dict.fromkeys(drawn, "")
        rows.append(about | {"finding_categories": names} | drawn | {"split": split})
    put_csv(folder / "finding_annotations.csv", rows)
    return {f"{HEX}a": ("Suspicious Calcification", "Mass", "Skin Thickening"), f"{HEX}b": ("No Finding",)}


def brset(folder: Path) -> Truth:
    names = {"macular_edema": "diabetic macular edema", "amd": "age-related macular degeneration"}
    rows, truth = [], {}
    people = [str(number) for number in range(1, 25)]
    tested = chosen("brset", people)
    for seed, patient in enumerate(people):
        id = f"img{seed + 1:05}"
        put(folder / f"fundus_photos/{id}.jpg", seed)
        found = ((), ("amd",), ("macular_edema", "amd"))[seed % 3]
        about = {"image_id": id, "camera": "Canon CR", "patient_id": patient, "comorbidities": "", "DR_ICDR": "0"}
        rows.append(about | marks(BRSET, *found) | {"quality": "Adequate"})
        if patient in tested:
            truth[id] = tuple(names[one] for one in found) or ("normal",)
    put_csv(folder / "labels_brset.csv", rows)
    return truth


def rfmid(folder: Path) -> Truth:
    found = {"1": ("DR", "MH"), "2": (), "3": ("CWS", "HR", "CRS")}
    for seed, id in enumerate(found):
        put(folder / f"Test_Set/Test/{id}.png", seed)
    columns = RFMID_COLUMNS.split()
    rows = [{"ID": id, "Disease_Risk": str(int(bool(f))), **marks(columns, *f)} for id, f in found.items()]
    put_csv(folder / "Test_Set/RFMiD_Testing_Labels.csv", rows)
    return {"1": ("Diabetic retinopathy", "Media Haze"), "2": ("normal",), "3": ("Chorioretinitis", "Other")}


FINDINGS: Mapping[str, Classes] = {
    "chexpert": Classes(build=chexpert),
    "cxr14": Classes(build=cxr14),
    "vindr-cxr": image_labels(
        "annotations/image_labels_test.csv",
        VINDR,
        {f"{HEX}a": ("Cardiomegaly", "Nodule/Mass", "Other disease"), f"{HEX}b": ("No finding",)},
    ),
    "vindr-pcxr": image_labels(
        "image_labels_test.csv", PCXR, {f"{HEX}a": ("Brocho-pneumonia", "CPAM"), f"{HEX}b": ("No finding",)}
    ),
    "vindr-spinexr": Classes(build=spinexr),
    "vindr-mammo": Classes(build=mammo),
    "brset": Classes(build=brset),
    "rfmid": Classes(build=rfmid),
}


def chestx_det(folder: Path) -> None:
    boxes = {"36199.png": {"Effusion": [2, 3, 20, 30], "Mass": [25, 5, 40, 20]}, "36200.png": {}}
    rows = []
    for seed, (name, found) in enumerate(boxes.items()):
        put(folder / "test" / name, seed)
        outlines = [[[x1, y1], [x2, y1], [x2, y2]] for x1, y1, x2, y2 in found.values()]
        rows.append({"file_name": name, "syms": list(found), "boxes": list(found.values()), "polygons": outlines})
    write_array(folder / "ChestX_Det_test.json", rows)


MASKS: tuple[tuple[str, str, tuple[int, int, int, int]], ...] = (
    ("x_0001", "0001_000", (2, 2, 20, 30)),
    ("x_0001", "0002_000", (4, 4, 10, 10)),
    ("x_0001", "0002_001", (12, 20, 18, 28)),
    ("x_0001", "0004_000", (2, 2, 40, 30)),
    ("x_0002", "0001_000", (2, 2, 20, 30)),
    ("x_0002", "0003_000", (30, 10, 44, 30)),
    ("x_0002", "0002_000", (30, 10, 33, 13)),
)
"""Slice, class and instance, and where the mask is; class 4 is a union, and the last mask is a speck."""
LIVER = {"liver": 1, "liver_tumor": 2, "spleen": 3, "union_liver": 4}


def sa_med2d(folder: Path) -> None:
    """Two cases in the test split, one more that MedRegInstruct trains on, and one of the rest."""
    card = "medregins-r2t-structure"
    numbers = [f"Case_{number:05}" for number in range(1200)]
    inside = chosen(card, [f"AbdomenCT1K--{one}" for one in numbers])[:3]
    outside = chosen(card, [f"AbdomenCT1K--{one}" for one in numbers], "train")[:1]
    home = folder / "SAMed2Dv1"
    for place, case in enumerate((*inside, *outside)):
        for seed, slice in enumerate(("x_0001", "x_0002")):
            put(home / f"images/ct_00--{case}--{slice}.png", 10 * place + seed)
        for slice, mask, (x1, y1, x2, y2) in MASKS:
            drawn = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
            drawn[y1:y2, x1:x2] = 255
            file = home / f"masks/ct_00--{case}--{slice}--{mask}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(drawn).save(file)
    (home / "SAMed2D_v1_class_mapping_id.json").write_text(json.dumps({"AbdomenCT1K": LIVER}), "utf-8")
    trained = {"image": f"SAMed2Dv1/images/ct_00--{inside[2]}--y_0100.png"}
    write_lines(folder / "MedRegInstruct/train/region2text.jsonl", [trained])
    write_lines(folder / "MedRegInstruct/train/text2region.jsonl", [{"image": "vindr/0a1b.png"}])


def conversation(asked: str, answer: str) -> list[dict[str, str]]:
    prompt = "You are a helpful medical assistant. <image>\n"
    return [{"from": "human", "value": prompt + asked}, {"from": "gpt", "value": answer}]


def released(file: str, talks: Sequence[tuple[str, str]]) -> Any:
    """MedRegInstruct's records, the first picture where the record says, the others among SA-Med2D-20M's."""

    def build(folder: Path) -> None:
        rows = []
        for number, (asked, answer) in enumerate(talks):
            name = f"mr_t1--BrainTumour--BRATS_{number}--z_0050.png"
            put(folder / (f"./images/{name}" if number == 0 else f"SAMed2Dv1/images/{name}"), number)
            size = {"width": WIDTH, "height": HEIGHT}
            rows.append({"id": 0, "image": f"./images/{name}", **size, "conversations": conversation(asked, answer)})
        write_lines(folder / file, rows)

    return build


WHAT = "What is <ref>this</ref><box>[[208, 249, 624, 749]]</box> in this MRI scan?"
WHERE = "Please locate <ref>edema</ref>, <ref>left kidney</ref> in this MRI scan."
BOTH = (
    "<ref>edema</ref><box>[[208, 249, 624, 749], [0, 0, 104, 124]]</box>, "
    "<ref>left kidney</ref><box>[[624, 499, 832, 749]]</box>"
)
REGIONS: Mapping[str, tuple[Any, int]] = {
    "chestx-det": (chestx_det, 2),
    "medregins-r2t-structure": (sa_med2d, 6),
    "medregins-r2t-lesion": (sa_med2d, 4),
    "medregins-t2r-ss": (sa_med2d, 6),
    "medregins-t2r-sm": (sa_med2d, 2),
    "medregins-t2r-ms": (sa_med2d, 2),
    "medregins-t2r-mm": (sa_med2d, 2),
    "medregins-r2t-released": (released("train/region2text.jsonl", [(WHAT, "edema"), (WHAT, "Left kidney.")]), 2),
    "medregins-t2r-released": (released("train/text2region.jsonl", [(WHERE, BOTH), (WHERE, BOTH)]), 2),
}
"""Builder, and the samples a language that must come of it."""
