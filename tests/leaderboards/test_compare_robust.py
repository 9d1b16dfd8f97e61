"""What must not pass for something else: one run twice, hostile names, broken documents, reports cut short."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from made_runs import edit
from test_compare_reports import HOSTILE, document, hostile
from test_compare_runs import REPORT, compare, run

import medgauge_leaderboards.command as door
from medgauge.cli.compare import compare as command
from medgauge.cli.compare_text import print_comparison
from medgauge.codec import plain
from medgauge.errors import BadRecord, MedGaugeError, NotComparable
from medgauge.progress import say
from medgauge.store import MANIFEST
from medgauge_leaderboards.command import FILES
from medgauge_leaderboards.document import Comparison, read_document
from medgauge_leaderboards.reference import bless

GOOD, BAD = "clear lungs", "wrong"
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
"""What a runner of GitHub obeys: white space before it does not help."""


def same(kind: str, folder: Path, first: Path) -> Path:
    """The first run once more, without the model having been asked."""
    if kind == "folder":
        return first
    if kind == "link":
        (folder / "link").symlink_to(first)
        return folder / "link"
    copy = Path(shutil.copytree(first, folder / "copy"))
    if kind == "scored again":
        text = (copy / MANIFEST).read_text("utf-8")
        (copy / MANIFEST).write_text(text.replace('"finished": "2026', '"finished": "2027'), "utf-8")
    return copy


@pytest.mark.parametrize("kind", ["folder", "link", "copy", "scored again"])
def test_a_run_does_not_confirm_itself_and_is_no_noise_floor(tmp_path: Path, kind: str) -> None:
    base = run(tmp_path, "base", (REPORT, [GOOD] * 60))
    bad = run(tmp_path, "mine", (REPORT, [GOOD] * 48 + [BAD] * 12))
    again = same(kind, tmp_path, bad)
    for refused in (
        lambda: compare(base, bad, confirm=again),
        lambda: bless(bad, "main", "x", folder=tmp_path / "references", again=again),
    ):
        with pytest.raises(MedGaugeError, match="is the same run") as raised:
            refused()
        assert "\n" not in str(raised.value)
        assert not isinstance(raised.value, NotComparable)


def test_a_second_run_that_says_the_same_is_a_second_run(tmp_path: Path) -> None:
    base = run(tmp_path, "base", (REPORT, [GOOD] * 60))
    bad = run(tmp_path, "mine", (REPORT, [GOOD] * 48 + [BAD] * 12))
    again = Path(shutil.copytree(bad, tmp_path / "again"))
    text = (again / MANIFEST).read_text("utf-8")
    (again / MANIFEST).write_text(text.replace('"2026-', '"2027-'), "utf-8")
    assert compare(base, bad, confirm=again)["exit_code"] == 10


@pytest.mark.parametrize("name", ["::error::x", "  ::stop-commands::x", "##[add-mask]x", "x " * 100 + "::error::x"])
def test_no_name_becomes_a_command_of_the_runner(capsys: pytest.CaptureFixture[str], name: str) -> None:
    made = plain(document())
    keys = {row["key"] for row in made["rows"]}
    text = json.dumps(made)
    names = {*keys, *(row["metric"] for row in made["rows"]), *(row["signature"] for row in made["rows"])}
    names |= {"no_answer", "lung", "organ"}
    for old in names:
        text = text.replace(json.dumps(old), json.dumps(f"{name}{old}"))
    for old in ("failed", "unparsed"):
        text = text.replace(f'"{old}"', json.dumps(name + old))
    bent = json.loads(text)
    bent["gates_file"], bent["settings"] = name, {name: name}
    bent["notes"] = [name]
    bent["not_compared"] = [{"task": name, "metric": name, "only_in": "base"}]
    for row in bent["rows"]:
        row["gate"] = row["gate"] and row["gate"] | {
            "why": name,
            "lost": {"n": 2, "by_status": {name: 2}, "ids": [name]},
        }
    print_comparison(bent)
    assert not COMMAND.search(capsys.readouterr().out)
    say(f"medgauge: error: not comparable:\n  {name} version\n{name}")
    assert not COMMAND.search(capsys.readouterr().err)


def test_no_name_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    bent = plain(hostile())
    for side in ("base", "candidate"):
        counts = {HOSTILE: 3, "scored": 1}
        bent[side]["status"] = {HOSTILE: counts}
    bent["settings"] = {HOSTILE: HOSTILE}
    for row in bent["rows"]:
        row["signature"] = HOSTILE
    print_comparison(bent)
    out = capsys.readouterr().out
    assert "\x1b[31m" not in out
    assert "\u202e" not in out
    assert "\r" not in out
    assert not COMMAND.search(out)


def render(file: Path, *words: str) -> Any:
    return CliRunner().invoke(command, ["--from", str(file), *words], standalone_mode=False)


def test_a_document_of_what_is_not_comparable_prints_its_refusals(tmp_path: Path) -> None:
    made = replace(_refused(), refusals=("made-vqa/en samples: 20 in the base alone", "::error::two"))
    file = tmp_path / "compare.json"
    file.write_text(json.dumps(plain(made)))
    done = render(file)
    assert done.return_value == 0
    assert "made-vqa/en samples: 20 in the base alone" in done.stdout
    assert done.stdout.splitlines()[-1] == "RESULT  not-comparable: 2 fields differ; exit 3"
    assert not COMMAND.search(done.stdout)


def _refused() -> Comparison:
    empty: dict[str, Any] = dict.fromkeys(("rows", "slices", "ceilings", "must_pass", "not_compared"), ())
    named = dict.fromkeys(("base", "candidate"))
    return replace(document(), verdict="not-comparable", exit_code=3, refusals=("x",), **empty, **named)


def _in_row(change: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    return lambda data: data["rows"][0].update(change)


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no base": lambda data: data.update(base=None),
    "no candidate": lambda data: data.update(candidate=None),
    "a task without counts": lambda data: data["base"]["status"].pop("made-report"),
    "a task nobody ran": _in_row({"key": "elsewhere"}),
    "refused without a reason": lambda data: data.update(verdict="not-comparable", exit_code=3, rows=[]),
    "another exit code": lambda data: data.update(exit_code=0),
    "green over a red gate": lambda data: data.update(verdict="pass", exit_code=0),
    "alpha": lambda data: data.update(alpha=2.0),
    "half an interval": lambda data: data["rows"][0]["difference"].update(high=None),
    "a negative count": lambda data: data["rows"][0]["difference"].update(n=-1),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_document_is_a_bad_record(tmp_path: Path, what: str) -> None:
    data = plain(document())
    BROKEN[what](data)
    file = tmp_path / "compare.json"
    file.write_text(json.dumps(data))
    for form in ("text", "md"):
        done = render(file, "--format", form)
        assert isinstance(done.exception, BadRecord), done.exception
        assert done.exception.exit_code == 2


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1e999", "1e999"])
@pytest.mark.parametrize("field", ["alpha", "value", "base"])
def test_a_number_that_is_not_finite_is_a_bad_record(tmp_path: Path, field: str, number: str) -> None:
    data = plain(document())
    target = {"alpha": data, "value": data["rows"][0]["difference"], "base": data["differing_settings"][0]}[field]
    target[field] = "@"
    file = tmp_path / "compare.json"
    file.write_text(json.dumps(data).replace('"@"', number))
    with pytest.raises(BadRecord, match="finite"):
        read_document(file)


def test_text_that_is_no_text_is_a_bad_record(tmp_path: Path) -> None:
    file = tmp_path / "compare.json"
    deep = "[" * 900 + "]" * 900
    for bent in ('"\\ud800"', deep, "[" * 10**5):
        file.write_text(json.dumps(plain(document()) | {"notes": "@"}).replace('"@"', bent))
        with pytest.raises(BadRecord):
            read_document(file)


@pytest.mark.parametrize(
    "words", [["--gates", "g.yaml"], ["--strict"], ["--confirm", "r"], ["--metric", "m"], ["--varying", "prompts"]]
)
def test_what_judges_is_refused_beside_from(tmp_path: Path, words: list[str]) -> None:
    file = tmp_path / "compare.json"
    file.write_text(json.dumps(plain(document())))
    done = render(file, *words)
    assert type(done.exception) is MedGaugeError
    assert words[0] in str(done.exception)


@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("last", list(FILES)[1:])
def test_a_report_that_cannot_be_written_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, kind: type[BaseException]
) -> None:
    """The disk is full, or the user has had enough, after some of the reports are written."""
    real = door.write_atomic

    def full(file: Path, text: str) -> None:
        if file.name == last:
            raise kind("No space left on device")
        real(file, text)

    monkeypatch.setattr(door, "write_atomic", full)
    file, out = tmp_path / "compare.json", tmp_path / "out"
    file.write_text(json.dumps(plain(document())))
    with pytest.raises(kind):
        door.render(file, "text", out)
    assert list(out.iterdir()) == []


def test_a_run_that_was_edited_is_still_refused_as_a_second_one(tmp_path: Path) -> None:
    base = run(tmp_path, "base", (REPORT, [GOOD] * 60))
    bad = run(tmp_path / "one", "mine", (REPORT, [GOOD] * 48 + [BAD] * 12))
    other = run(tmp_path / "two", "mine", (REPORT, [GOOD] * 48 + [BAD] * 12))
    edit(other, "samples.jsonl", lambda text: text.replace('"group": "g03"', '"group": "g04"'))
    with pytest.raises(NotComparable, match="not two runs of one model"):
        compare(base, bad, confirm=other)
