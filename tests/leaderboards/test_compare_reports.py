"""Every report of one comparison, as golden files; what hostile names do in them; what a crash leaves.

`python tests/leaderboards/test_compare_reports.py` writes the golden files anew.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

from made_runs import Item, card, write_run
from test_compare_runs import items

from medgauge import __version__
from medgauge.cli.compare import FORMS
from medgauge.cli.compare import compare as command
from medgauge.codec import convert, plain
from medgauge.errors import BadRecord, Incomplete, MedGaugeError, NotComparable
from medgauge.types import Answer
from medgauge_leaderboards.command import FILES
from medgauge_leaderboards.document import Comparison, Row, read_document
from medgauge_leaderboards.reports.github import annotations
from medgauge_leaderboards.reports.gitlab import code_quality, metrics
from medgauge_leaderboards.reports.junit import junit
from medgauge_leaderboards.reports.markdown import MARKER, MOST_BYTES, markdown

GOLDEN = Path(__file__).parent / "golden_compare"
VQA = card("made-vqa", "vqa", "exact_match", languages=("en", "zh"))
REPORT = card("made-report", "report", "rouge_l")
GATES = """\
gates:
  - {task: "made-vqa/*"}
  - {task: made-report, mode: noninferior, margin: 0.02}
ceilings:
  - {task: "*", share: unparsed, max: 0.02, max_increase: 0.01}
must_pass:
  made-report: ["0", "8"]
"""
GOOD, BAD = "clear lungs", "wrong"


def write_world(folder: Path) -> None:
    """A base and a candidate: worse in English, better in Chinese, undecided in reports."""
    right = {"en": lambda i: i % 5 > 0, "zh": lambda i: i % 5 == 0}
    for name in ("base", "candidate"):
        parts: list[tuple[Any, list[Item]]] = []
        for made in (VQA, REPORT):
            own = []
            for one in items(made, [""] * 60):
                i = int(one.sample.id)
                good = right[one.sample.language](i) if made is VQA else i % 7 != (name == "candidate")
                if name == "candidate" and made is VQA:
                    good = i % 5 > 2 if one.sample.language == "en" else i % 5 < 3
                sample = replace(one.sample, tags={"organ": "lung" if i % 3 else "heart"})
                text = GOOD if good else BAD
                unread = name == "candidate" and made is VQA and sample.language == "en" and i % 20 == 1
                answer = None if unread else Answer(text=text)
                own.append(Item(sample=sample, text=text, answer=answer, status="no_answer" if unread else "scored"))
            parts.append((made, own))
        write_run(folder / name, name, parts, ("token_f1", "length_ratio"))
    (folder / "gates.yaml").write_text(GATES)


def printed(*words: str) -> str:
    done = CliRunner().invoke(command, list(words), standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.stdout.replace(f'"medgauge": "{__version__}"', '"medgauge": "VERSION"')


def rounded(text: str) -> str:
    """The text with numbers to eight places: the last ones are the machine's."""
    return re.sub(r"-?\d+\.\d{9,}(e-?\d+)?", lambda found: f"{float(found[0]):.8f}", text)


