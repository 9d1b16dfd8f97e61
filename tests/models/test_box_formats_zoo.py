"""Every box format of the catalogue: real outputs, what is malformed, what leaves the range, and the frames."""

import pytest
from declared_formats import DECLARED, LOADED, NAMES, SQUARE, WIDE, by_name

from medgauge.errors import MedGaugeError
from medgauge.protocols import Frame
from medgauge_model_adapters.boxes import box_formats, patches
from medgauge_model_adapters.boxes.box_formats import GLM_V, MOLMO, NONE
from medgauge_model_adapters.boxes.boxless import BoxlessFormat
from medgauge_model_adapters.boxes.declared_boxes import DeclaredBoxFormat
from medgauge_model_adapters.boxes.frames import Area, area


def test_the_catalogue_holds_every_format_of_the_module_under_its_own_name():
    kinds = (DeclaredBoxFormat, BoxlessFormat)
    ours = [value for value in vars(box_formats).values() if isinstance(value, kinds)]
    assert {one.name: one for one in ours} == LOADED
    assert len(ours) == len(LOADED) == 28


def test_every_format_is_a_value_of_its_own():
    assert len({repr((d.markup, d.scale, d.top, d.offset, d.order, d.frame)) for d in DECLARED}) == len(DECLARED)


# (format, what a model wrote, the frame, names with rounded corners in pixels of the original, malformed, violations)
REAL = [
    ("qwen-vl", "<ref>lesion</ref><box>(100,200),(300,400)</box>", (999, 999), [("lesion", (100, 200, 300, 400))]),
    ("qwen-vl", "lesion(100,200),(300,400)", (999, 999), [("lesion", (100, 200, 300, 400))]),
    (
        "qwen-vl",
        "<ref>a</ref><box>(1,2),(3,4)</box><box>(5,6),(7,8)</box>",
        (999, 999),
        [("a", (1, 2, 3, 4)), ("a", (5, 6, 7, 8))],
    ),
    ("qwen-vl", "＜ref＞肺＜/ref＞＜box＞（1，2），（3，4）＜/box＞", (999, 999), [("肺", (1, 2, 3, 4))]),
    (
        "qwen2-vl",
        "<|object_ref_start|>the eyes on a giraffe<|object_ref_end|><|box_start|>(176,106),(232,160)<|box_end|>",
        (1000, 1000),
        [("the eyes on a giraffe", (176, 106, 232, 160))],
    ),
    ("qwen2-vl", "the man is at (123, 235), (324, 546).", (1000, 1000), [("the man", (123, 235, 324, 546))]),
    (
        "json-pixels-original",
        '<think>so</think><answer>```json\n{"bbox_2d": [10, 20, 30, 40], "label": "nodule"}\n```</answer>',
        (500, 400),
        [("nodule", (10, 20, 30, 40))],
    ),
    ("json-pixels-original", "<answer>[10, 20, 30, 40]</answer>", (500, 400), [("", (10, 20, 30, 40))]),
    (
        "json-1000",
        '[\n\t{"bbox_2d": [341, 258, 397, 360], "label": "kidney"}\n]',
        (1000, 1000),
        [("kidney", (341, 258, 397, 360))],
    ),
    (
        "json-1000-padded",
        '{"bbox_2d": [250, 250, 500, 750], "label": "a"}',
        (1000, 500),
        [("a", (250, 0, 500, 500))],
    ),
    ("json-1", '{"bbox_2d": [0.1, 0.25, 0.5, 1.0], "label": "a"}', (1000, 400), [("a", (100, 100, 500, 400))]),
    (
        "gemini",
        '```json\n[{"box_2d": [100, 200, 300, 400], "label": "mass"}]\n```',
        (2000, 1000),
        [("mass", (400, 100, 800, 300))],
    ),
    (
        "medgemma-1.5",
        'The heart lies left.\nFinal Answer: ```json[{"box_2d": [800, 3, 840, 471], "label": "car"}]```',
        (1000, 500),
        [("car", (3, 550, 471, 590))],
    ),
    ("mmoral", '{"box_2d": [10, 20, 30, 40], "label": "tooth"}', (500, 400), [("tooth", (10, 20, 30, 40))]),
    (
        "internvl",
        "<ref>the left lung</ref><box>[[102, 106, 481, 910]]</box>",
        (1000, 1000),
        [("the left lung", (102, 106, 481, 910))],
    ),
    (
        "deepseek-vl2",
        "<|ref|>The giraffe at the back.<|/ref|><|det|>[[580, 270, 999, 904]]<|/det|>",
        (999, 999),
        [("The giraffe at the back.", (580, 270, 999, 904))],
    ),
    ("deepseek-vl2", "<|ref|>a<|/ref|><|det|>[[[0, 0, 100, 50]]]<|/det|>", (999, 999), [("a", (0, 0, 100, 50))]),
    (
        "glm-v",
        "The coordinates of the second bottle of beer are <|begin_of_box|>[[94,598,177,991]]<|end_of_box|>.",
        (1000, 1000),
        [("The coordinates of the second bottle of beer", (94, 598, 177, 991))],
    ),
    ("glm-v", '[{"bbox_2d": [1, 2, 3, 4], "label": "a"}]', (1000, 1000), [("a", (1, 2, 3, 4))]),
    ("glm-v", "<|begin_of_box|>yes<|end_of_box|>", (1000, 1000), []),
    (
        "cogvlm",
        "the left kidney [[012,034,560,078;600,001,700,099]]",
        (1000, 1000),
        [("the left kidney", (12, 34, 560, 78)), ("the left kidney", (600, 1, 700, 99))],
    ),
    ("llava-1.5", "[0.25, 0.50, 0.75, 1.0]", (1000, 500), [("", (250, 250, 750, 750))]),
    ("llava-1.5", "[0.25, 0.50, 0.75, 1.0]", (500, 1000), [("", (0, 500, 500, 1000))]),
    (
        "shikra",
        "A mass[0.100,0.200,0.300,0.400;0.500,0.600,0.700,0.800] is seen.",
        (1000, 1000),
        [("A mass", (100, 200, 300, 400)), ("A mass", (500, 600, 700, 800))],
    ),
    (
        "radvlm",
        "The right lung is located at [0.1, 0.2, 0.45, 0.9] and [0.5, 0.2, 0.9, 0.9].",
        (1000, 500),
        [("The right lung", (100, 100, 450, 450)), ("The right lung", (500, 100, 900, 450))],
    ),
    (
        "ferret",
        "a dog [100, 200, 300, 400]. a cat [1, 2, 3, 4].",
        (1000, 1000),
        [("a dog", (100, 200, 300, 400)), ("a cat", (1, 2, 3, 4))],
    ),
    ("minigpt-v2", "{<25><50><75><100>}", (1000, 200), [("", (250, 100, 750, 200))]),
    (
        "minigpt-v2",
        "<p>sofas</p> {<57><49><70><72>}<delim>{<26><48><43><71>}",
        (100, 100),
        [("sofas", (57, 49, 70, 72)), ("sofas", (26, 48, 43, 71))],
    ),
    (
        "chexagent-2",
        "<|ref|>pneumothorax<|/ref|><|box|>(10,20),(30,40)<|/box|>",
        (1000, 100),
        [("pneumothorax", (100, 20, 300, 40))],
    ),
    (
        "kosmos-2",
        "An image of<phrase> a snowman</phrase><object><patch_index_0044><patch_index_0863></object> by"
        "<phrase> a fire</phrase><object><patch_index_0005><patch_index_0911></object>.",
        (320, 320),
        [("a snowman", (125, 15, 315, 265)), ("a fire", (55, 5, 155, 285))],
    ),
    (
        "florence-2",
        "</s><s>car<loc_52><loc_333><loc_932><loc_774>door handle<loc_425><loc_504><loc_474><loc_516></s>",
        (1000, 1000),
        [("car", (52, 334, 932, 774)), ("door handle", (426, 504, 474, 516))],
    ),
    (
        "paligemma",
        "<loc0128><loc0256><loc0512><loc1023> left lung ; <loc0000><loc0001><loc0002><loc0003> heart<eos>",
        (1024, 1024),
        [("left lung", (256, 128, 1023, 512)), ("heart", (1, 0, 3, 2))],
    ),
    (
        "maira-2",
        "<obj>There is a small right pleural effusion.<box><x10><y70><x30><y90></box></obj> The heart is normal.",
        (1000, 1000),
        [("There is a small right pleural effusion.", (105, 705, 305, 905))],
    ),
    ("maira-2", "<obj>a<box><x0><y0><x99><y99></box></obj>", (1000, 600), [("a", (203, 3, 797, 597))]),
    ("ofa", "<bin_100> <bin_200> <bin_300> <bin_400>", (999, 999), [("", (100, 200, 300, 400))]),
]


