"""`run --dry-run`: what is ready, what is missing and where to get it, and a request as it stands; nothing is asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from medgauge.cli.main import cli


def run(*arguments: str) -> int:
    return cli.main(["run", *arguments, "--dry-run"], standalone_mode=False)


def outlooks(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    code = run(*arguments, "--json")
    return code, json.loads(capsys.readouterr().out)


def test_a_ready_task_tells_its_numbers_and_its_first_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, (one,) = outlooks(capsys, "pictures-vqa", "--model", "baseline/prior", "--limit", "5")
    assert code == 0
    assert (one["state"], one["access"], one["samples"], one["requests"], one["unreadable"]) == (
        "ready",
        "embedded",
        10,
        10,
        0,
    )
    assert one["licence"]
    (said,) = one["sample"]
    assert said["role"] == "user"
    assert said["text"].startswith("<image>\n")
    assert not list(tmp_path.iterdir()), "nothing is written"
    assert run("pictures-vqa", "--model", "baseline/prior") == 0
    shown = capsys.readouterr().out
    assert "1 of 1 data sets ready" in shown
    assert "[user] <image>" in shown


def test_turns_and_trials_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "said.jsonl"
    file.write_text('{"id": "1", "text": "yes"}\n')
    settings = ("--set", "cot=regions", "--trials", "3", "--limit", "5")
    _, (one,) = outlooks(capsys, "pictures-vqa", "--model", f"replay:{file}", *settings)
    assert (one["samples"], one["requests"]) == (10, 60)
    assert "Locate every abnormal" in one["sample"][0]["text"]


def test_what_is_missing_is_named_with_its_page_and_terms_and_ends_with_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ("--model", "baseline/prior", "--limit", "2")
    code, found = outlooks(capsys, "pictures-vqa", "vqa-rad", "--data-dir", str(tmp_path), *model)
    assert code == 4
    assert [one["state"] for one in found] == ["ready", "missing"]
    assert "VQA_RAD Dataset Public.json" in found[1]["why"]
    assert "https://doi.org/10.17605/OSF.IO/89KPS" in found[1]["get"]
    assert "CC0-1.0" in found[1]["get"]
    assert run("vqa-rad", "--data-dir", str(tmp_path), *model) == 4
    assert "https://doi.org/10.17605/OSF.IO/89KPS" in capsys.readouterr().out


def test_the_papers_suite_needs_no_data_to_be_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = outlooks(capsys, "medrega-paper", "--model", "baseline/prior")
    assert code == 4
    assert len(found) == 39
    for one in found:
        assert one["state"] == "missing"
        assert one["why"]
        assert one["licence"]
        assert one["licence"] in one["get"]


def test_a_request_that_cannot_be_made_is_broken_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "said.jsonl"
    file.write_text('{"id": "1", "text": "yes"}\n')
    settings = ("--set", "prompts=medrega", "--set", "box_format=json-pixels")
    code, (one,) = outlooks(capsys, "pictures-text-to-region", "--model", f"replay:{file}", *settings)
    assert code == 2
    assert one["state"] == "broken"
    assert "take the prompt set 'plain'" in one["why"]
