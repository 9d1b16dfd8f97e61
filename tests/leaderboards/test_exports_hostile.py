"""Exports hold hostile names as text that no reader obeys."""

import math
from pathlib import Path
from unicodedata import category

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_exports import FORMULA, HOSTILE, cells_of, named, read_latex, rows_of, site_of, table_of, unguarded, vqa_items
from made_runs import card, write_run

from medgauge_leaderboards.exports.columns import SCORES
from medgauge_leaderboards.exports.escape import guarded, latex, visible
from medgauge_leaderboards.exports.text import latex_table, markdown
from medgauge_leaderboards.exports.write import write_csv, write_exports
from medgauge_leaderboards.site.site import Site

text = st.text(max_size=12) | st.text(alphabet="|`\\<>&[]()*_#=+-@'\"{}$%^~!\n\r\t\x1b 中−", max_size=12)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    place = tmp_path_factory.mktemp("hostile")
    made = card("made-vqa", "vqa", "exact_match", licence="=cmd|' /C calc'!A0", publish="references")
    items = vqa_items({"or|gan": "=1+1 <b>\x1b[2J"})
    runs = [write_run(place / f"run-{i}", name, [(made, items)], ()) for i, name in enumerate(HOSTILE)]
    found = site_of(runs)
    write_exports(found, place / "export")
    return found, place / "export"


def test_hostile_names_in_every_file(hostile: tuple[Site, Path]) -> None:
    _, out = hostile
    names = {visible(name) for name in HOSTILE}
    for file in out.iterdir():
        if file.suffix != ".parquet":
            text = file.read_bytes().decode()
            assert not [one for one in text if one != "\n" and category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")], (
                file.name
            )
    assert set(pd.read_parquet(out / "scores.parquet").model) == names
    assert "<script" not in (out / "scores.json").read_text("utf-8")
    head, *body = rows_of(out / "scores.csv")
    rows = [dict(zip(head, row, strict=True)) for row in body]
    assert {unguarded(row["model"]) for row in rows} == names
    assert {unguarded(row["data_licence"]) for row in rows} == {"=cmd|' /C calc'!A0"}
    assert {unguarded(row["slice_value"]) for row in rows} == {"", "=1+1 <b>␛[2J"}
    texts = [name for name, one in SCORES.items() if one.kind == "string"]
    assert not [
        row[name] for row in rows for name in texts if row[name].strip()[:1] and row[name].strip()[0] in FORMULA
    ]
    assert {len(row) for row in rows_of(out / "vqa.csv")} == {7}


def test_hostile_names_as_markdown(hostile: tuple[Site, Path]) -> None:
    rows, kinds = table_of((hostile[1] / "vqa.md").read_text("utf-8"))
    assert kinds <= {"text", "code_inline", "strong_open", "strong_close"}
    assert {len(row) for row in rows} == {2}
    shown = {row[0] for row in rows[1:]}
    assert shown == {visible(name).replace("`", "ˋ") for name in HOSTILE}


def test_hostile_names_as_latex(hostile: tuple[Site, Path]) -> None:
    table = (hostile[1] / "vqa.tex").read_text("utf-8")
    rows = cells_of(table)
    assert {read_latex(row[0]) for row in rows} == {visible(name) for name in HOSTILE}
    assert {len(row) for row in rows} == {4}
    assert "xelatex and the package ctex" in table.split("\n")[1]
    assert "\\input" not in table


@given(text)
def test_any_text_is_seen_whole(name: str) -> None:
    made = visible(name)
    assert visible(made) == made
    assert not [one for one in made if category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    if name.isprintable() and "\ufffd" not in made:
        assert made == name


def test_what_control_characters_become() -> None:
    assert visible("\x1b\n\t\0\x7f\x9b\u202e\ud800\U000e0001") == "␛␊␉␀␡\\x9b\\u202e�\\U000e0001".replace(
        "\\x9b", "\\u009b"
    )


@given(text)
def test_any_text_through_latex(name: str) -> None:
    made = visible(name)
    assert read_latex(latex(made)) == made
    assert "--" not in latex(made)


@settings(max_examples=60, deadline=None)
@given(st.lists(text, min_size=1, max_size=4, unique=True))
def test_any_names_make_whole_tables(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    made = named([visible(name) for name in names], key=visible(names[0]))
    rows, kinds = table_of(markdown(made))
    assert kinds <= {"text", "code_inline", "strong_open", "strong_close"}
    assert [len(row) for row in rows] == [3] * (len(names) + 1)
    cells = cells_of(latex_table(made))
    assert [len(row) for row in cells] == [7] * len(names)
    assert [read_latex(row[0]) for row in cells] == [visible(name).strip() for name in names]
    file = tmp_path_factory.mktemp("any") / "any.csv"
    frame = pd.DataFrame({visible(names[0]): pd.array([visible(name) for name in names], dtype="string"), "x": 1.5})
    write_csv(frame, file)
    head, *body = rows_of(file)
    assert [unguarded(head[0]), *(unguarded(row[0]) for row in body)] == [visible(name) for name in [names[0], *names]]
    assert not [
        cell for cell in (head[0], *(row[0] for row in body)) if cell.strip()[:1] and cell.strip()[0] in FORMULA
    ]
    assert {row[1] for row in body} == {"1.5"}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_never_guarded_nor_rounded(tmp_path_factory: pytest.TempPathFactory, value: float) -> None:
    frame = pd.DataFrame({"x": pd.array([value, None], dtype="Float64"), "t": pd.array(["-1", None], dtype="string")})
    file = tmp_path_factory.mktemp("number") / "x.csv"
    write_csv(frame, file)
    line, missing = file.read_text("utf-8").splitlines()[1:]
    assert math.copysign(1, float(line.split(",")[0])) == math.copysign(1, value)
    assert float(line.split(",")[0]) == value
    assert line.split(",")[1] == "'-1"
    assert missing == ","


@pytest.mark.parametrize(
    ("guess", "safe"), [("=1", "'=1"), ("'=1", "''=1"), (" @x", "' @x"), ("'a", "'a"), ("a=1", "a=1"), ("－1", "'－1")]
)
def test_formulas(guess: str, safe: str) -> None:
    assert guarded(guess) == safe
    assert unguarded(safe) == guess
