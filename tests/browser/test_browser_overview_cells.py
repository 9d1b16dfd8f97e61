"""The overview's cells in a real browser: copies, words in two languages, whiskers, no scripts, access, size."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from made_overview import big_site, write_page
from made_runs import write_run
from reading_overview import models, shown
from test_site_build import CARD, items
from watching import Watched

from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.site import Site

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
DARK = {"color_scheme": "dark"}
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "a|b `c` <script>alert(1)</script> [x](javascript:y) *z*",
    'say "hi", you',
    "+1\u202ex",
)


@pytest.fixture(scope="module")
def made() -> Site:
    return big_site(12, 10, seed=4, missing=0.15)


@pytest.fixture(scope="module")
def index(made: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(made, tmp_path_factory.mktemp("overview") / "site")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    runs = [write_run(folder / f"{i}", name, [(CARD, items(i + 2))], ()) for i, name in enumerate(HOSTILE)]
    return build(runs, folder / "site", Asked(title="T"))


def copied(page: Any, selector: str) -> str:
    """What the window holds, in a browser that gives no clipboard."""
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })")
    page.locator(selector).first.click()
    page.wait_for_selector("#copied[open]")
    assert page.evaluate(
        """() => {
            const area = document.getElementById("copied-text");
            return area.selectionEnd - area.selectionStart === area.value.length;
        }"""
    )
    text: str = page.evaluate("document.getElementById('copied-text').value")
    page.keyboard.press("Escape")
    assert page.evaluate(f"document.activeElement === document.querySelector('{selector}')")
    return text


def test_a_table_is_copied_as_csv_as_it_is_shown(watched: Watched, made: Site, index: Path) -> None:
    page = watched.open(index, "#hide=task-00,task-01,task-02&weights=open&sort=table-vqa:task-04:descending")
    head, *rows = csv.reader(io.StringIO(copied(page, '[data-copy="csv"]'), newline=""))
    assert [row[0] for row in rows] == models(page)
    assert head[1:7] == [f"task-03 {name}" for name in ("exact_match", "low", "high", "rank_best", "rank_worst", "n")]
    assert not any(name.startswith("task-02") for name in head)
    boards = {board.key: board for board in made.boards}
    for row in rows:
        told = dict(zip(head, row, strict=True))
        cell = boards["task-04"].cell((row[0], "none"))
        if cell is None:
            assert told["task-04 exact_match"] == told["task-04 n"] == told["task-04 gain"] == ""
            continue
        metric, status, gain = (
            cell.metrics["exact_match"],
            cell.result["status"],
            made.standings["task-04"].gains[cell.row],
        )
        assert told["task-04 exact_match"] == f"{metric['value']:.3f}"
        assert told["task-04 low"] == f"{metric['low']:.3f}"
        assert told["task-04 n"] == "400"
        assert not isinstance(gain, str)
        assert float(told["task-04 gain"]) == pytest.approx(gain.value, abs=5.1e-4)
        assert float(told["task-04 gain_low"]) == pytest.approx(gain.low, abs=5.1e-4)
        for name in ("no_answer", "failed", "refused"):
            assert told[f"task-04 {name}_percent"] == f"{100 * status[name] / 400:.1f}"
        rank = shown(page)[f"{row[0]} task-04"]["rank"].partition(" · ")[0].removeprefix("rank ").split("–")
        assert [told["task-04 rank_best"], told["task-04 rank_worst"]] == [rank[0], rank[-1]]


def test_hostile_names_stay_cells(watched: Watched, hostile: Path) -> None:
    page = watched.open(hostile)
    rows = list(csv.reader(io.StringIO(copied(page, '[data-copy="csv"]'), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    names = {row[0] for row in rows[1:]}
    assert names == {f"'{name}" if name[0] in "=+-@" else name for name in HOSTILE}
    lines = copied(page, '[data-copy="markdown"]').splitlines()
    assert len(lines) == 2 + len(HOSTILE)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}
    assert not any(re.search(r"(?<!\\)[<`\[*]", line.split(" | ")[0].removeprefix("| ")) for line in lines[2:])
    assert watched.wrong == []


def test_the_clipboard_is_used_where_it_is_given(watched: Watched, index: Path) -> None:
    page = watched.open(index, "#weights=open")
    page.evaluate("""Object.defineProperty(navigator, "clipboard", {
        value: { writeText: async (text) => { window.told = text; } } })""")
    page.locator("#link").click()
    page.wait_for_function("window.told !== undefined")
    assert page.evaluate("window.told") == page.url
    assert page.locator("#copied").is_hidden()
    assert page.locator("#shown").inner_text() == "Copied."


def test_cells_speak_chinese_and_english_again(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "index.html")
    before = shown(page)
    page.locator("#language").click()
    for cell in shown(page).values():
        assert re.search(r"名次 [\d–]+ · n 30", cell["text"])
        assert not re.search(r"rank|gain|answer|failed|refused|interval|control", cell["text"])
    page.locator("#baselines").uncheck()  # ranks that are counted now are told in Chinese too
    assert "名次" in next(iter(shown(page).values()))["rank"]
    page.locator("#baselines").check()
    page.locator("#language").click()
    assert shown(page) == before


def test_whiskers_stand_where_the_numbers_are(watched: Watched, made: Site, index: Path) -> None:
    page = watched.open(index)
    head = page.locator('th[data-slug="task-00"]')
    low, high = (float(head.get_attribute(f"data-{end}")) for end in ("low", "high"))
    board = next(board for board in made.boards if board.key == "task-00")
    checked = 0
    for row in page.locator("#table-vqa tbody tr").all():
        cell = board.cell((row.locator("th").get_attribute("data-value"), "none"))
        if cell is None:
            continue
        row.scroll_into_view_if_needed()
        place = row.locator("td").nth(head.evaluate("head => head.cellIndex") - 1)
        page.wait_for_function("cell => cell.classList.contains('drawn')", arg=place.element_handle())
        sizes, positions = place.evaluate(
            "cell => [getComputedStyle(cell).backgroundSize, getComputedStyle(cell).backgroundPosition]"
        )
        at, start, width = (float(text.split("%")[0]) for text in (*positions.split(", ")[:2], sizes.split(", ")[1]))
        metric = cell.metrics["exact_match"]
        wanted = [100 * (metric[end] - low) / (high - low) for end in ("value", "low", "high")]
        assert at == pytest.approx(wanted[0], abs=0.06)
        # A percentage places what is left beside the line, not its start.
        assert start * (100 - width) / 100 == pytest.approx(wanted[1], abs=0.06)
        assert width == pytest.approx(wanted[2] - wanted[1], abs=0.11)
        checked += 1
    assert checked > 5


def test_a_key_press_sorts_and_keeps_the_focus(watched: Watched, index: Path) -> None:
    page = watched.open(index)
    page.locator('#table-vqa button[data-key="task-01/gain"]').focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.key") == "task-01/gain"
    assert page.locator("#table-vqa th[aria-sort]").get_attribute("data-slug") == "task-01"


@pytest.mark.parametrize("watched", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_every_number_is_there(watched: Watched, index: Path) -> None:
    page = watched.page
    page.goto(index.as_uri())
    assert page.locator("#filters").is_hidden()
    assert page.locator("#jump").is_visible()
    for line in ("value", "interval", "ranks", "gain", "statuses"):
        assert page.locator(f"#table-vqa td .{line}, #table-vqa td.{line}").first.is_visible()


@pytest.mark.parametrize("watched", [{}, DARK, PHONE, {"locale": "zh-CN"}], indirect=True)
def test_axe_finds_nothing(watched: Watched, index: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = watched.page
    page.goto(index.as_uri())
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag22aa", "best-practice"]}
    for step in (
        lambda: None,
        lambda: page.locator("#columns summary").click(),
        lambda: page.locator("#weights").select_option("open"),
    ):
        step()
        found = axe.run(page, options=options).response["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found] == []


def test_many_models_answer_at_once(watched: Watched, tmp_path: Path) -> None:
    """50 models by 30 columns: every table filters and sorts whole."""
    site = big_site(50, 30)
    page = watched.open(write_page(site, tmp_path / "site"), "#weights=open&language=en")
    assert "17 of 50 models" in page.locator("#shown").inner_text()
    page.locator("#table-vqa button.sort").nth(2).click()
    assert page.locator("#table-vqa th[aria-sort]").count() == 1
    assert len(models(page)) == 17
    assert watched.wrong == []
