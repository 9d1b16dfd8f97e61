"""The task and method pages in a real browser: pairs, plots, folded tables, both languages, and axe."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from watching import Watched

pytestmark = pytest.mark.browser
PAGES = ("tasks/made-vqa-en.html", "tasks/made-find.html", "methods/made-vqa-en.html", "method.html")
PHONE = {"viewport": {"width": 390, "height": 844}}
DARK = {"color_scheme": "dark"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PLACES = """rows => rows.map(row => {
  const box = place => row.querySelector(place)?.getBoundingClientRect();
  const svg = box('.plot'), range = box('.range'), mark = box('.mark-at > *');
  return { left: svg.left, width: svg.width, low: range?.left, high: range?.right,
           at: mark && (mark.left + mark.right) / 2, text: row.querySelector('.plotted + td').textContent };
})"""


@pytest.mark.parametrize("watched", [{}, DARK, PHONE, {"locale": "zh-CN"}], indirect=True)
def test_axe_finds_nothing(watched: Watched, demo_site: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the axe-playwright-python package")
    for name in PAGES:
        page = watched.open(demo_site / name)
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        found = axe.Axe().run(page, options={"runOnly": RULES, "preload": False}).response
        assert len(found["passes"]) > 10
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []


@pytest.mark.parametrize("watched", [{}, PHONE], indirect=True)
def test_marks_stand_where_the_numbers_say(watched: Watched, demo_site: Path) -> None:
    """Within one CSS pixel of the place on the axis, at two widths."""
    page = watched.open(demo_site / "tasks" / "made-vqa-en.html")
    ticks = page.locator("#table-plot .axis text").evaluate_all("marks => marks.map(mark => Number(mark.textContent))")
    rows = page.locator("#table-plot tbody tr").evaluate_all(PLACES)
    assert len(rows) == 5
    for row in rows:
        value, low, high = (float(part.strip("[], ")) for part in row["text"].replace("[", " [").split())

        def at(number: float, row: Any = row) -> float:
            return float(row["left"] + row["width"] * (number - ticks[0]) / (ticks[-1] - ticks[0]))

        assert abs(row["at"] - at(value)) <= 1
        assert abs(row["low"] - at(low)) <= 1
        assert abs(row["high"] - at(high)) <= 1


def test_every_pair_leads_to_its_comparison(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "tasks" / "made-vqa-en.html")
    links = page.locator("#matrix td a")
    assert links.count() == 12
    first = links.first
    href = first.get_attribute("href")
    target, _, hash = href.partition("#")
    assert (demo_site / "tasks" / target).resolve() == demo_site.resolve() / "versus.html"
    slugs = page.locator("#matrix tbody th").evaluate_all("heads => heads.map(head => head.dataset.row)")
    assert parse_qs(hash) == {"a": [slugs[0]], "b": [slugs[1]], "task": ["made-vqa-en"]}
    for slug in slugs:
        assert (demo_site / "data" / "versus" / f"row.{slug}.js").is_file()
    named = first.get_attribute("aria-label")
    assert named.startswith("acme/vl-7b minus baseline/vision: +0.")
    assert "not separable, p " in named
    page.locator("#language").click()
    assert first.get_attribute("aria-label").startswith("acme/vl-7b 减 baseline/vision：+0.")
    assert watched.wrong == []


def test_arrows_move_between_pairs_and_one_takes_the_tab_key(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "tasks" / "made-vqa-en.html")
    assert page.locator('#matrix a[tabindex="0"]').count() == 1
    page.locator('#matrix a[tabindex="0"]').focus()
    place = "[document.activeElement.closest('tr').sectionRowIndex, document.activeElement.closest('td').cellIndex]"
    assert page.evaluate(place) == [0, 2]
    for key, expected in (
        ("ArrowRight", [0, 3]),
        ("ArrowDown", [1, 3]),
        ("ArrowDown", [3, 3]),  # over the diagonal
        ("ArrowLeft", [3, 2]),
        ("ArrowDown", [3, 2]),
    ):
        page.keyboard.press(key)
        assert page.evaluate(place) == expected
    assert page.locator('#matrix a[tabindex="0"]').count() == 1
    assert page.evaluate("document.activeElement.tabIndex") == 0


def test_the_first_column_and_the_heads_stay_in_view(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "tasks" / "made-vqa-en.html")
    page.set_viewport_size({"width": 390, "height": 300})
    region = page.locator(".scroll.tall").first
    head, name = region.locator("thead th").nth(1), region.locator("tbody th").first
    before = (name.bounding_box()["x"], head.bounding_box()["y"] - region.bounding_box()["y"])
    region.evaluate("region => { region.scrollLeft = 30; region.scrollTop = 40; }")
    assert region.evaluate("region => [region.scrollLeft, region.scrollTop]") == [30, 40]
    assert name.bounding_box()["x"] == before[0]
    assert abs(head.bounding_box()["y"] - region.bounding_box()["y"] - before[1]) <= 1


def test_a_link_opens_what_hides_its_place(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "tasks" / "made-find.html", "#spread")
    assert page.locator("details:has(#spread)").evaluate("part => part.open")
    for link in ("#%", "#nothing", "#sort=table-rest", "#a=%E0&b"):
        watched.open(demo_site / "tasks" / "made-find.html", link)
    assert watched.wrong == []


@pytest.mark.parametrize("watched", [{"java_script_enabled": False}], indirect=True)
def test_the_pages_are_whole_without_scripts(watched: Watched, demo_site: Path) -> None:
    page = watched.page
    page.goto((demo_site / "tasks" / "made-vqa-en.html").as_uri())
    assert page.locator("#matrix tbody tr").count() == 4
    assert "p " in page.locator("#matrix td small").first.inner_text()
    assert page.get_by_text("arrow keys move").is_hidden()
    page.goto((demo_site / "methods" / "made-vqa-en.html").as_uri())
    page.locator("details.run summary").first.click()
    assert page.locator("details.run pre").first.is_visible()


@pytest.mark.parametrize("watched", [{"locale": "zh-CN"}], indirect=True)
def test_nothing_of_the_interface_stays_english(watched: Watched, demo_site: Path) -> None:
    for name in PAGES:
        page = watched.open(demo_site / name)
        left = page.locator("[data-i18n]").evaluate_all(
            """places => places.filter(place => place.textContent && !/[\\u4e00-\\u9fff]/.test(place.textContent))
                               .map(place => place.dataset.i18n)"""
        )
        assert left == []
        assert "{" not in page.locator("main").inner_text().replace("{{", "")


def test_sorting_a_metric_keeps_rows_whole(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "tasks" / "made-vqa-en.html")
    button = page.locator('#table-metrics button[data-key="token_f1"]')
    button.click()
    values = page.locator('#table-metrics td[data-metric="token_f1"]').evaluate_all(
        "cells => cells.map(cell => Number(cell.dataset.value))"
    )
    assert values == sorted(values, reverse=True)
    assert button.evaluate("button => button.closest('th').getAttribute('aria-sort')") == "descending"
    for row in page.locator("#table-metrics tbody tr").all():
        model = row.locator("th").get_attribute("data-value")
        assert {cell.get_attribute("data-model") for cell in row.locator("td[data-model]").all()} == {model}
