"""The interface: both languages whole, nothing from elsewhere, nothing that a data set or a model can inject."""

import csv
import json
import re
from pathlib import Path
from typing import get_args

import pytest
from made_runs import Item, card, write_run
from reading_pages import cells

from medgauge.spec import Fit
from medgauge.tasks import Access, Publish
from medgauge.types import Answer, Control, Family, Polar, Sample, Status
from medgauge_leaderboards.site.board import DiffersIn
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.render import names as files_of
from medgauge_leaderboards.site.render import resource, shown, strings
from medgauge_leaderboards.site.standing import NoGain
from medgauge_leaderboards.site.values import Verdict
from medgauge_leaderboards.site.versus import Apart

TEMPLATES = [name.removesuffix(".html.j2") for name in files_of("templates")]
SCRIPTS = [name for name in files_of("static") if name.endswith(".js")]
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7 * 7 }}"


def test_both_languages_have_the_same_keys_and_places() -> None:
    english, chinese = strings("en"), strings("zh")
    assert set(english) == set(chinese)
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", chinese[key])), key
        assert text.strip()
        assert chinese[key].strip()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_key_stands_in_two_files(language: str) -> None:
    every = [key for file in files_of(f"i18n/{language}") for key in json.loads(resource(f"i18n/{language}/{file}"))]
    assert len(every) == len(set(every))
    assert files_of("i18n/en") == files_of("i18n/zh")


def test_chinese_is_chinese() -> None:
    same = {key for key, text in strings("zh").items() if not re.search("[\u4e00-\u9fff]", text)}
    assert same == {"reading.n.name", "box.iou"}


def used_keys() -> set[str]:
    found = set()
    for name in TEMPLATES:
        found |= set(re.findall(r"\b(?:t|text|label)\('([\w.\-]+)'(?! ?~)", resource(f"templates/{name}.html.j2")))
    for name in SCRIPTS:
        script = resource(f"static/{name}")
        found |= set(re.findall(r"(?:app\.t|section|pair|problem)\(\"([\w.\-]+)\"", script))
    return found


def test_every_key_that_is_used_exists() -> None:
    keys = used_keys()
    assert len(keys) > 80
    assert keys <= set(strings("en"))


@pytest.mark.parametrize(
    ("stem", "names"),
    [
        ("family.", get_args(Family)),
        ("about.", get_args(Family)),
        ("access.", get_args(Access)),
        ("publish.", get_args(Publish)),
        ("status.", get_args(Status)),
        ("fit.", get_args(Fit)),
        ("differs.", get_args(DiffersIn)),
        ("gain.", get_args(NoGain)),
        ("verdict.", get_args(Verdict)),
        ("polar.", get_args(Polar)),
        ("badge.", ("synthetic", "out-of-fold", "partial", "modified", "baseline")),
        ("badge.control-", [name for name in get_args(Control) if name != "none"]),
        ("filter.", ("all", "wrong", "partial", "no_answer", "refused", "failed", "right")),
        ("filter.", ("disagree", "only_a", "only_b", "both_wrong", "better_a", "better_b")),
        ("versus.why.", get_args(Apart)),
    ],
)
def test_every_name_that_is_put_together_has_words(stem: str, names: tuple[str, ...]) -> None:
    assert {stem + name for name in names} <= set(strings("en"))


def test_every_key_is_used() -> None:
    """By name, or by the stem of a name that is put together."""
    source = "".join(resource(f"templates/{n}.html.j2") for n in TEMPLATES)
    source += "".join(resource(f"static/{n}") for n in SCRIPTS)
    stems = set(re.findall(r"['\"`]([a-z.]+\.)(?:['\"]|\$\{)", source))
    unused = {key for key in strings("en") if f"{key}" not in source and not key.startswith(tuple(stems))}
    assert not unused


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_show_data_as_text_and_load_nothing_else(name: str) -> None:
    script = resource(f"static/{name}")
    assert script.count("\n") < 300
    for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch("):
        assert banned not in script
    assert not re.search(r"XMLHttpRequest|\bimport\b|WebSocket|sendBeacon", script)


def test_nothing_comes_from_elsewhere(demo_site: Path) -> None:
    for file in demo_site.rglob("*"):
        if file.suffix in (".html", ".css", ".js"):
            text = file.read_text("utf-8")
            for place in re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)|url\(([^)]*)\)|@import""", text):
                assert "//" not in "".join(place), (file.name, place)


def test_pages_hold_no_inline_script_and_no_inline_style(demo_site: Path) -> None:
    pages = list(demo_site.rglob("*.html"))
    boards = len(list((demo_site / "tasks").iterdir()))
    assert (boards, len(pages)) == (5, 3 + 3 * boards)
    for page in pages:
        text = page.read_text("utf-8")
        assert "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'" in text
        assert "unsafe" not in text
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", text)


def test_every_link_leads_to_a_file(demo_site: Path) -> None:
    for page in demo_site.rglob("*.html"):
        for link in re.findall(r'(?:src|href)="([^"#]+)', page.read_text("utf-8")):
            assert (page.parent / link).resolve().is_file(), (page.name, link)


def hostile_run(folder: Path) -> Path:
    made = card("hostile", "vqa", "exact_match", caveats=(HOSTILE,), licence=HOSTILE, citation=HOSTILE)
    items = [
        Item(
            sample=Sample(
                id=f"{HOSTILE}{i}",
                task="hostile",
                language="en",
                question=HOSTILE,
                target=Answer(text=HOSTILE),
                tags={"kind": HOSTILE},
                group=f"{i}",
            ),
            text=HOSTILE,
            answer=Answer(text=HOSTILE),
            detail={"rule": HOSTILE},
        )
        for i in range(3)
    ]
    return write_run(folder, HOSTILE, [(made, items)], ())


def test_hostile_names_are_text(tmp_path: Path) -> None:
    """Formats that are no markup hold them as they are, quoted; what a browser reads as markup never does."""
    site = build([hostile_run(tmp_path / "run")], tmp_path / "site", Asked(title=HOSTILE, figures=True)).parent
    markup = [file for file in site.rglob("*") if file.suffix in (".html", ".js", ".json", ".svg", ".tex")]
    assert {file.suffix for file in markup} == {".html", ".js", ".json", ".svg", ".tex"}
    whole = b"\n".join(file.read_bytes() for file in markup)
    assert b"<script>alert" not in whole
    assert b"<img src=x" not in whole
    assert b"</script>alert" not in whole
    rows = [c.attributes["data-value"] for c in cells(site / "index.html") if c.attributes.get("scope") == "row"]
    assert rows == [HOSTILE]
    with (site / "export" / "scores.csv").open(encoding="utf-8", newline="") as file:
        assert {row["model"] for row in csv.DictReader(file)} == {HOSTILE}


def test_numbers_read_as_printed() -> None:
    assert [shown(v) for v in (0.5, -0.25, None, 12.34567)] == ["0.500", "\u22120.250", "n/a", "12.346"]
