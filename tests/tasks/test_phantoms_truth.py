"""The samples of the phantoms say what the pictures show: boxes, answers and reports against the plan."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from medgauge.tasks import Loaded
from medgauge.types import Sample, Size, Split
from medgauge_tasks.cards import load_card
from medgauge_tasks.demo.phantoms.design import plans
from medgauge_tasks.demo.phantoms.load import load
from medgauge_tasks.demo.phantoms.store import prepare
from medgauge_tasks.demo.phantoms.words import words

SPLITS: tuple[Split, Split] = ("train", "test")
NAMES = ("phantom-vqa", "phantom-report", "phantom-text-to-region", "phantom-grounded-report")
Corpus = dict[tuple[str, Split], Loaded]


@pytest.fixture(scope="module")
def data_dir() -> Path:
    """The cache of this run of the tests, so that the pictures are drawn once for all of them."""
    return user_cache_path("medgauge")


@pytest.fixture(scope="module")
def corpus(data_dir: Path) -> Corpus:
    return {(name, split): load(load_card(name), data_dir, split) for name in NAMES for split in SPLITS}


def of_language(samples: Iterable[Sample], language: str) -> list[Sample]:
    return [s for s in samples if s.language == language]


@pytest.mark.parametrize("split", SPLITS)
def test_regimes(corpus: Corpus, split: Split) -> None:
    samples = of_language(corpus["phantom-text-to-region", split].samples, "en")
    regimes = Counter(s.tags["regime"] for s in samples)
    assert set(regimes) == {"ss", "sm", "ms", "mm"}
    assert min(regimes.values()) >= 8
    assert sum(not s.target.boxes for s in samples) * 8 == len(samples)
    for sample in samples:
        per_name = Counter(b.label for b in sample.target.boxes)
        assert set(per_name) <= set(sample.choices)
        several = max(per_name.values(), default=0) > 1
        assert sample.tags["regime"] == ("m" if len(sample.choices) > 1 else "s") + ("m" if several else "s")
        assert sample.tags["template"] != "lesions" or len(per_name) > 1


@pytest.mark.parametrize("split", SPLITS)
def test_grounded_reports(corpus: Corpus, split: Split) -> None:
    for sample in corpus["phantom-grounded-report", split].samples:
        target = sample.target
        assert target.segments
        assert target.text == (" " if sample.language == "en" else "").join(s.text for s in target.segments)
        assert target.boxes == tuple(b for s in target.segments for b in s.boxes)
        assert all(s.boxes and s.text and {b.label for b in s.boxes} == {s.label} for s in target.segments)
        if sample.choices:
            assert sample.choices == tuple(s.label for s in target.segments)


@pytest.mark.parametrize("split", SPLITS)
def test_boxes_are_where_and_as_large_as_the_plan_says(data_dir: Path, corpus: Corpus, split: Split) -> None:
    sizes: dict[str, Size] = {}
    for (_, other), loaded in corpus.items():
        if other == split:
            sizes |= {s.group: s.media[0].size for s in loaded.samples if s.media[0].size}
    assert len(sizes) > 100
    for plan, scene in zip(plans(split), prepare(data_dir, split)[1], strict=True):
        if plan.name not in sizes:
            continue
        width, height = sizes[plan.name]
        for spot, (x1, y1, x2, y2) in zip(plan.spots, scene.lesions, strict=True):
            across, down = (x1 + x2) / 2 / width - 0.5, (y1 + y2) / 2 / height - 0.5
            assert (across < -0.08) if spot.side == "left" else (across > 0.08), plan.name
            if plan.modality != "oct":
                assert (down < -0.03) if spot.level == "upper" else (down > 0.03), plan.name
            share = max(x2 - x1, y2 - y1) / width
            assert (share > 1.1 / 7) if spot.size == "large" else (share < 0.9 / 7), plan.name
            assert x1 >= 0
            assert y1 >= 0
            assert x2 <= width
            assert y2 <= height
        if plan.modality == "oct":
            by_side = defaultdict(list)
            for spot, box in zip(plan.spots, scene.lesions, strict=True):
                by_side[spot.side].append((spot.level == "lower", box[1]))
            for found in by_side.values():
                assert all(a[1] < b[1] for a, b in pairwise(sorted(found))), plan.name


def test_answers_of_one_picture_agree(corpus: Corpus) -> None:
    """Boxes of text-to-region say how many lesions there are; so do the count and the labels."""
    boxes = {
        s.group: len(s.target.boxes)
        for s in of_language(corpus["phantom-text-to-region", "train"].samples, "en")
        if s.tags["template"] == "lesion"
    }
    checked = 0
    for sample in of_language(corpus["phantom-vqa", "train"].samples, "en"):
        if sample.group in boxes and sample.tags["template"] in ("count", "presence"):
            truth = (
                str(boxes[sample.group])
                if sample.tags["template"] == "count"
                else ("no", "yes")[boxes[sample.group] > 0]
            )
            assert sample.target.text == truth
            checked += 1
    assert checked > 40


def test_reports_say_what_the_picture_shows(corpus: Corpus) -> None:
    by_name = {plan.name: plan for plan in plans("test")}
    for sample in corpus["phantom-report", "test"].samples:
        plan, table = by_name[sample.group], words()[sample.tags["modality"]]
        for name, kind in table.kinds.items():
            mine = [s for s in plan.spots if s.kind == name]
            nouns = (kind.en.one, kind.en.many) if sample.language == "en" else (kind.zh.label,)
            assert any(noun in sample.target.text for noun in nouns) == bool(mine), sample.id
        en = sample.language == "en"
        for size, word in (("small", r"\bsmall\b" if en else "较小"), ("large", r"\blarge\b" if en else "较大")):
            said = len(re.findall(word, sample.target.text))
            assert said == sum(s.size == size for s in plan.spots), sample.id
        assert all(
            heading in sample.target.text
            for heading in (("Findings: ", "Impression: ") if en else ("影像所见：", "影像结论："))
        )


def test_the_disc_is_where_the_report_says(corpus: Corpus) -> None:
    sides = Counter()
    for sample in of_language(corpus["phantom-grounded-report", "train"].samples, "en"):
        for segment in sample.target.segments:
            if segment.label == "optic disc":
                width = sample.media[0].size[0] if sample.media[0].size else 0
                side = "left" if sum(segment.boxes[0].xyxy[::2]) < width else "right"
                assert f"{side} of the image" in segment.text
                sides[side] += 1
    assert min(sides["left"], sides["right"]) >= 5
