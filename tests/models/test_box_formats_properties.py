"""Every box format of the catalogue: round trips, spans, junk, and texts of one format read as another."""

import time

import pytest
from declared_formats import DECLARED, LOADED, MARKUPS, SQUARE, by_name
from hypothesis import given
from hypothesis import strategies as st

from medgauge.protocols import Frame
from medgauge_model_adapters.boxes.box_formats import JSON_1000, MOLMO
from medgauge_model_adapters.boxes.frames import area
from medgauge_model_adapters.boxes.token_boxes import TokenRuns

sizes = st.integers(1, 3000)
TAGGED = st.text(st.characters(categories=("L", "N"), include_characters=" ,;:。"), min_size=1, max_size=12)
SPOKEN = st.sampled_from(["left lung", "肝脏", "mass", "Pleural effusion"])


@st.composite
def written(draw, one):
    """A frame, a name that the markup can carry, and boxes."""
    width, height = draw(sizes), draw(sizes)
    boxes = []
    for _ in range(draw(st.integers(1, 4))):
        x = sorted(draw(st.lists(st.floats(0, width), min_size=2, max_size=2, unique=True)))
        y = sorted(draw(st.lists(st.floats(0, height), min_size=2, max_size=2, unique=True)))
        boxes.append((x[0], y[0], x[1], y[1]))
    tags = getattr(one.markup, "tags", None)
    named = tags is None or bool(tags.open_name)
    label = draw(TAGGED.map(str.strip).filter(bool) if named and one.name not in _OR else SPOKEN)
    return Frame(original=(width, height), sent=(draw(sizes), draw(sizes))), label, boxes


_OR = ("glm-v",)


def _step(one, frame):
    """Original pixels between two neighbouring numbers, for x and y."""
    place = area(one.frame, frame, one.canvas)
    pixels = frame.sent if one.frame == "sent" else frame.original
    far = pixels if one.scale == "pixels" else (one.scale, one.scale)
    return tuple(
        side / number / 10**one.decimals for side, number in zip((place.width, place.height), far, strict=True)
    )


@pytest.mark.parametrize("one", DECLARED, **by_name)
@given(data=st.data())
def test_what_is_written_is_read_back_within_a_step(one, data):
    """Within one step; a box thinner than two steps, at an edge that has no number, within two."""
    frame, label, boxes = data.draw(written(one))
    text = one.encode([(label, boxes)], frame)
    decoded = one.decode(text, frame)
    back = [box for mention in decoded.mentions for box in mention.boxes]
    assert {mention.label for mention in decoded.mentions} == {label}
    assert (len(back), decoded.malformed, decoded.violations) == (len(boxes), 0, 0)
    place, steps = area(one.frame, frame, one.canvas), _step(one, frame)
    edges = (place.left, place.top), (place.left + place.width, place.top + place.height)
    for box, again in zip(boxes, back, strict=True):
        for axis in range(4):
            low, high, step = edges[0][axis % 2], edges[1][axis % 2], steps[axis % 2]
            thin = min(box[axis % 2 + 2], high) - max(box[axis % 2], low) < 2 * step
            shown = min(max(box[axis], low), high)
            assert abs(shown - again[axis]) <= (2.0001 if thin else 1.0001) * step


@pytest.mark.parametrize("one", DECLARED, **by_name)
@given(data=st.data())
def test_spans_are_where_the_numbers_stand(one, data):
    frame, label, boxes = data.draw(written(one))
    before = "Seen: "
    text = before + one.encode([(label, boxes)], frame)
    spans = [span for mention in one.decode(text, frame).mentions for span in mention.spans]
    assert len(spans) == len(boxes)
    place = len(before)
    for start, end in spans:
        assert place <= start < end <= len(text)
        place = end
        inner = text[start:end]
        assert inner[0].isdigit()
        assert inner[-1].isdigit()
        assert len([part for part in inner.replace(">", ",").split(",") if part]) == _numbers(one)


def _numbers(one):
    return len(one.markup.tokens) if isinstance(one.markup, TokenRuns) else 4


def test_spans_leave_out_boxes_that_are_invalid():
    text = '[{"bbox_2d": [[9, 9, 1, 1], [1, 2, 3, 4]], "label": "[0, 0]"}]'
    (mention,) = JSON_1000.decode(text, SQUARE).mentions
    assert (mention.invalid, [text[start:end] for start, end in mention.spans]) == (1, ["1, 2, 3, 4"])
    text = "x[[9, 9, 1, 1], [ 1, 2, 3, 4 ], [1, 2, 3]]"
    (mention,) = LOADED["medrega"].decode(text, SQUARE).mentions
    assert [text[start:end] for start, end in mention.spans] == ["1, 2, 3, 4"]


