"""VQA-RAD in its OSF layout, with the traps of the real file."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from loader_cards import card, write_array, write_image

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.types import Sample
from medgauge_tasks.cards import load_card
from medgauge_tasks.loaders.vqa_rad import FILE, FOLDER, IMAGES, load, question_types

ROW = {
    "qid": 1,
    "image_name": "a.jpg",
    "image_organ": "CHEST",
    "question": "Is it normal? ",
    "question_type": "PRES, pos",
    "answer": "Yes",
    "answer_type": "CLOSED ",
    "phrase_type": "test_freeform",
}


def write(folder: Path, *changes: dict[str, Any]) -> Path:
    rows = [{**ROW, **change} for change in changes]
    write_array(folder / FOLDER / FILE, [{k: v for k, v in row.items() if v is not None} for row in rows])
    write_image(folder / FOLDER / IMAGES / "a.jpg")
    return folder


def two_splits() -> Any:
    return card(splits=("train", "test"))


def test_the_traps(tmp_path: Path) -> None:
    data = write(
        tmp_path,
        {},
        {"qid": "2", "answer": 4.0, "answer_type": "OPEN", "question_type": "COUNT"},
        {"qid": 3, "answer": "Left", "answer_type": "CLOSED", "phrase_type": "test_para"},
        {"qid": 4, "phrase_type": "freeform", "image_name": "gone.jpg"},
    )
    loaded = load(two_splits(), data, "test")
    first, second, third = loaded.samples
    assert (first.id, first.question, first.target.text, first.target.polar) == ("1", "Is it normal?", "Yes", "yes")
    assert first.tags == {
        "kind": "closed",
        "answer_type": "CLOSED",
        "polar": "yes",
        "organ": "CHEST",
        "question_type": "POS, PRES",
    }
    assert first.media[0].path == f"{IMAGES}/a.jpg"
    assert (first.group, first.language, loaded.root) == ("a.jpg", "en", data / FOLDER)
    assert (second.id, second.target.text, second.tags["kind"], second.target.polar) == ("2", "4", "open", None)
    assert (third.tags["answer_type"], third.tags["polar"], third.target.polar) == ("CLOSED", "no", None)
    (train,) = load(two_splits(), data / FOLDER, "train").samples
    assert (train.id, train.media[0].size) == ("4", None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"qid": 1}, "qid"),
        ({"answer": " "}, "answer"),
        ({"answer": None}, "answer"),
        ({"answer": ["yes"]}, "answer"),
        ({"question": ""}, "question"),
        ({"answer_type": "SHUT"}, "answer_type"),
        ({"phrase_type": "test"}, "phrase_type"),
        ({"image_organ": "FOOT"}, "image_organ"),
        ({"image_name": "../a.jpg"}, "image_name"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    data = write(tmp_path, {}, {"qid": 2, **change})
    with pytest.raises(BadRecord, match=rf"{FILE}: record 2 of the array: field '{field}': expected .*, got "):
        load(two_splits(), data, "test")


def test_missing_data(tmp_path: Path) -> None:
    with pytest.raises(Incomplete) as caught:
        load(load_card("vqa-rad"), tmp_path, "test")
    for words in (FILE, "https://doi.org/10.17605/OSF.IO/89KPS", "CC0-1.0"):
        assert words in str(caught.value)


def test_question_types_are_one_spelling() -> None:
    spelt = ("POS, PRES", "PRES, POS", "prse", "Other", "ATRIB, PRES, PRES")
    assert [question_types(text) for text in spelt] == ["POS, PRES", "POS, PRES", "PRES", "OTHER", "ATTRIB, PRES"]


@pytest.fixture(scope="module")
def official_test(shared: Path) -> tuple[Sample, ...]:
    return load(load_card("vqa-rad"), shared / "data", "test").samples


def test_the_real_test_split(official_test: tuple[Sample, ...]) -> None:
    samples = official_test
    assert len(samples) == len({s.id for s in samples}) == 451
    assert Counter(s.tags["answer_type"] for s in samples) == {"CLOSED": 272, "OPEN": 179}
    assert Counter(s.tags["polar"] for s in samples) == {"yes": 251, "no": 200}
    assert sum(s.target.polar is not None for s in samples) == 251
    assert Counter(s.tags["organ"] for s in samples) == {"CHEST": 174, "ABD": 158, "HEAD": 119}
    assert len({s.group for s in samples}) == 203
    assert all(s.media[0].size for s in samples)
    assert {s.tags["kind"] for s in samples if s.tags["answer_type"] == "OPEN"} == {"open"}


def test_the_real_train_split_shares_images(shared: Path, official_test: tuple[Sample, ...]) -> None:
    train = load(load_card("vqa-rad"), shared / "data", "train").samples
    test = official_test
    assert len(train) == 1797
    assert not {s.id for s in train} & {s.id for s in test}
    assert len({s.group for s in train} & {s.group for s in test}) == 202
    # The one id that the file gives as text, and one of the five answers that it gives as numbers.
    assert "0" in {s.id for s in train}
    assert {"4", "2", "12"} & {s.target.text for s in train} == {"4", "2", "12"}


def test_a_split_it_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(MedGaugeError, match="has no 'train' split"):
        load(card(), tmp_path, "train")
