"""Data sets of masks in folders: nuclei and polyps."""

from dataclasses import replace
from pathlib import Path

import pytest
from layouts import boxes, dsb2018, kvasir_seg, mask

from medgauge.errors import BadRecord, Incomplete
from medgauge_tasks.cards import load_card
from medgauge_tasks.loaders import mask_folders

NUCLEI, POLYPS = load_card("dsb2018"), load_card("kvasir-seg")


def test_a_box_for_each_nucleus(tmp_path: Path) -> None:
    dsb2018(tmp_path)
    loaded = mask_folders.load_nuclei(NUCLEI, tmp_path, "test")
    first, _, second, _ = loaded.samples
    assert boxes(first) == [("nucleus", (2, 3, 12, 10)), ("nucleus", (30, 20, 40, 30))]
    assert (first.tags["regime"], first.media[0].size) == ("sm", (64, 48))
    assert boxes(second) == [("nucleus", (5, 5, 20, 20))]
    assert loaded.excluded == ("1 parts of masks with fewer than 30 pixels are left out, the largest of 9",)


def test_masks_that_do_not_fit(tmp_path: Path) -> None:
    dsb2018(tmp_path)
    folder = tmp_path / "stage1_train" / "aa" / "masks"
    mask(folder / "aa9.png", (32, 32), (1, 1, 9, 9))
    with pytest.raises(BadRecord, match=r"aa9\.png: field '\(size\)': expected the size of the other masks"):
        mask_folders.load_nuclei(NUCLEI, tmp_path, "test")
    for file in folder.glob("*.png"):
        mask(file, (32, 32), (1, 1, 9, 9))
    with pytest.raises(BadRecord, match=r"expected the picture's own, \(64, 48\), got \(32, 32\)"):
        mask_folders.load_nuclei(NUCLEI, tmp_path, "test")
    for file in folder.glob("*.png"):
        file.unlink()
    with pytest.raises(Incomplete, match=r"masks holds no mask\. Data Science Bowl"):
        mask_folders.load_nuclei(NUCLEI, tmp_path, "test")


def test_a_speck_does_not_stretch_a_polyp(tmp_path: Path) -> None:
    kvasir_seg(tmp_path)
    loaded = mask_folders.load_polyps(POLYPS, tmp_path, "test")
    one, chinese, two, _ = loaded.samples
    assert boxes(one) == [("polyp", (20, 10, 44, 40))]
    assert boxes(chinese) == [("息肉", (20, 10, 44, 40))]
    assert boxes(two) == [("polyp", (2, 2, 20, 20)), ("polyp", (30, 20, 60, 44))]
    assert one.media[0].path == "Kvasir-SEG/images/one.jpg"
    assert loaded.excluded == ("1 parts of masks with fewer than 100 pixels are left out, the largest of 1",)
    blown = mask_folders.load_polyps(replace(POLYPS, options={"min_area": "1"}), tmp_path, "test").samples[0]
    assert boxes(blown)[0] == ("polyp", (0, 0, 1, 1))


def test_the_real_masks(shared: Path) -> None:
    nuclei = mask_folders.load_nuclei(NUCLEI, shared / "data", "test")
    english = [s for s in nuclei.samples if s.language == "en"]
    assert (len(english), sum(len(s.target.boxes) for s in english)) == (52, 936 - 13)
    assert nuclei.excluded == ("13 parts of masks with fewer than 30 pixels are left out, the largest of 29",)
    polyps = mask_folders.load_polyps(POLYPS, shared / "data", "test")
    english = [s for s in polyps.samples if s.language == "en"]
    assert (len(english), sum(len(s.target.boxes) for s in english)) == (11, 12)
    assert polyps.excluded == ("2 parts of masks with fewer than 100 pixels are left out, the largest of 1",)
    (double,) = [s for s in english if len(s.target.boxes) == 2]
    assert boxes(double) == [("polyp", (487, 43, 622, 339)), ("polyp", (330, 72, 437, 150))]
