"""Masks to boxes: pictures, run lengths, specks; 16-bit and RGBA pictures."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from medgauge.errors import BadRecord, Incomplete
from medgauge.media import at as placed
from medgauge.media import open_image, probe
from medgauge_tasks.readers.masks import component_boxes, object_box, read_classes, read_mask, rescaled
from medgauge_tasks.readers.pictures import pixels
from medgauge_tasks.readers.record import Place, Record
from medgauge_tasks.readers.rle import coco_mask, kaggle_mask

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 7), st.integers(1, 9)))


def drawn(*rectangles: tuple[int, int, int, int], size: tuple[int, int] = (20, 10)) -> np.ndarray[Any, Any]:
    mask = np.zeros(size[::-1], dtype=np.bool_)
    for x1, y1, x2, y2 in rectangles:
        mask[y1:y2, x1:x2] = True
    return mask


def test_a_speck_of_one_pixel_blows_up_the_box_until_it_is_removed() -> None:
    mask = drawn((0, 0, 1, 1), (8, 4, 14, 9))
    assert object_box(mask, 1).boxes == ((0, 0, 14, 9),)
    for read in (object_box, component_boxes):
        found = read(mask, 2)
        assert (found.boxes, found.removed) == (((8, 4, 14, 9),), (1,))
    assert component_boxes(mask, 1).boxes == ((0, 0, 1, 1), (8, 4, 14, 9))
    assert object_box(mask, 99).boxes == ()
    assert sorted(object_box(mask, 99).removed) == [1, 30]


def test_parts_that_touch_at_a_corner_are_one() -> None:
    assert component_boxes(drawn((0, 0, 2, 2), (2, 2, 4, 4)), 1).boxes == ((0, 0, 4, 4),)
    assert len(component_boxes(drawn((0, 0, 2, 2), (3, 2, 4, 4)), 1).boxes) == 2


def test_an_empty_mask_has_no_box() -> None:
    assert component_boxes(drawn(), 1).boxes == object_box(drawn(), 1).boxes == ()


@settings(deadline=None)
@given(mask=MASKS, min_area=st.integers(1, 4))
def test_every_pixel_is_in_a_box_or_removed(mask: np.ndarray[Any, Any], min_area: int) -> None:
    found = component_boxes(mask, min_area)
    inside = np.zeros_like(mask)
    for x1, y1, x2, y2 in found.boxes:
        part = mask[int(y1) : int(y2), int(x1) : int(x2)]
        inside[int(y1) : int(y2), int(x1) : int(x2)] = True
        assert part.any(axis=1)[[0, -1]].all()
        assert part.any(axis=0)[[0, -1]].all()
    assert mask[~inside].sum() <= sum(found.removed) <= mask.sum()
    assert all(0 < area < min_area for area in found.removed)
    if min_area == 1 and mask.any():
        ys, xs = np.nonzero(mask)
        assert object_box(mask, 1).boxes == ((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1),)


GREY = np.array([[0, 1, 127], [128, 200, 255]], dtype=np.uint8)


def saved(folder: Path, image: Image.Image, name: str = "m.png") -> Path:
    image.save(folder / name)
    return folder / name


def test_masks_of_every_kind_of_picture(tmp_path: Path) -> None:
    bright = GREY > 127
    colour = np.stack([GREY, np.zeros_like(GREY), np.zeros_like(GREY)], axis=2)
    alpha = np.dstack([colour, np.full_like(GREY, 255)])
    files = {
        "grey": Image.fromarray(GREY),
        "colour": Image.fromarray(colour),
        "alpha": Image.fromarray(alpha),
        "grey-alpha": Image.fromarray(np.dstack([GREY, np.full_like(GREY, 255)])),
    }
    for name, image in files.items():
        assert (read_mask(saved(tmp_path, image, f"{name}.png"), above=127) == bright).all(), name
    assert (read_mask(tmp_path / "grey.png", above=0) == (GREY > 0)).all()
    one_bit = saved(tmp_path, Image.fromarray(bright), "bit.png")
    assert (read_mask(one_bit, above=0) == bright).all()
    with pytest.raises(BadRecord, match="a 1-bit picture; take above=0"):
        read_mask(one_bit, above=127)
    deep = saved(tmp_path, Image.fromarray(GREY.astype(np.uint16) * 257), "deep.png")
    assert (read_mask(deep, above=0) == (GREY > 0)).all()


def test_classes_are_the_indices_of_a_palette(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 2], [1, 2]], dtype=np.uint8), "L").convert("P")
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    image.putdata([0, 2, 1, 2])
    assert read_classes(saved(tmp_path, image)).tolist() == [[0, 2], [1, 2]]
    with pytest.raises(BadRecord, match="expected one whole number a pixel"):
        read_classes(saved(tmp_path, Image.new("RGB", (2, 2))))


def test_16_bits_stay_16_for_readers_and_become_8_for_models(tmp_path: Path) -> None:
    deep = np.array([[0, 256, 4096], [30000, 60000, 60001]], dtype=np.uint16)
    file = saved(tmp_path, Image.fromarray(deep))
    assert (pixels(file) == deep).all()
    shown = np.asarray(open_image(placed(probe("m.png", tmp_path), tmp_path)))
    assert shown.shape == (2, 3, 3)
    assert shown[..., 0].tolist() == [[0, 1, 17], [127, 254, 255]]


def test_transparency_is_laid_over_black_for_models(tmp_path: Path) -> None:
    rgba = np.array([[[200, 100, 50, 255], [200, 100, 50, 0]]], dtype=np.uint8)
    file = saved(tmp_path, Image.fromarray(rgba))
    assert (pixels(file) == rgba).all()
    shown = np.asarray(open_image(placed(probe("m.png", tmp_path), tmp_path)))
    assert shown.tolist() == [[[200, 100, 50], [0, 0, 0]]]


def test_what_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(Incomplete):
        pixels(tmp_path / "none.png")
    whole = saved(tmp_path, Image.fromarray(np.arange(10_000, dtype=np.uint16).reshape(100, 100))).read_bytes()
    for broken in (b"", b"no picture", whole[:40], whole[: len(whole) // 2]):
        (tmp_path / "b.png").write_bytes(broken)
        with pytest.raises(BadRecord, match=r"b\.png: field '\(whole file\)': expected a picture"):
            pixels(tmp_path / "b.png")


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    file = tmp_path / "bomb.png"
    Image.new("1", (40_000, 40_000)).save(file)
    assert file.stat().st_size < 1_000_000
    with pytest.raises(BadRecord, match=r"got '40000 x 40000'|DecompressionBombError"):
        pixels(file)
    assert probe("bomb.png", tmp_path).size is None


def test_boxes_of_a_mask_of_another_size() -> None:
    place = Place(file=Path("m.png"))
    assert rescaled([(10, 20, 30, 40)], (100, 200), (50, 100), place) == ((5, 10, 15, 20),)
    assert rescaled([(0, 0, 1022, 767)], (1022, 767), (768, 576), place) == ((0, 0, 768, 576),)
    with pytest.raises(BadRecord, match=r"m\.png: field '\(size\)': expected a mask of the shape of its image"):
        rescaled([], (100, 200), (100, 100), place)


def rle(**values: Any) -> Record:
    return Record(place=Place(file=Path("r.csv"), line=3), id="", values=values)


def kaggle(mask: np.ndarray[Any, Any]) -> str:
    flat = np.concatenate([[0], mask.T.ravel().astype(int), [0]])
    edges = np.flatnonzero(np.diff(flat)) + 1
    return " ".join(f"{start} {end - start}" for start, end in zip(edges[::2], edges[1::2], strict=True))


@settings(deadline=None)
@given(mask=MASKS)
def test_kaggle_runs_go_down_the_columns_from_one(mask: np.ndarray[Any, Any]) -> None:
    assert (kaggle_mask(rle(v=kaggle(mask)), "v", mask.shape[::-1]) == mask).all()


def test_kaggle_example() -> None:
    assert kaggle_mask(rle(v="2 2 5 1"), "v", (3, 3)).tolist() == [
        [False, False, False],
        [True, True, False],
        [True, False, False],
    ]


@pytest.mark.parametrize(
    "text", ["1", "0 3", "1 0", "1 x", "5 2 3 1", "3 2 4 1", "9 2", "1 -1", "1.0 2", "1 ９", "1 " * 9]
)
def test_broken_kaggle_runs_are_named(text: str) -> None:
    with pytest.raises(BadRecord, match=r"^r\.csv:3: field 'v': expected (pairs|rising runs)"):
        kaggle_mask(rle(v=text), "v", (3, 3))


@settings(deadline=None)
@given(mask=MASKS)
def test_coco_runs_are_what_pycocotools_writes(mask: np.ndarray[Any, Any]) -> None:
    from pycocotools import mask as reference

    packed = reference.encode(np.asfortranarray(mask, dtype=np.uint8))
    text = {"size": list(packed["size"]), "counts": packed["counts"].decode()}
    assert (coco_mask(rle(v=text), "v") == mask).all()


def test_long_coco_runs_are_what_pycocotools_writes() -> None:
    from pycocotools import mask as reference

    mask = drawn((3, 5, 900, 701), (1000, 10, 1010, 999), size=(1200, 1000))
    packed = reference.encode(np.asfortranarray(mask, dtype=np.uint8))
    text = {"size": list(packed["size"]), "counts": packed["counts"].decode()}
    assert (coco_mask(rle(v=text), "v") == mask).all()


def test_plain_coco_runs_begin_outside() -> None:
    assert coco_mask(rle(v={"size": [2, 3], "counts": [1, 2, 3]}), "v").tolist() == [
        [False, True, False],
        [True, False, False],
    ]
    assert coco_mask(rle(v={"size": [1, 2], "counts": [0, 2]}), "v").tolist() == [[True, True]]


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"size": [2, 3]},
        {"size": [2], "counts": [6]},
        {"size": [0, 3], "counts": []},
        {"size": [40_000, 40_000], "counts": [1]},
        {"size": [2, 3], "counts": [5]},
        {"size": [2, 3], "counts": [7]},
        {"size": [2, 3], "counts": [-1, 7]},
        {"size": [2, 3], "counts": [6.0]},
        {"size": [2, 3], "counts": "~~~"},
        {"size": [2, 3], "counts": "oooooooooooo"},
        {"size": [2, 3], "counts": "P"},
    ],
)
def test_broken_coco_runs_are_named(value: object) -> None:
    with pytest.raises(BadRecord, match=r"^r\.csv:3: field '"):
        coco_mask(rle(v=value), "v")


@settings(deadline=None)
@given(text=st.text(max_size=12))
def test_any_packed_text_is_a_mask_or_a_bad_record(text: str) -> None:
    value = json.loads(json.dumps({"size": [3, 4], "counts": text}))
    with suppress(BadRecord):
        assert coco_mask(rle(v=value), "v").shape == (3, 4)
