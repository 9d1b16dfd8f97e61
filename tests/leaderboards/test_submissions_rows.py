"""Whose row a submission becomes: names as the board shows them, controls, and what was taken back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_runs import edit
from test_submissions_check import N, World, board, checked, forged, submit, texts, world

from medgauge.run import execute
from medgauge.spec import make_plan
from medgauge_leaderboards.site.runs import heads, read_run
from medgauge_leaderboards.submissions.folder import run_hash
from medgauge_leaderboards.submissions.status import Status, read_statuses

__all__ = ["board", "world"]


def asked(name: str, *, control: str = "none") -> Callable[[str], str]:
    """What makes of a spec that of another model and control."""

    def changed(text: str) -> str:
        spec = json.loads(text)
        spec["model"]["name"] = name
        return json.dumps(spec | {"control": control})

    return changed


def entry(board: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = checked(board).document["submissions"][name]
    return found


def test_a_stranger_cannot_hand_in_the_control_of_anothers_model(board: Path, world: World) -> None:
    """Their weak blind run would make the gain of the model, and nothing of the model's owners would have changed."""
    mine = submit(board, "mine", world.run("mine"))
    edit(mine / "run", "spec.json", asked("acme"))
    blind = submit(board, "blind", world.run("far"), who="A Stranger")
    edit(blind / "run", "spec.json", asked("acme", control="blind"))
    assert checked(board).exit_code == 2
    for name, other in (("blind", "mine"), ("mine", "blind")):
        assert f"model 'acme' is the name of {other}'s as well" in texts(entry(board, name))
    form = blind / "submission.yaml"
    form.write_text(form.read_text("utf-8").replace("A Stranger", "A Group"), "utf-8")
    assert checked(board).exit_code == 0


def test_a_control_comes_with_a_row_of_its_own_model(board: Path, world: World) -> None:
    """Alone it would become the control of a run of that name by the board's owners, which a check does not see."""
    blind = submit(board, "blind", world.run("far"))
    edit(blind / "run", "spec.json", asked("acme", control="blind"))
    said = "control blind on phantom-vqa/en, and no run/ of 'acme' itself there"
    assert said in texts(entry(board, "blind"))
    mine = submit(board, "mine", world.run("mine"))
    edit(mine / "run", "spec.json", asked("acme"))
    assert checked(board).exit_code == 0
    (mine / "run").rename(mine / "results")
    assert said in texts(entry(board, "blind")), "parts of a run have no row"


def test_a_name_that_looks_like_a_dialogue_of_anothers_model_is_that_name(
    board: Path, world: World, tmp_path: Path
) -> None:
    dialogue = tmp_path / "dialogue"
    execute(make_plan(["phantom-vqa"], "baseline/prior", limit=N, settings={"cot": "regions"}), dialogue, None)
    one = submit(board, "one", dialogue)
    two = submit(board, "two", world.run("other"), who="Others")
    edit(two / "run", "spec.json", asked("baseline/prior (Regional CoT)"))
    rows = {cell.row for folder in (one, two) for cell in heads(read_run(folder / "run"))}
    assert rows == {("baseline/prior (Regional CoT)", "none")}, "the board shows both by this name"
    assert "model 'baseline/prior (Regional CoT)' is the name of one's as well" in texts(entry(board, "two"))
    edit(two / "run", "spec.json", asked("baseline/prior"))
    assert checked(board).exit_code == 0


@pytest.mark.parametrize(
    ("state", "false", "shown"),
    [
        ("withdrawn", False, "withdrawn"),
        ("withdrawn", True, "withdrawn-false"),
        ("superseded", False, "superseded"),
        ("superseded", True, "superseded-false"),
    ],
)
def test_a_number_that_does_not_come_out_stays_with_the_mark(
    board: Path, world: World, tmp_path: Path, state: str, false: bool, shown: Status
) -> None:
    submit(board, "new", world.run("other"))
    changes = {"superseded_by": "new"} if state == "superseded" else {}
    old = submit(board, "old", world.run("mine"), state=state, reason="a mistake", **changes)
    if false:
        edit(old / "run", "results.json", lambda text: forged(text, "exact_match", 0.99))
    out = tmp_path / "status.json"
    outcome = checked(board, out=out)
    assert outcome.exit_code == 0
    mark = read_statuses(out).runs[run_hash(old / "run")]
    assert (mark.status, mark.differs, mark.reason) == (shown, false, "a mistake")
    assert outcome.document["submissions"]["old"]["status"] == shown
