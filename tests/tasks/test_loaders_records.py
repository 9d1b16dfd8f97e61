"""Records are read strictly, and what is broken is named."""

import json
import math
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loader_cards import card, write_array, write_image, write_lines

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.media import probe
from medgauge_tasks.loaders.polar import polar_of
from medgauge_tasks.loaders.records import check_split, data_folder, read_records
from medgauge_tasks.readers.record import Place, Record


def record(**values: Any) -> Record:
    return Record(place=Place(file=Path("f.jsonl"), line=7), id="a", values=values)


def test_lines_and_arrays_give_the_same_records(tmp_path: Path) -> None:
    rows = [{"id": 1, "a": "x"}, {"id": "2", "a": "y"}]
    lines = read_records(card(), write_lines(tmp_path / "f.jsonl", rows), "id").records
    array = read_records(card(), write_array(tmp_path / "f.json", rows), "id").records
    assert [(r.id, r.values) for r in lines] == [(r.id, r.values) for r in array] == [("1", rows[0]), ("2", rows[1])]
    assert [r.place.line for r in lines] == [1, 2]
    assert [r.place.number for r in array] == [1, 2]


def test_empty_lines_count_as_lines_and_a_byte_order_mark_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": 1}\r\n\r\n{"id": 2}\r\n')
    assert [(r.id, r.place.line) for r in read_records(card(), file, "id").records] == [("1", 1), ("2", 3)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "a"}', "f.jsonl:2: field 'id': expected an id that no other record has (it stands in line 1 too)"),
        ('{"name": "b"}', "f.jsonl:2: field 'id': expected an id, got 'no such field'"),
        ('{"id": true}', "f.jsonl:2: field 'id': expected an id: text or a whole number, got True"),
        ('{"id": 1.5}', "got 1.5"),
        ('{"id": " "}', "got ' '"),
        ("[1]", "f.jsonl:2: field '(record)': expected a JSON object, got [1]"),
        ('{"id": "b"', "f.jsonl:2: field '(record)': expected JSON"),
        ('{"id": "b", "v": [1, {"w": NaN}]}', "f.jsonl:2: field 'v[1].w': expected a finite number, got nan"),
        ('{"id": "b", "v": Infinity}', "f.jsonl:2: field 'v': expected a finite number, got inf"),
        ('{"id": "b", "v": -Infinity}', "field 'v'"),
        ('{"id": "b", "v": 1e999}', "f.jsonl:2: field 'v': expected a finite number, got inf"),
        ('{"id": "b", "v": "\\ud800"}', "field 'v': expected text that UTF-8 can hold"),
        ('{"id": "b", "v": 1, "v": 2}', "the key 'v' comes twice in one object"),
        ('{"id": "b", "v": ' + "9" * 5000 + "}", "f.jsonl:2: field '(record)'"),
        ("[" * 100_000, "f.jsonl:2: field '(record)'"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    file = write_lines(tmp_path / "f.jsonl", ['{"id": "a"}', line])
    with pytest.raises(BadRecord) as caught:
        read_records(card(), file, "id")
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_broken_array_names_the_record(tmp_path: Path) -> None:
    file = write_array(tmp_path / "f.json", [{"id": "a"}, {"id": "b"}, {"id": "a"}])
    with pytest.raises(BadRecord, match=r"f\.json: record 3 of the array: field 'id'.*it stands in record 1 too"):
        read_records(card(), file, "id")


def test_text_that_is_no_array_or_no_utf8(tmp_path: Path) -> None:
    file = tmp_path / "f.json"
    file.write_text('{"id": 1}')
    with pytest.raises(BadRecord, match="expected a JSON array"):
        read_records(card(), file, "id")
    file.write_text('[{"id": 1},\n{"id": }]')
    with pytest.raises(BadRecord, match=r"f\.json:2: field '\(record\)': expected JSON"):
        read_records(card(), file, "id")
    file.write_bytes(b'[{"id": "\xff"}]')
    with pytest.raises(BadRecord, match="expected UTF-8 text, got 'byte 9"):
        read_records(card(), file, "id")


def test_known_bad_records_are_left_out_and_reported(tmp_path: Path) -> None:
    file = write_array(tmp_path / "f.json", [{"qid": 1, "answer": "x"}, {"qid": 2, "answer": ""}])
    bad = read_records(card(), file, "qid")
    assert [r.id for r in bad.records] == ["1", "2"]
    assert bad.excluded == ()
    with pytest.raises(BadRecord, match=r"f\.json: record 2 of the array: field 'answer': expected text that is not"):
        [r.text("answer") for r in bad.records]
    good = read_records(card(known_bad={"2": "the answer is empty"}), file, "qid")
    assert [r.id for r in good.records] == ["1"]
    assert good.excluded == ("made: f.json, record 2, qid 2: the answer is empty",)


def test_known_bad_may_hide_a_number_that_is_none(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "f.jsonl", ['{"id": 1, "v": NaN}'])
    assert len(read_records(card(known_bad={"1": "v is NaN"}), file, "id").excluded) == 1


def test_slake_has_one_empty_answer(shared: Path) -> None:
    file = shared / "data" / "slake_text" / "Slake1.0" / "train.json"
    listed = read_records(card(known_bad={"1622": "the answer is empty"}), file, "qid")
    assert len(listed.records) == 9834
    assert listed.excluded == ("made: train.json, record 1623, qid 1622: the answer is empty",)
    assert all(r.text("answer") for r in listed.records)
    unlisted = read_records(card(), file, "qid")
    with pytest.raises(BadRecord, match=r"record 1623 of the array: field 'answer': .* got ''"):
        [r.text("answer") for r in unlisted.records]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda r: r.text("v"), 3),
        (lambda r: r.text("v"), "  "),
        (lambda r: r.text("missing"), "x"),
        (lambda r: r.words("v"), True),
        (lambda r: r.words("v"), None),
        (lambda r: r.one_of("v", ("A", "B")), "C"),
        (lambda r: r.texts("v"), []),
        (lambda r: r.texts("v"), ["a", ""]),
        (lambda r: r.texts("v"), ["a", "a "]),
        (lambda r: r.flags("v"), {"a": 1}),
        (lambda r: r.flags("v"), {}),
        (lambda r: r.parts("v"), [1]),
        (lambda r: r.xyxy("v"), [1, 2, 3]),
        (lambda r: r.xyxy("v"), [1, 2, 3, "4"]),
        (lambda r: r.xyxy("v"), [1, 2, 3, True]),
        (lambda r: r.xyxy("v"), [1, 2, 1, 4]),
        (lambda r: r.xyxy("v"), [1, 2, 3, 10**400]),
    ],
)
def test_a_field_of_another_form_is_named(read: Callable[[Record], object], value: object) -> None:
    with pytest.raises(BadRecord, match=r"^f\.jsonl:7: field '(v|missing)': expected .*, got "):
        read(record(v=value))


