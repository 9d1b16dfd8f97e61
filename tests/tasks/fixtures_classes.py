"""Handfuls of made rows in the exact layouts of sources of classes, with what each picture must be called."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from made_sources import picture_bytes, put_csv
from PIL import Image

from medgauge.types import Split
from medgauge_tasks.cards import load_card
from medgauge_tasks.loaders.own_split import in_split

Truth: TypeAlias = dict[str, tuple[str, ...]]
"""Sample to its labels in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """What a builder makes in the folder below --data-dir, and what the test split must be."""

    build: Callable[[Path], Truth]
    told: int = 0
    """Lines about what is left out of the test split."""


def put(file: Path, seed: int) -> None:
    """A small picture in the form of its name's ending."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture_bytes(seed))).save(file)


def put_dicom(file: Path, seed: int, **elements: Any) -> None:
    """A small grey X-ray of 12 bits, or what `elements` make of it."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

    values = np.asarray(Image.open(io.BytesIO(picture_bytes(seed))), dtype=np.uint16) << 4
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{seed}")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset(str(file), {}, file_meta=meta, preamble=bytes(128))
    made.Rows, made.Columns, made.SamplesPerPixel = *values.shape, 1
    made.PhotometricInterpretation, made.PixelRepresentation = "MONOCHROME2", 0
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    for name, value in elements.items():
        setattr(made, name, value)
    made.PixelData = values.tobytes()
    made["PixelData"].VR = "OW"
    file.parent.mkdir(parents=True, exist_ok=True)
    made.save_as(file, enforce_file_format=True)


def chosen(name: str, groups: Sequence[str], split: Split = "test") -> list[str]:
    """The groups that our split of a card puts in a split."""
    card = load_card(name)
    return [group for group in groups if in_split(card, group, split)]


def paths(named: Mapping[str, str]) -> Callable[[Path], Truth]:
    """Pictures at paths, each of one class, which is all that the source says."""

    def build(folder: Path) -> Truth:
        for seed, path in enumerate(named):
            put(folder / path, seed)
        return {path: (label,) for path, label in named.items() if label}

    return build


def busi(folder: Path) -> Truth:
    classes = ("benign", "malignant", "normal")
    there = [f"Dataset_BUSI_with_GT/{name}/{name} ({number}).png" for name in classes for number in range(1, 9)]
    for seed, path in enumerate(there):
        put(folder / path, seed)
        put(folder / path.replace(".png", "_mask.png"), 100 + seed)
    put(folder / there[0].replace(".png", "_mask_1.png"), 99)
    return {path: (path.split("/")[1],) for path in chosen("busi", there)}


def isic2016(folder: Path) -> Truth:
    rows = {"ISIC_0000003": "0.0", "ISIC_0000012": "1.0", "ISIC_0000014": "0.0"}
    for seed, id in enumerate(rows):
        put(folder / f"ISBI2016_ISIC_Part3_Test_Data/{id}.jpg", seed)
    text = "".join(f"{id},{mark}\n" for id, mark in rows.items())
    (folder / "ISBI2016_ISIC_Part3_Test_GroundTruth.csv").write_text(text, "utf-8")
    return {id: ("melanoma" if mark == "1.0" else "benign",) for id, mark in rows.items()}


def one_hot(table: str, images: str, columns: Mapping[str, str], more: Mapping[str, str] | None = None) -> Any:
    """ISIC: a column a class, 1.0 in one of them."""

    def build(folder: Path) -> Truth:
        rows = []
        for seed, code in enumerate(columns):
            id = f"ISIC_00345{seed:02}"
            put(folder / images / f"{id}.jpg", seed)
            rows.append({"image": id, **{c: "1.0" if c == code else "0.0" for c in columns}, **(more or {})})
        put_csv(folder / table, rows)
        return {str(row["image"]): (name,) for row, name in zip(rows, columns.values(), strict=True) if name}

    return build


PAD_COLUMNS = """
patient_id lesion_id smoke drink background_father background_mother age pesticide gender skin_cancer_history
cancer_history has_piped_water has_sewage_system fitspatrick region diameter_1 diameter_2 diagnostic itch grew hurt
changed bleed elevation img_id biopsed
"""


def pad_ufes(folder: Path) -> Truth:
    names = {
        **{"BCC": "Basal Cell Carcinoma", "SCC": "Squamous Cell Carcinoma", "ACK": "Actinic Keratosis"},
        **{"SEK": "Seborrheic Keratosis", "MEL": "Melanoma", "NEV": "Nevus"},
    }
    truth: Truth = {}
    rows = []
    people = [f"PAT_{number}" for number in range(1, 31)]
    tested = chosen("pad-ufes-20", people)
    for seed, patient in enumerate(people):
        code = list(names)[seed % 6]
        id = f"{patient}_{seed}_{seed}.png"
        part = f"imgs_part_{seed % 3 + 1}"
        put(folder / (f"{part}/{part}/{id}" if seed % 2 else f"{part}/{id}"), seed)
        rows.append(dict.fromkeys(PAD_COLUMNS.split(), "") | {"patient_id": patient, "diagnostic": code, "img_id": id})
        if patient in tested:
            truth[id] = (names[code],)
    put_csv(folder / "metadata.csv", rows)
    return truth


