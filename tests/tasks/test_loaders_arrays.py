"""Sources that keep pictures in arrays, in volumes' slices or as masks: what they mean, and what is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fixtures_arrays import ARRAYS, bhx, pannuke
from fixtures_findings import BOTH, REGIONS, WHAT, WHERE, chestx_det, released, sa_med2d
from loader_cards import write_lines
from PIL import Image

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.types import Sample
from medgauge_tasks.cards import build_task, load_card
from medgauge_tasks.loaders.region_questions import subtask
from medgauge_tasks.loaders.sa_med2d import load as read_sa_med2d


def load(name: str, tmp_path: Path) -> tuple[Sample, ...]:
    return build_task(name).load(tmp_path, "test").samples


def test_a_tile_is_drawn_as_the_array_has_it(tmp_path: Path) -> None:
    folder = tmp_path / "pannuke"
    pannuke(folder)
    loaded = build_task("pannuke").load(tmp_path, "test")
    drawn = np.asarray(Image.open(loaded.root / loaded.samples[2].media[0].path))
    assert (drawn == np.load(folder / "Fold 3/images/fold3/images.npy")[1]).all()


@pytest.mark.parametrize(
    ("file", "array", "words"),
    [
        ("types", np.array(["Breast", "Heart", "Skin", "Lung"]), "record 2"),
        ("types", np.array(["Breast"]), "4 names"),
        ("types", np.array([None] * 4, dtype=object), "numpy writes"),
        ("images", np.zeros((4, 8, 8)), "shape"),
        ("images", np.full((4, 8, 8, 3), 256.0), "from 0 to 255"),
        ("images", np.full((4, 8, 8, 3), np.nan), "from 0 to 255"),
    ],
)
def test_arrays_that_are_none_of_pannukes(tmp_path: Path, file: str, array: Any, words: str) -> None:
    pannuke(tmp_path / "pannuke")
    np.save(tmp_path / f"pannuke/Fold 3/images/fold3/{file}.npy", array)
    with pytest.raises(BadRecord, match=words):
        load("pannuke", tmp_path)


@pytest.mark.parametrize(("name", "labels"), [("pneumonia-mnist", [[2], [0]]), ("chest-mnist", [[0] * 13 + [2]] * 4)])
def test_a_number_that_is_no_label(tmp_path: Path, name: str, labels: list[list[int]]) -> None:
    folder = tmp_path / "medmnist"
    ARRAYS[name].build(folder)
    (file,) = folder.glob("*.npz")
    with np.load(file) as arrays:
        kept = dict(arrays)
    np.savez(file, **{**kept, "test_labels": np.array(labels, dtype=np.uint8)})
    with pytest.raises(BadRecord, match=r"field '\(label\)'"):
        load(name, tmp_path)


def test_a_slice_that_nobody_has_is_counted_and_one_without_identifiers_is_named(tmp_path: Path) -> None:
    bhx(tmp_path / "bhx")
    before = load("bhx", tmp_path)
    boxed = {sample.id for sample in before if sample.target.labels == ("Epidural",)}
    (tmp_path / "bhx/CQ500CT0 CQ500CT0/Unknown Study/CT Thin Plain/CT000000.dcm").unlink()
    after = load("bhx", tmp_path)
    assert {sample.id for sample in after} == {sample.id for sample in before}
    lost = [sample.id for sample in after if sample.media[0].size is None]
    assert len(set(lost)) == 1
    assert set(lost) <= boxed
    (tmp_path / "bhx/x.dcm").write_bytes(b"no DICOM")
    with pytest.raises(BadRecord, match=r"x\.dcm"):
        load("bhx", tmp_path)


def test_the_kinds_of_a_slice_are_a_closed_list(tmp_path: Path) -> None:
    bhx(tmp_path / "bhx")
    file = tmp_path / "bhx/3_Extrapolation_to_Selected_Series.csv"
    file.write_text(file.read_text("utf-8").replace("Epidural", "Extradural"), "utf-8")
    with pytest.raises(BadRecord, match="labelName"):
        load("bhx", tmp_path)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"boxes": [[2, 3, 20, 30]]}, "boxes"),
        ({"syms": ["Effusion", "Pleurisy"]}, "label"),
        ({"boxes": [[2, 3, 20, 30], [40, 5, 25, 20]]}, "box 2"),
        ({"boxes": [[2, 3, 20, 30], [25, 5, 60, 20]]}, "box 2"),
        ({"boxes": [[2, 3, 20, 30], [25, 5, 60]]}, "boxes"),
        ({"syms": "Effusion"}, "syms"),
        ({"file_name": "../36199.png"}, "file_name"),
    ],
)
def test_a_broken_record_of_boxes_is_named(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    folder = tmp_path / "chestx-det"
    chestx_det(folder)
    file = folder / "ChestX_Det_test.json"
    rows = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps([{**rows[0], **change}, *rows[1:]]), "utf-8")
    with pytest.raises(BadRecord, match=f"record 1 of the array.*{field}"):
        load("chestx-det", tmp_path)


def test_boxes_are_drawn_around_masks_and_a_trained_case_is_not_asked(tmp_path: Path) -> None:
    sa_med2d(tmp_path / "sa_med2d")
    (sample, other) = load("medregins-t2r-mm", tmp_path)
    assert sample.choices == ("liver", "liver tumor")
    assert [(box.label, box.xyxy) for box in sample.target.boxes] == [
        ("liver", (2, 2, 20, 30)),
        ("liver tumor", (4, 4, 10, 10)),
        ("liver tumor", (12, 20, 18, 28)),
    ]
    assert sample.group != other.group
    loaded = build_task("medregins-r2t-lesion").load(tmp_path, "test")
    assert {(s.target.text, s.tags["modality"], s.tags["subtask"]) for s in loaded.samples} == {
        ("liver tumor", "ct", "lesion")
    }
    assert loaded.excluded == ("2 parts of masks with fewer than 16 pixels are left out, the largest of 9",)


def test_a_mask_of_another_size_is_told_and_one_of_no_class_is_named(tmp_path: Path) -> None:
    sa_med2d(tmp_path / "sa_med2d")
    case = load("medregins-t2r-ss", tmp_path)[0].group
    file = tmp_path / f"sa_med2d/SAMed2Dv1/masks/ct_00--{case}--x_0002--0003_000.png"
    Image.new("L", (10, 10), 255).save(file)
    loaded = build_task("medregins-t2r-ss").load(tmp_path, "test")
    assert len(loaded.samples) == 5
    assert loaded.excluded[-1] == "1 masks of another size than their picture are left out"
    file.rename(file.with_name(file.name.replace("0003_000", "0009_000")))
    with pytest.raises(BadRecord, match=r"field '\(class\)'"):
        load("medregins-t2r-ss", tmp_path)


@pytest.mark.parametrize("name", ["images/ct_00--A.png", "images/mystery--A--1--x_1.png", "masks/what.png"])
def test_a_name_of_another_form_is_refused(tmp_path: Path, name: str) -> None:
    sa_med2d(tmp_path / "sa_med2d")
    (tmp_path / "sa_med2d/SAMed2Dv1" / name).write_bytes(b"")
    with pytest.raises(BadRecord, match=r"field '\(name\)'"):
        load("medregins-r2t-structure", tmp_path)


def test_without_the_training_files_nothing_is_asked(tmp_path: Path) -> None:
    sa_med2d(tmp_path / "sa_med2d")
    (tmp_path / "sa_med2d/MedRegInstruct/train/text2region.jsonl").unlink()
    with pytest.raises(Incomplete, match="text2region"):
        load("medregins-r2t-structure", tmp_path)


def slices(folder: Path, *names: str) -> list[str]:
    """Puts pictures there, each with a mask of its own; gives the groups of what is asked, over both splits."""
    home = folder / "sa_med2d/SAMed2Dv1"
    for name in names:
        (home / "images").mkdir(parents=True, exist_ok=True)
        (home / "masks").mkdir(exist_ok=True)
        Image.new("L", (64, 64)).save(home / f"images/{name}.png")
        Image.new("L", (64, 64), 255).save(home / f"masks/{name}--0001_000.png")
    classes = {name.split("--")[1]: {"heart": 1} for name in names}
    (home / "SAMed2D_v1_class_mapping_id.json").write_text(json.dumps(classes), "utf-8")
    card = load_card("medregins-r2t-structure")
    everything = replace(card, options={k: v for k, v in card.options.items() if k not in ("share", "seed", "split")})
    return [sample.group for sample in read_sa_med2d(everything, folder, "test").samples]


def trained(folder: Path, *names: str) -> None:
    files = folder / "sa_med2d/MedRegInstruct/train"
    write_lines(files / "region2text.jsonl", [{"image": f"images/{name}.png"} for name in names])
    write_lines(files / "text2region.jsonl", [{"image": "vindr/0a1b.png"}])


@pytest.mark.parametrize(
    ("frames", "patient"),
    [
        (("mr_00--ACDC--patient001_frame01--x_0006", "mr_00--ACDC--patient001_frame12--x_0004"), "ACDC--patient001"),
        (("mr_cmr--CMRxMotions--P010-4-ES--x_0004", "mr_cmr--CMRxMotions--P010-1-ED--x_0004"), "CMRxMotions--P010"),
        (("mr_00--MnM--A0S9V9_ED--x_0004", "mr_00--MnM--A0S9V9_ES--x_0004"), "MnM--A0S9V9"),
        (("ct_00--CAD_PE--001--x_0125", "ct_00--CAD_PE--001--x_0126"), "CAD_PE--001"),
    ],
)
def test_the_frames_of_a_heart_are_one_patient(tmp_path: Path, frames: tuple[str, str], patient: str) -> None:
    other = frames[0].replace("001", "002").replace("P010", "P011").replace("A0S9V9", "A1D0Q7")
    trained(tmp_path, other)
    assert slices(tmp_path, *frames, other) == [patient, patient]
    trained(tmp_path, frames[1], other)
    assert slices(tmp_path) == [], "a patient of whom a frame was trained on is not asked"


def test_training_files_that_name_no_source_of_the_copy_are_refused(tmp_path: Path) -> None:
    trained(tmp_path, "0001/ct_00_AbdomenCT1K_Case_00011")
    words = r"name none of the sources .*\('CAD_PE'\).*modality--data set--case--slice\.png.*'images/0001/ct_00_Abdomen"
    with pytest.raises(MedGaugeError, match=words):
        slices(tmp_path, "ct_00--CAD_PE--001--x_0125")


def test_records_as_released(tmp_path: Path) -> None:
    REGIONS["medregins-t2r-released"][0](tmp_path / "medreginstruct")
    first, second = load("medregins-t2r-released", tmp_path)
    assert (first.id, first.choices, first.tags["regime"]) == ("line-1", ("edema", "left kidney"), "mm")
    assert [box.label for box in first.target.boxes] == ["edema", "edema", "left kidney"]
    assert first.target.boxes[0].xyxy == pytest.approx((9.99, 9.97, 29.98, 29.99), abs=0.02)
    assert [s.media[0].path.partition("/")[0] for s in (first, second)] == ["images", "SAMed2Dv1"]
    REGIONS["medregins-r2t-released"][0](tmp_path / "medreginstruct")
    one, other = load("medregins-r2t-released", tmp_path)
    assert (one.target.text, one.tags["subtask"], len(one.regions)) == ("edema", "lesion", 1)
    assert (other.target.text, other.tags["subtask"]) == ("Left kidney", "structure")


@pytest.mark.parametrize(
    ("card", "talk"),
    [
        ("medregins-r2t-released", ("What is this?", "edema")),
        ("medregins-r2t-released", (WHAT, " ")),
        ("medregins-t2r-released", (WHERE, "There is none.")),
        ("medregins-t2r-released", ("Please locate <ref>liver</ref>.", BOTH)),
        ("medregins-t2r-released", (WHERE, "<ref>edema</ref><box>[[208, 249, 624]]</box>")),
        ("medregins-t2r-released", ("<image> again", BOTH)),
    ],
)
def test_a_broken_conversation_is_named(tmp_path: Path, card: str, talk: tuple[str, str]) -> None:
    build: Callable[[Path], None] = released(load_card(card).options["file"], [talk])
    build(tmp_path / "medreginstruct")
    with pytest.raises(BadRecord, match=r"jsonl(:| line) ?1.*field '(conversations|value)'"):
        load(card, tmp_path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("liver tumor", "lesion"),
        ("COVID lesion", "lesion"),
        ("left kidney", "structure"),
        ("heart", "structure"),
    ],
)
def test_a_name_is_a_lesion_or_a_structure(name: str, kind: str) -> None:
    assert subtask(name) == kind


def test_a_card_without_its_question_is_refused(tmp_path: Path) -> None:
    sa_med2d(tmp_path / "sa_med2d")
    card = load_card("medregins-r2t-structure")
    options = {key: value for key, value in card.options.items() if key != "subtask"}
    with pytest.raises(MedGaugeError, match="needs an option subtask"):
        read_sa_med2d(replace(card, options=options), tmp_path, "test")
