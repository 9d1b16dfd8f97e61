"""SLAKE and DermaVQA: two languages, several references, and the traps of the real files."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from layouts import SLAKE_ROW, array, derma_case, dermavqa, slake

from medgauge.errors import BadRecord, Incomplete
from medgauge.types import Sample
from medgauge_tasks.cards import load_card
from medgauge_tasks.loaders import dermavqa as derma
from medgauge_tasks.loaders import slake as slake_loader

SLAKE, DERMA = load_card("slake"), load_card("dermavqa")


def test_slake_in_both_languages(tmp_path: Path) -> None:
    slake(tmp_path)
    loaded = slake_loader.load(SLAKE, tmp_path, "test")
    assert [(s.id, s.language, s.target.text, s.target.polar) for s in loaded.samples] == [
        ("0", "en", "MRI", None),
        ("1", "en", "No", "no"),
        ("2", "en", "Liver", None),
        ("3", "zh", "包含", "yes"),
        ("4", "zh", "肝脏", None),
    ]
    assert [s.tags["kind"] for s in loaded.samples] == ["open", "closed", "closed", "closed", "open"]
    assert [s.tags["knowledge"] for s in loaded.samples] == ["no"] * 4 + ["yes"]
    first = loaded.samples[0]
    assert (first.media[0].path, first.media[0].size) == ("imgs/xmlab1/source.jpg", (64, 48))
    assert first.group == "xmlab1/source.jpg"
    assert [s.id for s in slake_loader.load(SLAKE, tmp_path, "train").samples] == ["9"]


def test_slake_as_the_hub_lays_it_out(tmp_path: Path) -> None:
    slake(tmp_path)
    (tmp_path / "Slake1.0" / "test.json").rename(tmp_path / "test.json")
    assert slake_loader.load(SLAKE, tmp_path, "test").samples[0].media[0].size == (64, 48)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"q_lang": "es"}, "q_lang"),
        ({"answer": ""}, "answer"),
        ({"answer_type": "MAYBE"}, "answer_type"),
        ({"modality": "US"}, "modality"),
        ({"base_type": "other"}, "base_type"),
        ({"img_name": "../xmlab1/source.jpg"}, "img_name"),
        ({"qid": None}, "qid"),
    ],
)
def test_a_broken_slake_row_is_named(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    array(tmp_path / "Slake1.0" / "test.json", [{**SLAKE_ROW, "qid": 5}, {**SLAKE_ROW, **change}])
    with pytest.raises(BadRecord, match=r"test\.json: record 2 of the array: field") as caught:
        slake_loader.load(SLAKE, tmp_path, "test")
    assert caught.value.field == field


@pytest.mark.parametrize(("card", "load"), [(SLAKE, slake_loader.load), (DERMA, derma.load)])
def test_missing_data_name_page_and_terms(tmp_path: Path, card: Any, load: Any) -> None:
    with pytest.raises(Incomplete) as caught:
        load(card, tmp_path, "test")
    assert caught.value.exit_code == 4
    for words in ("is missing", card.url, "CC BY 4.0"):
        assert words in str(caught.value)


def test_every_reply_is_a_reference_and_the_weightiest_is_first(tmp_path: Path) -> None:
    dermavqa(tmp_path)
    samples = {(s.id, s.language): s for s in derma.load(DERMA, tmp_path, "test").samples}
    chinese, english = samples["ENC1", "zh"], samples["ENC1", "en"]
    assert (chinese.target.text, chinese.target.texts) == ("梅毒疹", ("毛囊炎", "湿疹"))
    assert (english.target.text, english.target.texts) == ("Syphilis.", ("Eczema.",))
    assert (chinese.question, english.question) == ("看一下\n起了小疙瘩", "Small lumps.")
    assert chinese.group == english.group == "ENC1"
    assert [m.path for m in chinese.media] == [f"images_test/IMG_ENC1_0000{n}.jpg" for n in (1, 2)]
    assert all(m.size for s in samples.values() for m in s.media)
    assert len(derma.load(DERMA, tmp_path, "train").samples) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"responses": []}, "responses"),
        ({"query_title_zh": " ", "query_content_zh": ""}, "query_content_zh"),
        ({"image_ids": []}, "image_ids"),
        ({"image_ids": ["../x.jpg"]}, "image_ids"),
    ],
)
def test_a_broken_case_is_named(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    case = {**derma_case("ENC1", 1, ("a", "b", 1, 1)), **change}
    array(tmp_path / "data" / "iiyi" / "test_ht.json", [case])
    with pytest.raises(BadRecord, match=r"test_ht\.json: record 1 of the array: field") as caught:
        derma.load(DERMA, tmp_path, "test")
    assert caught.value.field == field


@pytest.fixture(scope="module")
def real_slake(shared: Path) -> dict[str, tuple[Sample, ...]]:
    return {split: slake_loader.load(SLAKE, shared / "data", split).samples for split in ("train", "test")}  # type: ignore[arg-type]


def test_the_real_slake(real_slake: dict[str, tuple[Sample, ...]], shared: Path) -> None:
    counts = {split: Counter(s.language for s in samples) for split, samples in real_slake.items()}
    assert counts == {"train": {"en": 4918, "zh": 4916}, "test": {"en": 1061, "zh": 1033}}
    assert {split: len(samples) for split, samples in real_slake.items()} == dict(SLAKE.counts)
    assert {m.size for s in real_slake["test"] for m in s.media} == {None}
    (line,) = slake_loader.load(SLAKE, shared / "data", "train").excluded
    assert "qid 1622: the answer is empty" in line


def test_slake_is_split_by_picture_in_each_language_alone(real_slake: dict[str, tuple[Sample, ...]]) -> None:
    def groups(split: str, language: str) -> set[str]:
        return {s.group for s in real_slake[split] if s.language == language}

    for language, other, shared_pictures in (("en", "zh", 72), ("zh", "en", 70)):
        test = groups("test", language)
        assert len(test) == 96
        assert not test & groups("train", language)
        assert len(test & groups("train", other)) == shared_pictures


def test_closed_is_not_yes_or_no_in_slake(real_slake: dict[str, tuple[Sample, ...]]) -> None:
    closed = Counter((s.language, s.target.polar) for s in real_slake["test"] if s.tags["kind"] == "closed")
    assert closed == {
        ("en", "yes"): 175,
        ("en", "no"): 180,
        ("en", None): 61,
        ("zh", "yes"): 169,
        ("zh", "no"): 178,
        ("zh", None): 73,
    }
    assert all(s.target.polar is None for s in real_slake["test"] if s.tags["kind"] == "open")


def test_the_real_dermavqa(shared: Path) -> None:
    for split, cases in (("train", 842), ("test", 100)):
        samples = derma.load(DERMA, shared / "data", split).samples  # type: ignore[arg-type]
        assert len(samples) == 2 * cases == DERMA.counts[split]  # type: ignore[index]
        assert Counter(s.language for s in samples) == {"en": cases, "zh": cases}
        assert all(s.target.text.strip() for s in samples)
    replies = [1 + len(s.target.texts) for s in samples if s.language == "zh"]
    assert (min(replies), max(replies)) == (1, 20)
