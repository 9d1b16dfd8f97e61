"""The tables of a family: who is best, who has no rank, and their golden files.

`python tests/leaderboards/test_exports_tables.py` writes the golden files anew.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from made_exports import find_items, named, rows_of, site_of, vqa_items
from made_runs import card, write_run

from medgauge.types import Answer, Box
from medgauge_leaderboards.exports.columns import DIFFERENCES
from medgauge_leaderboards.exports.frame import differences_frame, scores_frame
from medgauge_leaderboards.exports.text import latex_table, markdown
from medgauge_leaderboards.exports.wide import wide
from medgauge_leaderboards.exports.write import write_exports
from medgauge_leaderboards.site.site import Site

GOLDEN = Path(__file__).parent / "golden_exports"


@pytest.fixture(scope="module")
def site(demo_runs: list[Path]) -> Site:
    return site_of(demo_runs)


def test_what_is_undefined_is_missing_and_comes_last(tmp_path: Path) -> None:
    """No sample of the first task holds a box: recall is undefined for everybody. The second is known to one alone."""
    empty, find = card("find", "text-to-region", "recall@0.5"), card("made-vqa", "vqa", "exact_match")
    run = write_run(tmp_path / "a", "a", [(empty, find_items(boxes=False))], ())
    other = write_run(tmp_path / "b", "b", [(empty, find_items(boxes=False)), (find, vqa_items({}))], ())
    site = site_of([run, other])
    frame = scores_frame(site)
    row = frame[(frame.model == "a") & frame.primary].iloc[0]
    assert pd.isna(row.value)
    assert pd.isna(row.rank_best)
    assert (row.n, row.no_interval) == (12, "undefined")
    write_exports(site, tmp_path / "out")
    head, *body = rows_of(tmp_path / "out" / "text-to-region.csv")
    line = {name: cell for row in body if row[0] == "a" for name, cell in zip(head, row, strict=True)}
    assert line["find recall@0.5"] == line["find low"] == line["find rank_best"] == ""
    assert "| n/a" in (tmp_path / "out" / "text-to-region.md").read_text("utf-8")
    assert "a & -- & -- &  \\\\" in (tmp_path / "out" / "text-to-region.tex").read_text("utf-8")
    assert "\\textbf" not in (tmp_path / "out" / "text-to-region.tex").read_text("utf-8")


def test_a_model_without_a_value_is_last_whichever_end_is_better(tmp_path: Path) -> None:
    """A model lacks the first task: a missing number is neither zero nor best."""
    first = card("a-find", "text-to-region", "fp_per_image", metrics=())
    second = card("find", "text-to-region", "recall@0.5")
    clean = [replace(item, sample=replace(item.sample, task="a-find")) for item in find_items(boxes=True)]
    noisy = [replace(item, answer=Answer(boxes=(Box(xyxy=(1.0, 1.0, 2.0, 2.0), label="nodule"),))) for item in clean]
    runs = [
        write_run(tmp_path / "1", "a-none", [(second, find_items(boxes=True))], ()),
        write_run(tmp_path / "2", "b-noisy", [(first, noisy)], ()),
        write_run(tmp_path / "3", "c-clean", [(first, clean)], ()),
    ]
    (table,) = wide(site_of(runs))
    assert [model for model, _ in table.rows] == ["c-clean", "b-noisy", "a-none"]
    assert table.rows[2][1][0] is None
    assert [entries[0].best for _, entries in table.rows[:2] if entries[0]] == [True, False]


def test_models_that_differ_are_not_ranked_and_the_tables_say_why(tmp_path: Path) -> None:
    made = card("made-vqa", "vqa", "exact_match")
    runs = [
        write_run(tmp_path / "a", "a", [(made, vqa_items({}))], ()),
        write_run(tmp_path / "b", "b", [(made, vqa_items({}, right=12))], (), resign={"exact_match": "other"}),
    ]
    site = site_of(runs)
    frame = scores_frame(site)
    assert not frame.ranked.any()
    assert frame.rank_best.isna().all()
    assert differences_frame(site).empty
    (table,) = wide(site)
    assert not any(entry.best or entry.near or entry.rank for _, entries in table.rows for entry in entries if entry)
    assert "`made-vqa`: no ranks, models differ in the signature." in markdown(table)
    assert "not ranked" in latex_table(table)
    write_exports(site, tmp_path / "out")
    kinds = {name: one.kind for name, one in DIFFERENCES.items()}
    assert {
        name: str(kind) for name, kind in pd.read_parquet(tmp_path / "out" / "differences.parquet").dtypes.items()
    } == kinds


def test_best_and_not_separable_from_best(site: Site) -> None:
    """Against the differences themselves, on every task that ranks."""
    for table in wide(site):
        boards = [board for board in site.boards if board.cells[0].result["family"] == table.family]
        for place, board in enumerate(boards):
            found = {model: entries[place] for model, entries in table.rows if entries[place]}
            best = max(found, key=lambda model: found[model].value)
            differences = site.standings[board.key].differences
            for model, entry in found.items():
                tied = entry.value == found[best].value
                assert entry.best == tied
                apart = not tied and differences[(model, "none"), (best, "none")].p_adjusted <= 0.05
                assert entry.near == (not tied and not apart)


def test_where_all_are_equal_or_alone_nobody_is_best(tmp_path: Path) -> None:
    made = card("made-vqa", "vqa", "exact_match")
    runs = [write_run(tmp_path / name, name, [(made, vqa_items({}))], ()) for name in ("a", "b")]
    for some in (runs, runs[:1]):
        (table,) = wide(site_of(some))
        entries = [entry for _, (entry,) in table.rows if entry]
        assert len(entries) == len(some)
        assert all(entry.rank and not entry.best and not entry.near for entry in entries)


EDGES = ("a_b|c`d", "*中文--model", "[x] {y} \\z", "plain/model-7b")


def goldens(site: Site) -> dict[str, str]:
    (vqa, *_) = [table for table in wide(site) if table.family == "vqa"]
    made = {"edges.md": markdown(named(EDGES)), "edges.tex": latex_table(named(EDGES))}
    return made | {"vqa.md": markdown(vqa), "vqa.tex": latex_table(vqa)}


@pytest.mark.parametrize("name", ["edges.md", "edges.tex", "vqa.md", "vqa.tex"])
def test_golden(site: Site, name: str) -> None:
    assert goldens(site)[name] == (GOLDEN / name).read_text("utf-8")


if __name__ == "__main__":
    import tempfile

    from made_demo import write_demo

    sys.path.insert(0, str(Path(__file__).parent))
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for golden, content in goldens(site_of(write_demo(Path(place)))).items():
            (GOLDEN / golden).write_text(content, "utf-8", newline="\n")
