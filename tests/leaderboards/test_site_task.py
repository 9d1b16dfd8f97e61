"""The page of one task: intervals, pairs, slices and languages, against the runs and against arithmetic done anew."""

import itertools
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import boards_of, card, write_run
from reading_pages import words
from test_site_build import CARD, items, site

from medgauge.metrics import parse_metric
from medgauge.multiplicity import holm
from medgauge.significance import compare_groups
from medgauge.store import MANIFEST, RESULTS, SPEC, RunDirectory
from medgauge.types import Answer, Box
from medgauge_leaderboards.site.forest import axis, forest, in_order
from medgauge_leaderboards.site.matrix import Mark, Reason, matrix, shown_p
from medgauge_leaderboards.site.render import strings
from medgauge_leaderboards.site.standing import standing

MINUS = "\u2212"


def signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", MINUS)


def table(page: Path, id: str) -> str:
    """The markup of one table."""
    text = page.read_text("utf-8")
    start = text.index(f'id="{id}"')
    return text[start : text.index("</table>", start)]


def rows_of(markup: str) -> list[str]:
    return re.findall(r"<tr.*?</tr>", markup[markup.index("<tbody>") :], re.DOTALL)


def plain(markup: str) -> str:
    return words(unescape(re.sub(r"<[^>]*>", " ", markup.replace("<wbr>", ""))))


def result_of(run: Path, key: str) -> dict[str, Any]:
    found: dict[str, Any] = RunDirectory(run).results()["tasks"][key]
    return found


def test_models_stand_by_value_and_controls_behind_theirs(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "low", [(CARD, items(2))], ()),
        write_run(tmp_path / "b", "low", [(CARD, items(11))], (), control="blind"),
        write_run(tmp_path / "c", "high", [(CARD, items(9))], ()),
        write_run(tmp_path / "d", "alone", [(CARD, items(12))], (), control="black-image"),
    ]
    (board,) = boards_of(runs)
    assert [cell.row for cell in in_order(board)] == [
        ("high", "none"),
        ("low", "none"),
        ("low", "blind"),
        ("alone", "black-image"),
    ]


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=8))
def test_an_axis_holds_all_values_between_round_marks(values: list[float]) -> None:
    scale, ticks = axis(values)
    room = 1e-6 * max(1.0, *map(abs, values))
    assert scale.low <= min(values) + room
    assert scale.high >= max(values) - room
    assert [ticks[0].at, ticks[-1].at] == [0.0, 100.0]
    assert 2 <= len(ticks) <= 8
    labels = [float(tick.label.replace(MINUS, "-")) for tick in ticks]
    assert len(set(labels)) == len(labels)
    for tick, label in zip(ticks, labels, strict=True):
        assert abs(scale.at(label) - tick.at) <= 0.02


def test_an_axis_of_nothing_is_zero_to_one() -> None:
    assert [tick.label for tick in axis([])[1]] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]


def test_the_axis_of_one_value_has_room_and_no_negative_marks() -> None:
    assert [tick.label for tick in axis([0.0])[1]] == ["0.00", "0.01", "0.02", "0.03", "0.04", "0.05"]
    assert axis([0.5])[1][0].label == "0.44"


def test_the_plot_shows_value_interval_and_n_of_the_run(demo_runs: list[Path], demo_site: Path) -> None:
    markup = table(demo_site / "tasks" / "made-vqa-en.html", "table-plot")
    ticks = [
        (float(place), float(label)) for place, label in re.findall(r'<text x="([\d.]+)%" y="12">([\d.]+)<', markup)
    ]
    first, last = ticks[0][1], ticks[-1][1]
    rows = rows_of(markup)
    assert len(rows) == 5
    metric = result_of(demo_runs[0], "made-vqa/en")["metrics"]["exact_match"]
    assert plain(rows[0]).startswith("acme/vl-7b ")
    assert f"{metric['value']:.3f} [{metric['low']:.3f}, {metric['high']:.3f}]" in plain(rows[0])
    assert plain(rows[0]).endswith(" 30")
    line = re.search(r'class="range" x1="([\d.]+)%" x2="([\d.]+)%"', rows[0])
    assert line is not None
    for place, end in zip(line.groups(), ("low", "high"), strict=True):
        assert float(place) == pytest.approx(100 * (metric[end] - first) / (last - first), abs=0.01)
    mark = re.search(r'class="mark-at" x="([\d.]+)%"', rows[0])
    assert mark is not None
    assert float(mark[1]) == pytest.approx(100 * (metric["value"] - first) / (last - first), abs=0.01)