@pytest.mark.parametrize(("name", "text", "size", "expected"), REAL)
def test_reads_what_models_write(name, text, size, expected):
    frame = Frame(original=size, sent=(512, 512) if name == "ofa" else size)
    decoded = LOADED[name].decode(text, frame)
    found = [(m.label, tuple(round(v) for v in box)) for m in decoded.mentions for box in m.boxes]
    assert found == expected
    assert (decoded.violations, decoded.malformed) == (0, 0)


def test_every_format_is_seen_reading():
    assert {name for name, *_ in REAL} | {"medrega", "json-pixels", "molmo", "none"} == set(NAMES)


@pytest.mark.parametrize(
    ("name", "text", "malformed"),
    [
        ("qwen-vl", "<ref>x</ref><box>(1,2),(3</box>", 1),
        ("qwen-vl", "<ref>x</ref><box>none</box>", 1),
        ("qwen-vl", "<ref>x</ref><box>(1,2),(3,4),(5,6)</box>", 1),
        ("qwen-vl", "as seen (2019) and in (3, 4)", 0),
        ("deepseek-vl2", "<|det|>none<|/det|>", 1),
        ("florence-2", "car<loc_1><loc_2><loc_3>", 1),
        ("florence-2", "car<loc_1><loc_2><loc_3><loc_4><loc_5>", 1),
        ("paligemma", "<loc0001><loc0002> lung", 1),
        ("maira-2", "<obj>a<box><x1><x2><y1><y2></box></obj>", 1),
        ("maira-2", "<obj>a<box>none</box></obj>", 1),
        ("maira-2", "<obj>no finding</obj>", 0),
        ("kosmos-2", "<phrase>a</phrase><object><patch_index_0001></object>", 1),
        ("kosmos-2", "<phrase>a</phrase><object></object>", 1),
        ("minigpt-v2", "<12><34><56><78>", 1),
        ("minigpt-v2", "{<12><34><56>}", 1),
        ("ofa", "<bin_1> <bin_2> <bin_3>", 1),
        ("glm-v", "<|begin_of_box|>[[1, 2, 3]]<|end_of_box|>", 1),
        ("molmo", '<point x="10.5" y="20.1" alt="a">a</point> <points x1="1" y1="2" x2="3" y2="4">b</points>', 2),
        ("none", "<ref>x</ref><box>[[1, 2, 3, 4]]</box>", 0),
    ],
)
def test_counts_what_holds_no_box(name, text, malformed):
    assert LOADED[name].decode(text, SQUARE).malformed == malformed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qwen-vl", "x(1,2),(1000,4)"),
        ("json-1000", '{"bbox_2d": [0.1, 0.2, 0.3, 0.4]}'),
        ("gemini", '{"box_2d": [1, 2, 1001, 4]}'),
        ("internvl", "<ref>x</ref><box>[[1, 2, 1001, 4]]</box>"),
        ("cogvlm", "x [[000,000,1000,999]]"),
        ("llava-1.5", "[1, 2, 3, 4]"),
        ("ferret", "x [0.1, 0.2, 0.3, 0.4]"),
        ("chexagent-2", "x(1,2),(101,4)"),
        ("minigpt-v2", "{<1><2><101><4>}"),
        ("kosmos-2", "<object><patch_index_0001><patch_index_1030></object>"),
        ("florence-2", "a<loc_1><loc_2><loc_1000><loc_4>"),
        ("paligemma", "<loc0001><loc0002><loc1024><loc0004> a"),
        ("maira-2", "<obj>a<box><x1><y2><x100><y4></box></obj>"),
        ("ofa", "<bin_1> <bin_2> <bin_1000> <bin_4>"),
    ],
)
def test_a_number_outside_the_declared_range_is_counted(name, text):
    decoded = LOADED[name].decode(text, SQUARE)
    assert (decoded.violations, decoded.malformed) == (1, 0)
    assert sum(len(m.boxes) + m.invalid for m in decoded.mentions) == 1


