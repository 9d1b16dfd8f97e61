"""The page says what `results.json` says, of the right model on the right task."""

import json
from pathlib import Path

import pytest
from reading_pages import cells, overview, row_names, words

from medgauge.metrics import parse_metric
from medgauge.stats import paired_difference
from medgauge.store import RunDirectory
from medgauge.types import Score


def shown(value: float) -> str:
    return f"{value:.3f}"


def percent(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %"


def slug(key: str) -> str:
    return key.replace("/", "-")


def results(runs: list[Path]) -> dict[tuple[str, str, str], dict]:
    found = {}
    for path in runs:
        run = RunDirectory(path)
        model, control = run.spec()["model"]["name"], run.spec()["control"]
        found |= {(model, control, key): task for key, task in run.results()["tasks"].items()}
    return found


def test_every_cell_of_the_overview_is_the_runs_number(demo_runs: list[Path], demo_site: Path) -> None:
    there, here = results(demo_runs), overview(demo_site / "index.html")
    wanted = {(model, slug(key)): made for (model, control, key), made in there.items() if control == "none"}
    assert set(here) == set(wanted)
    for row, cell in here.items():
        made = wanted[row]
        metric, status = made["metrics"][made["primary"]], made["status"]
        assert cell.parts["value"] == shown(metric["value"])
        assert cell.parts["interval"] == f"[{shown(metric['low'])}, {shown(metric['high'])}]"
        assert cell.parts["line ranks"].endswith(f" · n {made['n']}")
        shares = f"no answer {percent(status['no_answer'], made['n'])}, failed {percent(status['failed'], made['n'])}"
        assert cell.parts["line statuses"] == shares


def test_places_are_in_the_order_of_the_exact_values(demo_runs: list[Path], demo_site: Path) -> None:
    there, here = results(demo_runs), overview(demo_site / "index.html")
    for key in {key for _, _, key in there}:
        made = {model: task for (model, control, name), task in there.items() if (control, name) == ("none", key)}
        own = {model: task["metrics"][task["primary"]]["value"] for model, task in made.items()}
        order = sorted(set(own.values()))
        places = {model: int(str(here[model, slug(key)].attributes["data-value"])) for model in own}
        assert places == {model: order.index(value) for model, value in own.items()}


def test_every_cell_of_the_task_pages_is_the_runs_number(demo_runs: list[Path], demo_site: Path) -> None:
    there = results(demo_runs)
    for page, key in (("made-vqa-en", "made-vqa/en"), ("made-vqa-zh", "made-vqa/zh"), ("made-find", "made-find")):
        found = {}
        for cell in cells(demo_site / "tasks" / f"{page}.html"):
            if "data-metric" in cell.attributes:
                found[tuple(str(cell.attributes[f"data-{a}"]) for a in ("model", "control", "metric"))] = cell
        wanted = {
            (m, c, name): made for (m, c, k), t in there.items() if k == key for name, made in t["metrics"].items()
        }
        assert set(found) == set(wanted)
        for row, cell in found.items():
            assert cell.parts["value"] == shown(wanted[row]["value"])
            assert cell.parts["interval"] == f"[{shown(wanted[row]['low'])}, {shown(wanted[row]['high'])}]"


def test_the_export_holds_all_digits(demo_runs: list[Path], demo_site: Path) -> None:
    there = results(demo_runs)
    exported = json.loads((demo_site / "leaderboard.json").read_text("utf-8"))["cells"]
    assert len(exported) == len(overview(demo_site / "index.html"))
    for cell in exported:
        made = there[cell["model"], "none", cell["task"]]
        assert cell["result"] == made["metrics"][made["primary"]]


def gains(site: Path) -> dict[str, str]:
    """Text of each model's gain on the first task of the table of questions."""
    found = {model: cell for (model, task), cell in overview(site / "index.html").items() if task == "made-vqa-en"}
    return {model: cell.parts["line gain"] for model, cell in found.items()}


def test_gain_over_blind_is_the_paired_difference(demo_runs: list[Path], demo_site: Path) -> None:
    def scores(name: str) -> list[Score]:
        run = next(path for path in demo_runs if path.name == name)
        return [s for s in RunDirectory(run).scores() if (s.key.task, s.key.language) == ("made-vqa", "en")]

    wanted = paired_difference(parse_metric("exact_match"), scores("run-0"), scores("run-control"))
    assert wanted.value is not None
    assert wanted.low is not None
    assert wanted.high is not None
    text = f"gain {wanted.value:+.3f} [{wanted.low:+.3f}, {wanted.high:+.3f}]".replace("-", "\u2212")
    assert gains(demo_site)["acme/vl-7b"] == text


def test_without_a_control_run_there_is_no_gain(demo_site: Path) -> None:
    found = gains(demo_site)
    assert [found[f"baseline/{name}"] for name in ("blind", "prior", "vision")] == ["gain no control run"] * 3


def test_a_control_run_is_no_row_of_the_overview(demo_site: Path) -> None:
    rows = row_names(demo_site / "index.html")
    assert rows.count("acme/vl-7b") == 3
    assert not [row for row in rows if "control" in row]


def test_a_control_run_is_a_marked_row_of_the_task_page(demo_site: Path) -> None:
    rows = [words(c.text) for c in cells(demo_site / "tasks" / "made-find.html") if c.attributes.get("scope") == "row"]
    assert "acme/vl-7b control: blind" in rows


def test_baselines_and_fits_are_marked(demo_site: Path) -> None:
    heads = [c for c in cells(demo_site / "index.html") if c.attributes.get("scope") == "row"]
    marked = {str(c.attributes["data-value"]) for c in heads if "badge badge-baseline" in c.parts}
    assert marked == {"baseline/blind", "baseline/prior"}
    found = overview(demo_site / "index.html")
    assert "out-of-fold fit" in found["baseline/vision", "made-find"].text
    assert "out-of-fold fit" not in found["acme/vl-7b", "made-find"].text


def test_synthetic_is_marked_where_the_card_says_so(demo_site: Path) -> None:
    heads = {
        str(c.attributes["data-slug"]): words(c.text)
        for c in cells(demo_site / "index.html")
        if "data-slug" in c.attributes
    }
    assert heads["made-vqa-en"].startswith("made-vqa EN synthetic exact_match")
    assert heads["made-region"].startswith("made-region EN exact_match")


def test_the_method_page_says_how_to_repeat_it(demo_site: Path) -> None:
    text = (demo_site / "methods" / "made-vqa-en.html").read_text("utf-8")
    assert "medgauge run made-vqa --model acme/vl-7b --set prompts=plain --control blind" in text
    for fact in ("CC0-1.0", "Nobody (2026). Made data.", "Nothing here is real.", "5f1c0ffee"):
        assert fact in text


@pytest.mark.parametrize("name", ["made-vqa-en", "made-vqa-zh", "made-find", "made-region", "made-locked"])
def test_every_task_has_its_page_and_its_samples(demo_site: Path, name: str) -> None:
    assert (demo_site / "tasks" / f"{name}.html").is_file()
    assert (demo_site / "samples" / f"{name}.html").is_file()
    assert (demo_site / "data" / name / "0.js").is_file()
