"""The page says what `results.json` says, of the right model on the right task."""

import json
from pathlib import Path

import pytest
from reading_pages import Cell, cells, words

from medgauge.metrics import parse_metric
from medgauge.stats import paired_difference
from medgauge.store import RunDirectory
from medgauge.types import Score


def shown(value: float) -> str:
    return f"{value:.3f}"


def overview(site: Path) -> dict[tuple[str, str], Cell]:
    found = cells(site / "index.html")
    return {
        (str(c.attributes["data-model"]), str(c.attributes["data-task"])): c
        for c in found
        if "data-task" in c.attributes
    }


def results(runs: list[Path]) -> dict[tuple[str, str, str], dict]:
    found = {}
    for path in runs:
        run = RunDirectory(path)
        model, control = run.spec()["model"]["name"], run.spec()["control"]
        found |= {(model, control, key): task for key, task in run.results()["tasks"].items()}
    return found


def test_every_cell_of_the_overview_is_the_runs_number(demo_runs: list[Path], demo_site: Path) -> None:
    there, here = results(demo_runs), overview(demo_site)
    assert {(model, "none", task) for model, task in here} == {row for row in there if row[1] == "none"}
    for (model, task), cell in here.items():
        made = there[model, "none", task]
        metric = made["metrics"][made["primary"]]
        assert cell.parts["value"] == shown(metric["value"])
        assert cell.parts["interval"] == f"[{shown(metric['low'])}, {shown(metric['high'])}]"
        assert float(str(cell.attributes["data-value"])) == metric["value"]
        assert cell.parts["n"] == f"n {made['n']}"
        assert cell.parts["no-answer"] == f"{100 * made['status']['no_answer'] / made['n']:.1f} %"
        assert cell.parts["failed"] == f"{100 * made['status']['failed'] / made['n']:.1f} %"


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
    assert len(exported) == len(overview(demo_site))
    for cell in exported:
        made = there[cell["model"], "none", cell["task"]]
        assert cell["result"] == made["metrics"][made["primary"]]


def gains(site: Path) -> dict[str, str]:
    """Text of each model's gain on the first task of the table of questions."""
    found = cells(site / "index.html")
    return {
        str(cell.attributes["data-model"]): words(found[i + 1].text)
        for i, cell in enumerate(found)
        if cell.attributes.get("data-task") == "made-vqa/en"
    }


def test_gain_over_blind_is_the_paired_difference(demo_runs: list[Path], demo_site: Path) -> None:
    def scores(name: str) -> list[Score]:
        run = next(path for path in demo_runs if path.name == name)
        return [s for s in RunDirectory(run).scores() if (s.key.task, s.key.language) == ("made-vqa", "en")]

    wanted = paired_difference(parse_metric("exact_match"), scores("run-0"), scores("run-control"))
    assert wanted.value is not None
    assert wanted.low is not None
    assert wanted.high is not None
    text = f"{wanted.value:+.3f} [{wanted.low:+.3f}, {wanted.high:+.3f}]".replace("-", "\u2212")
    assert gains(demo_site)["acme/vl-7b"] == text


def test_without_a_control_run_there_is_no_gain(demo_site: Path) -> None:
    found = gains(demo_site)
    assert [found[f"baseline/{name}"] for name in ("blind", "prior", "vision")] == ["no control run"] * 3


def test_a_control_run_is_no_row_of_the_overview(demo_site: Path) -> None:
    rows = [words(c.text) for c in cells(demo_site / "index.html") if c.attributes.get("scope") == "row"]
    assert rows.count("acme/vl-7b") == 3
    assert not [row for row in rows if "control" in row]


def test_a_control_run_is_a_marked_row_of_the_task_page(demo_site: Path) -> None:
    rows = [words(c.text) for c in cells(demo_site / "tasks" / "made-find.html") if c.attributes.get("scope") == "row"]
    assert "acme/vl-7b control: blind" in rows


def test_baselines_and_fits_are_marked(demo_site: Path) -> None:
    rows = {words(c.text) for c in cells(demo_site / "index.html") if c.attributes.get("scope") == "row"}
    assert {"baseline/blind baseline", "baseline/prior baseline", "baseline/vision", "acme/vl-7b"} <= rows
    found = overview(demo_site)
    assert "out-of-fold fit" in found["baseline/vision", "made-find"].text
    assert "out-of-fold fit" not in found["acme/vl-7b", "made-find"].text


def test_synthetic_is_marked_where_the_card_says_so(demo_site: Path) -> None:
    heads = [words(c.text) for c in cells(demo_site / "index.html") if c.attributes.get("scope") == "colgroup"]
    assert "made-vqa EN synthetic" in heads
    assert "made-region EN" in heads


def test_slices_show_the_runs_numbers(demo_runs: list[Path], demo_site: Path) -> None:
    slices = results(demo_runs)["acme/vl-7b", "none", "made-vqa/en"]["slices"]["modality"]
    found = cells(demo_site / "tasks" / "made-vqa-en.html")
    for value in ("ct", "x-ray"):
        start = next(i for i, c in enumerate(found) if c.attributes["tag"] == "th" and words(c.text) == value)
        assert words(found[start + 1].text) == str(slices[value]["n"])
        assert found[start + 2].parts["value"] == shown(slices[value]["metrics"]["exact_match"]["value"])


def test_the_task_page_says_how_to_repeat_it(demo_site: Path) -> None:
    text = (demo_site / "tasks" / "made-vqa-en.html").read_text("utf-8")
    assert "medgauge run made-vqa --model acme/vl-7b --set prompts=plain --control blind" in text
    for fact in ("CC0-1.0", "Nobody (2026). Made data.", "Nothing here is real.", "5f1c0ffee"):
        assert fact in text


@pytest.mark.parametrize("name", ["made-vqa-en", "made-vqa-zh", "made-find", "made-region", "made-locked"])
def test_every_task_has_its_page_and_its_samples(demo_site: Path, name: str) -> None:
    assert (demo_site / "tasks" / f"{name}.html").is_file()
    assert (demo_site / "samples" / f"{name}.html").is_file()
    assert (demo_site / "data" / name / "0.js").is_file()
