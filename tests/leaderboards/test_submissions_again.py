"""Submissions that the board's owners ran themselves, and rows that stay listed when they count no longer."""

import shutil
from pathlib import Path

import pytest
import yaml
from made_runs import edit
from test_submissions_check import FORM, N, World, board, checked, forged, only, reproduce, submit, texts, world

from medgauge.run import execute
from medgauge.spec import make_plan
from medgauge_leaderboards.submissions.command import lock
from medgauge_leaderboards.submissions.folder import run_hash
from medgauge_leaderboards.submissions.status import read_statuses

__all__ = ["board", "world"]


@pytest.mark.parametrize(
    ("again", "identical"), [("mine", True), ("near", False)], ids=["the same answers", "answers that differ little"]
)
def test_a_second_run_by_the_owners_that_agrees_makes_it_reproduced(
    board: Path, world: World, tmp_path: Path, again: str, identical: bool
) -> None:
    folder = submit(board, "mine", world.run("mine"))
    reproduce(folder, world.run(again))
    out = tmp_path / "status.json"
    outcome = checked(board, out=out)
    entry = outcome.document["submissions"]["mine"]
    assert (outcome.exit_code, entry["status"]) == (0, "reproduced"), texts(entry)
    assert entry["reproduced_by"] == "The Owners, 2026-02-01, one GPU"
    assert all(one["agrees"] and one["identical"] == identical for one in entry["reproduction"])
    (mark,) = read_statuses(out).runs.values()
    assert (mark.status, mark.reproduced_by) == ("reproduced", entry["reproduced_by"])
    assert "0.02" in outcome.document["rule"]


def test_a_second_run_that_does_not_agree_fails_and_says_by_how_much(board: Path, world: World) -> None:
    folder = submit(board, "mine", world.run("mine"))
    reproduce(folder, world.run("far"))
    code, entry = only(board)
    assert (code, entry["status"]) == (10, None)
    one = next(one for one in entry["reproduction"] if one["key"] == "phantom-vqa/en")
    assert one["difference"] == pytest.approx(one["reproduced"] - one["submitted"])
    assert not one["low"] <= 0 <= one["high"]
    assert "reproduction by The Owners: phantom-vqa/en" in texts(entry)


@pytest.mark.parametrize(
    ("again", "margin", "chance"), [("near", 0.01, True), ("far", 0.9, False)], ids=["over the margin", "not by chance"]
)
def test_both_halves_of_the_rule_have_to_hold(
    board: Path, world: World, again: str, margin: float, chance: bool
) -> None:
    """A difference that chance explains is held to the margin; one within the margin is held to its interval."""
    lock([world.run("prior")], board / "lock.json", margin, False)
    folder = submit(board, "mine", world.run("mine"))
    reproduce(folder, world.run(again))
    code, entry = only(board)
    assert (code, entry["status"]) == (10, None)
    one = next(one for one in entry["reproduction"] if one["key"] == "phantom-vqa/en")
    assert (one["low"] <= 0 <= one["high"]) == chance
    assert (abs(one["difference"]) > margin) == chance
    assert f"margin {margin:g}" in texts(entry)


def test_a_reproduction_is_of_this_run_and_a_run_of_its_own(board: Path, world: World) -> None:
    folder = submit(board, "mine", world.run("mine"))
    reproduce(folder, world.run("near"), {"run": "0" * 64})
    code, entry = only(board)
    assert code == 2
    assert f"expected the hash of the run, {run_hash(folder / 'run')}" in texts(entry)
    shutil.rmtree(folder / "reproduction")
    reproduce(folder, world.run("mine"))
    shutil.copy(folder / "run" / "manifest.json", folder / "reproduction" / "manifest.json")
    code, entry = only(board)
    assert code == 2
    assert "is the submitted run itself" in texts(entry)
    (folder / "reproduction.yaml").unlink()
    assert "go together" in texts(only(board)[1])


def test_a_reproduction_with_other_settings_is_none(board: Path, world: World, tmp_path: Path) -> None:
    folder = submit(board, "prior", world.run("prior"))
    blind = tmp_path / "blind"
    execute(make_plan(["phantom-vqa"], "baseline/prior", limit=N, control="blind"), blind, None)
    reproduce(folder, blind)
    code, entry = only(board)
    assert code == 3
    assert "control: submitted 'none', here 'blind'" in texts(entry)


def test_rows_that_were_withdrawn_stay_listed_with_their_reason(board: Path, world: World, tmp_path: Path) -> None:
    old = submit(board, "old", world.run("mine"), state="superseded", reason="a mistake", superseded_by="new")
    submit(board, "new", world.run("other"))
    gone = submit(board, "gone", world.run("far"), state="withdrawn", reason="trained on the test set")
    edit(gone / "run", "results.json", lambda text: forged(text, "exact_match", 0.99))
    bare = board / "bare"
    bare.mkdir()
    form = {**FORM, "state": "withdrawn", "reason": "asked to"}
    (bare / "submission.yaml").write_text(yaml.safe_dump(form), "utf-8")
    out = tmp_path / "status.json"
    outcome = checked(board, out=out)
    entries = outcome.document["submissions"]
    assert outcome.exit_code == 0, {name: texts(entry) for name, entry in entries.items()}
    assert {name: entry["status"] for name, entry in entries.items() if name != "bare"} == {
        "old": "superseded",
        "new": "recomputed",
        "gone": "withdrawn-false",
    }
    assert entries["gone"]["made"] == "self-reported", "a number that does not come out lifts nothing"
    assert any("recomputed" in note for note in entries["gone"]["notes"])
    assert entries["bare"]["notes"] == ["withdrawn without its run: a leaderboard has no row of it"]
    marks = {mark.name: mark for mark in read_statuses(out).runs.values()}
    assert marks["gone"].reason == "trained on the test set"
    assert (marks["old"].status, marks["old"].superseded_by) == ("superseded", "new")
    assert run_hash(old / "run") in read_statuses(out).runs
    (gone_mark,) = read_statuses(out).bare
    assert (gone_mark.name, gone_mark.status, gone_mark.reason) == ("bare", "withdrawn", "asked to")
    assert (marks["new"].parameters, marks["new"].licence, marks["new"].trained_on) == (7, "Apache-2.0", ("a set",))
