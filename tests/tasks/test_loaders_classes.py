"""What tables and folders of classes may say, and how what is broken is named."""

from pathlib import Path
from typing import Any

import pytest
from fixtures_classes import put, put_dicom
from loader_cards import card
from made_sources import put_csv

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.tasks import Card, Label
from medgauge_tasks.loaders import class_folders, class_tables
from medgauge_tasks.loaders.classes import codes
from medgauge_tasks.loaders.own_split import in_split

LABELS = (Label(name="well", zh="健康"), Label(name="ill", zh="患病", aliases=("sick",)))
OPTIONS = {"table": "a.csv", "id": "id", "picture": "pictures/{id}.png", "codes": "0: well\n1: ill"}


def table(**options: str) -> Card:
    marks = {"marks": "cell", "column": "grade"}
    return card(family="classification", labels=LABELS, languages=("en", "zh"), options=OPTIONS | marks | options)


def write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    put_csv(folder / "a.csv", rows)
    for seed, row in enumerate(rows):
        name = str(row["id"])
        if name.isalnum():
            put(folder / f"pictures/{name}.png", seed)
    return folder


def test_one_word_a_picture_in_both_languages(tmp_path: Path) -> None:
    write(tmp_path, [{"id": "a", "grade": "1"}, {"id": "b", "grade": " 0"}])
    loaded = class_tables.load(table(), tmp_path, "test")
    told = [(s.id, s.language, s.target.labels, s.choices, s.group) for s in loaded.samples]
    assert told == [
        ("a", "en", ("ill",), ("well", "ill"), "a"),
        ("a", "zh", ("患病",), ("健康", "患病"), "a"),
        ("b", "en", ("well",), ("well", "ill"), "b"),
        ("b", "zh", ("健康",), ("健康", "患病"), "b"),
    ]


