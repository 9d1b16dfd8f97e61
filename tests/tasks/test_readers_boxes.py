"""Boxes of COCO, VOC, YOLO and CSV: one frame for all, and nothing guessed."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge.errors import BadRecord, Incomplete
from medgauge.types import Box
from medgauge_tasks.readers.annotated import Annotated, BoxForm, Drawn
from medgauge_tasks.readers.box_csv import NIH, BoxColumns, read_boxes
from medgauge_tasks.readers.coco import read_coco
from medgauge_tasks.readers.record import Place
from medgauge_tasks.readers.voc import read_voc
from medgauge_tasks.readers.yolo import read_yolo

FOUR = (100.0, 200.0, 300.0, 400.0)


@pytest.mark.parametrize(
    ("form", "xyxy"),
    [
        (BoxForm(order="xyxy"), (100, 200, 300, 400)),
        (BoxForm(order="xywh"), (100, 200, 400, 600)),
        (BoxForm(order="cxcywh"), (-50, 0, 250, 400)),
        (BoxForm(order="yxyx"), (200, 100, 400, 300)),
        (BoxForm(order="xyxy", denominator=1000), (50, 160, 150, 320)),
        (BoxForm(order="xyxy", denominator=999), (50.05005, 160.16016, 150.15015, 320.32032)),
        (BoxForm(order="xywh", denominator=1000), (50, 160, 200, 480)),
    ],
)
def test_the_same_four_numbers_are_what_the_source_declares(form: BoxForm, xyxy: tuple[float, ...]) -> None:
    assert form.xyxy(FOUR, (500, 800)) == pytest.approx(xyxy, abs=1e-5)


def test_shares_need_a_size() -> None:
    with pytest.raises(ValueError, match="needs the image's size"):
        BoxForm(order="xyxy", denominator=999).xyxy(FOUR, None)


def one(*boxes: tuple[float, ...], size: tuple[int, int] | None = (10, 8)) -> Annotated:
    place = Place(file=Path("f"))
    drawn = tuple(Drawn(place=Place(file=Path("f"), line=n), box=Box(xyxy=b, label="x")) for n, b in enumerate(boxes))  # type: ignore[arg-type]
    return Annotated(place=place, name="a.png", size=size, drawn=drawn)


def test_boxes_in_frame() -> None:
    assert [b.xyxy for b in one((0, 0, 10, 8), (1, 1, 1.5, 2)).framed()] == [(0, 0, 10, 8), (1, 1, 1.5, 2)]
    assert one((0, 0, 20, 20)).framed((20, 20))[0].xyxy == (0, 0, 20, 20)
    assert one((0, 0, 2000, 20), size=None).framed()[0].xyxy == (0, 0, 2000, 20)
    assert one((-0.4, 0, 10.4, 8)).framed(slack=0.5)[0].xyxy == (0, 0, 10, 8)


@pytest.mark.parametrize(
    "box", [(3, 1, 3, 2), (3, 1, 2, 2), (0, 0, 10.01, 8), (0, 0, 10, 9), (-1, 0, 5, 5), (0, -0.1, 5, 5), (20, 1, 21, 2)]
)
def test_a_box_without_area_or_out_of_frame_is_named(box: tuple[float, ...]) -> None:
    with pytest.raises(BadRecord, match=r"^f:1: field 'box 2 \(x\)': expected a box .*, got \("):
        one((0, 0, 1, 1), box).framed()


def test_only_the_frame_is_unknown_where_no_size_is() -> None:
    with pytest.raises(BadRecord, match="without negative corners"):
        one((-1, 0, 5, 5), size=None).framed()


COCO: dict[str, Any] = {
    "images": [
        {"id": 7, "file_name": "b.png", "width": 10, "height": 8, "metadata": {"patientid": "3"}},
        {"id": 3, "file_name": "a.png", "width": 20, "height": 9},
    ],
    "categories": [{"id": 1, "name": "Right Lung"}, {"id": 2, "name": "Left Lung"}],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 2, "bbox": [5, 1.5, 4, 6], "iscrowd": 0},
        {"id": 2, "image_id": 7, "category_id": 1, "bbox": [0, 1, 4, 6]},
    ],
}


def coco(folder: Path, **changes: Any) -> Path:
    file = folder / "coco.json"
    file.write_text(json.dumps({**COCO, **changes}))
    return file


def test_coco_is_xywh_and_keeps_pictures_without_a_box(tmp_path: Path) -> None:
    first, second = read_coco(coco(tmp_path))
    assert (first.name, first.size, first.said["metadata"]) == ("b.png", (10, 8), {"patientid": "3"})
    assert first.framed() == (Box(xyxy=(5, 1.5, 9, 7.5), label="Left Lung"), Box(xyxy=(0, 1, 4, 7), label="Right Lung"))
    assert first.only("Right Lung").framed() == (Box(xyxy=(0, 1, 4, 7), label="Right Lung"),)
    assert (second.name, second.drawn) == ("a.png", ())


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("annotations", {"image_id": 8}, "record 1 of annotations: field 'image_id': expected the id of an image"),
        ("annotations", {"category_id": 9}, "record 1 of annotations: field 'category_id'"),
        ("annotations", {"bbox": [1, 2, 3]}, "field 'bbox': expected a list of 4 numbers"),
        ("annotations", {"bbox": "1 2 3 4"}, "field 'bbox'"),
        ("annotations", {"iscrowd": 1}, "field 'iscrowd': expected 0"),
        ("images", {"id": 3}, "record 2 of images: field 'id': expected an id that no other has"),
        ("images", {"file_name": ""}, "record 1 of images: field 'file_name'"),
        ("images", {"width": 1.5}, "field 'width': expected a whole number"),
        ("categories", {"id": 2}, "record 2 of categories: field 'id'"),
    ],
)
def test_broken_coco_is_named(tmp_path: Path, part: str, change: dict[str, Any], message: str) -> None:
    changed = [{**COCO[part][0], **change}, *COCO[part][1:]]
    with pytest.raises(BadRecord) as caught:
        read_coco(coco(tmp_path, **{part: changed}))
    assert message in str(caught.value)


def test_coco_that_is_none(tmp_path: Path) -> None:
    for part in COCO:
        with pytest.raises(BadRecord, match=part):
            read_coco(coco(tmp_path, **{part: None}))
    with pytest.raises(Incomplete):
        read_coco(tmp_path / "none.json")


OBJECT = "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"


def voc(
    folder: Path, *objects: tuple[Any, ...], head: str = "", size: str = "<width>640</width><height>480</height>"
) -> Path:
    file = folder / "a.xml"
    inner = "".join(OBJECT.format(*one) for one in objects)
    path = "<path>/home/pi/a.jpg</path>"
    file.write_text(f"{head}<annotation><filename>a.jpg</filename>{path}<size>{size}</size>{inner}</annotation>")
    return file


def test_voc_corners_are_what_the_tool_means(tmp_path: Path) -> None:
    file = voc(tmp_path, ("WBC", 1, 1, 640, 480), ("RBC", 10, 20, 10, 20))
    continuous, counted = read_voc(file, from_one=False), read_voc(file, from_one=True)
    assert (continuous.name, continuous.size) == ("a.jpg", (640, 480))
    assert continuous.drawn[0].box == Box(xyxy=(1, 1, 640, 480), label="WBC")
    assert [box.xyxy for box in counted.framed()] == [(0, 0, 640, 480), (9, 19, 10, 20)]
    with pytest.raises(BadRecord, match=r"a\.xml: record 2 of the objects: field 'box 2 \(RBC\)'"):
        continuous.framed()


def test_a_voc_box_out_of_frame_is_named(tmp_path: Path) -> None:
    one = read_voc(voc(tmp_path, ("WBC", 600, 1, 641, 90)), from_one=False)
    with pytest.raises(BadRecord, match=r"expected a box inside 640 x 480 pixels, got \(600\.0, 1\.0, 641\.0, 90\.0\)"):
        one.framed()


ENTITIES = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [ENTITIES, OUTSIDE, '<!DOCTYPE a SYSTEM "http://example.org/a.dtd">'])
def test_a_dtd_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(BadRecord, match="expected XML without a DTD or entities"):
        read_voc(voc(tmp_path, ("&c;" if "c " in head else "a", 1, 1, 2, 2), head=head), from_one=False)


@pytest.mark.parametrize(
    ("objects", "size", "message"),
    [
        ((("", 1, 1, 2, 2),), None, "field 'name': expected text that is not empty"),
        ((("x", "one", 1, 2, 2),), None, "record 1 of the objects: field 'bndbox/xmin': expected a finite number"),
        ((("x", "nan", 1, 2, 2),), None, "field 'bndbox/xmin'"),
        ((), "<width>0</width><height>480</height>", "field 'size': expected width and height in whole pixels"),
        ((), "<width>640</width>", "field 'size/height'"),
    ],
)
def test_broken_voc_is_named(tmp_path: Path, objects: Any, size: str | None, message: str) -> None:
    file = voc(tmp_path, *objects, **({"size": size} if size else {}))
    with pytest.raises(BadRecord) as caught:
        read_voc(file, from_one=False)
    assert message in str(caught.value)


def test_xml_that_is_none(tmp_path: Path) -> None:
    for text in (b"", b"<annotation>", b"\xff\xfe", b"<boxes/>", b"<?xml version='1.0' encoding='nonsense'?><a/>"):
        (tmp_path / "a.xml").write_bytes(text)
        with pytest.raises(BadRecord):
            read_voc(tmp_path / "a.xml", from_one=False)
    with pytest.raises(Incomplete):
        read_voc(tmp_path / "none.xml", from_one=False)


@settings(deadline=None)
@given(text=st.binary(max_size=80))
def test_bytes_that_are_no_voc_are_refused(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    file = tmp_path_factory.mktemp("voc") / "a.xml"
    file.write_bytes(text)
    with pytest.raises(BadRecord):
        read_voc(file, from_one=False)


def yolo(folder: Path, text: str) -> Annotated:
    file = folder / "a.txt"
    file.write_text(text)
    return read_yolo(file, ("cell", "nucleus"), (640, 480))


def test_yolo_is_centre_and_size_as_shares(tmp_path: Path) -> None:
    one = yolo(tmp_path, "1 0.5 0.5 0.25 0.5\n\n0 0.0625 0.5 0.125 1\n")
    assert one.framed() == (Box(xyxy=(240, 120, 400, 360), label="nucleus"), Box(xyxy=(0, 0, 80, 480), label="cell"))
    assert yolo(tmp_path, "").drawn == ()
    rounded = yolo(tmp_path, "0 0.062499 0.5 0.125 1\n")
    with pytest.raises(BadRecord, match="inside 640 x 480"):
        rounded.framed()
    assert rounded.framed(slack=0.01)[0].xyxy[0] == 0


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("2 0.5 0.5 0.1 0.1", "class"),
        ("-1 0.5 0.5 0.1 0.1", "class"),
        ("0.5 0.5 0.5 0.1 0.1", "class"),
        ("0 1.5 0.5 0.1 0.1", "x"),
        ("0 100 200 30 40", "x"),
        ("0 0.5 0.5 0.1 nan", "height"),
        ("0 0.5 0.5 0.1", "(line)"),
        ("0 0.5 0.5 0.1 0.1 0.98", "(line)"),
        ("0 0.1 0.1 0.2 0.2 0.3 0.1", "(line)"),
    ],
)
def test_broken_yolo_is_named(tmp_path: Path, line: str, field: str) -> None:
    with pytest.raises(BadRecord, match=r"a\.txt:2: field") as caught:
        yolo(tmp_path, f"0 0.5 0.5 0.1 0.1\n{line}\n")
    assert caught.value.field == field


SHARE = st.floats(0, 1)


@settings(deadline=None)
@given(cx=SHARE, cy=SHARE, w=SHARE, h=SHARE)
def test_yolo_keeps_centre_and_size(
    tmp_path_factory: pytest.TempPathFactory, cx: float, cy: float, w: float, h: float
) -> None:
    x1, y1, x2, y2 = yolo(tmp_path_factory.mktemp("yolo"), f"0 {cx!r} {cy!r} {w!r} {h!r}").drawn[0].box.xyxy
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((cx * 640, cy * 480))
    assert (x2 - x1, y2 - y1) == pytest.approx((w * 640, h * 480), abs=1e-9)


SPLIT = "Image Index,Finding Label,Bbox [x,y,w,h]"
NIH_ROW = "00013118_008.png,Atelectasis,225.0847458,547.0192168,86.77966102,79.18644068"


@pytest.mark.parametrize("tail", ["", ",,,"])
def test_the_header_of_nih_is_split_over_columns(tmp_path: Path, tail: str) -> None:
    file = tmp_path / "BBox_List_2017.csv"
    file.write_text(f"{SPLIT}{tail}\n{NIH_ROW}{tail}\na.png,Mass,1,2,3,4{tail}\na.png,Nodule,0,0,1024,1024{tail}\n")
    first, second = read_boxes(file, NIH, size=(1024, 1024))
    assert first.name == "00013118_008.png"
    assert first.framed()[0].xyxy == pytest.approx((225.0847458, 547.0192168, 311.86440682, 626.20565748))
    assert [(b.label, b.xyxy) for b in second.framed()] == [("Mass", (1, 2, 4, 6)), ("Nodule", (0, 0, 1024, 1024))]


VINDR = BoxColumns(
    image="image_id", label="class_name", box=("x_min", "y_min", "x_max", "y_max"), form=BoxForm(order="xyxy")
)


def vindr(folder: Path, *lines: str) -> Path:
    file = folder / "boxes.csv"
    file.write_text("\n".join(("image_id,class_name,x_min,y_min,x_max,y_max", *lines)))
    return file


def test_a_row_may_say_that_there_is_no_box(tmp_path: Path) -> None:
    file = vindr(tmp_path, "a,No finding,,,,", "b,Mass,1,2,3,4")
    first, second = read_boxes(file, VINDR, without=("No finding",))
    assert (first.name, first.drawn, second.framed()[0].xyxy) == ("a", (), (1, 2, 3, 4))
    with pytest.raises(BadRecord, match=r"boxes\.csv:2: field 'x_min': expected a finite number, got ''"):
        read_boxes(file, VINDR)
    with pytest.raises(BadRecord, match=r"boxes\.csv:2: field 'y_max': expected a blank cell"):
        read_boxes(vindr(tmp_path, "a,No finding,,,,3"), VINDR, without=("No finding",))


def test_a_csv_box_is_named_by_its_own_line(tmp_path: Path) -> None:
    (one,) = read_boxes(vindr(tmp_path, "a,Mass,1,2,3,4", "a,Mass,3,2,1,4"), VINDR)
    with pytest.raises(BadRecord, match=r"boxes\.csv:3: field 'box 2 \(Mass\)'"):
        one.framed()


@settings(deadline=None)
@given(text=st.text(st.sampled_from("a,1.\n-N "), max_size=40))
def test_any_rows_are_boxes_or_a_bad_record(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = vindr(tmp_path_factory.mktemp("csv"), text)
    with suppress(BadRecord):
        assert all(len(d.box.xyxy) == 4 for one in read_boxes(file, VINDR) for d in one.drawn)
