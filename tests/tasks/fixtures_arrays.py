"""Handfuls of made pictures in the exact layouts of sources that keep them in arrays, or as slices of volumes."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from fixtures_classes import Classes, Truth, chosen, put_dicom
from made_sources import picture_bytes, put_csv
from PIL import Image


def medmnist(file: str, labels: Sequence[Sequence[int]], names: Sequence[Sequence[str]]) -> Classes:
    """The arrays of one file; the last pictures are those for testing."""

    def build(folder: Path) -> Truth:
        folder.mkdir(parents=True)
        count = len(labels)
        shots = [Image.open(io.BytesIO(picture_bytes(seed))).resize((224, 224), 0) for seed in range(count)]
        images = np.stack([np.asarray(shot) for shot in shots])
        marks = np.array(labels, dtype=np.uint8)
        parts: dict[str, Any] = {"test_images": images, "test_labels": marks}
        for part in ("train", "val"):
            parts |= {f"{part}_images": images[:1], f"{part}_labels": marks[:1]}
        np.savez_compressed(folder / file, **parts)
        return {f"test{number}": tuple(found) for number, found in enumerate(names)}

    return Classes(build=build)


def single_mnist(file: str, names: Sequence[str]) -> Classes:
    return medmnist(file, [[number] for number in range(len(names))], [[name] for name in names])


def chest_mnist() -> Classes:
    def marks(*places: int) -> list[int]:
        return [int(place in places) for place in range(14)]

    rows = [marks(0, 12), marks(), marks(13), marks(2, 8)]
    names = [["Atelectasis", "Pleural Thickening"], ["No Finding"], ["Hernia"], ["Consolidation", "Effusion"]]
    return medmnist("chestmnist_224.npz", rows, names)


CT = {"Modality": "CT", "RescaleSlope": 0.02, "RescaleIntercept": 0}
"""All greys of the made picture lie in the window of the brain."""


def bhx(folder: Path) -> Truth:
    """CQ500's folders with six studies in the test split and one outside; a slice of each has two kinds."""
    there = [f"1.2.276.0.7230010.3.1.2.{number}" for number in range(90)]
    tested = chosen("bhx", there)[:6]
    studies = [*tested, *chosen("bhx", there, "train")[:1]]
    truth: Truth = {}
    rows = []
    kinds: tuple[tuple[str, ...], ...] = (("Epidural",), (), ("Subdural", "Chronic"), ("Intraparenchymal",))
    for place, study in enumerate(studies):
        series = f"{study}.7"
        for number, found in enumerate(kinds):
            uid = f"{series}.{number}"
            file = f"CQ500CT{place} CQ500CT{place}/Unknown Study/CT Thin Plain/CT{number:06}.dcm"
            uids = {"SOPInstanceUID": uid, "SeriesInstanceUID": series, "StudyInstanceUID": study}
            put_dicom(folder / file, 10 * place + number, **CT, **uids)
            box = "{'x': 3.5, 'y': 4.0, 'width': 10.25, 'height': 8.0}"
            rows += [{**uids, "data": box, "labelName": kind, "labelType": "Bounding box"} for kind in found]
            if len(found) < 2 and study in tested:
                truth[uid] = found or ("None",)
        other = {"SOPInstanceUID": f"{series}.8.1", "SeriesInstanceUID": f"{series}.8", "StudyInstanceUID": study}
        put_dicom(
            folder / f"CQ500CT{place} CQ500CT{place}/Unknown Study/CT Bone/CT000000.dcm", 500 + place, **CT, **other
        )
    put_csv(folder / "3_Extrapolation_to_Selected_Series.csv", rows)
    return truth


def pannuke(folder: Path) -> Truth:
    home = folder / "Fold 3/images/fold3"
    home.mkdir(parents=True)
    types = {"Breast": "Breast", "Bile-duct": "Bile duct", "HeadNeck": "Head or Neck", "Adrenal_gland": "Adrenal gland"}
    shots = [Image.open(io.BytesIO(picture_bytes(s))).convert("RGB").resize((256, 256), 0) for s in range(len(types))]
    np.save(home / "images.npy", np.stack([np.asarray(shot, dtype=np.float64) for shot in shots]))
    np.save(home / "types.npy", np.array(list(types)))
    return {f"fold3-{number}": (name,) for number, name in enumerate(types.values())}


ORGANS = (
    *("bladder", "left femur", "right femur", "heart", "left kidney", "right kidney"),
    *("liver", "left lung", "right lung", "pancreas", "spleen"),
)
ARRAYS: Mapping[str, Classes] = {
    "pneumonia-mnist": single_mnist("pneumoniamnist_224.npz", ("normal", "pneumonia")),
    "organa-mnist": single_mnist("organamnist_224.npz", ORGANS),
    "organc-mnist": single_mnist("organcmnist_224.npz", ORGANS),
    "organs-mnist": single_mnist("organsmnist_224.npz", ORGANS),
    "oct-mnist": single_mnist(
        "octmnist_224.npz", ("choroidal neovascularization", "diabetic macular edema", "drusen", "normal")
    ),
    "breast-mnist": single_mnist("breastmnist_224.npz", ("malignant", "normal or benign")),
    "chest-mnist": chest_mnist(),
    "bhx": Classes(build=bhx, told=1),
    "pannuke": Classes(build=pannuke),
}