@pytest.mark.parametrize(
    ("row", "options", "field"),
    [
        ({"id": "b", "grade": "2"}, {}, "grade"),
        ({"id": "b", "grade": ""}, {}, "grade"),
        ({"id": "a", "grade": "1"}, {}, "id"),
        ({"id": "", "grade": "1"}, {}, "id"),
        ({"id": "../a", "grade": "1"}, {}, "id"),
        ({"id": "/etc/passwd", "grade": "1"}, {"picture": "{id}"}, "id"),
        ({"id": "b", "grade": "1"}, {"group": "patient"}, "patient"),
        ({"id": "b", "grade": "1"}, {"group_pattern": r"(\d+)_"}, "id"),
        ({"id": "b", "grade": "1"}, {"picture": "{study}/{id}.png"}, "study"),
        ({"id": "b", "grade": "[0, __import__('os')]"}, {"marks": "list"}, "grade"),
        ({"id": "b", "grade": "['2']"}, {"marks": "list"}, "grade"),
        ({"id": "b", "grade": "['0', '1']"}, {"marks": "list"}, r"\(labels\)"),
        ({"id": "b", "grade": "[]"}, {"marks": "list"}, r"\(labels\)"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, row: dict[str, str], options: dict[str, str], field: str) -> None:
    first = {"id": "a", "grade": "['1']" if options.get("marks") == "list" else "1"}
    write(tmp_path, [first, row])
    with pytest.raises(BadRecord, match=rf"a\.csv(:| line) ?\d.*field '{field}'"):
        class_tables.load(table(**options), tmp_path, "test")


@pytest.mark.parametrize("mark", ["-1.0", "2", "nan", "", "yes"])
def test_a_mark_is_0_or_1(tmp_path: Path, mark: str) -> None:
    write(tmp_path, [{"id": "a", "well": mark, "ill": "1"}])
    columns = {"marks": "columns", "codes": "", "labels": "multi"}
    with pytest.raises(BadRecord, match="field 'well'"):
        class_tables.load(table(**columns), tmp_path, "test")


def test_a_label_without_a_column_is_an_error_and_not_always_absent(tmp_path: Path) -> None:
    write(tmp_path, [{"id": "a", "ill": "0"}])
    columns = {"marks": "columns", "codes": "", "labels": "multi"}
    with pytest.raises(BadRecord, match="a column for 'well'"):
        class_tables.load(table(**columns), tmp_path, "test")
    (sample, _) = class_tables.load(table(**columns, otherwise="well"), tmp_path, "test").samples
    assert sample.target.labels == ("well",)


def test_rows_add_up_words_are_left_out_and_other_splits_are_not_read(tmp_path: Path) -> None:
    rows = [("a", "0", "test"), ("a", "1", "test"), ("b", "?", "test"), ("c", "1", "train"), ("d", "", "test")]
    put_csv(tmp_path / "a.csv", [dict(zip(("id", "grade", "split"), row, strict=True)) for row in rows])
    options = {"rows": "many", "labels": "multi", "only": "split: test", "left_out": "?: unsure\n(blank): not graded"}
    loaded = class_tables.load(table(**options), tmp_path, "test")
    assert [(s.id, s.target.labels) for s in loaded.samples if s.language == "en"] == [("a", ("well", "ill"))]
    assert [line.rpartition(": ")[2] for line in loaded.excluded] == ["unsure", "not graded"]
    assert loaded.samples[0].media[0].size is None, "a picture that is missing is counted, not dropped"


def test_a_known_bad_row_is_told(tmp_path: Path) -> None:
    write(tmp_path, [{"id": "a", "grade": "1"}, {"id": "b", "grade": "7"}])
    bad = card(
        family="classification",
        labels=LABELS,
        known_bad={"b": "no such grade"},
        options=OPTIONS | {"marks": "cell", "column": "grade"},
    )
    loaded = class_tables.load(bad, tmp_path, "test")
    assert (len(loaded.samples), len(loaded.excluded)) == (1, 1)
    assert "no such grade" in loaded.excluded[0]


def test_the_two_eyes_of_a_person_are_one_group(tmp_path: Path) -> None:
    write(tmp_path, [{"id": "l", "grade": "1"}, {"id": "r", "grade": "0"}])
    put_csv(tmp_path / "pairs.csv", [{"left": "L", "right": "R"}], delimiter=";")
    samples = class_tables.load(table(pairs="pairs.csv"), tmp_path, "test").samples
    assert [s.group for s in samples if s.language == "en"] == ["L", "L"]


def test_an_eye_in_no_pair_is_named_and_no_person_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, [{"id": "l", "grade": "1"}, {"id": "z", "grade": "0"}])
    put_csv(tmp_path / "pairs.csv", [{"left": "l", "right": "r"}], delimiter=";")
    with pytest.raises(BadRecord, match=r"a\.csv(:| line) ?3.*field 'id': expected .* pairs\.csv, got 'z'"):
        class_tables.load(table(pairs="pairs.csv"), tmp_path, "test")


def test_a_picture_is_found_whatever_the_case_of_its_name(tmp_path: Path) -> None:
    put_csv(tmp_path / "a.csv", [{"id": name, "grade": "1"} for name in ("im1.jpg", "im2.jpg", "im3.jpg")])
    for seed, name in enumerate(("IM1.JPG", "im2.JPG", "IM2.jpg", "im3.jpg", "IM3.JPG")):
        put(tmp_path / "pictures" / name, seed)
    samples = class_tables.load(table(picture="pictures/{id}"), tmp_path, "test").samples
    media = [s.media[0] for s in samples if s.language == "en"]
    assert [one.path for one in media] == ["pictures/IM1.JPG", "pictures/im2.jpg", "pictures/im3.jpg"]
    assert [one.size is None for one in media] == [False, True, False], "of two that could be meant, none is taken"


def test_the_first_folder_that_has_the_picture_is_taken(tmp_path: Path) -> None:
    put_csv(tmp_path / "a.csv", [{"id": "a", "grade": "1"}])
    put(tmp_path / "part_2/a.png", 1)
    (tmp_path / "part_1").mkdir()
    where = {"picture": "images/{id}.png\npart_*/{id}.png"}
    assert class_tables.load(table(**where), tmp_path, "test").samples[0].media[0].path == "part_2/a.png"


def test_dicom_is_drawn_and_a_link_out_of_the_folder_is_not(tmp_path: Path) -> None:
    data = tmp_path / "data"
    put_csv(data / "a.csv", [{"id": "a", "grade": "1"}])
    put_dicom(data / "a.dicom", 3)
    drawn = table(picture="{id}.dicom")
    loaded = class_tables.load(drawn, data, "test")
    (media,) = loaded.samples[0].media
    assert (media.path, media.size) == ("a.png", (48, 40))
    assert (loaded.root / "a.png").is_file()
    assert not list(data.glob("*.png"))
    (data / "a.dicom").rename(tmp_path / "secret.dicom")
    (data / "a.dicom").symlink_to(tmp_path / "secret.dicom")
    with pytest.raises(BadRecord, match="field 'id'"):
        class_tables.load(drawn, data, "test")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"codes": "0: good"}, "none of its labels"),
        ({"codes": "0 well"}, "lines `one: other`"),
        ({"marks": "guess"}, "columns, cell or list"),
        ({"picture": "a.png\nb.dicom"}, "all of DICOM or none"),
        ({"share": "2", "seed": "1", "split": "s"}, "go together"),
        ({"share": "0.2", "split": "s"}, "go together"),
        ({"window": "40", "picture": "{id}.dicom"}, "centre and width"),
    ],
)
def test_an_option_that_cannot_be_is_refused(tmp_path: Path, options: dict[str, str], words: str) -> None:
    write(tmp_path, [{"id": "a", "grade": "1"}])
    with pytest.raises(MedGaugeError, match=words):
        class_tables.load(table(**options), tmp_path, "test")