def test_kinds_of_rows_are_told_by_shape(demo_site: Path) -> None:
    rows = rows_of(table(demo_site / "tasks" / "made-vqa-en.html", "table-plot"))
    shapes = {plain(row).split(" ")[0] + ("*" if "control" in plain(row) else ""): row for row in rows}
    assert 'class="dot"' in shapes["acme/vl-7b"]
    assert 'class="hollow"' in shapes["acme/vl-7b*"]
    assert 'class="square"' in shapes["baseline/prior"]


def test_under_ten_groups_there_is_no_whisker(tmp_path: Path) -> None:
    built = site([write_run(tmp_path / "a", "m", [(CARD, items(3, of=9))], ())], tmp_path)
    (row,) = rows_of(table(built / "tasks" / "words.html", "table-plot"))
    assert "no interval" in plain(row)
    assert 'class="range"' not in row
    assert 'class="mark-at"' in row


def test_ranks_on_the_page_are_those_of_the_tests(demo_runs: list[Path], demo_site: Path) -> None:
    board = next(board for board in boards_of(demo_runs) if board.key == "made-vqa/en")
    ranks = standing(board).ranks
    shown = {}
    for row in rows_of(table(demo_site / "tasks" / "made-vqa-en.html", "table-plot")):
        rank = re.search(r'<td class="rank">(.*?)</td>', row)
        assert rank is not None
        shown[plain(row).split(" ")[0], "control" in plain(row)] = plain(rank[1])
    assert shown.pop(("acme/vl-7b", True)) == "–"
    for (model, _), text in shown.items():
        one = ranks[model, "none"]
        assert text == (f"{one.best}–{one.worst}" if one.best != one.worst else str(one.best))


def with_second_trial(run: Path) -> Path:
    """The same answers once more, as a second trial."""
    directory = RunDirectory(run)
    scores = list(directory.scores())
    directory.write_scores([*scores, *(replace(one, key=replace(one.key, trial=1)) for one in scores)])
    results = directory.results()
    for entry in results["tasks"].values():
        entry["trials"] = 2
        for made in entry["metrics"].values():
            made |= {"trials": [made["value"]] * 2, "trial_sd": 0.0625}
    directory.write(RESULTS, results)
    directory.write(SPEC, directory.spec() | {"trials": 2})
    directory.write(MANIFEST, directory.manifest() | {"files": directory.hashes()})
    return run


def test_the_deviation_over_trials_stands_beside_the_interval(tmp_path: Path) -> None:
    runs = [
        with_second_trial(write_run(tmp_path / "a", "twice", [(CARD, items(9))], ())),
        write_run(tmp_path / "b", "once", [(CARD, items(3))], ()),
    ]
    built = site(runs, tmp_path)
    first, second = rows_of(table(built / "tasks" / "words.html", "table-plot"))
    assert plain(first).endswith("12 0.062 2 trials")
    assert plain(second).endswith("12 one trial")
    assert matrix_cells(built / "tasks" / "words.html")["twice", "once"][1].startswith(
        "▲ +0.500"
    )  # compared all the same
    assert "Deviation over trials" not in (site(runs[1:], tmp_path) / "tasks" / "words.html").read_text()


def matrix_cells(page: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """(row, column) to class and text of the table of pairs."""
    rows = rows_of(table(page, "matrix"))
    names = [plain(re.findall(r'class="who">(.*?)</span>', row)[0]) for row in rows]
    found = {}
    for name, row in zip(names, rows, strict=True):
        for other, (kind, text) in zip(names, re.findall(r'<td class="(\w+)">(.*?)</td>', row), strict=True):
            found[name, other] = (kind, plain(text))
    return found


def test_the_table_of_pairs_is_the_test_made_anew(tmp_path: Path) -> None:
    """Each p by `compare_groups` on two runs alone, then Holm's adjustment over the pairs."""
    right = {"a": 10, "b": 14, "c": 21, "d": 29}
    runs = {name: write_run(tmp_path / name, name, [(CARD, items(n, of=40))], ()) for name, n in right.items()}
    found = matrix_cells(site([*runs.values()], tmp_path) / "tasks" / "words.html")
    scores = {name: list(RunDirectory(run).scores()) for name, run in runs.items()}
    metric, pairs = parse_metric("exact_match"), list(itertools.combinations(runs, 2))
    raw = [compare_groups(metric, scores[one], scores[other]).p for one, other in pairs]
    for (one, other), p in zip(pairs, holm(np.array(raw)), strict=True):
        for a, b in ((one, other), (other, one)):
            difference = (right[a] - right[b]) / 40
            kind = "same" if p > 0.05 else "better" if difference > 0 else "worse"
            mark = {"same": "·", "better": "▲", "worse": "▼"}[kind]
            assert found[a, b] == (kind, f"{mark} {signed(difference)} p {shown_p(float(p))}")
    assert {kind for kind, _ in found.values()} == {"none", "same", "better", "worse"}


def test_where_lower_is_better_the_lower_model_has_the_upward_sign(tmp_path: Path) -> None:
    fewer = card("fewer", "text-to-region", "fp_per_image", publish="references")
    silent = [replace(one, answer=Answer()) for one in items(0, of=40, task="fewer")]
    loud = [replace(one, answer=Answer(boxes=(Box(xyxy=(0, 0, 9, 9)),))) for one in silent]
    runs = [
        write_run(tmp_path / "a", "loud", [(fewer, loud)], ()),
        write_run(tmp_path / "b", "silent", [(fewer, silent)], ()),
    ]
    found = matrix_cells(site(runs, tmp_path) / "tasks" / "fewer.html")
    assert list(found) == [("silent", "silent"), ("silent", "loud"), ("loud", "silent"), ("loud", "loud")]
    assert found["silent", "loud"] == ("better", f"▲ {MINUS}1.000 p <0.001")
    assert found["loud", "silent"][0] == "worse"


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        pytest.param([], "one", id="one model"),
        pytest.param([("b", {"question": "What?"}, {})], "problems", id="other samples"),
    ],
)
def test_why_models_are_not_compared_is_said(tmp_path: Path, others: list[Any], reason: Reason) -> None:
    runs = [write_run(tmp_path / "a", "ours", [(CARD, items(3))], ())]
    runs += [write_run(tmp_path / n, n, [(CARD, items(3, **changed))], (), **spec) for n, changed, spec in others]
    built = site(runs, tmp_path)
    text = (built / "tasks" / "words.html").read_text("utf-8")
    assert strings("en")[f"pairs.why.{reason}"] in text
    assert 'id="matrix"' not in text


