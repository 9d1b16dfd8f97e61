"""The samples of the phantoms: six families, two languages, two splits, and no answer that follows from a question."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from medgauge.errors import MedGaugeError
from medgauge.tasks import Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.cards import build_task, load_card
from medgauge_tasks.demo.phantoms.design import MODALITIES, plans
from medgauge_tasks.demo.phantoms.load import load
from medgauge_tasks.demo.phantoms.words import words

FAMILIES = {
    "phantom-vqa": "vqa",
    "phantom-report": "report",
    "phantom-classification": "classification",
    "phantom-multilabel": "classification",
    "phantom-region-to-text": "region-to-text",
    "phantom-text-to-region": "text-to-region",
    "phantom-grounded-report": "grounded-report",
}
SPLITS: tuple[Split, Split] = ("train", "test")
BALANCED = ("phantom-vqa", "phantom-classification", "phantom-multilabel", "phantom-region-to-text")
LIMIT = 1.35
"""No answer's share within a template is larger than this times the uniform share."""
Corpus = dict[tuple[str, Split], Loaded]


@pytest.fixture(scope="module")
def data_dir() -> Path:
    """The cache of this run of the tests, so that the pictures are drawn once for all of them."""
    return user_cache_path("medgauge")


@pytest.fixture(scope="module")
def corpus(data_dir: Path) -> Corpus:
    return {(name, split): load(load_card(name), data_dir, split) for name in FAMILIES for split in SPLITS}


def of_language(samples: Iterable[Sample], language: str) -> list[Sample]:
    return [s for s in samples if s.language == language]


def answer(sample: Sample) -> str:
    return "|".join(sample.target.labels) if sample.target.labels is not None else sample.target.text


@pytest.mark.parametrize("name", FAMILIES)
def test_cards(name: str) -> None:
    card = build_task(name).card
    assert card.family == FAMILIES[name]
    assert card.synthetic
    assert card.access == "embedded"
    assert card.publish == "images"
    assert card.splits == ("train", "test")
    assert any("not medical data" in caveat for caveat in card.caveats)
    assert any("sides of the image" in caveat for caveat in card.caveats)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_modality_and_language_is_there_in_both_splits(corpus: Corpus, name: str) -> None:
    for split, least, most in (("test", 48, 140), ("train", 150, 720)):
        samples = corpus[name, split].samples  # type: ignore[index]
        for language in ("en", "zh"):
            mine = of_language(samples, language)
            assert least <= len(mine) <= most
            assert {s.tags["modality"] for s in mine} == set(MODALITIES)
            assert len({s.id for s in mine}) == len(mine)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_splits_share_no_picture(corpus: Corpus, name: str) -> None:
    train, test = corpus[name, "train"].samples, corpus[name, "test"].samples
    assert not {s.group for s in train} & {s.group for s in test}
    assert not {m.sha256 for s in train for m in s.media} & {m.sha256 for s in test for m in s.media}


def test_seeds_are_all_different() -> None:
    seeds = [plan.seed for split in SPLITS for plan in plans(split)]
    assert len(set(seeds)) == len(seeds) == 128 + 336


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", FAMILIES)
def test_the_two_languages_are_pairs(corpus: Corpus, name: str, split: Split) -> None:
    samples = corpus[name, split].samples
    for en, zh in zip(of_language(samples, "en"), of_language(samples, "zh"), strict=True):
        assert (en.id, en.group, en.media, en.tags) == (zh.id, zh.group, zh.media, zh.tags)
        assert [b.xyxy for b in en.regions] == [b.xyxy for b in zh.regions]
        assert [b.xyxy for b in en.target.boxes] == [b.xyxy for b in zh.target.boxes]
        assert [len(s.boxes) for s in en.target.segments] == [len(s.boxes) for s in zh.target.segments]
        assert (en.target.choice, en.target.polar) == (zh.target.choice, zh.target.polar)
        assert len(en.choices) == len(zh.choices)
        if en.target.labels is not None and zh.target.labels is not None:
            assert [en.choices.index(v) for v in en.target.labels] == [zh.choices.index(v) for v in zh.target.labels]


@pytest.mark.parametrize("name", FAMILIES)
def test_words_are_of_their_language(corpus: Corpus, name: str) -> None:
    for sample in corpus[name, "train"].samples:
        said = [sample.question, sample.target.text, *sample.choices, *(b.label for b in sample.target.boxes)]
        said += [part for s in sample.target.segments for part in (s.label, s.text)]
        for text in filter(None, said):
            assert not re.search(r"[{}]", text)
            if sample.language == "en":
                assert text.isascii(), text
            else:
                assert re.search("[\u4e00-\u9fff]", text) or text in ("CT", "MRI", "OCT", "1", "2", "3"), text
                assert not set(re.findall("[A-Za-z]+", text)) - {"X", "CT", "MRI", "OCT"}, text
                assert not re.search(r"[,;:!?()]", text), text


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", BALANCED)
def test_no_answer_follows_from_the_question(corpus: Corpus, name: str, split: Split) -> None:
    """Shares of answers within a template, and within a template and a modality."""
    groups: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for sample in corpus[name, split].samples:
        template = sample.tags["template"]
        if template != "labels":  # where nothing is there the answer is the same for all modalities
            groups[sample.language, template][answer(sample)] += 1
        if template != "modality":
            groups[sample.language, template, sample.tags["modality"]][answer(sample)] += 1
    for key, counts in groups.items():
        assert len(counts) > 1, key
        share = max(counts.values()) / sum(counts.values())
        assert share <= LIMIT / len(counts), (key, counts)