@pytest.mark.parametrize(
    ("name", "frame", "expected"),
    [
        ("original", WIDE, Area(left=0, top=0, width=800, height=600)),
        ("squashed", WIDE, Area(left=0, top=0, width=800, height=600)),
        ("padded-centre", WIDE, Area(left=0, top=-100, width=800, height=800)),
        ("padded-centre", Frame(original=(5, 8), sent=(5, 8)), Area(left=-1, top=0, width=8, height=8)),
        ("padded-corner", WIDE, Area(left=0, top=0, width=800, height=800)),
        ("centre-crop", WIDE, Area(left=100, top=0, width=600, height=600)),
        ("centre-crop", Frame(original=(5, 8), sent=(5, 8)), Area(left=0, top=1, width=5, height=5)),
        ("canvas", WIDE, Area(left=0, top=0, width=1024, height=1024)),
        ("canvas", Frame(original=(800, 600), sent=(800, 600)), Area(left=0, top=0, width=800, height=600)),
    ],
)
def test_where_the_reference_picture_lies(name, frame, expected):
    assert area(name, frame, 512) == expected


def test_cells_are_those_of_the_model_s_own_processor():
    processing = pytest.importorskip("transformers.models.kosmos2.processing_kosmos2")
    for first in range(0, 1024, 7):
        for last in range(first, 1024, 11):
            theirs = processing.patch_index_to_coordinate(first, last, 32)
            assert patches.corners(first, last, 32) == pytest.approx([value * 32 for value in theirs], abs=1e-9)
    for box in ((0.0, 0.0, 1.0, 1.0), (0.1, 0.2, 0.11, 0.9), (0.5, 0.25, 0.75, 0.5), (0.31, 0.3, 0.33, 0.31)):
        theirs = processing.coordinate_to_patch_index(box, 32)
        x1, y1, x2, y2 = (value * 32 for value in box)
        assert patches.indices((x1, y1, x2, y2), 32) == theirs


