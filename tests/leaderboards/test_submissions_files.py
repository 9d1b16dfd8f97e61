"""What may lie in a folder of submissions, and how its files are read: levels, links, names, forms, lock, statuses."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_runs import edit
from test_submissions_check import FORM, World, board, checked, only, submit, texts, world
from test_submissions_forged import Change, bent, edit_raw, line, metric, put

from medgauge.errors import BadRecord, MedGaugeError
from medgauge_leaderboards.submissions.folder import run_hash
from medgauge_leaderboards.submissions.forms import Submission, read_form
from medgauge_leaderboards.submissions.status import read_status

__all__ = ["board", "world"]


def test_more_may_not_be_published_than_the_lock_says(board: Path, world: World) -> None:
    """The lock of data that may show scores alone: a run with texts is refused, whatever it says of itself."""
    folder = submit(board, "mine", world.run("mine"))
    for level, refused in (("scores", "samples.jsonl"), ("predictions", "samples.jsonl")):
        edit_raw(board, "lock.json", bent(lambda d, to=level: [t.update(publish=to) for t in d["tasks"].values()]))
        code, entry = only(board)
        assert code == 2
        assert f"{refused}: phantom-vqa/en" in texts(entry)
        assert "may show" in texts(entry)
    (folder / "run").rename(folder / "results")
    (folder / "results" / "samples.jsonl").unlink()
    assert only(board)[1]["status"] == "recomputed", "predictions may be shown, and the card gives the samples"
    edit_raw(board, "lock.json", bent(lambda d: [t.update(publish="scores") for t in d["tasks"].values()]))
    assert "outputs.jsonl: phantom-vqa/en" in texts(only(board)[1])
    assert only(board, private=True)[1]["status"] == "recomputed"
    (folder / "results" / "outputs.jsonl").unlink()
    assert "scores.jsonl: phantom-vqa/en" in texts(only(board)[1])
    (folder / "results" / "scores.jsonl").unlink()
    assert only(board)[1]["status"] == "self-reported"


def test_a_sample_may_not_claim_a_higher_level(board: Path, world: World) -> None:
    submit(board, "mine", world.run("mine"))
    edit_raw(board, "lock.json", bent(lambda d: [t.update(publish="references") for t in d["tasks"].values()]))
    code, entry = only(board)
    assert code == 3
    assert "publish level 'images', the lock's 'references'" in texts(entry)


@pytest.mark.parametrize("what", ["run", "file", "top", "fifo"])
def test_a_link_or_a_special_file_is_never_followed(board: Path, world: World, tmp_path: Path, what: str) -> None:
    folder = submit(board, "mine", world.run("mine"))
    if what == "run":
        (folder / "run").rename(tmp_path / "elsewhere")
        (folder / "run").symlink_to(tmp_path / "elsewhere")
    elif what == "file":
        (folder / "run" / "outputs.jsonl").rename(tmp_path / "o")
        (folder / "run" / "outputs.jsonl").symlink_to(tmp_path / "o")
    elif what == "fifo":
        (folder / "run" / "control.json").unlink(missing_ok=True)
        os.mkfifo(folder / "run" / "control.json")
    else:
        (board / "link").symlink_to(folder)
        with pytest.raises(MedGaugeError, match="a link; submissions hold"):
            checked(board)
        return
    code, entry = only(board)
    assert code == 2
    assert "neither a file nor a folder (a link?)" in texts(entry)


@pytest.mark.parametrize("name", ["media/a.webp", "control/x.png", "notes.txt", "sub/submission.yaml"])
def test_files_that_nobody_asked_for_are_refused(board: Path, world: World, name: str) -> None:
    folder = submit(board, "mine", world.run("mine"))
    file = folder / "run" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("x")
    code, entry = only(board)
    assert code == 2
    assert f"'mine/run/{name.split('/')[0]}': not a file of a submission" in texts(entry)


def test_a_file_over_its_size_is_not_read(board: Path, world: World) -> None:
    folder = submit(board, "mine", world.run("mine"))
    with (folder / "run" / "outputs.jsonl").open("r+b") as stream:
        stream.truncate(3_000_000_000)  # a hole: it takes no room
    assert "at most 2000000000 are read" in texts(only(board)[1])


@pytest.mark.parametrize("name", ["a b", ".hidden", "-x", "x.", "ü", "a\nb", "::error::x", "x" * 65, "[a](b)", "<b>"])
def test_a_folder_with_an_odd_name_stops_the_check(board: Path, world: World, name: str) -> None:
    submit(board, "mine", world.run("mine")).rename(board / name)
    with pytest.raises(MedGaugeError, match="letters, digits") as raised:
        checked(board)
    assert raised.value.exit_code == 2
    assert "\n" not in str(raised.value)


def test_names_that_differ_in_case_alone_and_stray_files(board: Path, world: World) -> None:
    submit(board, "Mine", world.run("mine"))
    submit(board, "mine", world.run("other"))
    with pytest.raises(MedGaugeError, match="comes twice but for case"):
        checked(board)
    shutil.rmtree(board / "Mine")
    (board / "setup.py").write_text("")
    with pytest.raises(MedGaugeError, match=r"setup.py': expected .*lock.json"):
        checked(board)


BAD_FORMS = {
    "an unknown key": ("colour: red\n", "one of the keys"),
    "a key twice": ("who: A\n", "a key that comes once"),
    "an alias": ("reason: &a x\n", "an anchor or alias"),
    "a bomb": ("reason: &a [x, x]\nurl: *a\n", "an anchor or alias"),
    "a state of its own": ("state: verified\n", "state"),
    "a day that is none": ("date: 2026-13-01\n", "days that exist"),
    "an escape": ('reason: "\\e[31m"\n', "printable"),
    "a second line": ('reason: "a\\n::error::b"\n', "printable"),
    "a direction": ('reason: "a\\u202eb"\n', "printable"),
    "withdrawn without a reason": ("state: withdrawn\n", "needs a reason"),
    "superseded by nothing": ("state: superseded\nreason: x\n", "superseded_by"),
    "a script": ("url: javascript:alert(1)\n", "an address that begins"),
    "not a number": ("parameters: .nan\n", "parameters"),
    "no size": ("parameters: -1\n", "parameters"),
    "an object": ("who: !!python/object/apply:os.system [x]\n", "not YAML"),
    "depth": ("reason: " + "[" * 5_000 + "\n", ""),
    "length": ("reason: " + "x" * 70_000 + "\n", "at most 64000 are read"),
    "a list as key": ("? [a, b]\n: c\n", ""),
    "no YAML": ("{", "not YAML"),
}


@pytest.mark.parametrize("name", BAD_FORMS)
def test_a_form_that_breaks_its_form_is_one_line(board: Path, world: World, name: str) -> None:
    more, said = BAD_FORMS[name]
    folder = submit(board, "mine", world.run("mine"))
    file = folder / "submission.yaml"
    text = file.read_text("utf-8")
    dropped = "" if name == "a key twice" else more.split(":")[0] + ":"
    kept = [one for one in text.splitlines(True) if not dropped or not one.startswith(dropped)]
    file.write_text("".join(kept) + more, "utf-8")
    code, entry = only(board)
    assert code == 2, texts(entry)
    assert said in texts(entry)
    assert "\n" not in texts(entry)


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_form_or_an_error_that_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "submission.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(MedGaugeError):
        read_form(file, Submission)


def test_a_status_is_of_the_run_that_was_checked_and_of_no_other(board: Path, world: World, tmp_path: Path) -> None:
    folder = submit(board, "mine", world.run("mine"))
    other = submit(board, "other", world.run("other"))
    out = tmp_path / "status.json"
    assert checked(board, out=out).exit_code == 0
    statuses, before = read_status(out), run_hash(folder / "run")
    assert before in statuses
    for file, change in (
        ("outputs.jsonl", line(0, lambda d: d.update(text="x"))),
        ("results.json", bent(put(metric, "value", 0.9))),
        ("scores.jsonl", lambda text: text + "\n"),
        ("manifest.json", bent(lambda d: d.update(about={"title": "Better"}))),
    ):
        edit_raw(folder / "run", file, change)
        assert run_hash(folder / "run") not in {before, run_hash(other / "run")}
        assert run_hash(folder / "run") not in statuses
        before = run_hash(folder / "run")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: next(iter(d["runs"].values())).update(made="verified"), "made"),
        (lambda d: d["runs"].update(x=next(iter(d["runs"].values()))), "hashes of runs"),
        (lambda d: d.update(schema_version=2), "schema_version"),
        (lambda d: d.update(extra=1), "extra"),
        (lambda d: next(iter(d["runs"].values())).pop("state"), "state"),
    ],
)
def test_a_status_file_is_read_strictly(board: Path, world: World, tmp_path: Path, change: Change, said: str) -> None:
    submit(board, "mine", world.run("mine"))
    out = tmp_path / "status.json"
    checked(board, out=out)
    out.write_text(bent(change)(out.read_text("utf-8")), "utf-8")
    with pytest.raises(BadRecord, match=said):
        read_status(out)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(margin=-1), "margin"),
        (lambda d: d.update(tasks={}), "tasks"),
        (lambda d: d.update(schema_version=7), "schema_version"),
        (lambda d: d["tasks"]["phantom-vqa/en"].update(version=7), "pinned at version 7"),
        (lambda d: d["tasks"]["phantom-vqa/en"].update(licence="x"), "make it anew"),
        (lambda d: d["tasks"]["phantom-vqa/en"]["digests"].pop("target"), "digests"),
        (lambda d: d["tasks"].update(x=d["tasks"]["phantom-vqa/en"]), "the key 'phantom-vqa/en'"),
        (lambda d: d["tasks"]["phantom-vqa/en"].update(task="vqa-rda"), "unknown task|no plugin"),
    ],
)
def test_a_lock_that_is_damaged_or_of_another_medgauge_stops_the_check(
    board: Path, world: World, change: Change, said: str
) -> None:
    submit(board, "mine", world.run("mine"))
    edit_raw(board, "lock.json", bent(change))
    with pytest.raises(MedGaugeError, match=said):
        checked(board)


def test_metrics_that_this_medgauge_makes_otherwise_are_the_locks_fault(board: Path, world: World) -> None:
    folder = submit(board, "mine", world.run("mine"))
    both = bent(lambda d: d["tasks"]["phantom-vqa/en"]["signatures"].update(exact_match="old"))
    edit_raw(board, "lock.json", both)
    edit(folder / "run", "results.json", bent(put(metric, "signature", "old")))
    code, entry = only(board)
    assert code == 2
    assert "exact_match is pinned as old, this medgauge" in texts(entry)


def test_the_form_of_the_fixture_holds(tmp_path: Path) -> None:
    file = tmp_path / "submission.yaml"
    file.write_text(json.dumps(FORM), "utf-8")
    assert read_form(file, Submission).state == "active"