def test_a_difference_without_a_better_end_is_neither_better_nor_worse(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "a", [(CARD, items(0, of=40))], ()),
        write_run(tmp_path / "b", "b", [(CARD, items(40, of=40))], ()),
    ]
    (board,) = boards_of(runs)
    made = standing(board)
    neither = {pair: replace(one, sign=0) for pair, one in made.differences.items()}
    marks = {
        pair.mark for row in matrix(board, replace(made, differences=neither), board.cells).rows for pair in row if pair
    }
    assert marks == {"other"}


def test_every_sign_reason_and_test_has_words() -> None:
    known = strings("en")
    assert {f"pairs.cell.{mark}" for mark in get_args(Mark)} <= set(known)
    assert {f"pairs.why.{reason}" for reason in get_args(Reason)} <= set(known)
    assert {f"pairs.test.{name}" for name in ("sign-flip", "bootstrap-t")} <= set(known)


def test_many_metrics_are_folded_away_behind_the_main_ones(tmp_path: Path) -> None:
    names = (
        "empty_rate",
        "language_compliance",
        "parse_rate",
        "mcq_chance",
        "mcq_accuracy",
        "closed_accuracy",
        "token_f1",
    )
    run = write_run(tmp_path / "a", "m", [(CARD, items(3))], names)
    page = site([run], tmp_path) / "tasks" / "words.html"
    main, rest = (re.findall(r'data-metric="([^"]*)"', table(page, f"table-{id}")) for id in ("metrics", "rest"))
    assert main == ["exact_match", "closed_accuracy", "mcq_accuracy", "token_f1", "parse_rate"]
    assert rest == ["empty_rate", "language_compliance", "mcq_chance"]
    assert "More metrics (3)" in page.read_text("utf-8")


def test_the_spread_counts_every_sample(demo_runs: list[Path], demo_site: Path) -> None:
    page = (demo_site / "tasks" / "made-find.html").read_text("utf-8")
    rows = rows_of(page[page.index('id="spread"') :])
    board = next(board for board in boards_of(demo_runs) if board.key == "made-find")
    for row, cell in zip(rows, in_order(board), strict=True):
        values = board.columns[cell.row].values
        expected = [sum(int(k / 10 <= v < (k + 1) / 10 or (k == 9 and v == 1)) for v in values) for k in range(10)]
        assert f"{' · '.join(map(str, expected))} {int(np.isnan(values).sum())}" in plain(row)
        assert len(re.findall("<rect", row)) == 10
    assert 'id="spread"' not in (demo_site / "tasks" / "made-vqa-en.html").read_text("utf-8")  # right or wrong only


def test_a_plot_without_a_value_has_no_mark(tmp_path: Path) -> None:
    (board,) = boards_of([write_run(tmp_path / "a", "m", [(CARD, items(3))], ())])
    cell = board.cells[0]
    metrics = {name: dict(made) | {"value": None, "low": None, "high": None} for name, made in cell.metrics.items()}
    without = replace(cell, result={**cell.result, "metrics": metrics})
    made = forest(board, standing(board), [without])
    assert made.rows[0].number.value is None
    assert made.ticks[0].label == "0.0"
