"""Model against model: the shipped comparisons are those of the standing, and say why where there are none."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import Item, boards_of, card, write_run
from reading_pages import everything
from test_site_samples import data, names

from medgauge.types import Answer, Sample
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.standing import Difference, Outcomes, standing
from medgauge_leaderboards.site.versus import apart, verdict

CARD = card("words", "vqa", "exact_match", publish="references", metrics=("length_ratio",))
FOUND = Difference(
    value=0.25, low=0.1, high=0.4, p=0.01, p_adjusted=0.03, outcomes=Outcomes(wins=9, losses=1, ties=2), sign=1
)  # fmt: skip


def items(right: int, of: int = 12, question: str = "Which?", group: str = "") -> list[Item]:
    made = []
    for i in range(of):
        said = "a" if i < right else "b"
        sample = Sample(
            id=f"{i}", task="words", language="en", question=question, target=Answer(text="a"), group=f"{group}{i}"
        )
        made.append(Item(sample=sample, text=said, answer=Answer(text=said)))
    return made


def test_shipped_comparisons_are_those_of_the_standing(demo_runs: list[Path], demo_site: Path) -> None:
    head = data(demo_site, "versus")
    row_of = {(row["model"], row["control"]): row["slug"] for row in head["rows"]}
    compared = 0
    for board in boards_of(demo_runs):
        slug = next(one["slug"] for one in head["boards"] if one["key"] == board.key)
        found = standing(board).differences
        for one in board.cells:
            shipped = data(demo_site, f"versus/row.{row_of[one.row]}")[slug]
            number = one.metrics[one.primary]
            assert shipped["value"] == pytest.approx(number["value"], rel=1e-8)
            assert (shipped["metric"], shipped["n"]) == (one.primary, one.result["n"])
            assert set(shipped["against"]) == {row_of[cell.row] for cell in board.cells if cell.row != one.row}
            for other in board.cells:
                if (one.row, other.row) in found:
                    wanted = found[one.row, other.row]
                    difference, low, high, p, adjusted, *counts, word = shipped["against"][row_of[other.row]]
                    numbers = [wanted.value, wanted.low, wanted.high, wanted.p, wanted.p_adjusted]
                    for ours, theirs in zip((difference, low, high, p, adjusted), numbers, strict=True):
                        assert ours == (theirs if theirs is None else pytest.approx(theirs, rel=1e-8, abs=1e-12))
                    assert counts == [wanted.outcomes.wins, wanted.outcomes.losses, wanted.outcomes.ties]
                    assert (word == "better") == wanted.better
                    assert (word == "worse") == wanted.worse
                    compared += 1
    assert compared > 40
    assert {slug for slug in row_of.values() if "control" in slug} == {"acme-vl-7b-control-blind"}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "better"),
        ({"value": -0.25}, "worse"),
        ({"sign": -1}, "worse"),
        ({"sign": -1, "value": -0.25}, "better"),
        ({"p_adjusted": 0.0501}, "inseparable"),
        ({"p_adjusted": 0.05}, "better"),
        ({"p_adjusted": None}, "better+"),
        ({"p_adjusted": None, "p": 0.06}, "inseparable"),
        ({"sign": 0}, "higher"),
        ({"sign": 0, "value": -1.0, "p_adjusted": None}, "lower+"),
        ({"value": 0.0}, "inseparable"),
    ],
)
def test_a_verdict_is_the_adjusted_tests(changes: dict[str, float | None], word: str) -> None:
    assert verdict(replace(FOUND, **changes)) == word  # type: ignore[arg-type]


def two(tmp_path: Path, other: list[Item], **changes: object) -> Board:
    made = changes.pop("card", CARD)
    runs = [
        write_run(tmp_path / "a", "a", [(CARD, items(9))], ()),
        write_run(tmp_path / "b", "b", [(made, other)], (), **changes),  # type: ignore[list-item]
    ]
    (board,) = boards_of(runs)
    return board


@pytest.mark.parametrize(
    ("other", "changes", "why"),
    [
        pytest.param(items(3, of=11), {}, "samples", id="fewer samples"),
        pytest.param(items(3, question="What?"), {}, "samples", id="other questions"),
        pytest.param(items(3, group="g"), {}, "groups", id="other groups"),
        pytest.param(items(3), {"resign": {"exact_match": "exact_match|old"}}, "signature", id="other metric"),
        pytest.param(items(3), {"card": replace(CARD, version=2)}, "version", id="other version"),
        pytest.param(items(3), {"card": replace(CARD, primary="token_f1")}, "primary", id="other primary"),
    ],
)
def test_what_cannot_be_compared_says_why(tmp_path: Path, other: list[Item], changes: dict, why: str) -> None:
    board = two(tmp_path, other, **changes)
    one, second = board.cells
    assert (one.row, second.row) not in standing(board).differences
    assert apart(board, one, second) == apart(board, second, one) == why


def test_without_a_value_there_is_no_difference(tmp_path: Path) -> None:
    made = replace(CARD, primary="length_ratio", metrics=())
    empty = [Item(sample=one.sample, text="", answer=None, status="no_answer") for one in items(0)]
    undefined = [
        Item(sample=replace(one.sample, target=Answer(text="")), text="", answer=Answer(text="")) for one in empty
    ]
    runs = [write_run(tmp_path / name, name, [(made, undefined)], ()) for name in ("a", "b")]
    (board,) = boards_of(runs)
    assert standing(board).differences == {}
    assert apart(board, *board.cells) == "value"


def test_reasons_reach_the_page(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "a", [(CARD, items(9))], ()),
        write_run(tmp_path / "b", "b", [(CARD, items(3, of=11))], ()),
    ]
    site = build(runs, tmp_path / "site", Asked(title="T")).parent
    assert data(site, "versus/row.a")["words"]["against"] == {"b": "samples"}
    assert (site / "versus.html").is_file()


def test_a_row_named_like_the_files_of_a_task_called_versus(tmp_path: Path) -> None:
    """Both write into `data/versus/`."""
    made = replace(CARD, name="versus")
    own = [Item(sample=replace(one.sample, task="versus"), text=one.text, answer=one.answer) for one in items(4)]
    runs = [write_run(tmp_path / name, name, [(made, own)], ()) for name in ("board", "0", "names", "scales")]
    site = build(runs, tmp_path / "site", Asked(title="T")).parent
    assert data(site, "versus/board")["of"] == 12
    assert len(data(site, "versus/0")) == 12
    assert set(data(site, "versus/row.board")["versus"]["against"]) == {"0", "names", "scales"}
    assert len(data(site, "versus/board/0")) == 12


def test_comparisons_name_no_sample(tmp_path: Path) -> None:
    secret = replace(CARD, publish="scores")
    own = [
        Item(sample=replace(one.sample, id=f"patient-17-{one.sample.id}"), text=one.text, answer=one.answer)
        for one in items(5)
    ]
    site = build(
        [write_run(tmp_path / n, n, [(secret, own)], ()) for n in ("a", "b")], tmp_path / "site", Asked(title="T")
    ).parent
    assert b"patient-17" not in everything(site)
    assert names(site, "words") == [f"no.{i}" for i in range(1, 13)]
    assert data(site, "versus/row.a")["words"]["against"]["b"][5:8] == [0, 0, 12]
