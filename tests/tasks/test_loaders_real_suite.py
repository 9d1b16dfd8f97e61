"""The real suite: 799 items of six kinds, and what its manifest leaves out."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from loader_cards import card, write_image, write_lines

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Box
from medgauge_tasks.cards import load_card
from medgauge_tasks.loaders.real_suite import FILE, FOLDER, declared, load
from medgauge_tasks.loaders.regions import regime
from medgauge_tasks.suites import load_suite

SIZE = {"size": [8, 6]}
VIEW = {
    "task": "classification",
    "lang": "en+zh",
    "id": "v",
    "image": "covid_ccby/a.png",
    "label": "AP",
    "choices": ["PA", "AP"],
}
LUNGS = {
    "task": "grounding",
    "lang": "en+zh",
    "id": "g",
    "image": "covid_ccby/a.png",
    "view": "PA",
    **SIZE,
    "boxes": [
        {"label": "left lung", "label_zh": "左肺", "xyxy": [4, 0, 8, 6]},
        {"label": "right lung", "label_zh": "右肺", "xyxy": [0, 0.5, 4, 6]},
    ],
}
CELLS = {
    "task": "detection",
    "lang": "en",
    "id": "d",
    "image": "bccd/a.png",
    **SIZE,
    "boxes": [{"label": "WBC", "xyxy": [0, 0, 3, 3]}, {"label": "WBC", "xyxy": [3, 3, 5, 5]}],
}
FINDINGS = {
    "task": "classification_multilabel",
    "lang": "en",
    "id": "m",
    "image": "nih/00001543_001.png",
    "labels": {"Fracture": False, "Pneumothorax": True},
}


def suite(item: str, **changes: Any) -> Card:
    return card(languages=("en", "zh"), options={"item": item}, **changes)


def write(folder: Path, *items: dict[str, Any]) -> Path:
    write_lines(folder / FOLDER / FILE, items)
    for item in items:
        if isinstance(item.get("image"), str) and item["image"].endswith("a.png"):
            write_image(folder / FOLDER / "images" / item["image"])
    return folder


def run(folder: Path, item: str, *items: dict[str, Any]) -> Loaded:
    return load(suite(item), write(folder, *items), "test")


def test_one_item_in_two_languages_shares_id_and_group(tmp_path: Path) -> None:
    english, chinese = run(tmp_path, "classification", VIEW).samples
    assert (english.language, chinese.language) == ("en", "zh")
    assert english.id == chinese.id == "v"
    assert english.group == chinese.group == "covid_ccby/a.png"
    assert english.media == chinese.media
    assert (english.choices, english.target) == (("PA", "AP"), Answer(labels=("AP",)))
    assert (chinese.choices, chinese.target) == (("后前位", "前后位"), Answer(labels=("前后位",)))
    assert english.tags == {"source": "covid-cxr", "modality": "x-ray", "organ": "chest", "kind": "single"}
    assert "view" in english.question


def test_grounding_asks_for_what_the_boxes_name(tmp_path: Path) -> None:
    english, chinese = run(tmp_path, "grounding", LUNGS).samples
    assert english.choices == ("left lung", "right lung")
    assert english.target.boxes[1] == Box(xyxy=(0.0, 0.5, 4.0, 6.0), label="right lung")
    assert chinese.choices == ("左肺", "右肺")
    assert [b.label for b in chinese.target.boxes] == ["左肺", "右肺"]
    assert (english.tags["regime"], english.tags["view"]) == ("ms", "PA")


def test_detection_asks_for_every_label_of_the_source(tmp_path: Path) -> None:
    red = {**CELLS, "id": "r", "boxes": [{"label": "RBC", "xyxy": [0, 0, 3, 3]}]}
    nucleus = {**CELLS, "id": "n", "image": "dsb2018/a.png", "boxes": [{"label": "nucleus", "xyxy": [0, 0, 3, 3]}]}
    empty = {**CELLS, "id": "e", "boxes": []}
    white, second, third, fourth = run(tmp_path, "detection", CELLS, red, nucleus, empty).samples
    assert white.choices == second.choices == fourth.choices == ("RBC", "WBC")
    assert third.choices == ("nucleus",)
    assert fourth.target.boxes == ()
    assert [s.tags["regime"] for s in (white, second, third, fourth)] == ["mm", "ms", "ss", "ms"]


def test_findings_are_keys_that_are_true_and_patients_are_groups(tmp_path: Path) -> None:
    other = {**FINDINGS, "id": "o", "image": "nih/00001543_009.png", "labels": {"Fracture": False}}
    one, two = run(tmp_path, "classification_multilabel", FINDINGS, other).samples
    assert (one.choices, one.target.labels) == (("Fracture", "Pneumothorax"), ("Pneumothorax",))
    assert two.target.labels == ()
    assert one.group == two.group == "nih/00001543"
    assert (one.tags["kind"], one.media[0].size) == ("multi", None)


def test_each_card_reads_its_own_kind(tmp_path: Path) -> None:
    data = write(tmp_path, VIEW, LUNGS, CELLS, FINDINGS)
    ids = {item: {s.id for s in load(suite(item), data, "test").samples} for item in ("grounding", "detection", "vqa")}
    assert ids == {"grounding": {"g"}, "detection": {"d"}, "vqa": set()}


@pytest.mark.parametrize(
    ("item", "change", "field"),
    [
        (VIEW, {"task": "guess"}, "task"),
        (VIEW, {"lang": "fr"}, "lang"),
        (VIEW, {"label": "LL"}, "label"),
        (VIEW, {"label": ""}, "label"),
        (VIEW, {"choices": ["PA", "AP", "lateral"]}, "choices"),
        (VIEW, {"choices": []}, "choices"),
        (VIEW, {"choices": None}, "choices"),
        (VIEW, {"label_zh": "正位"}, "label_zh"),
        (VIEW, {"image": "elsewhere/a.png"}, "image"),
        (VIEW, {"image": "bccd/a.png"}, "image"),
        (VIEW, {"image": "../a.png"}, "image"),
        (LUNGS, {"boxes": []}, "boxes"),
        (LUNGS, {"boxes": [{"label": "left lung", "xyxy": [0, 0, 4, 4]}]}, "label_zh"),
        (LUNGS, {"boxes": [{"label": "x", "label_zh": "x", "xyxy": [0, 0, 9, 6]}]}, "xyxy"),
        (LUNGS, {"boxes": [{"label": "x", "label_zh": "x", "xyxy": [-1, 0, 4, 6]}]}, "xyxy"),
        (LUNGS, {"size": [9, 6]}, "size"),
        (LUNGS, {"size": [8.0, 6]}, "size"),
        (FINDINGS, {"labels": {"Fracture": 1}}, "labels"),
    ],
)
def test_a_broken_item_is_named(tmp_path: Path, item: dict[str, Any], change: dict[str, Any], field: str) -> None:
    data = write(tmp_path, {"id": "first", "task": "vqa"}, {**item, **change})
    with pytest.raises(BadRecord, match=rf"{FILE}:2: field '{field}': expected .*, got "):
        load(suite(item["task"]), data, "test")


def test_missing_data_and_a_wrong_card(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match=r"manifest\.jsonl is missing"):
        load(load_card("real-report"), tmp_path, "test")
    with pytest.raises(MedGaugeError, match="option 'item' is 'poem'; it can be classification"):
        load(suite("poem"), tmp_path, "test")


@pytest.mark.parametrize(
    ("choices", "labels", "expected"),
    [
        (("a",), "a", "ss"),
        (("a",), "aa", "sm"),
        (("a", "b"), "ab", "ms"),
        (("a", "b"), "abb", "mm"),
        (("a",), "", "ss"),
    ],
)
def test_regime(choices: tuple[str, ...], labels: str, expected: str) -> None:
    assert regime(choices, tuple(Box(xyxy=(0, 0, 1, 1), label=c) for c in labels)) == expected


COUNTS = {
    "real-vqa": (451, 451),
    "real-grounding": (107, 214),
    "real-detection": (104, 104),
    "real-classification": (91, 182),
    "real-multilabel": (39, 39),
    "real-report": (7, 7),
}


@pytest.fixture(scope="module")
def loaded(shared: Path) -> dict[str, Loaded]:
    return {name: load(load_card(name), shared / "data", "test") for name in load_suite("real-suite")}


def test_the_suite_holds_all_799_items_in_997_samples(loaded: dict[str, Loaded]) -> None:
    counts = {name: (len({s.id for s in one.samples}), len(one.samples)) for name, one in loaded.items()}
    assert counts == COUNTS
    assert [sum(c[i] for c in counts.values()) for i in (0, 1)] == [799, 997]
    samples = [s for one in loaded.values() for s in one.samples]
    assert len({m.path for s in samples for m in s.media}) == 451
    assert all(m.size and max(m.size) <= 512 for s in samples for m in s.media)
    assert all(one.excluded == () for one in loaded.values())
    groups = {(s.task, s.id): set[str]() for s in samples}
    for sample in samples:
        groups[sample.task, sample.id].add(sample.group)
        assert set(sample.target.labels or ()) <= set(sample.choices)
        assert {b.label for b in sample.target.boxes} <= set(sample.choices)
    assert {len(g) for g in groups.values()} == {1}


def test_slices_of_the_real_suite(loaded: dict[str, Loaded]) -> None:
    def slices(name: str, tag: str) -> Counter[str]:
        return Counter(s.tags[tag] for s in loaded[name].samples if s.language == "en")

    assert slices("real-grounding", "source") == {"covid-cxr": 60, "isic": 36, "kvasir": 11}
    assert slices("real-grounding", "regime") == {"ms": 60, "ss": 46, "sm": 1}
    assert slices("real-detection", "source") == {"nih": 44, "bccd": 30, "dsb": 30}
    assert slices("real-classification", "source") == {"covid-cxr": 53, "isic": 36, "skimage": 2}
    assert slices("real-vqa", "polar") == {"yes": 251, "no": 200}


def test_real_detection_label_spaces(loaded: dict[str, Loaded]) -> None:
    spaces = {s.tags["source"]: s.choices for s in loaded["real-detection"].samples}
    assert spaces == {
        "nih": ("Cardiomegaly", "Effusion", "Infiltrate", "Mass", "Pneumonia", "Pneumothorax"),
        "bccd": ("Platelets", "RBC", "WBC"),
        "dsb": ("nucleus",),
    }


def test_all_that_is_missing_is_declared_and_nothing_more(shared: Path) -> None:
    text = (shared / "data" / FOLDER / FILE).read_text("utf-8")
    items = [json.loads(line) for line in text.splitlines()]
    chosen = [i for i in items if i["task"] == "classification"]
    both = declared()
    assert set(both.sources) == {i["image"].partition("/")[0] for i in items}
    assert set(both.modality) == {i["image"] for i in items if i["image"].startswith("skimage/")}
    assert set(both.choices) == {i["id"] for i in chosen if "choices" not in i}
    spaces = [i.get("choices") or both.choices[i["id"]] for i in chosen]
    assert set(both.labels_zh) == {label for space in spaces for label in space}
    assert all(both.labels_zh[i["label"]] == i["label_zh"] for i in chosen if "label_zh" in i)
    asked = {(i["image"].partition("/")[0], i["lang"]) for i in items if i["task"].startswith("classification")}
    languages = {source: "+".join(words) for source, words in both.questions.items()}
    assert set(languages.items()) == asked


def test_declared_names_are_different_from_each_other() -> None:
    names = list(declared().labels_zh.values())
    assert len(set(names)) == len(names)
    assert all(len(set(space)) == len(space) for space in declared().choices.values())
