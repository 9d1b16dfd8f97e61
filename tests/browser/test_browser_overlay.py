"""Where boxes lie on a picture in a real browser, and how a picture is looked at."""

from pathlib import Path
from typing import Any

import pytest
from looking import until
from made_runs import Item, card, picture, write_run
from watching import Watched

from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.site.build import Asked, build

pytestmark = pytest.mark.browser


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
    until(page, "document.querySelector('.plate img').complete")
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
    return build([run], folder / "site", Asked(title="Odd")).parent, items


@pytest.mark.parametrize("zooms", [0, 1, 2])
@pytest.mark.parametrize("width", [390, 800, 1280, 1777])
def test_boxes_lie_on_the_picture_to_the_pixel(
    watched: Watched, odd_site: tuple[Path, list[Item]], width: int, zooms: int
) -> None:
    site, items = odd_site
    page = watched.open(site / "samples" / "odd.html")
    page.set_viewport_size({"width": width, "height": 900})
    settled(page)
    before = image(page)["width"]
    for _ in range(zooms):
        page.keyboard.press("z")
    for index, item in enumerate(items):
        until(page, f"document.getElementById('sample-name').textContent.endsWith('odd-{index}')")
        settled(page)
        place = image(page)
        natural = place["naturalWidth"] / place["naturalHeight"]
        assert place["width"] / place["height"] == pytest.approx(natural, rel=0.005)
        assert place["width"] > 80
        if index == 0:
            assert place["width"] == pytest.approx(before * 2**zooms, rel=0.03)
        assert rectangles_of(page) == expected(place, item)
        assert edges_of(page) == expected(place, item)
        page.keyboard.press("j")


def edges_of(page: Any) -> dict[tuple[str, int], Any]:
    """The same by the browser's own rectangle around what is drawn, which here has no line of its own."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('.plate g.box')].map(group => {
            const line = group.querySelector('.line');
            line.style.stroke = 'none';
            const r = line.getBoundingClientRect();
            line.style.stroke = '';
            return [group.dataset.who, Number(group.dataset.number), [r.left, r.top, r.right, r.bottom]]; })"""
    )
    return {(who, number): pytest.approx(xyxy, abs=1.0) for who, number, xyxy in found}


def test_zoom_keeps_the_middle_and_can_be_undone(watched: Watched, odd_site: tuple[Path, list[Item]]) -> None:
    page = watched.open(odd_site[0] / "samples" / "odd.html")
    settled(page)
    first = image(page)
    page.locator("#zoom").click()
    assert "2" in page.locator("#zoom").inner_text()
    stage = page.evaluate(
        """() => { const s = document.querySelector('.stage');
            return [(s.scrollLeft + s.clientWidth / 2) / s.scrollWidth, s.tabIndex, s.getAttribute('role')]; }"""
    )
    assert stage == [pytest.approx(0.5, abs=0.03), 0, "region"]
    page.locator("#plain").click()
    assert image(page) | {"y": 0} == first | {"y": 0}
    assert page.locator("#plain").is_disabled()


def test_brightness_and_contrast_change_the_picture_alone(watched: Watched, odd_site: tuple[Path, list[Item]]) -> None:
    page = watched.open(odd_site[0] / "samples" / "odd.html")
    page.locator("#brightness").fill("180")
    page.locator("#contrast").fill("60")
    looks = "() => ['img', 'svg'].map(name => getComputedStyle(document.querySelector('.plate ' + name)).filter)"
    assert page.evaluate(looks) == ["brightness(1.8) contrast(0.6)", "none"]
    assert page.locator("#brightness-value").inner_text() == "180 %"
    page.locator("#next").click()
    until(page, "document.getElementById('sample-name').textContent.endsWith('odd-1')")
    assert page.evaluate(looks)[0] == "brightness(1.8) contrast(0.6)"
    page.locator("#plain").click()
    assert page.evaluate(looks) == ["none", "none"]
    assert page.locator("#contrast").input_value() == "100"


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
