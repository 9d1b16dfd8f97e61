"""Every card of questions and reports, from its source's own layout through prepare, check, run and score."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from family_samples import Case, box_format, say
from fixtures_reports import REPORTS
from fixtures_vqa import VQA
from made_sources import loaded, made

from medgauge.cli.main import cli
from medgauge.data.canonical import load
from medgauge.data.ready import readiness
from medgauge.errors import Incomplete
from medgauge.protocols import Frame
from medgauge.tasks import Task
from medgauge.types import Sample
from medgauge_tasks.cards import build_task

SOURCES = {**VQA, **REPORTS}
NAMES = sorted(SOURCES)


def medgauge(*arguments: object) -> int:
    code = cli.main([str(argument) for argument in arguments], standalone_mode=False)
    return int(code or 0)


def results(run: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "results.json").read_text("utf-8"))["tasks"][name]
    return found


def perfect(task: Task, sample: Sample) -> str:
    """What a model would say that knows the answer and writes boxes as MedRegA does."""
    size = sample.media[0].size
    assert size is not None
    case = Case(kind="", sample=replace(sample, task=task.card.family), frame=Frame(original=size, sent=size))
    return say(case, box_format("json-pixels"))


@pytest.mark.parametrize("name", NAMES)
def test_a_source_is_prepared_checked_run_and_scored(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, source, task = made(SOURCES[name], tmp_path), SOURCES[name], build_task(name)
    samples = task.load(data, "test").samples
    assert len(samples) == source.test
    assert all(media.size for sample in samples for media in sample.media)
    assert readiness(task.card, data).state == "ready"
    code = medgauge("data", "check", name, "--data-dir", data, "--allow-modified", "--json")
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert code == 0, findings
    prepared = tmp_path / "prepared"
    assert medgauge("data", "prepare", name, "--data-dir", data, "--out", prepared, "--allow-modified") == 0
    assert load(task, prepared, "test").samples == samples

    said = tmp_path / "said.jsonl"
    lines = [json.dumps({"id": sample.id, "text": perfect(task, sample)}, ensure_ascii=False) for sample in samples]
    said.write_text("\n".join(lines), encoding="utf-8")
    run, model = tmp_path / "perfect", f"replay:{said}"
    options = ("--allow-modified", "--set", "box_format=json-pixels")
    assert medgauge("run", name, "--data-dir", prepared, "--model", model, "--out", run, *options) == 0
    before = results(run, name)
    assert before["n"] == source.test
    assert before["metrics"][task.card.primary]["value"] == pytest.approx(1.0, abs=1e-6)
    assert medgauge("score", run) == 0
    assert results(run, name) == before

    prior = tmp_path / "prior"
    arguments = ("--data-dir", prepared, "--model", "baseline/prior", "--out", prior, "--allow-modified")
    assert medgauge("run", name, *arguments) == 0
    assert results(prior, name)["n"] == source.test


@pytest.mark.parametrize("name", [name for name in NAMES if SOURCES[name].train])
def test_a_train_split_is_read_and_shares_no_group(name: str, tmp_path: Path) -> None:
    data = made(SOURCES[name], tmp_path)
    train = build_task(name).load(data, "train").samples
    assert len(train) == SOURCES[name].train
    if name not in ("path-vqa", "pmc-vqa", "pmc-vqa-v2"):
        assert not {s.group for s in train} & {s.group for s in build_task(name).load(data, "test").samples}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_missing_is_named_with_the_page_and_the_terms(name: str, tmp_path: Path) -> None:
    task = build_task(name)
    for data in (None, tmp_path):
        with pytest.raises(Incomplete) as caught:
            task.load(data, "test")
        assert task.card.page in str(caught.value)
        assert task.card.licence in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_out_is_told(name: str, tmp_path: Path) -> None:
    assert len(loaded(name, SOURCES[name], tmp_path).excluded) == SOURCES[name].told


@pytest.mark.parametrize("name", NAMES)
def test_every_card_says_where_its_layout_and_its_terms_come_from(name: str) -> None:
    card = build_task(name).card
    assert card.layout_source
    assert card.page
    assert card.group_key
    assert card.files
    assert card.publish in {"credentialed": ("scores",), "registration": ("scores",)}.get(
        card.access, ("scores", "predictions", "references")
    )
