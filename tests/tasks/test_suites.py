"""Suites: names of tasks that there are, and what happens to one that nobody brings."""

from dataclasses import replace

import pytest

from medgauge.errors import BadRecord, MedGaugeError
from medgauge.plugins import catalog
from medgauge.spec import flat_names, load_tasks
from medgauge_tasks.suites import read_suite


@pytest.mark.parametrize("name", list(catalog("suites").entries))
def test_every_suite_names_tasks_of_the_catalog(name: str) -> None:
    assert set(catalog("suites").load(name)) <= set(catalog("tasks").entries)


@pytest.mark.parametrize("name", ["demo", "smoke"])
def test_suites_that_need_no_data_are_embedded(name: str) -> None:
    assert {task.card.access for task in load_tasks([name])} == {"embedded"}


def test_the_bilingual_suite_speaks_both_languages() -> None:
    known, _ = flat_names(["bilingual"])
    assert {task.card.languages for task in load_tasks(known)} == {("en", "zh")}


def test_a_suite_with_a_task_that_nobody_brings_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    suites = replace(catalog("suites"), entries={"mine": lambda: ("phantom-vqa", "nobodys")})
    monkeypatch.setattr("medgauge.spec.catalog", lambda kind: suites if kind == "suites" else catalog(kind))
    assert flat_names(["mine", "phantom-vqa"]) == (("phantom-vqa",), ("nobodys",))
    with pytest.raises(MedGaugeError, match="mine: no plugin brings nobodys; --dry-run"):
        load_tasks(["mine"])


def test_the_papers_suite_is_the_papers_tables() -> None:
    assert len(catalog("suites").load("medrega-paper")) == 39


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: A\n", "tasks.*required"),
        ("title: A\ntasks: []\n", "at least one"),
        ("title: A\ntasks: [a, b, a]\n", "once.*'a'"),
        ("title: A\ntasks: a\n", "tasks.*array"),
        ("title: A\ntasks: [a]\nsize: 3\n", "size.*one of the keys tasks, title"),
    ],
)
def test_a_broken_suite_is_refused(text: str, message: str) -> None:
    assert read_suite("title: A\ntasks: [b, a]\n", "s.yaml") == ("b", "a")
    with pytest.raises(BadRecord, match=message):
        read_suite(text, "s.yaml")