def test_a_label_that_has_codes_is_not_written_by_its_name() -> None:
    assert set(codes(table())) == {"0", "1"}
    assert set(codes(table(codes="1: ill"))) == {"well", "1"}


FOLDERS = {"pictures": "test/*/*.png", "pattern": r"test/(?P<label>\w+)/(?P<organ>\w+)-(?P<group>\d+)\.png"}


def folders(**options: str) -> Card:
    return card(family="classification", labels=LABELS, options=FOLDERS | options)


def test_a_path_says_class_group_and_tags(tmp_path: Path) -> None:
    put(tmp_path / "test/ill/Liver-7.png", 1)
    put(tmp_path / "test/ill/._Liver-7.png", 2)
    (sample,) = class_folders.load(folders(skip=r"/\._"), tmp_path, "test").samples
    assert (sample.target.labels, sample.group, sample.tags["organ"]) == (("ill",), "7", "liver")


@pytest.mark.parametrize("path", ["test/ill/liver.png", "test/dead/liver-7.png"])
def test_a_path_of_another_form_or_class_is_named(tmp_path: Path, path: str) -> None:
    put(tmp_path / path, 1)
    with pytest.raises(BadRecord, match=r"field '\(path\)'"):
        class_folders.load(folders(), tmp_path, "test")


def test_no_picture_at_all(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="test/"):
        class_folders.load(folders(), tmp_path, "test")


KNOWN = [True, True, False, True, True, True, True, False]
"""Whether the first hexadecimal digit of sha256("1:a"), sha256("1:b"), ... is under 8."""


def test_our_split_is_the_same_for_everybody() -> None:
    one = card(splits=("train", "test"), options={"share": "0.5", "seed": "1", "split": "s"})
    assert [in_split(one, group, "test") for group in "abcdefgh"] == KNOWN
    assert [in_split(one, group, "train") for group in "abcdefgh"] == [not test for test in KNOWN]
    many = [str(number) for number in range(4000)]
    fifth = card(options={"share": "0.2", "seed": "20250401", "split": "s"})
    assert 700 < sum(in_split(fifth, group, "test") for group in many) < 900
    assert all(in_split(card(), group, "test") for group in many)
