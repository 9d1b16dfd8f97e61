"""Every card of classes and regions, from its source's own layout through prepare, check, run and score."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from family_samples import Case, box_format, say
from fixtures_arrays import ARRAYS
from fixtures_classes import CLASSES
from fixtures_findings import FINDINGS, REGIONS

from medgauge.cli.main import cli
from medgauge.errors import Incomplete
from medgauge.protocols import Frame
from medgauge.tasks import Task
from medgauge.types import Sample
from medgauge_tasks.cards import build_task, load_card

LABELLED = {**ARRAYS, **CLASSES, **FINDINGS}
NAMES = sorted((*LABELLED, *REGIONS))


def build(name: str, tmp_path: Path) -> Path:
    """--data-dir with the made source of a card in it."""
    maker: Callable[[Path], Any] = LABELLED[name].build if name in LABELLED else REGIONS[name][0]
    maker(tmp_path / "data" / load_card(name).folder)
    return tmp_path / "data"


def medgauge(*arguments: object) -> int:
    return int(cli.main([str(argument) for argument in arguments], standalone_mode=False) or 0)


def results(run: Path, task: Task) -> list[dict[str, Any]]:
    tasks = json.loads((run / "results.json").read_text("utf-8"))["tasks"]
    assert len(tasks) == len(task.card.languages)
    return list(tasks.values())


def perfect(task: Task, samples: Sequence[Sample], file: Path) -> str:
    """A model that knows the answers and writes boxes in pixels."""
    lines = []
    for sample in samples:
        size = sample.media[0].size
        assert size is not None
        case = Case(kind="", sample=replace(sample, task=task.card.family), frame=Frame(original=size, sent=size))
        words = say(case, box_format("json-pixels"))
        lines.append(json.dumps({"id": sample.id, "language": sample.language, "text": words}, ensure_ascii=False))
    file.write_text("\n".join(lines), encoding="utf-8")
    return f"replay:{file}"


@pytest.mark.parametrize("name", NAMES)
def test_a_source_is_prepared_checked_run_and_scored(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, task = build(name, tmp_path), build_task(name)
    samples = task.load(data, "test").samples
    assert samples
    assert all(media.size for sample in samples for media in sample.media)
    code = medgauge("data", "check", name, "--data-dir", data, "--allow-modified", "--json")
    found = json.loads(capsys.readouterr().out)["findings"]
    assert code == 0, found
    prepared = tmp_path / "prepared"
    assert medgauge("data", "prepare", name, "--data-dir", data, "--out", prepared, "--allow-modified") == 0
    n = len(samples) // len(task.card.languages)
    model = perfect(task, samples, tmp_path / "said.jsonl")
    run, options = tmp_path / "perfect", ("--allow-modified", "--set", "box_format=json-pixels")
    assert medgauge("run", name, "--data-dir", prepared, "--model", model, "--out", run, *options) == 0
    before = results(run, task)
    assert [one["n"] for one in before] == [n] * len(before)
    for one in before:
        assert one["metrics"][task.card.primary]["value"] == pytest.approx(1.0, abs=1e-6)
    assert medgauge("score", run) == 0
    assert results(run, task) == before
    prior = tmp_path / "prior"
    arguments = ("--data-dir", data, "--model", "baseline/prior", "--out", prior, "--allow-modified")
    assert medgauge("run", name, *arguments) == 0
    assert [one["n"] for one in results(prior, task)] == [n] * len(before)


@pytest.mark.parametrize("name", sorted(LABELLED))
def test_every_picture_has_the_labels_that_its_source_says(name: str, tmp_path: Path) -> None:
    card, source = load_card(name), LABELLED[name]
    truth = source.build(tmp_path / card.folder)
    loaded = build_task(name).load(tmp_path, "test")
    for language in card.languages:
        order = dict(zip(card.label_names("en"), card.label_names(language), strict=True))
        mine = {sample.id: sample for sample in loaded.samples if sample.language == language}
        assert set(mine) == set(truth)
        for id, names in truth.items():
            assert mine[id].choices == tuple(order.values())
            assert mine[id].target.labels == tuple(there for en, there in order.items() if en in names)
    assert len(loaded.excluded) == source.told or (source.told < 0 and loaded.excluded)


@pytest.mark.parametrize("name", sorted(REGIONS))
def test_every_region_is_asked_for(name: str, tmp_path: Path) -> None:
    data, count = build(name, tmp_path), REGIONS[name][1]
    samples = build_task(name).load(data, "test").samples
    card = load_card(name)
    assert len(samples) == count * len(card.languages)
    assert all((s.regions and s.target.text) if card.family == "region-to-text" else s.choices for s in samples)
    wanted = card.options.get("regime")
    assert not wanted or {s.tags["regime"] for s in samples} == {wanted}


SPLIT = [name for name in NAMES if "share" in load_card(name).options]


@pytest.mark.parametrize("name", SPLIT)
def test_a_split_of_ours_is_published_and_says_so(name: str, tmp_path: Path) -> None:
    card = load_card(name)
    assert not card.reproducible
    assert card.options["split"] in card.title
    assert card.options["split"] in card.why_not_reproducible
    if "train" in card.splits:
        data = build(name, tmp_path)
        train, test = (build_task(name).load(data, split).samples for split in ("train", "test"))
        assert train
        assert not {s.group for s in train} & {s.group for s in test}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_missing_is_named_with_the_page_and_the_terms(name: str, tmp_path: Path) -> None:
    task = build_task(name)
    for data in (None, tmp_path):
        with pytest.raises(Incomplete) as caught:
            task.load(data, "test")
        assert task.card.page in str(caught.value)
        assert task.card.licence in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_every_card_says_where_its_layout_and_its_terms_come_from(name: str) -> None:
    card = load_card(name)
    assert card.layout_source
    assert card.page
    assert card.group_key
    assert card.files
    if card.access == "credentialed":
        assert card.publish == "scores"
    if "NC" in card.licence:
        assert card.publish in ("scores", "references")
    if card.family == "classification":
        assert all(label.zh for label in card.labels)
