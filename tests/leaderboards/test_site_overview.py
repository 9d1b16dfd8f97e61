"""The overview: ranks under any choice of models, what is known of a model, statuses, and how large the page is."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_overview import big_site, write_page
from made_runs import write_run
from reading_pages import cells, overview, words
from test_site_build import CARD, items

from medgauge.about import About, Price
from medgauge.spec import ModelSpec, RunSpec
from medgauge.store import MANIFEST, RunDirectory
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.overview import Facts, brief, facts_of
from medgauge_leaderboards.site.runs import Cell, Run
from medgauge_leaderboards.site.site import Site
from medgauge_leaderboards.site.views import sections

PRICE = Price(input=2.0, output=10.0)
USAGE = {"input_tokens": 1000, "output_tokens": 500, "seconds": 30.0, "without_tokens": 0}


def unpacked(text: str, models: int) -> np.ndarray:
    bits = np.unpackbits(np.frombuffer(base64.b64decode(text), dtype=np.uint8))
    return bits[: models * models].reshape(models, models).astype(bool)


@pytest.mark.parametrize(("models", "columns"), [(1, 2), (2, 3), (9, 5), (17, 3)])
def test_the_packed_matrix_gives_the_rank_sets(models: int, columns: int) -> None:
    site = big_site(models, columns, seed=models, missing=0.2 if models > 2 else 0.0)
    for section in sections(site):
        for column, packed in zip(section.columns, section.better, strict=True):
            better = unpacked(packed, len(section.models))
            ranked = [i for i, name in enumerate(section.models) if name in column.entries]
            for i in ranked:
                rank = column.entries[section.models[i]].rank
                assert rank is not None
                assert rank.best == 1 + better[i].sum()
                assert rank.worst == len(ranked) - better[:, i].sum()


def test_the_matrix_of_real_runs_says_who_is_significantly_better(tmp_path: Path) -> None:
    made = (("high", 40), ("middle", 36), ("low", 3))
    runs = [write_run(tmp_path / name, name, [(CARD, items(n, of=40))], ()) for name, n in made]
    site = build(runs, tmp_path / "site", Asked(title="T")).parent
    found = overview(site / "index.html")
    ranks = {model: found[model, "words"].parts["line ranks"] for model, _ in made}
    assert ranks == {"high": "rank 1–2 · n 40", "middle": "rank 1–2 · n 40", "low": "rank 3 · n 40"}
    assert [found[model, "words"].attributes.get("class") for model, _ in made] == ["top", "top", None]
    exported = json.loads((site / "leaderboard.json").read_text("utf-8"))
    assert exported["schema_version"] == 2
    assert {cell["model"]: cell["rank"] for cell in exported["cells"]} == {
        "high": {"best": 1, "worst": 2},
        "middle": {"best": 1, "worst": 2},
        "low": {"best": 3, "worst": 3},
    }


def test_a_model_alone_is_the_best_of_nobody(tmp_path: Path) -> None:
    index = build([write_run(tmp_path / "a", "m", [(CARD, items(9))], ())], tmp_path / "site", Asked(title="T"))
    (cell,) = overview(index).values()
    assert cell.parts["line ranks"] == "rank 1 · n 12"
    assert "class" not in cell.attributes


def test_without_an_order_there_is_no_rank(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "ours", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "theirs", [(CARD, items(9))], (), resign={"exact_match": "exact_match|old"}),
    ]
    index = build(runs, tmp_path / "site", Asked(title="T"))
    assert {cell.parts["line ranks"] for cell in overview(index).values()} == {"n 12"}
    (head,) = [c for c in cells(index) if "data-slug" in c.attributes]
    assert "data-better" not in head.attributes
    assert {cell["rank"] for cell in exported(index)} == {None}


def exported(index: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((index.parent / "leaderboard.json").read_text("utf-8"))["cells"]
    return found


def test_shares_are_of_answers_and_not_of_samples() -> None:
    site = big_site(2, 1)
    cell = site.boards[0].cells[0]
    result = dict(cell.result) | {"trials": 2, "status": {"scored": 700, "no_answer": 80, "refused": 0, "failed": 20}}
    board = replace(site.boards[0], cells=(replace(cell, result=result), *site.boards[0].cells[1:]))
    assert words_of(replace(site, boards=(board,)), cell)["line statuses"] == "no answer 10.0 %, failed 2.5 %"


def words_of(site: Site, cell: Cell) -> dict[str, str]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        found = overview(write_page(site, Path(folder) / "site"))
    return found[cell.row[0], site.slugs[cell.key]].parts


def a_run(
    about: About, manifest: Mapping[str, Any], n: int = 10, failed: int = 0, trials: int = 1, name: str = "m"
) -> Run:
    result: dict[str, Any] = {"n": n, "status": {"scored": n * trials - failed, "failed": failed}}
    return Run(
        directory=RunDirectory(Path("nowhere")),
        spec=RunSpec(model=ModelSpec(spec=name, name=name, box_format="none"), tasks=()),
        manifest=manifest,
        tasks={"t": result | ({"trials": trials} if trials > 1 else {})},
        cards={},
        about=about,
    )


def facts(*runs: Run) -> Facts:
    made = big_site(1, 1)
    cell = made.boards[0].cells[0]
    boards: list[Board] = [
        replace(made.boards[0], key=f"{i}", cells=(replace(cell, run=run),)) for i, run in enumerate(runs)
    ]
    (found,) = facts_of(replace(made, runs=runs, boards=tuple(boards))).values()
    return found


def test_what_an_answer_took_is_a_mean_over_all_answers() -> None:
    made = facts(a_run(About(price=PRICE), {"usage": USAGE}, n=10, trials=2))
    assert (made.seconds, made.tokens) == (30 / 20, 500 / 20)
    assert made.dollars == pytest.approx(1000 * (1000 * 2 + 500 * 10) / 1e6 / 20, rel=1e-12)
    both = facts(a_run(About(price=PRICE), {"usage": USAGE}), a_run(About(price=PRICE), {"usage": USAGE}, n=30))
    assert (both.seconds, both.tokens) == (60 / 40, 1000 / 40)


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        {"usage": None},
        {"usage": "free"},
        {"usage": USAGE | {"without_tokens": 1}},
        {"usage": {"input_tokens": None, "output_tokens": None, "seconds": None, "without_tokens": 10}},
        {"usage": USAGE, "missing": ["t/3"]},
        {"usage": USAGE | {"input_tokens": True, "output_tokens": -5, "seconds": "3"}},
        {"usage": USAGE | {"input_tokens": 1e400, "output_tokens": float("nan"), "seconds": float("inf")}},
    ],
)
def test_what_is_not_known_of_every_answer_is_unknown(manifest: Mapping[str, Any]) -> None:
    made = facts(a_run(About(price=PRICE), manifest))
    assert (made.seconds, made.tokens, made.dollars) == (None, None, None)
    half = facts(a_run(About(price=PRICE), {"usage": USAGE}), a_run(About(price=PRICE), manifest))
    assert (half.seconds, half.tokens, half.dollars) == (None, None, None)


def test_without_a_price_there_is_no_cost_and_failures_hide_the_time() -> None:
    assert facts(a_run(About(), {"usage": USAGE})).dollars is None
    assert facts(a_run(About(), {"usage": USAGE}, failed=1)).seconds is None


@pytest.mark.parametrize(
    ("parameters", "size"),
    [(None, "unknown"), (0.0, "4"), (4.0, "4"), (4.01, "10"), (10.0, "10"), (10.5, "30"), (30.0, "30"), (30.1, "more")],
)
def test_classes_of_size(parameters: float | None, size: str) -> None:
    assert facts(a_run(About(parameters=parameters), {})).size == size


def test_runs_that_contradict_each_other_leave_it_unknown_and_say_so() -> None:
    one = About(parameters=7.0, open_weights=True, licence="MIT", unverified=("the size",))
    made = facts(a_run(one, {}), a_run(replace(one, parameters=8.0, licence="GPL"), {}))
    assert (made.parameters, made.open_weights, made.licence) == (None, True, "")
    assert made.unverified == ("licence: GPL, MIT", "parameters: 7.0, 8.0", "the size")
    silent = facts(a_run(one, {}), a_run(About(), {}))
    assert (silent.parameters, silent.weights, silent.licence) == (7.0, "open", "MIT")


@given(st.floats(min_value=1e-9, max_value=1e12))
def test_brief_numbers_keep_three_digits(value: float) -> None:
    text = brief(value).replace(",", "")
    assert "e" not in text
    assert float(text) == pytest.approx(value, rel=5.001e-3)


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (7, "7"), (0.0123, "0.0123"), (34.0, "34"), (1234.5, "1,234")])
def test_brief_numbers_read_well(value: float, text: str) -> None:
    assert brief(value) == text


def heads(index: Path) -> dict[str, str]:
    return {str(c.attributes["data-value"]): words(c.text) for c in cells(index) if c.attributes.get("scope") == "row"}


def told(folder: Path, about: Mapping[str, Any], usage: Mapping[str, Any]) -> Path:
    run = RunDirectory(folder)
    run.write(MANIFEST, run.manifest() | {"about": about, "usage": usage})
    return folder


def test_the_row_says_what_is_known_of_the_model(tmp_path: Path) -> None:
    about = {"parameters": 7.5, "open_weights": False, "licence": "<b>odd</b>", "price": {"input": 2, "output": 10}}
    runs = [
        told(write_run(tmp_path / "a", "known", [(CARD, items(3))], ()), about | {"unverified": ["the size"]}, USAGE),
        write_run(tmp_path / "b", "unknown", [(CARD, items(3))], ()),
    ]
    found = heads(build(runs, tmp_path / "site", Asked(title="T")))
    assert found["known"] == (
        "known 7.5 B · closed weights · <b>odd</b> unverified 2.5 s per answer · 41.7 tokens per answer"
        " 0.583 USD per 1,000 answers"
    )
    assert found["unknown"] == "unknown size unknown · weights unknown speed unknown cost unknown"


def test_the_export_says_all_that_the_page_says(tmp_path: Path) -> None:
    runs = [
        told(write_run(tmp_path / "a", "m", [(CARD, items(9))], ()), {"parameters": 7.0}, USAGE),
        write_run(tmp_path / "b", "m", [(CARD, items(3))], (), control="blind"),
        write_run(tmp_path / "c", "plain", [(CARD, items(4))], ()),
    ]
    known, plain = exported(build(runs, tmp_path / "site", Asked(title="T")))
    assert known["gain_over_blind"]["value"] == 0.5
    assert {"low", "high", "p"} <= set(known["gain_over_blind"])
    assert (known["no_gain"], plain["gain_over_blind"], plain["no_gain"]) == (None, None, "no-control")
    assert known["about"]["parameters"] == 7.0
    assert plain["about"]["parameters"] is None
    assert known["shares"] == {"scored": 1.0, "no_answer": 0.0, "refused": 0.0, "failed": 0.0}
    assert known["per_answer"] == {
        "seconds": 2.5,
        "output_tokens": 500 / 12,
        "dollars": None,
    }
    assert set(plain["per_answer"].values()) == {None}


def test_many_models_and_columns_fit_in_a_small_page(tmp_path: Path) -> None:
    """50 models and 30 columns whose numbers are all random, which packs worse than any real ones."""
    index = write_page(big_site(50, 30), tmp_path / "site")
    page = index.read_bytes()
    parts = [page, *(file.read_bytes() for file in (index.parent / "assets").iterdir() if file.name.encode() in page)]
    assert len(overview(index)) == 1500
    assert sum(len(gzip.compress(part, 9)) for part in parts) < 100_000


def test_exports_and_figures_are_linked(tmp_path: Path) -> None:
    links = ([("All scores, CSV", "export/scores.csv")], [("<b>", "figures/a.svg")])
    page = write_page(big_site(2, 2), tmp_path / "site", *links).read_text("utf-8")
    assert '<a href="export/scores.csv">All scores, CSV</a>' in page
    assert '<a href="figures/a.svg">&lt;b&gt;</a>' in page
