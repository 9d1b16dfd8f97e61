"""Model against model in a real browser: numbers as in the standing, flips as in the runs."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from looking import PHONE, axe, until
from made_runs import Item, boards_of, card, write_run
from watching import Watched

from medgauge.types import Answer, Sample
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.standing import Difference, standing

pytestmark = pytest.mark.browser
PAIR = "#a=acme-vl-7b&b=baseline-vision"
WORD = {"better": "A better", "worse": "A worse", "inseparable": "not separable"}


def opened(watched: Watched, site: Path, link: str = "") -> Any:
    page = watched.open(site / "versus.html", link)
    page.wait_for_selector("#comparisons table, #problem:not([hidden]), #versus:not([hidden])")
    page.wait_for_timeout(60)
    return page


def lines(page: Any) -> dict[str, list[str]]:
    """Task to the words of its cells."""
    rows = page.locator("table.versus tbody tr").evaluate_all(
        "rows => rows.map(r => [r.dataset.task, [...r.cells].map(c => c.innerText)])"
    )
    return dict(rows)


def expected(found: Difference) -> list[str]:
    def number(value: float) -> str:
        return f"{value:+.3f}".replace("+0.000", "0.000").replace("-0.000", "0.000").replace("-", "\u2212")

    assert found.low is not None
    assert found.high is not None
    word = "better" if found.better else "worse" if found.worse else "inseparable"
    return [
        f"{number(found.value)}\n[{number(found.low)}, {number(found.high)}]",
        WORD[word],
        f"{found.outcomes.wins} / {found.outcomes.losses} / {found.outcomes.ties}",
    ]


def test_every_number_is_the_standings(watched: Watched, demo_site: Path) -> None:
    page = opened(watched, demo_site, PAIR)
    seen = lines(page)
    runs = [demo_site.parent / f"run-{i}" for i in range(4)] + [demo_site.parent / "run-control"]
    boards = {board.key.replace("/", "-"): board for board in boards_of(runs)}
    assert set(seen) == set(boards)
    for slug, cells in seen.items():
        found = standing(boards[slug]).differences[("acme/vl-7b", "none"), ("baseline/vision", "none")]
        difference, verdict, counts = expected(found)
        assert cells[1].strip() == difference
        assert cells[3].endswith(verdict)
        assert cells[4].startswith(counts)
        assert found.p_adjusted is not None
        for text, p in ((cells[5], found.p), (cells[6], found.p_adjusted)):
            assert float(text.removeprefix("<")) == pytest.approx(p, abs=5.1e-4)
        one = boards[slug].cell(("acme/vl-7b", "none"))
        assert one is not None
        assert cells[7].startswith(f"{one.metrics[one.primary]['value']:.3f}")
    assert watched.wrong == []


def test_the_plot_stands_where_the_numbers_say(watched: Watched, demo_site: Path) -> None:
    page = opened(watched, demo_site, PAIR)
    shapes = page.locator("table.versus tbody tr").evaluate_all(
        """rows => rows.map(row => {
            const at = (name) => row.querySelector('.diverging ' + name).getBoundingClientRect();
            const zero = at('.zero'), point = at('.point'), range = at('.range');
            return [row.cells[1].innerText, zero.x + zero.width / 2, point.x + point.width / 2, range.left, range.right,
                    row.querySelector('.plot .under').innerText]; })"""
    )
    for text, zero, point, left, right, end in shapes:
        numbers = [float(x.replace("\u2212", "-")) for x in re.findall(r"[+\u2212]?\d\.\d{3}", text)]
        scale = (140 / 2 - 8) / float(end.removeprefix("± "))
        assert point - zero == pytest.approx(numbers[0] * scale, abs=1)
        assert left - zero == pytest.approx(numbers[1] * scale, abs=1.5)
        assert right - zero == pytest.approx(numbers[2] * scale, abs=1.5)


def test_choice_order_and_task_stand_in_the_link(watched: Watched, demo_site: Path) -> None:
    page = opened(watched, demo_site)
    page.locator("#row-a").select_option("baseline-prior")
    page.locator("#row-b").select_option("acme-vl-7b")
    until(page, "location.hash.startsWith('#a=baseline-prior&b=acme-vl-7b')")
    head = page.locator('button[data-sort="versus.difference"]')
    head.click()
    until(page, "location.hash.includes('sort=down')")
    differences = [float(cells[1].split("\n")[0].replace("\u2212", "-")) for cells in lines(page).values()]
    assert differences == sorted(differences, reverse=True)
    assert page.evaluate("document.activeElement.dataset.sort") == "versus.difference"
    assert page.locator("th[aria-sort=descending]").count() == 1
    head.click()
    until(page, "location.hash.includes('sort=up')")
    task = next(iter(lines(page)))
    page.locator("button.flip").first.click()
    until(page, f"location.hash.includes('task={task}')")
    assert page.evaluate("document.activeElement.id") == "flips-name"
    link, before = page.evaluate("location.hash"), lines(page)
    again = opened(watched, demo_site, link)
    assert lines(again) == before
    assert again.locator("#task").input_value() == task
    again.locator("#swap").click()
    until(again, "location.hash.startsWith('#a=acme-vl-7b&b=baseline-prior')")
    swapped = lines(again)
    for slug, cells in before.items():
        wins, losses, ties = re.findall(r"\d+", cells[4].split("\n")[0])
        assert swapped[slug][4].split("\n")[0] == f"{losses} / {wins} / {ties}"


def test_what_a_link_names_wrongly_does_no_harm(watched: Watched, demo_site: Path) -> None:
    page = opened(watched, demo_site, "#a=nobody&b=__proto__&task=constructor&sort=x&%E0%A4%A")
    assert lines(page)
    assert page.locator("#flips").is_hidden()
    page.evaluate("location.hash = '#a=baseline-vision&b=baseline-prior&task=made-vqa-zh'")
    page.wait_for_selector("#flips:not([hidden])")
    assert page.locator("#row-a").input_value() == "baseline-vision"
    page.evaluate("location.hash = '#a=baseline-vision&b=baseline-vision'")
    until(page, "document.getElementById('summary').textContent.includes('two different')")
    assert page.locator("table").count() == 0
    assert watched.wrong == []


def test_a_model_against_its_blind_run_is_not_adjusted(watched: Watched, demo_site: Path) -> None:
    page = opened(watched, demo_site, "#a=acme-vl-7b&b=acme-vl-7b-control-blind")
    assert all(cells[6] == "not adjusted" for cells in lines(page).values())
    assert page.locator("#row-b option:checked").inner_text() == "acme/vl-7b · control: blind"


def test_what_cannot_be_compared_says_why_and_comes_last(watched: Watched, tmp_path: Path) -> None:
    site = apart_site(tmp_path)
    page = opened(watched, site, "#a=a&b=b&sort=down")
    seen = lines(page)
    assert list(seen) == ["near", "far"]
    assert "not comparable: they did not answer the same samples." in seen["far"][1]
    assert "not comparable on 1 tasks" in page.locator("#summary").inner_text()
    page = opened(watched, site, "#a=a&b=b&task=far")
    assert "did not answer the same samples" in page.locator("#flips").inner_text()


def apart_site(folder: Path) -> Path:
    runs = []
    for model, n in (("a", 12), ("b", 11)):
        tasks = []
        for name, count in (("far", n), ("near", 12)):
            made = replace(card(name, "vqa", "exact_match"), publish="references")
            items = [
                Item(
                    sample=Sample(
                        id=f"{i}", task=name, language="en", question="?", target=Answer(text="a"), group=f"{i}"
                    ),
                    text="a",
                    answer=Answer(text="a" if i % 2 or model == "a" else "b"),
                )
                for i in range(count)
            ]
            tasks.append((made, items))
        runs.append(write_run(folder / model, model, tasks, ()))
    return build(runs, folder / "site", Asked(title="T")).parent


@pytest.mark.parametrize(
    ("lost", "how"),
    [
        ("versus.js", "gone"),
        ("versus/row.acme-vl-7b.js", "gone"),
        ("made-find/scales.js", "gone"),
        ("made-find/names.js", "cut"),
        ("made-find/acme-vl-7b/scores.js", "changed"),
        ("made-find/baseline-vision/scores.js", "short"),
    ],
)
def test_data_that_do_not_come_are_told(watched: Watched, broken: Path, lost: str, how: str) -> None:
    file = broken / "data" / lost
    text = file.read_text("utf-8")
    if how == "gone":
        file.unlink()
    elif how == "short":
        other = (broken / "data/made-vqa-en/names.js").read_text("utf-8")
        file.write_text(text.split(", ")[0] + ", " + other.split(", ", 1)[1], "utf-8")
    else:
        file.write_text(text[:-20] if how == "cut" else text[:-30] + text[-30:].swapcase(), "utf-8")
    page = opened(watched, broken, f"{PAIR}&task=made-find")
    page.wait_for_selector("#problem:not([hidden])")
    assert lost in page.locator("#problem").inner_text()
    assert page.locator("#flips .flipped").count() == 0


def test_chinese_interface(watched: Watched, demo_site: Path) -> None:
    page = opened(watched, demo_site, f"{PAIR}&task=made-find")
    page.locator("#language").click()
    until(page, "document.querySelector('table.versus thead').textContent.includes('结论')")
    text = page.locator("main").inner_text()
    assert "versus." not in text
    assert not re.search(r"\b(better|separable|Verdict|Sample)\b", text)


@pytest.mark.parametrize("watched", [{"color_scheme": "light"}, {"color_scheme": "dark"}, PHONE], indirect=True)
def test_no_rule_of_accessibility_is_broken(watched: Watched, demo_site: Path) -> None:
    for link in (PAIR, f"{PAIR}&task=made-find&sort=up"):
        page = opened(watched, demo_site, link)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_there_is_a_note(browser: Any, demo_site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((demo_site / "versus.html").as_uri())
    assert page.locator("noscript p").is_visible()
    context.close()
