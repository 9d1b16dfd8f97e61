"""What cards say of their files: pictures that may be missing, names that may differ, how much may be shown."""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from fixtures_arrays import ARRAYS
from fixtures_classes import CLASSES
from fixtures_findings import FINDINGS, REGIONS
from fixtures_reports import REPORTS
from fixtures_vqa import VQA
from layouts import LAYOUTS

from medgauge.cli.main import cli
from medgauge.data.canonical import load
from medgauge.plugins import catalog
from medgauge.tasks import Card
from medgauge_tasks.cards import build_task, load_card

MAKERS: dict[str, Callable[[Path], Any]] = {
    **LAYOUTS,
    **{name: source.build for name, source in {**VQA, **REPORTS}.items()},
    **{name: source.build for name, source in {**ARRAYS, **CLASSES, **FINDINGS}.items()},
    **{name: build for name, (build, _) in REGIONS.items()},
}
CARDS = [build_task(name).card for name in sorted(catalog("tasks").entries)]
NAMED = [card.name for card in CARDS if card.name in MAKERS and any(one.pictures for one in card.files)]
TABLES = [card.name for card in CARDS if "\n" in card.options.get("table", "")]


def folder_of(card: Card, data: Path) -> Path:
    folder = data / (card.folder or card.name)
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", NAMED)
def test_without_any_picture_every_sample_is_read_and_cannot_be_asked(name: str, tmp_path: Path) -> None:
    task = build_task(name)
    whole, bare = (folder_of(task.card, tmp_path / place) for place in ("whole", "bare"))
    for folder in (bare, whole):
        MAKERS[name](folder)
    for one in task.card.files:
        for file in list(bare.glob(one.path)) if one.pictures else ():
            if file.is_file():
                file.unlink()
    samples = load(task, tmp_path / "bare", "test").samples
    there = task.load(tmp_path / "whole", "test").samples
    assert [(one.id, one.target, one.regions) for one in samples] == [(s.id, s.target, s.regions) for s in there]
    assert {media.size for sample in samples for media in sample.media} == {None}


@pytest.mark.parametrize("name", TABLES)
def test_every_name_that_a_table_may_have_is_one_of_the_files(name: str) -> None:
    card = load_card(name)
    paths = [path for one in card.files for path in (one.path, one.path.replace("**/", ""))]
    for table in card.options["table"].splitlines():
        assert any(fnmatchcase(table, path) for path in paths), table


def test_pictures_with_terms_of_their_own_are_not_copied() -> None:
    assert {load_card(name).publish for name in ("slake", "kvasir-seg", "path-vqa")} == {"references"}


def test_slake_without_its_pictures_is_checked(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main(["data", "check", "slake", "--data-dir", str(shared / "data"), "--json"], standalone_mode=False)
    report = json.loads(capsys.readouterr().out)
    assert code == 4, report["findings"]
    assert report["splits"]["test"]["samples"] == 2094
    assert report["findings"]["missing-picture"]["count"] > 100
