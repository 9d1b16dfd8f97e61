"""Figures as files: all there, the same bytes whenever made, names inert, Chinese shown or refused."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import category
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_figures import BOXES, CHOICES, LABELS, figures_of, site_of, write_scored

from medgauge.errors import MedGaugeError
from medgauge_leaderboards.figures import lettering as lettering_module
from medgauge_leaderboards.figures.drawing import (
    DPI,
    FORMATS,
    SINGLE,
    Drawing,
    because,
    blank,
    named_parts,
    parts,
    save,
    style,
)
from medgauge_leaderboards.figures.heat import heat_texts
from medgauge_leaderboards.figures.lettering import CJK, columns_of, lettering, require_matplotlib
from medgauge_leaderboards.figures.write import CAPTIONS

HOSTILE = "$x_1$ <script>alert(1)</script>\n\x1b[31m\u202e]]>&amp;"
CHINESE = "胸片问答"
INSTALLED = any(lettering_module._charmap(family) for family in CJK)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("figures")
    return [
        write_scored(folder / "a", HOSTILE, 0.9, seed=1, cards=[BOXES, CHOICES]),
        write_scored(folder / "b", "acme/b", 0.6, seed=2, kind="none", cards=[BOXES, CHOICES, LABELS]),
    ]


@pytest.fixture(scope="module")
def drawn(runs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[str, str]], Path]:
    folder = tmp_path_factory.mktemp("drawn") / "figures"
    return figures_of(runs, folder), folder


def captions(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / CAPTIONS).read_text("utf-8"))
    return document


def test_every_figure_is_there_in_three_formats_with_a_caption(drawn: tuple[list[tuple[str, str]], Path]) -> None:
    links, folder = drawn
    document = captions(folder)
    stems = [f"{kind}-scored-{task}" for kind in ("intervals", "heat") for task in ("find", "choice", "labels")]
    stems += ["recall-scored-find", "calibration-scored-choice"]
    files = {f"{stem}.{ending}" for stem in stems for ending in FORMATS}
    assert {file.name for file in folder.iterdir()} == files | {CAPTIONS}
    assert {file for _, file in links} == files | {CAPTIONS}
    assert {file for one in document["figures"] for file in one["files"]} == files
    assert all(one["caption"] and one["n"][0] > 0 for one in document["figures"])
    assert ("Intervals, scored-find, SVG", "intervals-scored-find.svg") in links
    not_drawn = {one["title"]: one["why"] for one in document["not_drawn"]}
    assert not_drawn["Calibration, scored-labels"] == "acme/b: its answers have no scores"
    assert not_drawn["Radar, Classification"] == "boards that can be axes: 1, at least 3 are needed"
    starts = {"svg": b"<?xml", "pdf": b"%PDF-1.4", "png": b"\x89PNG"}
    assert all((folder / file).read_bytes().startswith(starts[file[-3:]]) for file in files)


def test_pictures_have_the_width_of_a_column_at_300_dots_an_inch(drawn: tuple[list[tuple[str, str]], Path]) -> None:
    from PIL import Image

    with Image.open(drawn[1] / "intervals-scored-find.png") as image:
        assert image.width == round(SINGLE * DPI)
        assert image.info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)


def test_the_same_runs_give_the_same_bytes_whatever_the_users_settings(
    runs: list[Path], drawn: tuple[list[tuple[str, str]], Path], tmp_path: Path
) -> None:
    (tmp_path / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: red\nsvg.fonttype: none\n")
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); from made_figures import figures_of\n"
        "figures_of([Path(p) for p in sys.argv[3:]], Path(sys.argv[2]))"
    )
    again = tmp_path / "again"
    environment = os.environ | {"PYTHONHASHSEED": "7", "MATPLOTLIBRC": str(tmp_path), "TZ": "Asia/Shanghai"}
    command = [sys.executable, "-c", code, str(Path(__file__).parent), str(again), *map(str, runs)]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    first = {file.name: file.read_bytes() for file in drawn[1].iterdir()}
    second = {file.name: file.read_bytes() for file in again.iterdir()}
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_no_file_says_when_it_was_made(drawn: tuple[list[tuple[str, str]], Path]) -> None:
    for file in drawn[1].iterdir():
        assert not any(mark in file.read_bytes() for mark in (b"CreationDate", b"dc:date", b"tIME")), file


def test_a_hostile_name_is_text_everywhere(drawn: tuple[list[tuple[str, str]], Path]) -> None:
    _, folder = drawn
    for file in folder.glob("*.svg"):
        root = ElementTree.parse(file).getroot()
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not tags & {"script", "a", "foreignObject", "text"}, file
        assert "<script" not in file.read_text("utf-8")
        assert not [key for element in root.iter() for key in element.attrib if key.lower().startswith("on")]
        links = [value for element in root.iter() for key, value in element.attrib.items() if key.endswith("href")]
        # Letters, and the scale of shades as a picture.
        assert links
        assert all(one.startswith(("#", "data:image/png;base64,")) for one in links)
    text = (folder / CAPTIONS).read_text("utf-8")
    assert "<" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    (recall,) = (one for one in captions(folder)["figures"] if "Precision" in one["title"])
    assert "$x_1$ <script>alert(1)</script>\\u000a\\u001b[31m\\u202e]]>&amp;" in recall["caption"]


def test_a_dollar_begins_no_formula(tmp_path: Path) -> None:
    letters = lettering([])
    with style(letters):
        figure = blank(2, 1)
        text = figure.text(0, 0, letters.plain(r"$\nosuch{$"))
        assert not text.get_parse_math()
        # As a formula it would be an error.
        save(Drawing(name="x", title="X", caption="", n=(1, 1), left_out=(), figure=figure), tmp_path)


@given(st.lists(st.text(max_size=40), max_size=12, unique=True), st.integers(10, 30))
def test_labels_can_be_drawn_fit_and_differ(names: list[str], width: int) -> None:
    letters = lettering([])
    labels = letters.short(names, width)
    assert list(labels) == names
    assert len(set(labels.values())) == len(names)
    for label in labels.values():
        assert columns_of(label) <= width
        assert all(ord(one) in letters.covered and category(one)[0] not in "CM" for one in label if one != "\u2026")


def test_alike_labels_are_numbered_past_names_that_look_so() -> None:
    long = [f"{'x' * 20}{middle}{'y' * 20}" for middle in "abc"]
    (cut,) = set(lettering([]).short(long[:1], 21).values())
    labels = lettering([]).short([*long, f"{cut[:9]}\u2026{cut[-8:]} #2"], 21)
    assert len(set(labels.values())) == 4
    assert sum(label.endswith(("#1", "#2", "#3", "#4")) for label in labels.values()) == 4


@pytest.mark.skipif(not INSTALLED, reason="no font with Chinese is installed; the error for that is tested below")
def test_chinese_is_drawn_with_a_font_that_has_it(tmp_path: Path) -> None:
    run = write_scored(tmp_path / "run", "百川/医学模型", 0.9, seed=1, cards=[replace(CHOICES, name=CHINESE)])
    # A glyph that is missing would be an error.
    links = figures_of([run], tmp_path / "figures")
    assert f"Calibration, {CHINESE}, PDF" in [label for label, _ in links]
    letters = lettering([CHINESE])
    assert len(letters.families) == 2
    assert letters.plain(f"{CHINESE}，（中）") == f"{CHINESE}，（中）"


def test_chinese_without_a_font_names_the_label_and_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_scored(tmp_path / "run", "acme/a", 0.9, seed=1, cards=[replace(CHOICES, name=CHINESE)])
    monkeypatch.setattr(lettering_module, "CJK", ("No Such Font", lettering_module.LATIN))
    with pytest.raises(MedGaugeError, match=f"'{CHINESE}' cannot be drawn.*fonts-noto-cjk.*leave --figures out"):
        figures_of([run], tmp_path / "figures")
    assert not (tmp_path / "figures").exists()


def test_a_font_that_has_some_of_the_characters_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    maps: Mapping[str, frozenset[int]] = {
        "DejaVu Sans": frozenset(range(32, 127)),
        "Some": frozenset(map(ord, "胸片")),
        "All": frozenset(map(ord, CHINESE)),
    }
    monkeypatch.setattr(lettering_module, "_charmap", maps.get)
    monkeypatch.setattr(lettering_module, "CJK", ("None", "Some", "All"))
    assert lettering(["a", CHINESE]).families == ("DejaVu Sans", "All")
    assert lettering(["a", "胸片"]).families == ("DejaVu Sans", "Some")
    assert lettering(["a"]).families == ("DejaVu Sans",)


def test_a_glyph_that_is_missing_is_an_error(tmp_path: Path) -> None:
    letters = lettering([])
    with style(letters):
        figure = blank(2, 1)
        figure.text(0, 0, CHINESE)
        made = Drawing(name="x", title="X", caption="", n=(1, 1), left_out=(), figure=figure)
        with pytest.raises(MedGaugeError, match=r"X cannot be drawn: Glyph 33016"):
            save(made, tmp_path)


def test_without_matplotlib_there_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MedGaugeError, match="--figures needs matplotlib; `pip install matplotlib`"):
        require_matplotlib()


def test_what_a_publish_level_hides_is_no_label(demo_runs: list[Path]) -> None:
    site = site_of(demo_runs)
    (locked,) = (board for board in site.boards if board.key == "made-locked")
    texts = list(heat_texts(replace(site, boards=(locked,))))
    assert "x-ray" in texts
    assert "ct" not in texts


def test_pieces_hold_everything_once_and_have_names_of_their_own() -> None:
    for count in range(1, 60):
        pieces = parts(count, 8)
        assert [i for piece in pieces for i in range(count)[piece]] == list(range(count))
        assert max(len(range(count)[piece]) for piece in pieces) <= 8
        assert len(pieces) == -(-count // 8)
    assert [name for name, _, _ in named_parts("heat-a", "Heat", [1])] == ["heat-a"]
    assert list(named_parts("heat-a-1", "Heat", "xy")) == [
        ("heat1-a-1", "Heat, part 1 of 2", "x"),
        ("heat2-a-1", "Heat, part 2 of 2", "y"),
    ]


def test_one_reason_is_said_once() -> None:
    assert because([("a", "no"), ("b", "late"), ("c", "no")]) == ["a, c: no", "b: late"]
