"""The tables in a real browser: opened from disk, sorted, in two languages, without scripts, on a phone."""

from pathlib import Path
from typing import Any

import pytest
from watching import Watched

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}


def models(page: Any, table: str = "table-vqa") -> list[str]:
    return page.locator(f"#{table} tbody th").evaluate_all("cells => cells.map(cell => cell.dataset.value)")


def test_every_page_opens_from_disk_and_stays_there(watched: Watched, demo_site: Path) -> None:
    for file in sorted(demo_site.rglob("*.html")):
        page = watched.open(file)
        assert page.locator("#problem").is_hidden()
    assert watched.wrong == []
    outside = [url for url in watched.requests if not url.startswith(demo_site.as_uri()) and url != "about:blank"]
    assert outside == []
    assert any("/data/" in url for url in watched.requests)


@pytest.mark.parametrize("watched", [PHONE, {"viewport": {"width": 1280, "height": 900}}], indirect=True)
def test_no_page_scrolls_sideways(watched: Watched, demo_site: Path) -> None:
    for file in sorted(demo_site.rglob("*.html")):
        page = watched.open(file)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), file.name


@pytest.mark.parametrize("watched", [PHONE], indirect=True)
def test_the_models_name_stays_in_view_on_a_phone(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "index.html")
    region = page.locator(".scroll").first
    before = page.locator("#table-vqa tbody th").first.bounding_box()
    region.evaluate("region => region.scrollLeft = 200")
    assert region.evaluate("region => region.scrollLeft") == 200
    assert page.locator("#table-vqa tbody th").first.bounding_box()["x"] == before["x"]


def values(page: Any, slug: str) -> list[float]:
    """The column's numbers from top to bottom, those of rows without one left out."""
    place = page.locator(f'th[data-slug="{slug}"]').evaluate("head => head.cellIndex")
    shown = page.locator(f'table:has(th[data-slug="{slug}"]) tbody tr').evaluate_all(
        "(rows, place) => rows.map(row => row.cells[place].querySelector('.value')?.textContent)", place
    )
    return [float(text) for text in shown if text]


def test_sorting_puts_the_best_on_top_and_turns_round(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "index.html")
    button = page.locator('#table-vqa button[data-key="made-vqa-zh"]')
    button.click()
    down = values(page, "made-vqa-zh")
    assert down == sorted(down, reverse=True)
    assert len(set(down)) > 1
    assert page.locator('#table-vqa th[aria-sort="descending"]').count() == 1
    assert button.evaluate("button => button.closest('th').getAttribute('aria-sort')") == "descending"
    button.click()
    up = values(page, "made-vqa-zh")
    assert up == sorted(up)
    assert button.evaluate("button => button.closest('th').getAttribute('aria-sort')") == "ascending"


def test_cells_without_a_value_stay_last_both_ways(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "index.html")
    button = page.locator('#table-vqa button[data-key="made-vqa-en/gain"]')
    for _ in range(2):
        button.click()
        assert models(page)[0] == "acme/vl-7b"


def test_sorting_by_keyboard_keeps_the_focus(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "index.html")
    button = page.locator('#table-vqa button[data-key="model"]')
    button.focus()
    page.keyboard.press("Enter")
    assert models(page) == sorted(models(page))
    assert page.evaluate("document.activeElement.dataset.key") == "model"


def test_the_order_stands_in_the_link(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "index.html")
    page.locator('#table-text-to-region button[data-key="made-find"]').click()  # it was sorted by it, best first
    order, link = models(page, "table-text-to-region"), page.evaluate("location.hash")
    again = watched.open(demo_site / "index.html", link)
    assert models(again, "table-text-to-region") == order
    assert order != models(watched.open(demo_site / "index.html"), "table-text-to-region")


def test_a_link_that_makes_no_sense_does_no_harm(watched: Watched, demo_site: Path) -> None:
    for link in ("#sort=nothing:at:all", "#sort=%", "#sort=table-vqa:model:sideways", "#%"):
        page = watched.open(demo_site / "index.html", link)
        assert page.locator("#table-vqa tbody tr").count() == 4
    assert watched.wrong == []


@pytest.mark.parametrize("watched", [{"java_script_enabled": False}], indirect=True)
def test_tables_need_no_script(watched: Watched, demo_site: Path) -> None:
    page = watched.page
    page.goto((demo_site / "index.html").as_uri())
    assert page.locator("#table-vqa tbody tr").count() == 4
    assert page.get_by_text("Gain over blind", exact=True).is_visible()
    assert page.locator("#language").is_hidden()
    page.goto((demo_site / "samples" / "made-find.html").as_uri())
    assert page.locator("noscript p").is_visible()


def test_the_interface_speaks_chinese_and_remembers_it(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "index.html")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator("#language").click()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator("h2#vqa").inner_text() == "视觉问答"
    assert page.locator("#language").inner_text() == "English"
    page = watched.open(demo_site / "samples" / "made-find.html")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert "第 1 个" in page.locator("#position").inner_text()
    assert page.get_by_text("参考答案").is_visible()
    left = page.locator("[data-i18n]").evaluate_all(
        """places => places.filter(place => place.textContent && !/[\\u4e00-\\u9fff]/.test(place.textContent))
                           .map(place => place.dataset.i18n)"""
    )
    assert left == []
    page.locator("#language").click()
    assert page.get_by_text("Reference", exact=True).is_visible()
    assert watched.wrong == []


@pytest.mark.parametrize("watched", [{"locale": "zh-CN"}], indirect=True)
def test_a_chinese_browser_is_greeted_in_chinese(watched: Watched, demo_site: Path) -> None:
    assert "个模型" in watched.open(demo_site / "index.html").locator(".lede").inner_text()


@pytest.mark.parametrize("watched", [{"color_scheme": "dark"}], indirect=True)
def test_colours_follow_the_system_and_the_button(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "index.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.locator("#theme").click()
    light = page.evaluate(ground)
    assert dark != light
    page.locator("#theme").click()
    assert page.evaluate(ground) == dark
    page.locator("#theme").click()
    assert page.locator("#theme").inner_text() == "Auto"


def test_a_script_that_is_missing_is_told(watched: Watched, broken: Path) -> None:
    next((broken / "assets").glob("table.*.js")).unlink()
    page = watched.open(broken / "index.html")
    banner = page.locator("#problem")
    assert banner.is_visible()
    assert "table." in banner.inner_text()


def test_missing_words_of_the_interface_are_told(watched: Watched, broken: Path) -> None:
    next((broken / "assets").glob("i18n.*.js")).unlink()
    assert "could not be loaded" in watched.open(broken / "index.html").locator("#problem").inner_text()
