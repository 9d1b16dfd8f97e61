"""CSV and Parquet rows: what is read, and how what is broken is named."""

import csv
import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_cards import card

from medgauge.errors import BadRecord, Incomplete
from medgauge_tasks.loaders.records import read_records
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.json_rows import read_object
from medgauge_tasks.readers.parquet_rows import BATCH, read_parquet
from medgauge_tasks.readers.record import Place, Record


def write(file: Path, text: str | bytes) -> Path:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def rows(file: Path, **options: Any) -> list[tuple[int | None, dict[str, Any]]]:
    return [(place.line, values) for place, values in read_csv(file, **options)]


def test_rows_stand_at_the_line_where_they_begin(tmp_path: Path) -> None:
    file = write(tmp_path / "f.csv", '\ufeffid, text\r\n1,"two\r\nlines, ""quoted"""\r\n\r\n2,肺\r\n')
    assert rows(file) == [(2, {"id": "1", "text": 'two\r\nlines, "quoted"'}), (5, {"id": "2", "text": "肺"})]
    tabs = write(tmp_path / "f.tsv", "id\ttext\n1\ta,b\n")
    assert rows(tabs, columns=("text",), delimiter="\t") == [(2, {"id": "1", "text": "a,b"})]


def test_columns_without_a_name_are_left_out(tmp_path: Path) -> None:
    file = write(tmp_path / "f.csv", ",id,x,,\n0,a,1,,\n")
    assert rows(file) == [(2, {"id": "a", "x": "1"})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"f\.csv: field '\(header\)': expected a first line"),
        ("id,id\n", r"f\.csv:1: field '\(header\)': expected every column once, got 'id'"),
        ("name\n1\n", r"f\.csv:1: field '\(header\)': expected a column 'id', got \['name'\]"),
        ("id,x\n1\n", r"f\.csv:2: field '\(row\)': expected 2 cells, as many as the header has, got '1'"),
        ("id,x\n1,2,3\n", r"f\.csv:2: .* got '3'"),
        ('id,x\n1,"2\n', r"f\.csv:2: field '\(row\)': expected cells as CSV writes them, got 'unexpected end"),
        ('id,x\n1,"2"3\n', r"f\.csv:2: field '\(row\)'"),
        ("id,x\n1," + "y" * 200_000 + "\n", r"f\.csv:2: field '\(row\)': .*field larger"),
        (b"id\n\xff\n", r"f\.csv: field '\(whole file\)': expected UTF-8 text"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, text: str | bytes, message: str) -> None:
    file = write(tmp_path / "f.csv", text)
    with pytest.raises(BadRecord, match=message):
        rows(file, columns=("id",))


def test_what_is_missing_is_incomplete(tmp_path: Path) -> None:
    for read in (read_csv, read_parquet):
        with pytest.raises(Incomplete, match=r"nothing is missing\.$"):
            list(read(tmp_path / "nothing"))
    with pytest.raises(Incomplete, match=r"x\.csv is missing\. A made data set is got at https"):
        read_records(card(), tmp_path / "x.csv", "id")


CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)


@settings(deadline=None)
@given(table=st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_what_csv_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("a", "b"), *table])
    file = write(tmp_path_factory.mktemp("csv") / "f.csv", text.getvalue())
    kept = [{"a": a, "b": b} for a, b in table if a.strip() or b.strip()]
    assert [values for _, values in read_csv(file)] == kept


@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_text_is_rows_or_a_bad_record(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = write(tmp_path_factory.mktemp("csv") / "f.csv", text)
    with suppress(BadRecord):
        assert all(isinstance(values, dict) for _, values in read_csv(file))


def parquet(file: Path, count: int) -> Path:
    table = pa.table(
        {
            "id": list(range(count)),
            "image": [{"bytes": b"\x89PNG", "path": None}] * count,
            "text": [None, *["x"] * (count - 1)],
        }
    )
    pq.write_table(table, file)
    return file


def test_parquet_rows_come_in_batches_and_keep_their_number(tmp_path: Path) -> None:
    read = list(read_parquet(parquet(tmp_path / "f.parquet", BATCH + 2)))
    assert [place.number for place, _ in read] == list(range(1, BATCH + 3))
    assert read[0][1] == {"id": 0, "image": {"bytes": b"\x89PNG", "path": None}, "text": None}
    assert str(read[-1][0]) == f"record {BATCH + 2}"
    assert next(read_parquet(tmp_path / "f.parquet", ["text"]))[1] == {"text": None}


def test_parquet_records_have_ids(tmp_path: Path) -> None:
    read = read_records(card(known_bad={"1": "bad"}), parquet(tmp_path / "f.parquet", 3), "id")
    assert [record.id for record in read.records] == ["0", "2"]
    with pytest.raises(BadRecord, match=r"f\.parquet: record 1 of the table: field 'text': expected text, got None"):
        read.records[0].text("text")


def test_a_broken_parquet_file_is_named(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "f.parquet", 3)
    with pytest.raises(BadRecord, match=r"f\.parquet: field '\(columns\)': expected a column 'label'"):
        list(read_parquet(whole, ["label"]))
    bytes_ = whole.read_bytes()
    for broken in (b"", b"PAR1", bytes_[:-9], bytes_[: len(bytes_) // 2], b"id,text\n1,2\n"):
        write(tmp_path / "g.parquet", broken)
        with pytest.raises(BadRecord, match=r"g\.parquet: field '\(whole file\)': expected a Parquet file"):
            list(read_parquet(tmp_path / "g.parquet"))


@pytest.mark.parametrize(
    ("value", "number"), [("1", 1.0), (" 2.50 ", 2.5), (3, 3.0), ("1e3", 1000.0), ("-0.5", -0.5), (4.0, 4.0)]
)
def test_numbers_of_cells(value: object, number: float) -> None:
    record = Record(place=Place(file=Path("f"), line=1), id="", values={"v": value})
    assert record.number("v") == number
    if number.is_integer():
        assert record.whole("v") == int(number)
    else:
        with pytest.raises(BadRecord, match="expected a whole number"):
            record.whole("v")


@pytest.mark.parametrize("value", ["", "nan", "inf", "1,5", "x", None, True, [1], 10**400])
def test_what_is_no_number(value: object) -> None:
    record = Record(place=Place(file=Path("f"), line=1), id="", values={"v": value})
    with pytest.raises(BadRecord, match=r"^f:1: field 'v': expected a finite number"):
        record.number("v")


def test_optional_text() -> None:
    record = Record(place=Place(file=Path("f")), id="", values={"a": " x ", "b": "  ", "c": None, "d": ""})
    assert [record.optional(field) for field in "abcde"] == ["x", "", "", "", ""]


def test_one_object_a_file(tmp_path: Path) -> None:
    assert read_object(write(tmp_path / "f.json", '{"a": {"b": [1]}}')).values == {"a": {"b": [1]}}
    for text in ("[]", "3", '{"a": NaN}', '{"a": 1, "a": 2}', "{"):
        with pytest.raises(BadRecord):
            read_object(write(tmp_path / "f.json", text))