def test_a_key_in_another_spelling_has_the_whole_object_as_its_span():
    text = '{"bbox\\u005f2d": [1, 2, 3, 4]}'
    (mention,) = JSON_1000.decode(text, SQUARE).mentions
    assert mention.spans == ((0, len(text)),)


FRAGMENTS = [
    *"[](){}<>,;:.|/\\\"' \n-+eé肺0123456789",
    *("<ref>", "</ref>", "<box>", "</box>", "<|ref|>", "<|/ref|>", "<|det|>", "<|/det|>", "<|box|>", "<|/box|>"),
    *("<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>"),
    *("<|begin_of_box|>", "<|end_of_box|>", "<obj>", "</obj>", "<p>", "</p>", "<delim>", "<phrase>", "</phrase>"),
    *("<object>", "</object>", "</delimiter_of_multi_objects/>", "<point ", "<points x1=", "```json", "NaN", "inf"),
    *("<loc_1>", "<loc0003>", "<bin_7>", "<x1>", "<y2>", "<x30>", "<y40>", "<5>", "<patch_index_0044>"),
    *('"bbox_2d": ', '"box_2d": ', '"label": ', "[1, 2, 30, 40]", "(1,2),(3,4)", "is located in", "（", "；", "［"),
    "[0.1, 0.2, 0.3, 0.4]",
    "<patch_index_" + "9" * 30 + ">",
]
JUNK = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)


@pytest.mark.parametrize("one", LOADED.values(), **by_name)
@given(text=JUNK | st.text(), sent=st.tuples(sizes, sizes))
def test_junk_never_crashes_and_spans_are_in_order(one, text, sent):
    decoded = one.decode(text, Frame(original=(640, 480), sent=sent))
    place = 0
    for mention in decoded.mentions:
        assert place <= mention.start < mention.end <= len(text)
        assert len(mention.spans) == len(mention.boxes)
        for start, end in mention.spans:
            assert mention.start <= start < end <= mention.end
        place = mention.end
        assert all(x1 < x2 and y1 < y2 for x1, y1, x2, y2 in mention.boxes)
    assert decoded.violations <= sum(len(m.boxes) + m.invalid for m in decoded.mentions)


PIECES = [*(fragment for fragment in FRAGMENTS if len(fragment) > 1), "{", "(", "[", " "]


@pytest.mark.parametrize("one", [*MARKUPS, MOLMO], **by_name)
def test_texts_of_one_piece_take_seconds_at_most(one):
    """Were the time quadratic in texts of this length, it would be minutes for each piece."""
    started = time.process_time()
    for piece in PIECES:
        for text in (piece * (50_000 // len(piece)), piece + " " * 50_000 + piece, (piece + " ") * 5_000):
            one.decode(text, SQUARE)
    assert time.process_time() - started < 20


PAIRS = [
    (one, other)
    for one in DECLARED
    for other in DECLARED
    if one != other and (one.markup, one.order) == (other.markup, other.order)
]


@pytest.mark.parametrize(("writer", "reader"), PAIRS, ids=lambda one: one.name)
def test_a_text_that_leaves_the_reader_s_range_is_counted(writer, reader):
    """By the same markup and order: the smallest and the largest number decide, and fractions where there are none."""
    frame = Frame(original=(1600, 1200), sent=(1600, 1200))
    text = writer.encode([("object", [(0.0, 0.0, 1600.0, 1200.0), (400.0, 300.0, 1300.0, 700.0)])], frame)
    decoded = reader.decode(text, frame)
    ranges = [frame.original if one.scale == "pixels" else ((one.top or one.scale),) * 2 for one in (writer, reader)]
    leaves = any(mine > yours for mine, yours in zip(*ranges, strict=True))
    fractions = writer.decimals > 0 and reader.decimals == 0 and reader.scale != "pixels"
    assert (decoded.violations > 0) == (leaves or fractions)
    assert decoded.malformed == 0


def test_pairs_of_one_markup_are_seen_both_ways():
    assert {("medrega", "internvl"), ("json-pixels", "json-1000"), ("radvlm", "ferret")} <= {
        (writer.name, reader.name) for writer, reader in PAIRS
    }
