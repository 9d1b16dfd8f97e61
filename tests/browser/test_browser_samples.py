"""The sample view in a real browser: where the boxes lie, what is said, how one moves, what happens when data lack."""

from pathlib import Path
from typing import Any

import pytest
from made_runs import Item, card, picture, write_run
from watching import Watched

from medgauge.store import RunDirectory
from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.site.build import build
from medgauge_leaderboards.site.matching import match

pytestmark = pytest.mark.browser
FIND, VQA = "samples/made-find.html", "samples/made-vqa-en.html"
BOTH = "?a=acme-vl-7b&b=baseline-vision"


def name(page: Any) -> str:
    return page.locator("#sample-name").inner_text()


def rectangles(page: Any) -> list[dict[str, Any]]:
    """Every box as it is drawn, in CSS pixels, without the line's width."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.plate g.box')].map(group => {
            const line = group.querySelector('.line'), matrix = line.getScreenCTM();
            const at = (x, y) => new DOMPoint(x, y).matrixTransform(matrix);
            const box = line.getBBox(), a = at(box.x, box.y), b = at(box.x + box.width, box.y + box.height);
            return {who: group.dataset.who, number: Number(group.dataset.number),
                    classes: group.getAttribute('class'), xyxy: [a.x, a.y, b.x, b.y]};
        })"""
    )


def image(page: Any) -> dict[str, float]:
    page.wait_for_function("document.querySelector('.plate img').complete")
    return page.evaluate(
        """() => { const image = document.querySelector('.plate img'), r = image.getBoundingClientRect();
            return {x: r.x, y: r.y, width: r.width, height: r.height,
                    naturalWidth: image.naturalWidth, naturalHeight: image.naturalHeight}; }"""
    )


@pytest.fixture(scope="module")
def odd_site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Item]]:
    """Pictures whose sizes do not divide well, larger and smaller than their thumbnails allow."""
    folder = tmp_path_factory.mktemp("odd")
    made = card("odd", "text-to-region", "f1@0.5")
    items = []
    for i, size in enumerate([(1279, 833), (333, 517), (2048, 301), (97, 64)]):
        media, boxes = picture(folder / "run", 40 + i, size)
        shifted = tuple(Box(xyxy=tuple(x + 2.25 for x in b.xyxy), label="nodule") for b in boxes)  # type: ignore[arg-type]
        edge = Box(xyxy=(0.0, 0.0, float(size[0]), float(size[1])), label="all of it")
        items.append(
            Item(
                sample=Sample(
                    id=f"odd-{i}",
                    task="odd",
                    language="en",
                    choices=("nodule",),
                    media=(media,),
                    target=Answer(boxes=tuple(boxes)),
                    group=f"{i}",
                ),
                answer=Answer(boxes=(*shifted, edge)),
            )
        )
    run = write_run(folder / "run", "m", [(made, items)], ())
    return build([run], folder / "site", "Odd", False).parent, items


@pytest.mark.parametrize("width", [390, 1280, 1777])
def test_boxes_lie_on_the_picture_to_the_pixel(watched: Watched, odd_site: tuple[Path, list[Item]], width: int) -> None:
    site, items = odd_site
    page = watched.open(site / "samples" / "odd.html")
    page.set_viewport_size({"width": width, "height": 900})
    for index, item in enumerate(items):
        page.wait_for_function(f"document.getElementById('sample-name').textContent.endsWith('odd-{index}')")
        settled(page)
        place = image(page)
        natural = place["naturalWidth"] / place["naturalHeight"]
        assert place["width"] / place["height"] == pytest.approx(natural, rel=0.005)
        assert place["width"] > 80
        assert rectangles_of(page) == expected(place, item)
        page.keyboard.press("j")


def settled(page: Any) -> None:
    """Wait until the picture has been decoded and two frames in a row have the same layout."""
    page.evaluate(
        """async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            const image = document.querySelector('.plate img');
            await image.decode();
            let before = '';
            for (;;) {
                const shapes = document.querySelectorAll('.plate svg *').length;
                const now = JSON.stringify([image.getBoundingClientRect(), shapes]);
                if (now === before) return;
                before = now;
                await frame();
                await frame();
            }
        }"""
    )


def rectangles_of(page: Any) -> dict[tuple[str, int], Any]:
    return {(box["who"], box["number"]): pytest.approx(box["xyxy"], abs=1.0) for box in rectangles(page)}


def expected(place: dict[str, float], item: Item) -> dict[tuple[str, int], list[float]]:
    """Where the boxes of a sample must stand in the window, from the data alone."""
    size, answer = item.sample.media[0].size, item.answer
    assert size is not None
    assert answer is not None
    boxes = {("reference", i): box for i, box in enumerate(item.sample.target.boxes, start=1)}
    boxes |= {("A", i): box for i, box in enumerate(answer.boxes, start=1)}
    x, y = place["width"] / size[0], place["height"] / size[1]
    return {
        name: [place["x"] + x * a, place["y"] + y * b, place["x"] + x * c, place["y"] + y * d]
        for name, (a, b, c, d) in ((name, box.xyxy) for name, box in boxes.items())
    }


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
        page.wait_for_function(f"document.getElementById('sample-name').textContent.endsWith('box{wanted:02d}')")
    page.locator("#next").click()
    page.wait_for_function("document.getElementById('sample-name').textContent.endsWith('box01')")
    assert page.evaluate("location.hash").startswith("#box01?a=")


def test_keys_in_a_list_of_models_do_not_step(watched: Watched, demo_site: Path) -> None:
    page = watched.open(demo_site / FIND)
    page.locator("#row-b").focus()
    page.keyboard.press("j")
    page.wait_for_timeout(100)
    assert name(page) == "Sample box00"


@pytest.mark.parametrize(("show", "status"), [("no_answer", "no_answer"), ("failed", "failed")])
def test_filters_show_the_samples_of_that_status(watched: Watched, demo_site: Path, show: str, status: str) -> None:
    scores = RunDirectory(demo_site.parent / "run-0").scores()
    wanted = [s.key.id for s in scores if (s.key.task, s.key.language, s.status) == ("made-vqa", "en", status)]
    assert wanted
    page = watched.open(demo_site / VQA, "#?a=acme-vl-7b")
    page.locator("#filter").select_option(show)
    page.wait_for_function(f"document.getElementById('position').textContent === '1 of {len(wanted)}'")
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