def messidor(folder: Path) -> Truth:
    """Pairs and files say JPG where the table of grades says jpg."""
    truth: Truth = {}
    rows, pairs = [], []
    named = [(f"20051020_{exam:05}_0100_PP.png", f"20051020_{exam:05}_0200_PP.png") for exam in range(24)]
    named += [(f"IM{exam:06}.jpg", f"IM{exam + 1:06}.jpg") for exam in range(24, 48, 2)]
    paired = [tuple(name.replace("jpg", "JPG") for name in pair) for pair in named]
    tested = chosen("messidor-2", [left for left, _ in paired])
    for exam, (left, right) in enumerate(named):
        pairs.append(dict(zip(("left", "right"), paired[exam], strict=True)))
        for eye, (id, grade) in enumerate(((left, exam % 5), (right, 0))):
            put(folder / "IMAGES" / paired[exam][eye], 2 * exam + eye)
            graded = not (exam in (0, 1, 2, 3, 4, 5, 6, 7) and eye)
            marks = {"adjudicated_dr_grade": str(grade) if graded else "", "adjudicated_dme": "0"}
            rows.append({"image_id": id, **marks, "adjudicated_gradable": str(int(graded))})
            if graded and paired[exam][0] in tested:
                truth[id] = ("DR" if grade else "None",)
    put_csv(folder / "messidor_data.csv", rows)
    put_csv(folder / "messidor-2.csv", pairs, delimiter=";")
    return truth


ISIC = {"MEL": "Melanoma", "NV": "Melanocytic nevus", "BCC": "Basal cell carcinoma"}
KERATOSES = {"BKL": "Benign keratosis", "DF": "Dermatofibroma", "VASC": "Vascular lesion"}
TISSUES = {
    **{"ADI": "adipose", "BACK": "background", "DEB": "debris", "LYM": "lymphocytes", "MUC": "mucus"},
    **{"MUS": "smooth muscle", "NORM": "normal colon mucosa", "STR": "cancer-associated stroma"},
    "TUM": "colorectal adenocarcinoma epithelium",
}
VIEWS = {"morisons_pouch": "Morisons pouch", "plax": "PLAX view of the heart", "2ch": "2 chambers of the heart"}
CLASSES: Mapping[str, Classes] = {
    "mura": Classes(
        build=paths(
            {
                "MURA-v1.1/valid/XR_WRIST/patient11185/study1_positive/image1.png": "abnormal",
                "MURA-v1.1/valid/XR_WRIST/patient11185/study1_positive/image2.png": "abnormal",
                "MURA-v1.1/valid/XR_ELBOW/patient11186/study1_negative/image1.png": "normal",
            }
        )
    ),
    "kather-colon": Classes(
        build=paths({f"CRC-VAL-HE-7K/{code}/{code}-TCGA-AAICEQFN.tif": name for code, name in TISSUES.items()})
    ),
    "oct2017": Classes(
        build=paths(
            {
                "OCT2017/test/CNV/CNV-1016042-1.jpeg": "choroidal neovascularization",
                "OCT2017/test/CNV/CNV-1016042-2.jpeg": "choroidal neovascularization",
                "OCT2017/test/DME/DME-1072015-1.jpeg": "diabetic macular edema",
                "OCT2017/test/DRUSEN/DRUSEN-1083159-1.jpeg": "drusen",
                "OCT2017/test/NORMAL/NORMAL-1025847-1.jpeg": "normal",
            }
        )
    ),
    "busi": Classes(build=busi),
    "butterfly": Classes(
        build=paths(
            {f"butterfly_dataset/test/{26 + n}/{code}/img001.png": name for n, (code, name) in enumerate(VIEWS.items())}
        )
    ),
    "ultracovid": Classes(
        build=paths(
            {
                "data/pocus_images/Convex/covid/Cov-Atlas+(44).gif_frame18.jpg": "covid19",
                "data/pocus_images/Convex/covid/Cov-Atlas+(44).gif_frame39.jpg": "covid19",
                "data/pocus_images/Convex/pneumonia/pneu-everyday.gif_frame3.jpg": "pneumonia",
                "data/pocus_images/Convex/regular/Reg-Atlas.gif_frame15.jpg": "regular",
            }
        )
    ),
    "isic2016": Classes(build=isic2016),
    "isic2018": Classes(
        build=one_hot(
            "ISIC2018_Task3_Test_GroundTruth/ISIC2018_Task3_Test_GroundTruth.csv",
            "ISIC2018_Task3_Test_Input",
            {**ISIC, "AKIEC": "Bowen's disease", **KERATOSES},
        )
    ),
    "isic2019": Classes(
        build=one_hot(
            "ISIC_2019_Test_GroundTruth.csv",
            "ISIC_2019_Test_Input",
            {**ISIC, "AK": "Actinic keratosis", **KERATOSES, "SCC": "Squamous cell carcinoma", "UNK": ""},
            {"score_weight": "1.0", "validation_weight": "0.0"},
        ),
        told=1,
    ),
    "pad-ufes-20": Classes(build=pad_ufes),
    "messidor-2": Classes(build=messidor, told=-1),
}
"""`told` of -1: some, as our split has it."""
