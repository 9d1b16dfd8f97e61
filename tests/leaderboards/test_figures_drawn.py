"""What is drawn is what the results say: intervals, heat maps, radars."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_figures import BOXES, CHOICES, site_of, write_scored, xs, ys
from made_overview import big_site
from made_runs import RESULTS, edit

from medgauge_leaderboards.figures.calibration import calibration_plots
from medgauge_leaderboards.figures.drawing import COLOURS, LINES, MARKERS, MOST_LINES, Drawing, Skipped, save, style
from medgauge_leaderboards.figures.evidence import evidence
from medgauge_leaderboards.figures.heat import DARK, SHADES, heat_maps
from medgauge_leaderboards.figures.intervals import MOST, interval_plots
from medgauge_leaderboards.figures.lettering import lettering
from medgauge_leaderboards.figures.radar import radars
from medgauge_leaderboards.figures.recall import recall_plots
from medgauge_leaderboards.site.site import Site

LETTERS = lettering([])
VQA = "Radar, Visual question answering"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("drawn")
    made = [
        write_scored(folder / name, f"acme/{name}", skill, seed=seed, cards=[BOXES, CHOICES])
        for seed, (name, skill) in enumerate((("a", 0.9), ("b", 0.6), ("c", 0.5)))
    ]

    def no_interval(text: str) -> str:
        value = site_of(made[2:]).runs[0].tasks["scored-choice"]["metrics"]["exact_match"]
        return text.replace(f'"low": {value["low"]!r}', '"low": null').replace(f'"low":{value["low"]!r}', '"low":null')

    edit(made[2], RESULTS, no_interval)
    return made


def made_by(function: Any, site: Site) -> list[Drawing | Skipped]:
    with style(LETTERS):
        return list(function(site, LETTERS))


def drawn(made: list[Drawing | Skipped]) -> list[Drawing]:
    return [one for one in made if isinstance(one, Drawing)]


def test_intervals_and_ranks_are_those_of_the_results(runs: list[Path]) -> None:
    site = site_of(runs)
    choice, _ = drawn(made_by(interval_plots, site))
    axes, other = choice.figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    results = {run.spec.model.name: run.tasks["scored-choice"]["metrics"]["exact_match"] for run in site.runs}
    assert names == sorted(results, key=lambda name: -results[name]["value"])
    ranks = site.standings["scored-choice"].ranks
    shown = [label.get_text() for label in other.get_yticklabels()]
    for place, name in enumerate(names):
        own = [line for line in axes.lines if set(ys(line)) == {place}]
        *bars, point = own
        assert xs(point) == [results[name]["value"]]
        if results[name]["low"] is None:
            assert bars == []
            assert point.get_markerfacecolor() == "white"
        else:
            assert [xs(bar) for bar in bars] == [[results[name]["low"], results[name]["high"]]]
            assert point.get_markerfacecolor() == COLOURS[1]
        rank = ranks[name, "none"]
        assert shown[place] == (str(rank.best) if rank.best == rank.worst else f"{rank.best}\u2013{rank.worst}")
    assert [name for name in names if results[name]["low"] is None] == ["acme/c"]
    assert "Hollow marks have no interval: acme/c (unknown)." in choice.caption
    assert "exact_match (higher is better), n = 120 samples." in choice.caption
    assert axes.get_xlabel() == "exact_match (higher is better)"


def test_models_that_cannot_be_ranked_stand_by_name_and_the_caption_says_why(tmp_path: Path) -> None:
    other = replace(CHOICES, version=2)
    site = site_of(
        [
            write_scored(tmp_path / "a", "acme/a", 0.2, seed=1, cards=[CHOICES]),
            write_scored(tmp_path / "b", "acme/b", 0.9, seed=2, cards=[other]),
        ]
    )
    (made,) = drawn(made_by(interval_plots, site))
    assert [label.get_text() for label in made.figure.axes[0].get_yticklabels()] == ["acme/a", "acme/b"]
    assert len(made.figure.axes) == 1
    assert "Not ranked, in the order of names: models differ in the version of the task (1: acme/a; 2: acme/b)." in (
        made.caption
    )
    assert "ranks" not in made.caption.replace("Not ranked", "")


def test_very_many_models_are_cut_into_figures() -> None:
    site = big_site(MOST + 5, 1)
    one, two = drawn(made_by(interval_plots, site))
    names = [label.get_text() for made in (one, two) for label in made.figure.axes[0].get_yticklabels()]
    assert len(set(names)) == MOST + 5
    assert one.title == "Intervals, task-00, part 1 of 2"


def test_a_heat_map_shows_the_slices_of_the_results(runs: list[Path]) -> None:
    site = site_of(runs)
    choice, _ = drawn(made_by(heat_maps, site))
    axes = choice.figure.axes[0]
    columns = [label.get_text() for label in axes.get_xticklabels()]
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["modality: ct", "modality: mri", "modality: x-ray", "organ: bone", "organ: lung"]
    slices = {run.spec.model.name: run.tasks["scored-choice"]["slices"] for run in site.runs}
    shown = {tuple(map(int, text.get_position())): text.get_text() for text in axes.texts}
    assert len(shown) == len(columns) * len(rows)
    for x, model in enumerate(columns):
        for y, row in enumerate(rows):
            tag, value = row.split(": ")
            part = slices[model][tag][value]
            assert shown[x, y] == f"{part['metrics']['exact_match']['value']:.2f}\n{part['n']}"


def test_numbers_are_read_on_every_shade() -> None:
    from matplotlib import colormaps

    def light(share: float) -> float:
        channels = np.array(colormaps[SHADES](share)[:3])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    for share in np.linspace(0, 1, 500):
        below = light(share) + 0.05
        assert (1.05 / below if share > DARK else below / 0.05) >= 4.5, share


def test_modality_by_language_is_drawn_where_both_vary(demo_runs: list[Path]) -> None:
    made = [one for one in drawn(made_by(heat_maps, site_of(demo_runs))) if one.name == "languages-made-vqa-en"]
    (axes, _) = made[0].figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()][:2] == ["acme/vl-7b, en", "acme/vl-7b, zh"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["modality: ct", "modality: x-ray"]


def test_a_radar_has_the_values_and_intervals_of_its_boards() -> None:
    site = big_site(3, 4)
    (made,) = drawn(made_by(radars, site))
    axes = made.figure.axes[0]
    closed = [line for line in axes.lines if len(ys(line)) == len(site.boards) + 1]
    bars = [tuple(ys(line)) for line in axes.lines if len(ys(line)) == 2]
    rows = sorted(site.rows)
    for row, line in zip(rows, closed, strict=True):
        cells = [board.cell(row) for board in site.boards]
        metrics = [cell.metrics[cell.primary] for cell in cells if cell]
        values = [one["value"] for one in metrics]
        assert ys(line) == [*values, values[0]]
        assert {(one["low"], one["high"]) for one in metrics if one.get("low") is not None} <= set(bars)
    assert len({(line.get_color(), line.get_linestyle()) for line in closed}) == len(rows)
    assert not axes.patches


def test_a_radar_of_many_models_shows_the_best_and_names_the_others() -> None:
    site = big_site(20, 4)
    (made,) = drawn(made_by(radars, site))
    legend = [text.get_text() for text in made.figure.legends[0].get_texts()]
    assert len(legend) == MOST_LINES
    values = {
        row[0]: [cell.metrics[cell.primary]["value"] for board in site.boards for cell in [board.cell(row)] if cell]
        for row in site.rows
    }
    places = {
        name: sum(np.sum([[o > v for o, v in zip(other, own, strict=True)] for other in values.values()], axis=0))
        for name, own in values.items()
    }
    assert max(places[name] for name in legend) <= min(places[name] for name in values if name not in legend)
    (left,) = made.left_out
    assert left.endswith(": 8 models have a better mean place")
    assert set(left.split(": ")[0].split(", ")) | set(legend) == set(values)


def test_a_radar_leaves_out_models_that_are_not_on_every_axis(runs: list[Path], tmp_path: Path) -> None:
    three = [replace(CHOICES, name=name) for name in ("one", "two", "three")]
    site = site_of(
        [
            write_scored(tmp_path / "a", "acme/a", 0.9, seed=1, cards=three),
            write_scored(tmp_path / "b", "acme/b", 0.9, seed=1, cards=three[:2]),
        ]
    )
    (made,) = drawn(made_by(radars, site))
    assert made.left_out == ("acme/b: no value on some axis",)
    assert [text.get_text() for text in made.figure.legends[0].get_texts()] == ["acme/a"]


def test_too_few_boards_make_no_radar(runs: list[Path]) -> None:
    made = made_by(radars, site_of(runs))
    why = "boards that can be axes: 1, at least 3 are needed"
    assert made == [Skipped(title=VQA, why=why), Skipped(title="Radar, Text to region", why=why)]


def test_a_metric_that_is_better_when_lower_is_no_axis() -> None:
    skipped = [one for one in made_by(radars, big_site(3, 10)) if isinstance(one, Skipped)]
    assert [one.title for one in skipped] == ["Radar, Text to region"]
    assert "task-09: fp_per_image, lower is better" in skipped[0].why


def test_nothing_is_cut_off_whatever_the_names(tmp_path: Path) -> None:
    long = "an-organisation-with-a-very-long-name/a-model-with-an-even-longer-name-"
    cards = [replace(CHOICES, name=f"{'a-task-whose-name-is-MUCH-too-long-' * 3}{i}") for i in range(4)]
    cards.append(replace(BOXES, name="W" * 120))
    site = site_of([write_scored(tmp_path / x, long + x, 0.9, seed=1, cards=cards) for x in "abcd"])
    found = {id(run): evidence(run) for run in site.runs}
    curves, calibration = partial(recall_plots, found=found), partial(calibration_plots, found=found)
    for function in (interval_plots, radars, heat_maps, curves, calibration):
        for made in drawn(made_by(function, site)):
            with style(LETTERS):
                save(made, tmp_path)
                width, height = made.figure.get_size_inches()
                box = made.figure.get_tightbbox()
            assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= 0, made.name


def test_every_line_of_a_figure_has_its_own_look() -> None:
    assert len(set(COLOURS)) == len(set(MARKERS)) == len(set(LINES)) == MOST_LINES
