"""Real pictures out of the installed packages, and our own questions about them."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medgauge.errors import Incomplete, MedGaugeError
from medgauge.types import Sample
from medgauge_tasks.cards import load_card
from medgauge_tasks.demo.pictures import render
from medgauge_tasks.demo.pictures.load import load
from medgauge_tasks.demo.pictures.render import pixels, rendered, source_file
from medgauge_tasks.demo.pictures.spec import pictures
from medgauge_tasks.suites import load_suite

COUNTS = {
    "pictures-vqa": 42,
    "pictures-report": 11,
    "pictures-classification": 11,
    "pictures-region-to-text": 9,
    "pictures-text-to-region": 18,
}
PICTURES = pictures().pictures


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def samples(folder: Path) -> list[Sample]:
    return [s for name in COUNTS for s in load(load_card(name), folder, "test").samples]


def test_every_item_stands_in_both_languages(samples: list[Sample]) -> None:
    counts = Counter((s.task, s.language) for s in samples)
    assert counts == {(name, language): n for name, n in COUNTS.items() for language in ("en", "zh")}
    sides = {(s.task, s.id): set[str]() for s in samples}
    for s in samples:
        sides[s.task, s.id] |= {s.language}
    assert set(map(frozenset, sides.values())) == {frozenset({"en", "zh"})}


def test_english_is_english_and_chinese_is_chinese(samples: list[Sample]) -> None:
    han = re.compile("[\u4e00-\u9fff]")
    for s in samples:
        words = [s.question, *(s.choices if s.tags.get("kind") != "choice" else ())]
        words += [s.target.text] if s.task == "pictures-report" else []
        for text in filter(None, words):
            assert bool(han.search(text)) == (s.language == "zh") or text == "CT", text


def test_the_two_languages_say_the_same(samples: list[Sample]) -> None:
    by = {(s.task, s.id, s.language): s for s in samples}
    for (task, id, language), english in by.items():
        if language == "en":
            chinese = by[task, id, "zh"]
            assert english.tags == chinese.tags
            assert english.group == chinese.group
            assert english.target.polar == chinese.target.polar
            assert english.target.choice == chinese.target.choice
            assert len(english.choices) == len(chinese.choices)
            assert [b.xyxy for b in english.target.boxes] == [b.xyxy for b in chinese.target.boxes]


def test_closed_is_polar_and_balanced(samples: list[Sample]) -> None:
    asked = [s for s in samples if s.task == "pictures-vqa"]
    assert all((s.target.polar is not None) == (s.tags["kind"] == "closed") for s in asked)
    assert all((s.target.choice is not None) == (s.tags["kind"] == "choice") for s in asked)
    for language in ("en", "zh"):
        polar = Counter(s.target.polar for s in asked if s.target.polar and s.language == language)
        assert polar == {"yes": 11, "no": 11}


def test_answers_are_among_the_choices(samples: list[Sample]) -> None:
    for s in samples:
        assert set(s.target.labels or ()) <= set(s.choices)
        assert {b.label for b in s.target.boxes} <= set(s.choices)
        if s.target.choice is not None:
            assert s.choices[s.target.choice] == s.target.text
        assert len(set(s.choices)) == len(s.choices)


def test_boxes_lie_in_their_picture(samples: list[Sample]) -> None:
    boxed = [(s, b) for s in samples for b in (*s.target.boxes, *s.regions)]
    assert len(boxed) > 60
    for s, box in boxed:
        assert s.media[0].size is not None
        width, height = s.media[0].size
        x1, y1, x2, y2 = box.xyxy
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
        assert s.task != "pictures-region-to-text" or box.label == ""


def test_one_item_asks_for_what_is_not_there(samples: list[Sample]) -> None:
    absent = {s.id for s in samples if s.task == "pictures-text-to-region" and not s.target.boxes}
    assert absent == {"fundus-detail-find2"}


def test_every_object_is_used() -> None:
    for name, picture in PICTURES.items():
        objects = {o.en: o for o in picture.objects}
        asked = {word for find in picture.find for word in find}
        assert asked <= set(objects), name
        assert {o.en for o in picture.objects if not o.name} <= asked, name
        assert len(objects) == len(picture.objects), name


@pytest.mark.parametrize("name", PICTURES)
def test_the_rendered_picture_has_the_declared_size_and_uses_its_range(folder: Path, name: str) -> None:
    with Image.open(rendered(folder) / f"{name}.png") as image:
        assert list(image.size) == PICTURES[name].size
        values = np.asarray(image)
    assert values.dtype == np.uint8
    assert int(values.max()) - int(values.min()) > 80


def tight(mask: np.ndarray, box: list[int]) -> list[int]:
    """The bounds of a mask, looked for in the box and 7 pixels around it."""
    x, y = max(box[0] - 7, 0), max(box[1] - 7, 0)
    rows, columns = np.nonzero(mask[y : box[3] + 7, x : box[2] + 7])
    return [x + columns.min(), y + rows.min(), x + columns.max() + 1, y + rows.max() + 1]


def channel(name: str) -> np.ndarray:
    return pixels(PICTURES[name]).astype(int)


def box_of(name: str, label: str, index: int = 0) -> list[int]:
    return next(o for o in PICTURES[name].objects if o.en == label).boxes[index]


@pytest.mark.parametrize(
    ("name", "label", "index", "mask", "within"),
    [
        ("cell", "cell", 0, lambda p: p > 110, 3),
        ("mr-abdomen", "aorta", 0, lambda p: p > 130, 3),
        ("mr-abdomen", "kidney", 0, lambda p: p > 150, 4),
        ("mr-abdomen", "kidney", 1, lambda p: p > 150, 5),
        ("us-caliper", "measuring line", 0, lambda p: p.min(2) > 150, 1),
        ("us-caliper", "word PHILIPS", 0, lambda p: p[..., 0] > 90, 1),
        ("us-heart", "green dot", 0, lambda p: p[..., 1] - p[..., 0] > 15, 4),
        ("us-flow", "colour bar", 0, lambda p: p.max(2) - p.min(2) > 60, 1),
        ("us-flow", "colour bar", 1, lambda p: p.max(2) - p.min(2) > 60, 1),
        ("fundus-detail", "dark spot", 0, lambda p: p < 78, 4),
        ("fundus-detail", "dark spot", 1, lambda p: p < 85, 4),
    ],
)
def test_boxes_fit_what_they_name(name: str, label: str, index: int, mask: object, within: int) -> None:
    box = box_of(name, label, index)
    assert callable(mask)
    found = tight(mask(channel(name)), box)
    assert max(abs(a - b) for a, b in zip(found, box, strict=True)) <= within, (found, box)


def test_white_frames_are_drawn_where_the_boxes_say() -> None:
    white = channel("us-flow").min(2) > 180
    for index in (0, 1):
        x1, y1, x2, y2 = box_of("us-flow", "white frame", index)
        for edge in (white[y1, x1:x2], white[y2 - 1, x1:x2], white[y1:y2, x1], white[y1:y2, x2 - 1]):
            assert edge.mean() > 0.9


def test_rendering_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    first, second = rendered(folder), rendered(tmp_path)
    assert first.name == second.name
    for file in sorted(first.iterdir()):
        assert file.read_bytes() == (second / file.name).read_bytes()
    assert [f.name for f in tmp_path.iterdir()] == [second.name]


def test_rendered_pictures_are_not_made_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = rendered(folder)
    monkeypatch.setattr(render, "pixels", lambda picture: pytest.fail("rendered again"))
    assert rendered(folder) == made


def test_no_data_folder_or_one_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "user_cache_path", lambda name: tmp_path / "cache" / name)
    (tmp_path / "file").write_text("not a folder")
    assert rendered(tmp_path / "file").parent == tmp_path / "cache" / "medgauge"
    assert rendered(None).parent == tmp_path / "cache" / "medgauge"
    monkeypatch.setattr(render, "user_cache_path", lambda name: tmp_path / "file")
    with pytest.raises(Incomplete, match=r"cannot write the pictures to .*; give a folder with --data-dir"):
        rendered(None)


def test_a_picture_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(picture: object) -> None:
        raise Incomplete("no decoder")

    monkeypatch.setattr(render, "pixels", fail)
    with pytest.raises(Incomplete):
        rendered(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_file_than_the_one_described_is_refused() -> None:
    picture = PICTURES["cell"]
    assert source_file(picture).name == "cell.png"
    with pytest.raises(Incomplete, match=r"cell\.png is not the picture that was described"):
        source_file(picture.model_copy(update={"sha256": "0" * 64}))
    with pytest.raises(Incomplete, match=r"skimage as installed has no data/none\.png"):
        source_file(picture.model_copy(update={"file": "data/none.png"}))


def test_what_the_pictures_do_not_have(folder: Path) -> None:
    with pytest.raises(MedGaugeError, match="has no 'train' split"):
        load(load_card("pictures-vqa"), folder, "train")
    with pytest.raises(MedGaugeError, match="no items of family 'grounded-report'"):
        load(replace(load_card("pictures-vqa"), family="grounded-report"), folder, "test")


def test_the_demo_suite_asks_about_all_of_them() -> None:
    assert set(COUNTS) <= set(load_suite("demo"))
    assert all(load_card(name).access == "embedded" for name in COUNTS)