@pytest.mark.parametrize("split", SPLITS)
def test_asking_for_a_kind_tells_nothing(corpus: Corpus, split: Split) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in of_language(corpus["phantom-vqa", split].samples, "en"):
        if sample.tags["template"] == "finding":
            counts[sample.question][sample.target.text] += 1
    assert len(counts) == (8 if split == "test" else 24)
    for question, found in counts.items():
        assert found["yes"] == found["no"] > 0, question


@pytest.mark.parametrize("split", SPLITS)
def test_no_place_among_the_options_is_right_more_often(corpus: Corpus, split: Split) -> None:
    places: dict[str, Counter[int]] = defaultdict(Counter)
    for sample in of_language(corpus["phantom-vqa", split].samples, "en"):
        if sample.choices:
            assert sample.target.choice is not None
            places[sample.tags["template"]][sample.target.choice] += 1
    for template, n in (("kind", 3), ("modality", 8)):
        assert set(places[template]) == set(range(n))
        assert len(set(places[template].values())) == 1


@pytest.mark.parametrize("split", SPLITS)
def test_each_kind_is_in_half_of_the_multilabel_pictures(corpus: Corpus, split: Split) -> None:
    for modality in MODALITIES:
        samples = of_language(corpus["phantom-multilabel", split].samples, "en")
        mine = [s for s in samples if s.tags["modality"] == modality]
        for kind in mine[0].choices:
            assert sum(kind in (s.target.labels or ()) for s in mine) * 2 == len(mine)


@pytest.mark.parametrize("split", SPLITS)
def test_a_quarter_of_the_reports_is_normal(corpus: Corpus, split: Split) -> None:
    samples = of_language(corpus["phantom-report", split].samples, "en")
    normal = [s for s in samples if "No focal lesion" in s.target.text or "No abnormality" in s.target.text]
    assert len(normal) * 4 == len(samples)
    assert Counter(s.target.text for s in samples).most_common(1)[0][1] <= len(samples) / 16


def test_questions_name_neither_answer_nor_kind(corpus: Corpus) -> None:
    for sample in corpus["phantom-vqa", "train"].samples:
        template, table = sample.tags["template"], words()[sample.tags["modality"]]
        kinds = [k.label(sample.language) for k in table.kinds.values()]
        if template != "finding":
            assert not [k for k in kinds if k in sample.question]
        if template in ("kind", "modality", "count"):
            assert sample.target.text not in sample.question
    for sample in corpus["phantom-region-to-text", "train"].samples:
        assert sample.question == ""
        assert [b.label for b in sample.regions] == [""]


def test_fields_follow_the_contract(corpus: Corpus) -> None:
    for (name, split), loaded in corpus.items():
        for sample in loaded.samples:
            assert {"modality", "organ", "template"} <= set(sample.tags)
            assert sample.task == name
            assert sample.id.startswith(f"{sample.group}-")
            assert (loaded.root / sample.media[0].path).is_file(), split
            assert sample.media[0].size is not None
            assert sample.media[0].path == f"{sample.group}.png"
            assert ("kind" in sample.tags) == (FAMILIES[name] in ("vqa", "classification"))
            assert ("regime" in sample.tags) == (name == "phantom-text-to-region")
            target = sample.target
            if name == "phantom-vqa":
                assert (target.choice is not None) == bool(sample.choices) == (sample.tags["kind"] == "choice")
                assert target.choice is None or sample.choices[target.choice] == target.text
                polar = {"yes": "yes", "是": "yes", "no": "no", "否": "no"}.get(target.text)
                assert target.polar == polar
                assert (polar is not None) == (sample.tags["kind"] == "closed")
            if FAMILIES[name] == "classification":
                assert target.labels is not None
                assert set(target.labels) <= set(sample.choices)
                assert len(target.labels) == 1 or sample.tags["kind"] == "multi"


def test_loading_twice_gives_the_same_samples(data_dir: Path, corpus: Corpus) -> None:
    card = load_card("phantom-vqa")
    again = load(card, data_dir, "test")
    assert again == corpus["phantom-vqa", "test"]
    assert again.root == data_dir / "phantoms-v1-test"


def test_an_unknown_split_is_refused(data_dir: Path) -> None:
    from dataclasses import replace

    with pytest.raises(MedGaugeError, match="no split 'train'"):
        load(replace(load_card("phantom-vqa"), splits=("test",)), data_dir, "train")


def test_without_a_folder_the_user_cache_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    loaded = load(load_card("phantom-classification"), None, "test")
    assert loaded.root == tmp_path / "medgauge" / "phantoms-v1-test"
