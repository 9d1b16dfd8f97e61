"""The sample view in a real browser: where the boxes lie, what is said, how one moves, what happens when data lack."""

from pathlib import Path
from typing import Any

import pytest
from looking import PHONE, axe, until
from test_browser_overlay import rectangles
from watching import Watched

from medgauge.store import RunDirectory
from medgauge_leaderboards.site.matching import match

pytestmark = pytest.mark.browser
FIND, VQA = "samples/made-find.html", "samples/made-vqa-en.html"
BOTH = "?a=acme-vl-7b&b=baseline-vision"


def name(page: Any) -> str:
    return page.locator("#sample-name").inner_text()


def test_matched_missed_and_invented_are_told_apart(watched: Watched, demo_site: Path) -> None:
    runs = demo_site.parent
    sample = next(s.sample for s in RunDirectory(runs / "run-0").samples() if s.sample.id == "box03")
    answers = {
        who: next(s.answer for s in RunDirectory(runs / run).scores() if s.key.id == "box03")
        for who, run in (("A", "run-0"), ("B", "run-3"))
    }
    page = watched.open(demo_site / FIND, f"#box03{BOTH}")
    states = {(box["who"], box["number"]): box["classes"] for box in rectangles(page)}
    lines = page.locator(".boxlist tbody tr").all_inner_texts()
    reference = [box.xyxy for box in sample.target.boxes]
    missed_by: dict[int, list[str]] = {j: [] for j in range(len(reference))}
    for who, answer in answers.items():
        assert answer is not None
        pairs = match([box.xyxy for box in answer.boxes], reference, 0.5)
        for i in range(len(answer.boxes)):
            pair = next((p for p in pairs if p[0] == i), None)
            assert ("state-matched" if pair else "state-invented") in states[who, i + 1]
            line = next(line for line in lines if line.strip().startswith(f"{who} {i + 1}\t"))
            assert (f"matched, IoU {pair[2]:.2f}" if pair else "invented, best IoU") in line
        for j in set(missed_by) - {p[1] for p in pairs}:
            missed_by[j].append(who)
    assert missed_by == {0: ["A", "B"], 1: []}  # the made answers give both kinds
    assert "state-missed" in states["reference", 1]
    assert "state-reference" in states["reference", 2]
    looks = page.evaluate(
        """() => ['.who-reference.state-reference', '.who-reference.state-missed', '.who-A.state-matched',
                  '.who-A.state-invented', '.who-B.state-matched'].map(kind => {
            const group = document.querySelector('.plate g' + kind);
            const style = getComputedStyle(group.querySelector('.line'));
            return [style.stroke, style.strokeDasharray, style.strokeWidth, group.children.length].join('|'); })"""
    )
    assert len(set(looks)) == 5
    assert len({look.split("|", 1)[1] for look in looks}) == 5, "by shape alone too"


def test_layers_hide_whose_boxes_they_name(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / FIND, f"#box03{BOTH}")
    page.keyboard.press("r")
    assert {box["who"] for box in rectangles(page)} == {"A", "B"}
    page.keyboard.press("1")
    assert {box["who"] for box in rectangles(page)} == {"B"}
    assert page.locator('[data-layer="A"]').get_attribute("aria-pressed") == "false"
    page.locator('[data-layer="reference"]').click()
    assert {box["who"] for box in rectangles(page)} == {"reference", "B"}


def test_a_sample_says_what_was_asked_said_and_read(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / VQA, "#q03?a=baseline-vision")
    run = RunDirectory(demo_site.parent / "run-3")
    key = next(k for k in run.outputs() if (k.task, k.language, k.id) == ("made-vqa", "en", "q03"))
    text = page.locator("#sample").inner_text()
    assert "Is there a nodule in the left lung?" in text
    assert page.locator("pre.words").text_content() == run.outputs()[key].text
    assert "polar-en" in text
    score = next(s for s in run.scores() if s.key == key)
    assert score.stats["exact_match"] is not None
    row = page.locator(".values tr", has_text="exact_match").inner_text().split()
    assert row == ["exact_match", f"{score.stats['exact_match'][0]:.3f}"]


def test_steps_by_key_and_button_go_round(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / FIND)
    assert name(page) == "Sample box00"
    for key, wanted in (("ArrowRight", 1), ("j", 2), ("k", 1), ("ArrowLeft", 0), ("ArrowLeft", 29), ("j", 0)):
        page.keyboard.press(key)
        until(page, f"document.getElementById('sample-name').textContent.endsWith('box{wanted:02d}')")
    page.locator("#next").click()
    until(page, "document.getElementById('sample-name').textContent.endsWith('box01')")
    assert page.evaluate("location.hash").startswith("#box01?a=")


def test_keys_in_a_list_of_models_do_not_step(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / FIND)
    page.locator("#row-b").focus()
    page.keyboard.press("j")
    page.wait_for_timeout(100)
    assert name(page) == "Sample box00"


@pytest.mark.parametrize("watched", [{"color_scheme": "light"}, {"color_scheme": "dark"}, PHONE], indirect=True)
@pytest.mark.parametrize("link", ["", f"#box03{BOTH}"])
def test_no_rule_of_accessibility_is_broken(watched: Watched, demo_site: Path, link: str) -> None:
    for file in (FIND, VQA, "samples/made-locked.html"):
        page = watched.open(demo_site / file, link if file == FIND else link.replace("box03", "q03"))
        if link:
            page.keyboard.press("z")
        assert axe(page) == []


def test_a_link_opens_sample_models_and_filter(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / FIND, f"#box07{BOTH}")
    assert name(page) == "Sample box07"
    assert page.locator("#row-a").input_value() == "acme-vl-7b"
    assert page.locator("#row-b").input_value() == "baseline-vision"
    assert page.locator(".card.answer").count() == 2


def test_a_link_to_no_sample_is_told(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / FIND, "#no-such-sample")
    assert "no-such-sample" in page.locator("#problem").inner_text()


def test_chinese_data_are_marked_as_chinese(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "samples" / "made-vqa-zh.html", "#q03")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("#question .words[lang=zh-CN]").first.inner_text() == "左肺有结节吗?"
    assert page.locator("pre.words[lang=zh-CN]").count() == 1


def test_scores_alone_show_scores_alone(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "samples" / "made-locked.html", "#no.2")
    assert name(page) == "Sample 2"
    text = page.locator("#sample").inner_text()
    assert "scores only" in text
    assert "nodule" not in text
    assert "exact_match" in text


def test_without_a_picture_boxes_are_drawn_on_an_empty_plate(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / "samples" / "made-region.html", "#ask00")
    assert page.locator(".plate img").count() == 0
    (box,) = rectangles(page)
    plate = page.locator(".plate").bounding_box()
    assert box["who"] == "region"
    assert plate["x"] < box["xyxy"][0] < box["xyxy"][2] < plate["x"] + plate["width"]
    assert plate["width"] / plate["height"] == pytest.approx(640 / 400, rel=0.01)