NAMES = {"text": "compare.txt", "json": "compare.json", "md": "compare.md", "junit": "junit.xml"} | {
    "github": "github.txt",
    "gitlab": "code-quality.json",
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_world(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", FORMS)
def test_golden(world: Path, form: str) -> None:
    made, golden = printed("base", "candidate", "--gates", "gates.yaml", "--format", form), GOLDEN / NAMES[form]
    assert rounded(made) == rounded(golden.read_text("utf-8"))


def test_the_metrics_file_is_golden_and_out_holds_the_same_as_each_format(world: Path) -> None:
    done = CliRunner().invoke(
        command, ["base", "candidate", "--gates", "gates.yaml", "--out", "out", "--format", "md"], standalone_mode=False
    )
    assert done.return_value == 10
    assert sorted(path.name for path in (world / "out").iterdir()) == sorted(FILES)
    for name in ("metrics.txt", "junit.xml"):
        assert rounded((world / "out" / name).read_text("utf-8")) == rounded((GOLDEN / name).read_text("utf-8"))
    assert (world / "out" / "compare.md").read_text("utf-8") == done.stdout


def document() -> Comparison:
    return convert(Comparison, json.loads((GOLDEN / "compare.json").read_text("utf-8")), "golden")


def test_the_document_comes_back_strictly_and_renders_the_same(tmp_path: Path) -> None:
    file = tmp_path / "in" / "compare.json"
    file.parent.mkdir()
    file.write_bytes((GOLDEN / "compare.json").read_bytes())
    assert read_document(file) == document()
    for form in ("md", "junit", "github", "gitlab", "text"):
        done = CliRunner().invoke(command, ["--from", str(file), "--format", form], standalone_mode=False)
        assert done.stdout == (GOLDEN / NAMES[form]).read_text("utf-8")
        assert done.return_value == 0, "rendering judges nothing"
    with pytest.raises(MedGaugeError, match="would replace"):
        printed("--from", str(file), "--out", str(file.parent))
    for change in ({"schema_version": 3}, {"extra": 1}, {"rows": [{}]}, {"verdict": "fine"}):
        file.write_text(json.dumps(plain(document()) | change))
        with pytest.raises(BadRecord):
            read_document(file)
    file.write_bytes(b"\xff")
    with pytest.raises(BadRecord, match="UTF-8"):
        read_document(file)
    with pytest.raises(Incomplete):
        read_document(tmp_path / "none.json")


HOSTILE = "a|b`c\n::error::x\r<script>@you [x](http://evil) %0A \x1b[31m\u202e ]]>"


def hostile() -> Comparison:
    made = document()
    rows = tuple(
        replace(
            row,
            key=HOSTILE,
            metric=HOSTILE,
            gate=replace(row.gate, why=HOSTILE) if row.gate else None,
        )
        for row in made.rows
    )
    return replace(
        made,
        rows=rows,
        notes=(HOSTILE,),
        ceilings=tuple(replace(one, key=HOSTILE, share=HOSTILE) for one in made.ceilings),
        must_pass=tuple(replace(one, key=HOSTILE, id=HOSTILE, passed=False) for one in made.must_pass),
        slices=tuple(replace(one, key=HOSTILE, tag=HOSTILE, value=HOSTILE) for one in made.slices),
        base=replace(made.base, name=HOSTILE, model=HOSTILE) if made.base else None,
    )


def test_hostile_names_stay_names() -> None:
    made = hostile()
    for line in annotations(made).splitlines():
        assert line.startswith(tuple(f"::{kind} title=medgauge%3A " for kind in ("error", "warning", "notice")))
    ElementTree.fromstring(junit(made))
    json.loads(code_quality(made))
    assert metrics(made).endswith("# EOF\n")
    text = markdown(made)
    outside = "".join(text.replace("\\|", "").split("`")[::2])
    assert "<script>" not in outside
    assert "@you" not in outside
    assert "evil" not in outside
    assert "\x1b" not in text
    for line in text.splitlines():
        if line.startswith("| ✗"):
            assert line.replace("\\|", "").count("|") == 10


def test_markdown_is_cut_before_github_cuts_it() -> None:
    made = document()
    many = tuple(replace(row, key=f"{row.key}-{i}") for i in range(200) for row in made.rows)
    for rows in (many, tuple(_gated(row, i) for i, row in enumerate(many))):
        text = markdown(replace(made, rows=rows))
        assert len(text.encode()) <= MOST_BYTES
        assert text.startswith(MARKER)
        assert "Cut: the whole is in `compare.json`" in text
        assert "exit 10" in text


def _gated(row: Row, i: int) -> Row:
    return replace(row, gate=next(r.gate for r in document().rows if r.gate), key=f"{row.key} {i}")


def test_ten_annotations_of_a_kind() -> None:
    made = document()
    rows = tuple(_gated(row, i) for i in range(20) for row in made.rows[:1])
    lines = annotations(replace(made, rows=rows)).splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == 10
    assert "more are in the summary" in errors[-1]


def test_strict_doubts_fail_in_junit_and_annotations() -> None:
    made, strict = document(), replace(document(), strict=True)
    assert ElementTree.fromstring(junit(strict)).get("skipped") == "0"
    assert ElementTree.fromstring(junit(made)).get("skipped") == "1"
    assert annotations(strict).count("::error") == annotations(made).count("::error") + 1


def test_what_is_not_comparable_is_reported_and_exits_3(world: Path) -> None:
    write_run(world / "other", "other", [(REPORT, items(REPORT, [GOOD] * 40))], ())
    words = ["base", "other", "--out", "out", "--format"]
    for form, said in (("junit", '<error type="NotComparable"'), ("github", "::error"), ("md", "✗ medgauge: not comp")):
        done = CliRunner().invoke(command, [*words, form], standalone_mode=False)
        assert isinstance(done.exception, NotComparable)
        assert said in done.stdout
    made = read_document(world / "out" / "compare.json")
    assert (made.verdict, made.exit_code) == ("not-comparable", 3)
    assert any("made-vqa/en: in the base, and the candidate has not run it" in line for line in made.refusals)
    assert any("samples: 20 in the base alone" in line for line in made.refusals)


def _boom(kind: type[BaseException]) -> Callable[..., Any]:
    def raises(*words: object, **named: object) -> Any:
        raise kind("boom")

    return raises


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("where", ["compare.numbers", "command.markdown", "command.compare"])
def test_what_is_cut_short_leaves_no_report_and_no_old_one(
    world: Path, monkeypatch: pytest.MonkeyPatch, where: str, kind: type[BaseException]
) -> None:
    words = ["base", "candidate", "--out", "out"]
    CliRunner().invoke(command, words, standalone_mode=False)
    assert (world / "out" / "compare.json").exists()
    module, name = where.split(".")
    if name == "markdown":
        import medgauge_leaderboards.command as door

        monkeypatch.setattr(door, "FILES", {**FILES, "compare.md": _boom(kind)})
    else:
        monkeypatch.setattr(f"medgauge_leaderboards.{module}.{name}", _boom(kind))
    done = CliRunner().invoke(command, words, standalone_mode=False)
    assert done.exit_code != 0
    assert list((world / "out").iterdir()) == []


if __name__ == "__main__":
    os.chdir(tempfile.mkdtemp())
    write_world(Path())
    GOLDEN.mkdir(exist_ok=True)
    for each in FORMS:
        text = printed("base", "candidate", "--gates", "gates.yaml", "--format", each)
        (GOLDEN / NAMES[each]).write_text(text, "utf-8")
    (GOLDEN / "metrics.txt").write_text(metrics(document()), "utf-8")
