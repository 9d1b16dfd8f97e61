"""The sample view under attack and in pieces: hostile words, data that do not come, words without end."""

import json
from pathlib import Path
from typing import Any

import pytest
from looking import until
from made_runs import Item, card, write_run
from watching import Watched

from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.site.build import Asked, build

pytestmark = pytest.mark.browser
FIND = "samples/made-find.html"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "closing": "</script><script>alert(2)</script>",
    "handler": "<img src=x onerror=alert(3)>",
    "link": "[click](javascript:alert(4)) <a href='javascript:alert(5)'>x</a>",
    "direction": "left \u202eright-to-left\u202c \u0645\u0631\u062d\u0628\u0627",
    "emoji": "\U0001f9e0\u200d\U0001fa7b \U0001f1e8\U0001f1f3",
    "escapes": "\x1b[31mred\x1b[0m\x00\x07",
    "lines": "a\u2028b\u2029c\r\nd",
    "template": "{{ 7 * 7 }} ${7 * 7} %s </pre></article>",
}


def name(page: Any) -> str:
    return page.locator("#sample-name").inner_text()


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    made = card("hostile", "vqa", "token_f1", publish="references", caveats=tuple(HOSTILE.values()))
    items = [
        Item(
            sample=Sample(
                id=f"{kind} {text}",
                task="hostile",
                language="en",
                question=text,
                choices=(text,),
                target=Answer(text=text, boxes=(Box(xyxy=(1, 1, 5, 5), label=text),)),
                tags={"kind": text},
                group=kind,
            ),
            text=text,
            answer=Answer(text=text, boxes=(Box(xyxy=(1, 1, 5, 5), label=text),)),
            detail={"rule": text, "span": [text]},
        )
        for kind, text in HOSTILE.items()
    ]
    runs = [
        write_run(folder / f"run{i}", text, [(made, items)], ()) for i, text in enumerate(list(HOSTILE.values())[:4])
    ]
    return build(runs, folder / "site", Asked(title=HOSTILE["closing"])).parent


def test_hostile_words_are_shown_as_they_are(watched: Watched, hostile_site: Path) -> None:
    watched.open(hostile_site / "index.html")
    watched.open(hostile_site / "tasks" / "hostile.html")
    watched.open(hostile_site / "versus.html", "#task=hostile")
    names = watched.page.locator("#row-a option").evaluate_all("all => all.map(o => o.textContent)")
    assert set(names) == set(list(HOSTILE.values())[:4])
    page = watched.open(hostile_site / "samples" / "hostile.html")
    page.locator("#row-b").select_option(index=2)
    for i, (kind, text) in enumerate(HOSTILE.items()):
        until(page, f"document.getElementById('sample-name').textContent.startsWith('Sample {kind}')")
        shown = page.evaluate("document.querySelector('pre.words').textContent")
        assert shown == text
        assert page.evaluate("document.querySelector('#question .words').textContent") == text
        assert page.evaluate("document.querySelector('.boxlist td').textContent") == text
        assert f"kind: {text}" in page.evaluate("document.getElementById('tags').textContent")
        if i + 1 < len(HOSTILE):
            page.keyboard.press("j")
    assert (
        page.evaluate("[...document.querySelectorAll('main script, main a[href^=javascript], main img')].length") == 0
    )
    assert watched.wrong == []


def test_hostile_slices_words_and_differences_are_text(watched: Watched, hostile_site: Path) -> None:
    page = watched.open(hostile_site / "samples" / "hostile.html")
    labels = page.locator("#slice optgroup option").evaluate_all("all => all.map(o => o.textContent)")
    assert sorted(labels) == sorted(f"{text} (1)" for text in HOSTILE.values())
    page.locator("#words").fill("</script>")
    until(page, "document.getElementById('position').textContent === '1 of 2'")
    link = page.evaluate("location.hash")
    assert watched.open(hostile_site / "samples" / "hostile.html", link).locator("#words").input_value() == "</script>"
    for text in HOSTILE.values():
        made = page.evaluate(
            "([a, b]) => MedGauge.diffView(a, b, 'en').at(-1).querySelectorAll('script, img, a, pre').length",
            [text, f"{text} {HOSTILE['handler']}"],
        )
        assert made == 0
    assert watched.wrong == []


def test_a_hostile_id_can_be_linked_to(watched: Watched, hostile_site: Path) -> None:
    page = watched.open(hostile_site / "samples" / "hostile.html")
    page.keyboard.press("j")
    until(page, "document.getElementById('sample-name').textContent.startsWith('Sample closing')")
    link = page.evaluate("location.hash")
    again = watched.open(hostile_site / "samples" / "hostile.html", link)
    assert name(again).startswith("Sample closing")
    assert again.locator("#problem").is_hidden()


@pytest.mark.parametrize(
    ("lost", "how"),
    [
        ("data/made-find/board.js", "gone"),
        ("data/made-find/board.js", "cut"),
        ("data/made-find/0.js", "gone"),
        ("data/made-find/acme-vl-7b/index.js", "gone"),
        ("data/made-find/acme-vl-7b/0.js", "cut"),
        ("data/made-find/acme-vl-7b/0.js", "empty"),
    ],
)
def test_data_that_do_not_come_are_told(watched: Watched, broken: Path, lost: str, how: str) -> None:
    file = broken / lost
    if how == "gone":
        file.unlink()
    else:
        file.write_text(file.read_text("utf-8")[:-20] if how == "cut" else "", "utf-8")
    page = watched.open(broken / FIND)
    page.wait_for_selector("#problem:not([hidden])")
    assert lost.removeprefix("data/") in page.locator("#problem").inner_text()
    assert page.locator("#sample").is_hidden()


def test_a_picture_that_does_not_come_is_told(watched: Watched, broken: Path) -> None:
    for file in (broken / "media").iterdir():
        file.unlink()
    page = watched.open(broken / FIND)
    page.wait_for_selector("#problem:not([hidden])")
    assert ".webp" in page.locator("#problem").inner_text()


def test_long_words_are_cut_and_say_so(watched: Watched, tmp_path: Path) -> None:
    made = card("long", "vqa", "exact_match", publish="references")
    text = "肺" * 1_000_000
    sample = Sample(id="1", task="long", language="en", question="?", target=Answer(text="a"), group="1")
    run = write_run(tmp_path / "run", "m", [(made, [Item(sample=sample, text=text, answer=Answer(text="b"))])], ())
    site = build([run], tmp_path / "site", Asked(title="T")).parent
    page = watched.open(site / "samples" / "long.html")
    assert page.locator("pre.words").text_content() == text[:20_000]
    assert "The first 20000 of 1000000 characters." in page.locator("#answers").inner_text()
    assert json.dumps(text[:20_001], ensure_ascii=False)[1:-1] not in (site / "data/long/m/0.js").read_text("utf-8")
