"""Who is better than whom on a board: against paired differences, tests and ranks made one pair at a time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_runs import Item, boards_of, card, write_run

from medgauge.multiplicity import holm
from medgauge.ranks import RankSet
from medgauge.significance import compare_groups
from medgauge.stats import aligned, paired_difference
from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.site.board import Board
from medgauge_leaderboards.site.standing import Difference, Outcomes, standing
from medgauge_leaderboards.site.values import prepared
from medgauge_leaderboards.site.views import best_first

N = 60
CARD = card("words", "vqa", "exact_match", metrics=("length_ratio",))
RIGHT = {"a/best": 55, "b/near": 52, "c/low": 20, "d/none": 0}


def items(right: int, n: int = N) -> list[Item]:
    """The first `right` of a fixed shuffle are right."""
    order = np.random.default_rng(3).permutation(n)
    place = {int(i): rank for rank, i in enumerate(order)}
    return [
        Item(
            sample=Sample(id=f"s{i:02d}", task="words", language="en", target=Answer(text="yes"), group=f"g{i // 2}"),
            answer=Answer(text="yes" if place[i] < right else "no"),
        )
        for i in range(n)
    ]


def board_of(tmp_path: Path, right: dict[str, int], **changes: object) -> Board:
    folders = [
        write_run(tmp_path / name.replace("/", "-"), name, [(CARD, items(count))], (), **changes)
        for name, count in right.items()
    ]
    (board,) = boards_of(folders)
    return board


def test_every_pair_is_what_the_pair_is_alone(tmp_path: Path) -> None:
    board = board_of(tmp_path, RIGHT)
    found = standing(board)
    assert len(found.differences) == 12
    metric = prepared(board.cells[0], "exact_match")
    raw = {}
    for (one, other), made in found.differences.items():
        left, right = (board.cell(row).scores() for row in (one, other))  # type: ignore[union-attr]
        alone = paired_difference(metric, left, right)
        assert (made.value, made.low, made.high) == pytest.approx((alone.value, alone.low, alone.high), abs=1e-12)
        assert made.p == pytest.approx(compare_groups(metric, left, aligned(metric, left, right)).p, abs=1e-12) or (
            made.p < 1e-4
        )
        hits = [[score.stats["exact_match"][0] for score in side] for side in (left, right)]  # type: ignore[index]
        won = sum(x > y for x, y in zip(*hits, strict=True))
        lost = sum(x < y for x, y in zip(*hits, strict=True))
        assert made.outcomes == Outcomes(wins=won, losses=lost, ties=N - won - lost)
        raw[frozenset((one, other))] = made.p
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    for pair, made in found.differences.items():
        assert made.p_adjusted == adjusted[frozenset(pair)]
        assert made.better == found.differences[pair[::-1]].worse


def test_models_that_cannot_be_told_apart_share_ranks(tmp_path: Path) -> None:
    ranks = standing(board_of(tmp_path, RIGHT)).ranks
    assert ranks == {
        ("a/best", "none"): RankSet(best=1, worst=2),
        ("b/near", "none"): RankSet(best=1, worst=2),
        ("c/low", "none"): RankSet(best=3, worst=3),
        ("d/none", "none"): RankSet(best=4, worst=4),
    }


def test_controls_are_compared_and_not_ranked(tmp_path: Path) -> None:
    folders = [
        write_run(tmp_path / "a", "a", [(CARD, items(50))], ()),
        write_run(tmp_path / "a-blind", "a", [(CARD, items(20))], (), control="blind"),
        write_run(tmp_path / "b", "b", [(CARD, items(49))], ()),
    ]
    (board,) = boards_of(folders)
    found = standing(board)
    assert set(found.ranks) == {("a", "none"), ("b", "none")}
    gain = found.gains["a", "none"]
    assert isinstance(gain, Difference)
    assert gain.value == 0.5
    assert gain.p_adjusted is None
    assert not gain.better
    assert found.gains["b", "none"] == "no-control"
    only_pair = found.differences[("a", "none"), ("b", "none")]
    assert only_pair.p_adjusted == only_pair.p


def test_where_neither_end_is_better_nobody_wins(tmp_path: Path) -> None:
    neither = card("words", "vqa", "length_ratio", metrics=("exact_match",))
    folders = [write_run(tmp_path / name, name, [(neither, items(n))], ()) for name, n in (("a", 50), ("b", 10))]
    (board,) = boards_of(folders)
    found = standing(board)
    assert found.ranks == {}
    made = found.differences[("a", "none"), ("b", "none")]
    assert made.outcomes is None
    assert (made.better, made.worse) == (False, False)


def test_models_over_other_samples_are_neither_compared_nor_ranked(tmp_path: Path) -> None:
    folders = [
        write_run(tmp_path / "a", "a", [(CARD, items(50))], ()),
        write_run(tmp_path / "b", "b", [(CARD, items(30, 58))], ()),
    ]
    (board,) = boards_of(folders)
    found = standing(board)
    assert found.ranks == {}
    assert found.differences == {}


def test_few_groups_separate_nobody(tmp_path: Path) -> None:
    few = [
        Item(sample=Sample(id=f"{i}", task="words", language="en", target=Answer(text="yes"), group=f"g{i % 4}"))
        for i in range(40)
    ]
    folders = [
        write_run(
            tmp_path / name, name, [(CARD, [Item(sample=one.sample, answer=Answer(text=said)) for one in few])], ()
        )
        for name, said in (("a", "yes"), ("b", "no"))
    ]
    (board,) = boards_of(folders)
    assert set(standing(board).ranks.values()) == {RankSet(best=1, worst=2)}
    # four groups leave sixteen flips, a test whose p cannot be small
    assert standing(board).differences[("a", "none"), ("b", "none")].p == 2 / 16


def test_a_model_without_a_value_has_no_rank(tmp_path: Path) -> None:
    """Boxes are pooled: where nothing is to be found and nothing drawn there is no value at all."""
    find = card("find", "text-to-region", "f1@0.5")
    drawn = Answer(boxes=())
    samples = [Sample(id=f"{i}", task="find", language="en", target=Answer(), group=f"g{i}") for i in range(30)]
    folders = [
        write_run(tmp_path / name, name, [(find, [Item(sample=s, answer=drawn) for s in samples])], ()) for name in "ab"
    ]
    (board,) = boards_of(folders)
    assert standing(board).ranks == {}
    assert standing(board).gains["a", "none"] == "no-control"


def test_samples_of_a_third_model_are_no_ties_of_the_pair(tmp_path: Path) -> None:
    folders = [
        write_run(tmp_path / "a", "a", [(CARD, items(50))], ()),
        write_run(tmp_path / "b", "b", [(CARD, items(30))], ()),
        write_run(tmp_path / "c", "c", [(CARD, items(30, N + 7))], ()),
    ]
    (board,) = boards_of(folders)
    assert len(board.ids) == N + 7
    made = standing(board).differences[("a", "none"), ("b", "none")]
    assert made.outcomes == Outcomes(wins=20, losses=0, ties=N - 20)


def older(items_: list[Item], count: int) -> list[Item]:
    """The first samples with another question, as an older version of the data has them."""
    return [
        Item(sample=replace(one.sample, question="Which?"), answer=one.answer) if i < count else one
        for i, one in enumerate(items_)
    ]


@pytest.mark.parametrize("control", ["none", "blind"])
def test_a_run_on_older_samples_changes_nothing_between_others(tmp_path: Path, control: str) -> None:
    pair = [write_run(tmp_path / name, name, [(CARD, items(n))], ()) for name, n in (("b", 50), ("c", 30))]
    (alone,) = boards_of(pair)
    stranger = write_run(tmp_path / "a", "a", [(CARD, older(items(40), 25))], (), control=control)
    (board,) = boards_of([stranger, *pair])
    one, other = ("b", "none"), ("c", "none")
    assert standing(board).differences[one, other] == standing(alone).differences[one, other]
    assert (("a", control), one) not in standing(board).differences
    assert (standing(board).ranks == standing(alone).ranks) == (control == "blind")


FIND = card("find", "text-to-region", "f1@0.5")
BOX, FAR = Box(xyxy=(10.0, 10.0, 60.0, 60.0)), Box(xyxy=(200.0, 10.0, 260.0, 60.0))


def drawn(there: tuple[Box, ...], answers: dict[str, tuple[Box, ...]], n: int, tmp_path: Path) -> Board:
    samples = [
        Sample(id=f"{i}", task="find", language="en", target=Answer(boxes=there), group=f"g{i}") for i in range(n)
    ]
    empty = [Sample(id=f"e{i}", task="find", language="en", target=Answer(), group=f"e{i}") for i in range(n)]
    folders = [
        write_run(
            tmp_path / name,
            name,
            [(FIND, [Item(sample=s, answer=Answer(boxes=boxes)) for s in [*samples, *empty]])],
            (),
        )
        for name, boxes in answers.items()
    ]
    (board,) = boards_of(folders)
    return board


def test_a_difference_without_any_variation_is_no_tie(tmp_path: Path) -> None:
    """Every resample says 1 - 0; there is no standard error, and yet no doubt."""
    board = drawn((BOX,), {"good": (BOX,), "bad": (FAR,)}, 30, tmp_path)
    found = standing(board)
    made = found.differences[("good", "none"), ("bad", "none")]
    assert found.test == "bootstrap-t"
    assert made.p is not None
    assert made.p < 0.001
    assert found.ranks["good", "none"] == RankSet(best=1, worst=1)


def test_boxes_where_nothing_is_are_counted_as_lost(tmp_path: Path) -> None:
    """On such a picture the metric has no value, and silence is right all the same."""
    board = drawn((BOX,), {"silent": (), "inventing": (FAR,)}, 20, tmp_path)
    made = standing(board).differences[("silent", "none"), ("inventing", "none")]
    assert made.outcomes == Outcomes(wins=20, losses=0, ties=20)


def test_a_macro_average_counts_by_the_metric_that_judges(tmp_path: Path) -> None:
    """All labels, always: macro F1 of one sample alone forgives what is too much."""
    made = card("labels", "classification", "macro_f1", metrics=("subset_accuracy",))
    names = ("a", "b", "c")
    samples = [
        Sample(
            id=f"{i}", task="labels", language="en", choices=names, target=Answer(labels=(names[i % 3],)), group=f"{i}"
        )
        for i in range(30)
    ]
    folders = [
        write_run(
            tmp_path / "all", "all", [(made, [Item(sample=s, answer=Answer(labels=names)) for s in samples])], ()
        ),
        write_run(tmp_path / "own", "own", [(made, [Item(sample=s, answer=s.target) for s in samples])], ()),
    ]
    (board,) = boards_of(folders)
    found = standing(board).differences[("own", "none"), ("all", "none")]
    assert board.own["own", "none"].credited == "subset_accuracy"
    assert found.outcomes == Outcomes(wins=30, losses=0, ties=0)


def test_where_no_test_is_made_there_is_no_p(tmp_path: Path) -> None:
    board = drawn((BOX,), {"good": (BOX,), "bad": (FAR,)}, 4, tmp_path)
    made = standing(board).differences[("good", "none"), ("bad", "none")]
    assert (made.p, made.p_adjusted, made.better) == (None, None, False)
    assert set(standing(board).ranks.values()) == {RankSet(best=1, worst=2)}


def test_a_row_that_was_taken_back_is_compared_and_not_ranked(tmp_path: Path) -> None:
    board = replace(board_of(tmp_path, {"a": 55, "b": 30, "c": 10}), retired=frozenset({("a", "none")}))
    found = standing(board)
    assert [cell.row[0] for cell in best_first(board)] == ["b", "c", "a"]
    assert set(found.ranks) == {("b", "none"), ("c", "none")}
    assert found.ranks["b", "none"] == RankSet(best=1, worst=1)
    assert found.differences[("a", "none"), ("b", "none")].p_adjusted is None
    pair = found.differences[("b", "none"), ("c", "none")]
    assert pair.p_adjusted == pair.p
