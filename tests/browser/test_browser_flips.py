"""The samples that flip between two models in a real browser are those of the runs, from the packed scores of all."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_demo import write_demo
from made_runs import Item, card, write_run
from test_browser_versus import PAIR, lines, opened
from watching import Watched

from medgauge.metrics import parse_metric
from medgauge.stats import gather
from medgauge.store import RunDirectory
from medgauge.types import Answer, Sample
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.chunks import write_script
from medgauge_leaderboards.site.packed import Scale, encode, pack, packed_levels

pytestmark = pytest.mark.browser


def of_run(run: Path, task: str, metric: str) -> dict[str, float]:
    made = parse_metric(metric)
    scores = [s for s in RunDirectory(run).scores() if (s.key.task, s.key.language) == (task, "en")]
    return {s.key.id: float(made.reduce(gather(made, [s]), np.ones((1, 1)))[""][0]) for s in scores}


def flips(page: Any, who: str) -> list[str]:
    names: list[str] = page.locator(f"section[aria-labelledby=flips-{who}] tbody th").all_inner_texts()
    return names


def test_the_samples_that_flip_are_those_of_the_runs(watched: Watched, demo_site: Path) -> None:
    a, b = (of_run(demo_site.parent / run, "made-find", "f1@0.5") for run in ("run-0", "run-3"))
    page = opened(watched, demo_site, f"{PAIR}&task=made-find")
    page.wait_for_selector("#flips .flipped")
    for who, sign in (("a", 1), ("b", -1)):
        wanted = sorted((id for id in a if sign * (a[id] - b[id]) > 0), key=lambda id: (-abs(a[id] - b[id]), id))
        assert wanted
        assert flips(page, who) == wanted
        assert f"{len(wanted)} samples in all" in page.locator(f"#flips-{who}").inner_text()
    counts = lines(page)["made-find"][4]
    assert counts.startswith(f"{len(flips(page, 'a'))} / {len(flips(page, 'b'))} / ")
    first = flips(page, "a")[0]
    page.locator("#flips .flipped a").first.click()
    page.wait_for_selector("#sample:not([hidden])")
    assert page.locator("#sample-name").inner_text() == f"Sample {first}"
    assert page.locator("#row-b").input_value() == "baseline-vision"


@pytest.mark.parametrize(
    ("slug", "task", "metric"), [("made-find", "made-find", "f1@0.5"), ("made-vqa-en", "made-vqa", "exact_match")]
)
def test_scripts_unpack_what_python_packed(
    watched: Watched, demo_site: Path, slug: str, task: str, metric: str
) -> None:
    page = opened(watched, demo_site)
    made = page.evaluate(
        """(slug) => MedGauge.scores(slug, 'acme-vl-7b').then((one) => [
            String.fromCharCode(...one.status), String.fromCharCode(...one.verdict), [...one.values]])""",
        slug,
    )
    wanted = of_run(demo_site.parent / "run-0", task, metric)
    assert made[2] == pytest.approx(list(wanted.values()), nan_ok=True)
    assert made[1] == "".join("r" if value == 1 else "w" if value == 0 else "p" for value in wanted.values())
    assert set(made[0]) == ({"s"} if task == "made-find" else {"s", "n", "f"})
    assert page.evaluate("(slug) => MedGauge.names(slug)", slug) == list(wanted)


def test_scripts_read_values_that_lie_on_a_grid(watched: Watched, broken: Path) -> None:
    values = np.array([0.0, 1.0, np.nan, 0.125, *np.linspace(0, 1, 26)])
    scale = Scale(levels=np.empty(0), low=0.0, high=1.0)
    for row in ("acme-vl-7b", "baseline-vision"):
        own = values if row == "acme-vl-7b" else values[::-1]
        name = f"made-find/{row}/scores"
        write_script(broken / "data" / f"{name}.js", name, pack("s" * 30, "p" * 30, encode(own, scale)))
    levels = [{"low": 0.0, "high": 1.0, "levels": packed_levels(scale)}]
    write_script(broken / "data" / "made-find" / "scales.js", "made-find/scales", levels)
    file = broken / "data" / "made-find" / "board.js"
    file.write_text(file.read_text("utf-8").replace('"step": 0.0', f'"step": {scale.step!r}'), "utf-8")
    page = opened(watched, broken)
    made = page.evaluate("MedGauge.scores('made-find', 'acme-vl-7b').then((one) => [...one.values])")
    assert made == pytest.approx(list(values), abs=scale.step / 2 + 1e-12, nan_ok=True)
    changes = page.evaluate(
        """Promise.all(['acme-vl-7b', 'baseline-vision'].map((row) => MedGauge.scores('made-find', row)))
            .then(([a, b]) => [...MedGauge.changes(a, b, MedGauge.given('made-find/board').scales)])"""
    )
    wanted = np.nan_to_num(np.sign(values - values[::-1])).astype(int).tolist()
    assert changes == wanted


def test_samples_that_are_not_shown_are_named_without_a_link(watched: Watched, tmp_path: Path) -> None:
    site = build(write_demo(tmp_path), tmp_path / "site", Asked(title="T", most=6)).parent
    page = opened(watched, site, f"{PAIR}&task=made-vqa-en")
    page.wait_for_selector("#flips .flipped")
    shown = set(page.evaluate("MedGauge.given('made-vqa-en/board').links"))
    linked = set(page.locator("#flips .flipped a").all_inner_texts())
    everyone = set(flips(page, "a")) | set(flips(page, "b"))
    assert linked == everyone & shown
    assert everyone - shown
    assert "6 of 30 samples can be looked at" in page.locator("#flips").inner_text()


def test_below_predictions_samples_have_numbers_for_names(watched: Watched, demo_site: Path) -> None:
    page = opened(watched, demo_site, f"{PAIR}&task=made-locked")
    page.wait_for_selector("#flips .flipped")
    names = flips(page, "a") + flips(page, "b")
    assert names
    assert all(re.fullmatch(r"no\.\d+", name) for name in names)


def many(folder: Path, n: int, values: str) -> Path:
    """Two models of which one has every sample right; `values` is how the other fares."""
    made = card("many", "vqa", "exact_match", publish="predictions")
    runs = []
    for model in ("good", "bad"):
        said = "a" if model == "good" else values
        items = [
            Item(
                sample=Sample(id=f"s{i:04d}", task="many", language="en", target=Answer(text="a"), group=f"{i}"),
                text=said,
                answer=Answer(text=said),
            )
            for i in range(n)
        ]
        runs.append(write_run(folder / model, model, [(made, items)], ()))
    return build(runs, folder / "site", Asked(title="T", most=50)).parent


def test_long_lists_are_cut_and_say_so(watched: Watched, tmp_path: Path) -> None:
    page = opened(watched, many(tmp_path, 450, "b"), "#a=good&b=bad&task=many")
    page.wait_for_selector("#flips .flipped")
    assert len(flips(page, "a")) == 200
    assert "first 200 of 450" in page.locator("#flips-a").inner_text()
    assert flips(page, "b") == []
    assert lines(page)["many"][4].startswith("450 / 0 / 0")


def test_more_values_than_codes_say_how_fine_they_are(watched: Watched, demo_site: Path, broken: Path) -> None:
    """A scale without levels, as a task with very many different values has."""
    file = broken / "data" / "made-find" / "board.js"
    file.write_text(file.read_text("utf-8").replace('"step": 0.0', '"step": 0.25'), "utf-8")
    page = opened(watched, broken, f"{PAIR}&task=made-find")
    page.wait_for_selector("#flips .flipped")
    assert "differences under 0.25 are not told apart" in page.locator("#flips").inner_text()
