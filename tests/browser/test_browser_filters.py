"""Which samples a real browser shows for a filter, a slice and a search."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from looking import until
from made_demo import write_demo
from watching import Watched

from medgauge.metrics import parse_metric
from medgauge.stats import gather
from medgauge.store import RunDirectory
from medgauge_leaderboards.site.build import Asked, build

pytestmark = pytest.mark.browser
FIND, VQA = "samples/made-find.html", "samples/made-vqa-en.html"
BOTH = "?a=acme-vl-7b&b=baseline-vision"


def name(page: Any) -> str:
    return page.locator("#sample-name").inner_text()


@pytest.mark.parametrize(("show", "status"), [("no_answer", "no_answer"), ("failed", "failed")])
def test_filters_show_the_samples_of_that_status(watched: Watched, demo_site: Path, show: str, status: str) -> None:
    scores = RunDirectory(demo_site.parent / "run-0").scores()
    wanted = [s.key.id for s in scores if (s.key.task, s.key.language, s.status) == ("made-vqa", "en", status)]
    assert wanted
    page = watched.open(demo_site / VQA, "#?a=acme-vl-7b")
    page.locator("#filter").select_option(show)
    until(page, f"document.getElementById('position').textContent === '1 of {len(wanted)}'")
    assert name(page) == f"Sample {wanted[0]}"
    assert f"({len(wanted)})" in page.locator("#filter option:checked").inner_text()


def test_the_filter_of_wrong_shows_every_sample_that_scored_nothing(watched: Watched, demo_site: Path) -> None:
    scores = RunDirectory(demo_site.parent / "run-3").scores()
    zero = [
        s.key.id
        for s in scores
        if (s.key.task, s.key.language) == ("made-vqa", "en") and s.stats["exact_match"] == (0.0, 1.0)
    ]
    page = watched.open(demo_site / VQA, "#?a=baseline-vision&show=wrong")
    seen = []
    for _ in zero:
        seen.append(name(page).removeprefix("Sample "))
        page.locator("#next").click()
        page.wait_for_timeout(60)
    assert seen == zero
    assert name(page) == f"Sample {zero[0]}"


def judged(site: Path, run: str, task: str, metric: str) -> dict[str, float]:
    """The metric on each sample alone, from its statistics in the run."""
    made = parse_metric(metric)
    scores = [s for s in RunDirectory(site.parent / run).scores() if (s.key.task, s.key.language) == (task, "en")]
    return {s.key.id: float(made.reduce(gather(made, [s]), np.ones((1, 1)))[""][0]) for s in scores}


@pytest.mark.parametrize(
    ("show", "fits"),
    [
        ("right", lambda a, b: a == 1),
        ("disagree", lambda a, b: a != b),
        ("only_a", lambda a, b: a == 1 and b < 1),
        ("only_b", lambda a, b: b == 1 and a < 1),
        ("both_wrong", lambda a, b: a == b == 0),
        ("better_a", lambda a, b: a > b),
        ("better_b", lambda a, b: b > a),
    ],
)
@pytest.mark.parametrize(
    ("page_of", "task", "metric"), [(VQA, "made-vqa", "exact_match"), (FIND, "made-find", "f1@0.5")]
)
def test_filters_of_two_models(
    watched: Watched, demo_site: Path, show: str, fits: Any, page_of: str, task: str, metric: str
) -> None:
    a, b = (judged(demo_site, run, task, metric) for run in ("run-0", "run-3"))
    if show == "disagree" and task == "made-find":
        wanted = [id for id in a if sorted([a[id] > 0, a[id] == 1]) != sorted([b[id] > 0, b[id] == 1])]
    else:
        wanted = [id for id in a if fits(a[id], b[id])]
    page = watched.open(demo_site / page_of, BOTH.replace("?", "#?"))
    page.wait_for_selector("#filter option[value=better_a]", state="attached")
    option = page.locator(f"#filter option[value={show}]")
    assert option.inner_text().endswith(f"({len(wanted)})")
    page.locator("#filter").select_option(show)
    until(page, f"document.getElementById('position').textContent.endsWith('of {len(wanted)}')")
    seen = []
    for at, id in enumerate(wanted, start=1):
        until(page, f"document.getElementById('sample-name').textContent === 'Sample {id}'")
        seen.append(id)
        assert page.locator("#position").inner_text() == f"{at} of {len(wanted)}"
        page.keyboard.press("j")
    assert seen == wanted
    assert f"show={show}" in page.evaluate("location.hash") or not wanted


def test_filters_of_two_need_two(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / VQA, "#?a=acme-vl-7b&show=only_a")
    assert page.locator("#filter").input_value() == "all"
    assert page.locator("#filter option[value=only_a]").count() == 0
    page.locator("#row-b").select_option("baseline-vision")
    page.wait_for_selector("#filter option[value=only_a]", state="attached")
    page.locator("#filter").select_option("only_a")
    until(page, "location.hash.includes('show=only_a')")
    page.locator("#row-b").select_option("")
    until(page, "!location.hash.includes('show=')")
    assert page.locator("#position").inner_text().endswith("of 30")


def test_a_slice_and_a_filter_together(watched: Watched, demo_site: Path) -> None:
    samples = RunDirectory(demo_site.parent / "run-0").samples()
    tags = {s.sample.id: s.sample.tags for s in samples if (s.sample.task, s.sample.language) == ("made-vqa", "en")}
    right = judged(demo_site, "run-0", "made-vqa", "exact_match")
    wanted = [id for id, own in tags.items() if own["modality"] == "ct" and right[id] == 0]
    page = watched.open(demo_site / VQA, "#?a=acme-vl-7b&show=wrong")
    page.locator("#slice").select_option(label=f"ct ({sum(own['modality'] == 'ct' for own in tags.values())})")
    until(page, f"document.getElementById('position').textContent === '1 of {len(wanted)}'")
    assert name(page) == f"Sample {wanted[0]}"
    link = page.evaluate("location.hash")
    assert "tag=modality&value=ct" in link
    again = watched.open(demo_site / VQA, link)
    assert again.locator("#position").inner_text() == f"1 of {len(wanted)}"
    assert again.locator("#slice option:checked").inner_text().startswith("ct")
    other = watched.open(demo_site / VQA, "#?tag=modality&value=no-such&show=__proto__&a=nobody&diff=x")
    assert other.locator("#position").inner_text() == "1 of 30"
    assert watched.wrong == []


def test_words_are_searched_in_question_reference_and_answers(watched: Watched, demo_site: Path) -> None:
    said = {
        k.id: o.text
        for k, o in RunDirectory(demo_site.parent / "run-3").outputs().items()
        if k.task == "made-vqa" and k.language == "en"
    }
    wanted = [id for id, text in said.items() if "no, i think" in text.lower()]
    assert 0 < len(wanted) < 30
    page = watched.open(demo_site / VQA, "#?a=baseline-vision")
    page.locator("#words").fill("NO, I THINK")
    until(page, f"document.getElementById('position').textContent === '1 of {len(wanted)}'")
    assert page.locator("#searched").inner_text() == "Searched 30 of 30 samples."
    assert "q=NO%2C+I+THINK" in page.evaluate("location.hash")
    assert page.evaluate("document.activeElement.id") == "words"
    page.locator("#words").fill("nothing says this")
    page.wait_for_selector("#empty:not([hidden])")
    page.locator("#words").fill("")
    until(page, "document.getElementById('position').textContent.endsWith('of 30')")


def test_a_part_says_how_much_it_is_and_keeps_the_numbers(watched: Watched, tmp_path: Path) -> None:
    site = build(write_demo(tmp_path), tmp_path / "site", Asked(title="T", most=7)).parent
    page = watched.open(site / VQA, BOTH.replace("?", "#?"))
    assert page.locator("#part").inner_text().startswith("7 of 30 samples are shown one by one.")
    numbers = page.evaluate("MedGauge.given('made-vqa-en/board').numbers")
    assert page.locator("#sample-number").inner_text() == f"Number {numbers[0]} of 30"
    assert page.locator("#position").inner_text() == "1 of 7"
    right = [judged(site, run, "made-vqa", "exact_match") for run in ("run-0", "run-3")]
    better = sum(right[0][f"q{no - 1:02d}"] > right[1][f"q{no - 1:02d}"] for no in numbers)
    page.wait_for_selector("#filter option[value=better_a]", state="attached")
    assert page.locator("#filter option[value=better_a]").inner_text().endswith(f"({better})")
    absent = next(no for no in range(1, 31) if no not in numbers)
    page = watched.open(site / VQA, f"#q{absent - 1:02d}")
    assert "not among those that can be looked at" in page.locator("#problem").inner_text()
