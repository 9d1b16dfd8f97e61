"""The overview in a real browser: filters, ranks among what is shown, orders, and links that bring it all back."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_overview import big_site, write_page
from reading_overview import models, shown
from watching import Watched

from medgauge_leaderboards.site.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made() -> Site:
    return big_site(12, 10, seed=4, missing=0.15)


@pytest.fixture(scope="module")
def index(made: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(made, tmp_path_factory.mktemp("overview") / "site")


def about_of(site: Site) -> dict[str, Any]:
    return {cell.row[0]: cell.run.about for board in site.boards for cell in board.cells}


def size_of(parameters: float | None) -> str:
    if parameters is None:
        return "unknown"
    return next((name for end, name in ((4, "4"), (10, "10"), (30, "30")) if parameters <= end), "more")


KEEPS: dict[str, Callable[[str, Any], bool]] = {
    "#size=10": lambda _, about: size_of(about.parameters) == "10",
    "#size=unknown": lambda _, about: about.parameters is None,
    "#weights=open": lambda _, about: about.open_weights is True,
    "#weights=unknown": lambda _, about: about.open_weights is None,
    "#q=LAB2": lambda name, _: "lab2" in name,
    "#baselines=0": lambda name, _: not name.startswith("baseline/"),
    "#weights=closed&q=lab&baselines=0": lambda name, about: about.open_weights is False and "lab" in name,
}


@pytest.mark.parametrize("link", KEEPS)
def test_ranks_are_counted_among_the_models_shown(watched: Watched, made: Site, index: Path, link: str) -> None:
    found = shown(watched.open(index, link))
    about = about_of(made)
    keep = {name for name in about if KEEPS[link](name, about[name])}
    assert 0 < len(keep) < len(about)
    assert {key.split(" ")[0] for key in found} == keep
    for board in made.boards:
        standing, rows = made.standings[board.key], [cell.row for cell in board.cells if cell.row[0] in keep]
        for row in rows:
            against = [standing.differences[row, other] for other in rows if other != row]
            best, worst = 1 + sum(d.worse for d in against), len(rows) - sum(d.better for d in against)
            cell = found[f"{row[0]} {made.slugs[board.key]}"]
            assert cell["rank"] == f"rank {best if best == worst else f'{best}–{worst}'} · n 400"
            assert cell["top"] == (best == 1 and len(rows) > 1)


@pytest.mark.parametrize(
    ("link", "keeps"),
    [
        ("#language=zh", lambda card: card.languages == ("zh",)),
        ("#modality=ct", lambda card: "ct" in card.modality),
        ("#modality=mri&language=en", lambda card: "mri" in card.modality and card.languages == ("en",)),
        ("#family=text-to-region", lambda card: card.family == "text-to-region"),
        ("#hide=task-00,task-05", lambda card: card.name not in ("task-00", "task-05")),
    ],
)
def test_columns_are_filtered(
    watched: Watched, made: Site, index: Path, link: str, keeps: Callable[[Any], bool]
) -> None:
    page = watched.open(index, link)
    wanted = {made.slugs[board.key] for board in made.boards if keeps(board.card)}
    assert {key.split(" ")[1] for key in shown(page)} == wanted
    assert f"{len(wanted)} of 10 columns" in page.locator("#shown").inner_text()


def test_only_models_complete_on_the_columns_shown(watched: Watched, made: Site, index: Path) -> None:
    page = watched.open(index, "#complete=1&hide=task-01,task-02")
    hidden = {"task-01", "task-02"}
    own = [board for board in made.boards if board.card and board.card.family == "vqa" and board.key not in hidden]
    complete = set.intersection(*({cell.row[0] for cell in board.cells} for board in own))
    everyone = set.union(*({cell.row[0] for cell in board.cells} for board in own))
    assert 0 < len(complete) < len(everyone)
    assert set(models(page)) == complete


def test_a_filter_that_leaves_nothing_says_so(watched: Watched, index: Path) -> None:
    page = watched.open(index, "#q=nobody")
    assert "0 of 12 models" in page.locator("#shown").inner_text()
    assert "No model of this table passes" in page.locator("#table-vqa").locator("xpath=../..").inner_text()
    page.locator("#reset").click()
    assert len(shown(page)) > 80
    assert page.evaluate("location.hash") == ""


def test_every_way_of_sorting_leaves_what_has_no_value_last(watched: Watched, made: Site, index: Path) -> None:
    page = watched.open(index)
    keys = page.locator("#table-vqa button.sort").evaluate_all("all => all.map(one => one.dataset.key)")
    having = {made.slugs[board.key]: {cell.row[0] for cell in board.cells} for board in made.boards}
    told: set[tuple[str, bool]] = set()
    for key, _ in itertools.product(keys, range(2)):
        if key == "model":
            continue
        page.locator(f'#table-vqa button[data-key="{key}"]').click()
        slug, _, of = key.partition("/")
        known = having[slug] if of != "gain" or slug not in ("task-03", "task-07") else set()
        order = [name in known for name in models(page)]
        assert order == sorted(order, reverse=True), key
        told.add((key, False in order and True in order))
    assert any(mixed for _, mixed in told)


def test_by_rank_the_better_set_is_first(watched: Watched, index: Path) -> None:
    page = watched.open(index, "#baselines=0")
    page.locator('#table-vqa button[data-key="task-00/rank"]').click()
    found = shown(page)
    ranks = [found[f"{name} task-00"]["rank"] for name in models(page)]
    sets = [tuple(map(int, re.findall(r"\d+", text.partition(" · ")[0]))) for text in ranks if text]
    ends = [(first, last[0] if last else first) for first, *last in sets]
    assert len(ends) > 5
    assert ends == sorted(ends)


STEPS: list[Callable[[Any], None]] = [
    lambda page: page.locator("#language-of").select_option("en"),
    lambda page: page.locator("#size").select_option("10"),
    lambda page: page.locator("#weights").select_option("open"),
    lambda page: page.locator("#modality").select_option("ct"),
    lambda page: page.locator("#q").fill("lab & = # % 模型"),
    lambda page: page.locator("#complete").check(),
    lambda page: page.locator("#baselines").uncheck(),
    lambda page: page.locator('[data-line="gain"]').uncheck(),
    lambda page: page.locator('[data-line="cost"]').uncheck(),
    lambda page: page.locator('#filters [data-family="vqa"][aria-pressed]').click(),
    lambda page: page.locator("#columns summary").click(),
    lambda page: page.locator('#columns input[value="task-04"]').uncheck(),
]
STATE = """() => [
  [...document.querySelectorAll("#filters input, #filters select")]
    .map(one => one.type === "checkbox" ? one.checked : one.value),
  [...document.querySelectorAll("#filters [aria-pressed]")].map(one => one.getAttribute("aria-pressed")),
  [...document.querySelectorAll("table")].map(one => [one.className, one.offsetParent && one.innerText]),
  document.getElementById("shown").innerText]"""


@pytest.mark.parametrize("steps", [[3, 7], [0, 2, 6, 8], [1], [4], [5, 9], [10, 11, 6], [9, 10, 11, 0]])
def test_a_link_brings_everything_back(watched: Watched, index: Path, steps: list[int]) -> None:
    page = watched.open(index)
    page.locator('#table-vqa button[data-key="task-01/rank"]').click()
    for step in steps:
        STEPS[step](page)
    state, link = page.evaluate(STATE), page.evaluate("location.hash")
    assert state != watched.open(index).evaluate(STATE)
    assert watched.open(index, link).evaluate(STATE) == state
    assert watched.wrong == []


def test_orders_of_two_tables_stand_in_one_link(watched: Watched, index: Path) -> None:
    page = watched.open(index)
    page.locator('#table-vqa button[data-key="task-01"]').click()
    page.locator('#table-text-to-region button[data-key="model"]').click()
    both = models(page), models(page, "table-text-to-region")
    again = watched.open(index, page.evaluate("location.hash"))
    assert (models(again), models(again, "table-text-to-region")) == both


@pytest.mark.parametrize(
    "link",
    [
        "#size=huge&weights=%&language=xx&modality=<b>",
        "#hide=nothing,%E0%A4%A&family=,,&without=all",
        "#sort=table-vqa:task-99:descending,filters:model:ascending,table-vqa:model:sideways,:::",
        "#=&==&&complete=yes&baselines=no&q=",
        "#__proto__=1&constructor=2&sort=__proto__:model:ascending",
    ],
)
def test_a_link_that_makes_no_sense_changes_nothing(watched: Watched, index: Path, link: str) -> None:
    plain = watched.open(index).evaluate(STATE)
    assert watched.open(index, link).evaluate(STATE) == plain
    assert watched.wrong == []


def test_a_changed_link_is_obeyed_and_a_place_changes_nothing(watched: Watched, index: Path) -> None:
    page = watched.open(index, "#weights=open")
    few = len(shown(page))
    page.evaluate("location.hash = '#reading'")
    page.wait_for_timeout(50)
    assert len(shown(page)) == few
    page.evaluate("location.hash = '#weights=closed'")
    page.wait_for_function("document.getElementById('weights').value === 'closed'")
    page.evaluate("location.hash = ''")
    page.wait_for_function("document.getElementById('weights').value === ''")
    assert len(shown(page)) > few


def test_lines_can_be_left_out(watched: Watched, index: Path) -> None:
    page = watched.open(index)
    for line in ("gain", "statuses", "known", "speed", "cost"):
        place = page.locator(f"#table-vqa tbody .{line}").first
        assert place.is_visible()
        page.locator(f'[data-line="{line}"]').uncheck()
        assert place.is_hidden()
    assert page.locator("#table-vqa .value").first.is_visible()