def test_a_model_without_boxes_refuses_a_question_about_a_region():
    for one in (MOLMO, NONE):
        with pytest.raises(MedGaugeError, match="--set box_format=json-1000"):
            one.encode([("x", [(0.0, 0.0, 1.0, 1.0)])], SQUARE)
        assert one.encode([("x", []), ("y", [])], SQUARE) == "x, y"
        assert "no coordinates" in one.describe("en")
        assert "坐标" in one.describe("zh")


@pytest.mark.parametrize("one", DECLARED, **by_name)
def test_describes_itself_in_both_languages(one):
    english, chinese = one.describe("en"), one.describe("zh")
    assert "region" in english
    assert "区域" in chinese
    assert "object" in english
    assert "目标" in chinese
    assert "%s" not in english + chinese
    assert ("square" in english) == (one.frame in ("padded-centre", "padded-corner", "centre-crop", "canvas"))
    top = one.scale if one.top is None else one.top
    assert (f"0 to {top} " if one.name != "kosmos-2" else "32 x 32") in english or one.scale == "pixels"


def test_the_wrapper_of_glm_belongs_to_the_mention():
    text = "Heart <|begin_of_box|>[[1, 2, 3, 4]]<|end_of_box|>: large."
    (mention,) = GLM_V.decode(text, SQUARE).mentions
    assert (mention.label, text[mention.end :]) == ("Heart", ": large.")


def test_an_object_without_the_key_is_not_read_as_a_list():
    decoded = GLM_V.decode('{"bbox": [1, 2, 3, 4]}', SQUARE)
    assert (decoded.mentions, decoded.malformed) == ((), 1)