@pytest.mark.parametrize(("value", "words"), [(4, "4"), (4.0, "4"), (2.5, "2.5"), (" two ", "two"), ("4", "4")])
def test_words_of_numbers(value: object, words: str) -> None:
    assert record(v=value).words("v") == words


@pytest.mark.parametrize("path", ["../x.png", "/etc/passwd", "a/../../x.png", "a\\x.png", "c:x.png", "a\0b"])
def test_a_path_that_leaves_is_refused(path: str) -> None:
    with pytest.raises(BadRecord, match="expected a path that stays inside the data folder"):
        record(image=path).media("image", "images", partial(probe, root=Path("/nowhere")))


def test_a_link_may_stand_for_the_folder_and_within_it_but_not_lead_out_of_it(tmp_path: Path) -> None:
    write_image(tmp_path / "outside.png", (8, 6))
    write_image(tmp_path / "data" / "images" / "in.png", (8, 6))
    (tmp_path / "data" / "images" / "x.png").symlink_to(tmp_path / "outside.png")
    (tmp_path / "data" / "images" / "same.png").symlink_to(tmp_path / "data" / "images" / "in.png")
    (tmp_path / "linked").symlink_to(tmp_path / "data")
    find = partial(probe, root=tmp_path / "linked")
    assert record(image="in.png").media("image", "images", find).size == (8, 6)
    assert record(image="same.png").media("image", "images", find).size == (8, 6)
    with pytest.raises(BadRecord, match=r"f.jsonl:7: field 'image': expected a path that stays inside .* got 'x.png'"):
        record(image="x.png").media("image", "images", find)


