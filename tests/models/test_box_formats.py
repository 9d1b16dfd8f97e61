"""Box formats: what is read, what is refused, and that writing and reading agree."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgauge.plugins import catalog
from medgauge.protocols import BoxFormat, Frame
from medgauge_model_adapters.boxes.box_formats import JSON_1000, JSON_PIXELS, MEDREGA
from medgauge_model_adapters.boxes.declared_boxes import DeclaredBoxFormat
from medgauge_model_adapters.boxes.json_boxes import JsonObjects

FRAME = Frame(original=(999, 999), sent=(999, 999))
YXYX = DeclaredBoxFormat(name="yxyx", scale=1000, markup=JsonObjects(key="box_2d"), order="yxyx")


def read(text, box_format=MEDREGA, frame=FRAME):
    """Labels with boxes, rounded back to what was written (the frame is 999 wide and high)."""
    decoded = box_format.decode(text, frame)
    return [(m.label, [tuple(round(v, 6) for v in box) for box in m.boxes]) for m in decoded.mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<ref>liver</ref><box>[[1, 2, 30, 40]]</box>", [("liver", [(1, 2, 30, 40)])]),
        ("<ref>left lung</ref><box>[[1,2,3,4],[5,6,7,8]]</box>", [("left lung", [(1, 2, 3, 4), (5, 6, 7, 8)])]),
        (
            "<ref>a</ref><box>[[1, 2, 3, 4]]</box>, <ref>b</ref><box>[[5, 6, 7, 8]]</box>",
            [("a", [(1, 2, 3, 4)]), ("b", [(5, 6, 7, 8)])],
        ),
        (
            "<ref>Vestibular schwannoma</ref> is located in <box>[[1, 2, 3, 4]]</box>",
            [("Vestibular schwannoma", [(1, 2, 3, 4)])],
        ),
        (
            "The region of <ref>brain tumor</ref> is <box>[[1, 2, 3, 4], [5, 6, 7, 8]]</box>",
            [("brain tumor", [(1, 2, 3, 4), (5, 6, 7, 8)])],
        ),
        ("<ref>x</ref><box>[[[1, 2, 3, 4]]]</box>", [("x", [(1, 2, 3, 4)])]),
        ("<ref>x</ref><box>[1, 2, 3, 4]</box>", [("x", [(1, 2, 3, 4)])]),
        ("<ref>x</ref> <box> [[1, 2, 3, 4]] </box>", [("x", [(1, 2, 3, 4)])]),
        (
            "<ref>x</ref><box>[[1, 2, 3, 4]]</box><box>[[5, 6, 7, 8]]</box>",
            [("x", [(1, 2, 3, 4)]), ("x", [(5, 6, 7, 8)])],
        ),
        ("<box>[[1, 2, 3, 4]]</box>", [("", [(1, 2, 3, 4)])]),
        # what is left when special tokens are dropped
        ("胰腺癌[[690, 472, 735, 511]]：边界不清", [("胰腺癌", [(690, 472, 735, 511)])]),
        ("liver[[1, 2, 3, 4]], spleen[[5, 6, 7, 8]]", [("liver", [(1, 2, 3, 4)]), ("spleen", [(5, 6, 7, 8)])]),
        (
            "left lung[[1, 2, 3, 4]]: Clear. right lung[[5, 6, 7, 8]]: Opacity.",
            [("left lung", [(1, 2, 3, 4)]), ("right lung", [(5, 6, 7, 8)])],
        ),
        (
            "heart[[1, 2, 3, 4]]: large\nleft lung[[5, 6, 7, 8]]: clear",
            [("heart", [(1, 2, 3, 4)]), ("left lung", [(5, 6, 7, 8)])],
        ),
        ("brain tumor is located in [[1, 2, 3, 4]]", [("brain tumor", [(1, 2, 3, 4)])]),
        (
            "The region of the brain tumor is [[1, 2, 3, 4]] and [[5, 6, 7, 8]].",
            [("brain tumor", [(1, 2, 3, 4)]), ("brain tumor", [(5, 6, 7, 8)])],
        ),
        ("肝脏的区域位于[[1, 2, 3, 4]]。", [("肝脏", [(1, 2, 3, 4)])]),
        ("1. **liver**: [[1, 2, 3, 4]]", [("liver", [(1, 2, 3, 4)])]),
        ("mass (left) [[1, 2, 3, 4]]", [("mass (left)", [(1, 2, 3, 4)])]),
        # full-width punctuation
        ("＜ref＞肝脏＜/ref＞＜box＞［［1，2，3，4］］＜/box＞", [("肝脏", [(1, 2, 3, 4)])]),
        ("肝脏［［１，２，３，４］］，脾脏［［5，6，7，8］］", [("肝脏", [(1, 2, 3, 4)]), ("脾脏", [(5, 6, 7, 8)])]),
        # no boxes at all
        ("none", []),
        ("无", []),
        ("See references [3] and [4, 5].", []),
        ("", []),
    ],
)
def test_reads(text, expected):
    assert read(text) == expected


def test_label_is_kept_as_written_though_punctuation_is_read_in_both_widths():
    assert read("<ref>肺，左</ref><box>［［1，2，3，4］］</box>")[0][0] == "肺，左"


@pytest.mark.parametrize(
    ("text", "malformed"),
    [
        ("<ref>x</ref><box>[[1, 2, 3]]</box>", 1),
        ("<ref>x</ref><box>[[1, 2, 3, 4, 5]]</box>", 1),
        ("<ref>x</ref><box>[[1, 2, 3, 4], [5, 6, 7]]</box>", 1),
        ("<ref>x</ref><box>[[1, 2, 3, 4], [5, 6", 1),
        ("<ref>object</ref><box>[[x1, y1, x2, y2]]</box>", 1),
        ("<ref>x</ref><box>none</box>", 1),
        ("<ref>x</ref><box>[[]]</box>", 1),
        ("<ref>x</ref><box>[[1 2 3 4]]</box>", 1),
        ("x[[1, 2, 3, four]]", 1),
        ("x[[1, 2,, 3, 4]]", 1),
        ("[[" + "9" * 5000 + ", 1, 2, 3]]", 1),
        ("x[1, 2, 3]", 1),
        ("as in [3], 2019-2020 [n = 4]", 0),
    ],
)
def test_counts_what_it_cannot_read(text, malformed):
    assert MEDREGA.decode(text, FRAME).malformed == malformed


def test_a_readable_box_beside_an_unreadable_one_is_kept():
    assert read("<ref>x</ref><box>[[1, 2, 3, 4], [5, 6, 7]]</box>") == [("x", [(1, 2, 3, 4)])]


@pytest.mark.parametrize("box", ["[30, 2, 3, 40]", "[3, 40, 30, 4]", "[3, 4, 3, 40]", "[3, 4, 30, 4]"])
def test_reversed_and_empty_boxes_are_invalid_not_turned_round(box):
    (mention,) = MEDREGA.decode(f"<ref>x</ref><box>[[1, 2, 3, 4], {box}]</box>", FRAME).mentions
    assert (len(mention.boxes), mention.invalid) == (1, 1)


def test_numbers_out_of_range_are_violations_and_read_by_the_declared_scale():
    decoded = MEDREGA.decode("<ref>x</ref><box>[[0, 0, 999, 999], [-5, 0, 10, 10], [0, 0, 500, 1998]]</box>", FRAME)
    assert decoded.violations == 2
    assert read("x[[-5, 0, 10, 10], [0, 0, 500, 1998]]") == [("x", [(-5, 0, 10, 10), (0, 0, 500, 1998)])]


def test_fractions_are_not_read_as_another_scale():
    decoded = MEDREGA.decode("x[[0.1, 0.2, 0.5, 0.6]]", FRAME)
    assert decoded.mentions[0].boxes == (pytest.approx((0.1, 0.2, 0.5, 0.6)),)


def test_span_covers_name_and_markup():
    text = "I see <ref>liver</ref><box>[[1, 2, 3, 4]]</box>: dark."
    (mention,) = MEDREGA.decode(text, FRAME).mentions
    assert text[: mention.start] + text[mention.end :] == "I see : dark."
    text = "胰腺癌［［690，472，735，511］］：边界不清"
    (mention,) = MEDREGA.decode(text, FRAME).mentions
    assert text[mention.end :] == "：边界不清"


def test_medrega_rounds_down_on_999():
    frame = Frame(original=(200, 100), sent=(448, 448))
    assert (
        MEDREGA.encode([("x", [(50.0, 10.0, 199.0, 100.0)])], frame) == "<ref>x</ref><box>[[249, 99, 994, 999]]</box>"
    )


def test_pixels_are_of_the_image_as_it_was_sent():
    frame = Frame(original=(200, 100), sent=(100, 50))
    text = JSON_PIXELS.encode([("x", [(20.0, 10.0, 40.0, 30.0)])], frame)
    assert '"bbox_2d": [10, 5, 20, 15]' in text
    assert JSON_PIXELS.decode(text, frame).mentions[0].boxes == ((20.0, 10.0, 40.0, 30.0),)
    assert JSON_PIXELS.decode('{"bbox_2d": [0, 0, 100, 51]}', frame).violations == 1


def test_yxyx_swaps_axes():
    frame = Frame(original=(1000, 500), sent=(1000, 500))
    assert '"box_2d": [200, 10, 400, 30]' in YXYX.encode([("x", [(10.0, 100.0, 30.0, 200.0)])], frame)
    assert YXYX.decode('{"box_2d": [200, 10, 400, 30], "label": "x"}', frame).mentions[0].boxes == ((10, 100, 30, 200),)


@pytest.mark.parametrize(
    ("text", "labels", "malformed"),
    [
        (
            '```json\n[{"bbox_2d": [1, 2, 3, 4], "label": "a"}, {"bbox_2d": [5, 6, 7, 8], "label": "b"}]\n```',
            ["a", "b"],
            0,
        ),
        ('[{"bbox_2d": [1, 2, 3, 4], "label": "a"}, {"bbox_2d": [5, 6, 7', ["a"], 1),
        ('The 5" lesion: {"bbox_2d": [1, 2, 3, 4], "label": "a {b}"}', ["a {b}"], 0),
        ('{"objects": [{"bbox_2d": [1, 2, 3, 4], "label": "a"}]}', ["a"], 0),
        ('{"bbox_2d": [[1, 2, 3, 4], [5, 6, 7, 8]], "label": "a"}', ["a"], 0),
        ('{"bbox_2d": [1, 2, 3], "label": "a"}', ["a"], 1),
        ('{"bbox_2d": [1, 2, 3, true], "label": "a"}', ["a"], 1),
        ('{"bbox_2d": [1, 2, 3, 1000000000000000000000], "label": "a"}', ["a"], 1),
        ('{"bbox": [1, 2, 3, 4], "label": "a"}', [], 1),
        ("{'bbox_2d': [1, 2, 3, 4]}", [], 1),
        ('{"bbox_2d": "1, 2, 3, 4"}', [], 1),
        ('{"bbox_2d": [1, 2, 3, 4], "label": 7}', [""], 0),
        ('{"bbox_2d": [1, 2, 3, 4], "label": "\\ud800"}', ["\ufffd"], 0),
        ("none", [], 0),
        ("[]", [], 0),
    ],
)
def test_json(text, labels, malformed):
    decoded = JSON_1000.decode(text, FRAME)
    assert ([m.label for m in decoded.mentions], decoded.malformed) == (labels, malformed)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize(
    ("format", "text"),
    [
        (JSON_1000, '{{"bbox_2d": [1, 2, 3, {}], "label": "a"}}'),
        (MEDREGA, "<ref>a</ref><box>[[1, 2, 3, {}]]</box>"),
        (MEDREGA, "a[[{}, 2, 3, 4]]"),
    ],
)
def test_a_number_that_is_not_finite_makes_an_invalid_box(format, text, number):
    """It was written, so it counts as predicted: an unreadable piece of markup would cost no precision."""
    decoded = format.decode(text.format(number), FRAME)
    (mention,) = decoded.mentions
    assert (mention.label, mention.boxes, mention.invalid, decoded.malformed) == ("a", (), 1, 0)


def test_json_span_covers_fence_and_brackets():
    text = 'Here: ```json\n[{"bbox_2d": [1, 2, 3, 4], "label": "a"}]\n```: dark.'
    (mention,) = JSON_1000.decode(text, FRAME).mentions
    assert text[: mention.start] + text[mention.end :] == "Here: : dark."


def test_one_kind_of_markup_is_not_read_as_another():
    assert JSON_1000.decode("<ref>x</ref><box>[[1, 2, 3, 4]]</box>", FRAME).mentions == ()


@pytest.mark.parametrize("name", ["medrega", "json-pixels", "json-1000"])
def test_by_name_through_the_door(name):
    found: BoxFormat = catalog("box_formats").load(name)
    assert found.name == name
    for language, word in (("en", "region"), ("zh", "区域")):
        said = found.describe(language)
        assert word in said
        assert "{" not in said.replace('{"bbox_2d"', "")


def test_describe_gives_range_and_shape():
    assert "<ref>object</ref><box>[[x1, y1, x2, y2]]</box>" in MEDREGA.describe("en")
    assert "0 to 999" in MEDREGA.describe("en")
    assert "1000" in JSON_1000.describe("zh")
    assert "pixels" in JSON_PIXELS.describe("en")
    assert "y1, x1, y2, x2" in YXYX.describe("en")


sizes = st.integers(1, 3000)


@given(numbers=st.lists(st.integers(0, 999), min_size=4, max_size=4), size=st.tuples(sizes, sizes))
def test_medrega_numbers_survive_a_round_trip(numbers, size):
    x1, y1, x2, y2 = numbers
    if not (x1 < x2 and y1 < y2):
        return
    frame = Frame(original=size, sent=size)
    (mention,) = MEDREGA.decode(f"<ref>x</ref><box>[[{x1}, {y1}, {x2}, {y2}]]</box>", frame).mentions
    assert MEDREGA.encode([("x", mention.boxes)], frame) == f"<ref>x</ref><box>[[{x1}, {y1}, {x2}, {y2}]]</box>"


@pytest.mark.parametrize("box_format", [MEDREGA, JSON_1000], ids=lambda f: f.name)
@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        "[[" + "1," * 500_000,
        "[1,2,3,4]" * 110_000,
        "<ref>" * 200_000,
        "<box>" * 200_000,
        "<ref>x</ref><box>[[1,2" * 45_000,
        "a is located in " * 60_000 + "[[1,2,3,4]]",
        " " * 1_000_000 + "[[1,2,3,4]]",
        "the region of " * 70_000,
        "[[1,2,3,4]] " + " " * 500_000 + "x[[1,2,3,4]]",
        "{" * 1_000_000,
        '{"' * 500_000,
        '{"\\' * 333_000,
        '{"a":' * 200_000,
        '{"bbox_2d": ' + "[" * 900_000,
        '{"bbox_2d": ' + "[" * 400_000 + "]" * 400_000 + "}",
        '{"bbox_2d": [1, 2, 3, 4]}' + " " * 900_000,
        '{"bbox_2d": [1, 2, 3, 4]} ,' * 37_000,
        '{"bbox_2d": [' + "9" * 900_000 + ", 1, 2, 3]}",
    ],
    ids=range(19),
)
def test_a_megabyte_of_malice_takes_seconds_at_most(box_format, text):
    started = time.process_time()
    box_format.decode(text, FRAME)
    assert time.process_time() - started < 6