def test_an_unreadable_image_keeps_its_place(tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "good.png", (8, 6))
    (tmp_path / "images" / "bad.png").write_bytes(b"no picture")
    find = partial(probe, root=tmp_path)
    assert record(image="good.png").media("image", "images", find).size == (8, 6)
    bad = record(image="bad.png").media("image", "images", find)
    assert (bad.size, len(bad.sha256)) == (None, 64)
    missing = record(image="none.png").media("image", "images", find)
    assert (missing.size, missing.sha256, missing.path) == (None, "", "images/none.png")


def test_missing_data_say_where_they_are_got(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="made needs --data-dir") as none:
        data_folder(card(), None, "set", "f.json")
    with pytest.raises(Incomplete, match=r"set.f\.json is missing") as missing:
        data_folder(card(), tmp_path, "set", "f.json")
    with pytest.raises(Incomplete, match=r"g\.json is missing") as file:
        read_records(card(), tmp_path / "g.json", "id")
    for caught in (none, missing, file):
        assert "A made data set is got at https://example.org/made (public; CC0-1.0)" in str(caught.value)
        assert caught.value.exit_code == 4


def test_the_folder_may_be_given_itself(tmp_path: Path) -> None:
    write_array(tmp_path / "set" / "f.json", [])
    assert data_folder(card(), tmp_path, "set", "f.json") == tmp_path / "set"
    assert data_folder(card(), tmp_path / "set", "set", "f.json") == tmp_path / "set"


def test_a_split_that_is_not_there() -> None:
    check_split(card(), "test")
    with pytest.raises(MedGaugeError, match="made has no 'train' split; it has test"):
        check_split(card(), "train")


@pytest.mark.parametrize(
    ("reference", "language", "polar"),
    [
        ("Yes", "en", "yes"),
        ("no.", "en", "no"),
        ("是。", "zh", "yes"),
        ("否", "zh", "no"),
        ("yes, it is", "en", None),
        ("normal", "en", None),
        ("yes", "zh", None),
        ("没有", "zh", "no"),
        ("包含", "zh", "yes"),
        ("不包含", "zh", "no"),
        ("不正常", "zh", None),
    ],
)
def test_polar_references(reference: str, language: Any, polar: str | None) -> None:
    assert polar_of(reference, language) == polar


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "v", "w"]), inner, max_size=3),
    max_leaves=8,
)


@given(values=st.lists(JSON, max_size=4))
def test_whatever_stands_in_a_file_is_a_record_or_a_bad_record(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any]
) -> None:
    file = tmp_path_factory.mktemp("records") / "f.jsonl"
    file.write_text("\n".join(json.dumps(v) for v in values), encoding="utf-8")
    records = None
    with suppress(BadRecord):
        records = read_records(card(), file, "id").records
    if all(well_formed(v) for v in values) and len({str(v["id"]).strip() for v in values}) == len(values):
        assert records is not None
        assert [r.values for r in records] == values
    else:
        assert records is None


def well_formed(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and type(value.get("id")) in (str, int)
        and bool(str(value["id"]).strip())
        and finite(value)
    )


def finite(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(finite(v) for v in (value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)
