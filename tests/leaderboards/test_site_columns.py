"""Scores as arrays, against the same scores read one by one as objects."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import Item, boards_of, card, edit, write_run

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.stats import gather
from medgauge.store import SCORES, RunDirectory
from medgauge.types import Answer, Box, Key, Sample, Score
from medgauge_leaderboards.site.columns import STATUS_LETTER, VERDICT_LETTER
from medgauge_leaderboards.site.runs import cells, read_run
from medgauge_leaderboards.site.scorelines import read_scores
from medgauge_leaderboards.site.values import prepared, sample_values, verdict

FIND = card("find", "text-to-region", "f1@0.5", metrics=("ap@0.5",))
BOX = Box(xyxy=(10.0, 10.0, 60.0, 60.0), label="nodule")


def find_items() -> list[Item]:
    """Found, missed, invented, silent where nothing is, drawn where nothing is, unread, failed."""
    cases: list[tuple[tuple[Box, ...], Answer | None, str]] = [
        ((BOX,), Answer(boxes=(Box(xyxy=(11.0, 11.0, 60.0, 60.0), label="nodule", score=0.9),)), "scored"),
        ((BOX,), Answer(), "scored"),
        ((BOX,), Answer(boxes=(Box(xyxy=(200.0, 10.0, 260.0, 60.0), score=0.4),)), "scored"),
        ((), Answer(), "scored"),
        ((), Answer(boxes=(BOX,)), "scored"),
        ((), Answer(invalid_boxes=1), "scored"),
        ((), None, "no_answer"),
        ((BOX,), None, "failed"),
    ]
    return [
        Item(
            sample=Sample(
                id=f"{99 - i}\u2028\u80ba", task="find", language="en", target=Answer(boxes=boxes), group=f"g{i % 3}"
            ),
            answer=answer,
            status=status,  # type: ignore[arg-type]
        )
        for i, (boxes, answer, status) in enumerate(cases)
    ]


@pytest.mark.parametrize("primary", ["f1@0.5", "ap@0.5"])
def test_arrays_say_what_the_scores_say(tmp_path: Path, primary: str) -> None:
    other = {"f1@0.5": "ap@0.5", "ap@0.5": "f1@0.5"}[primary]
    made = card("find", "text-to-region", primary, metrics=(other,))
    folder = write_run(tmp_path / "run", "m", [(made, find_items())], ())
    (board,) = boards_of([folder])
    (cell,) = cells(read_run(folder))
    columns, scores = board.columns[cell.row], cell.scores()
    values = sample_values(cell, scores)
    assert columns.status == "".join(STATUS_LETTER[score.status] for score in scores)
    wanted = [VERDICT_LETTER[verdict(cell, score, own)] for score, own in zip(scores, values, strict=True)]
    assert columns.verdict == "".join(wanted)
    assert {"r", "w"} <= set(columns.verdict)
    alone = [np.nan if own[primary] is None else own[primary] for own in values]
    np.testing.assert_array_equal(columns.values, np.array(alone, dtype=float))
    assert columns.defined.tolist() == [score.stats[primary] is not None for score in scores]
    (found,) = columns.passes
    expected = gather(prepared(cell, primary), sorted(scores, key=lambda score: score.key.id))
    np.testing.assert_array_equal(found.values, expected.values)
    np.testing.assert_array_equal(found.owner, expected.owner)
    assert found.units == expected.units
    assert columns.names == tuple(sorted(scores[0].stats))


number = st.floats(allow_nan=False, allow_infinity=False, width=64)
vectors = st.one_of(st.none(), st.tuples(number, number))
rows = st.one_of(st.none(), st.lists(st.tuples(number, number, number), max_size=3).map(tuple))
text = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(vectors, rows, text, st.integers(0, 2)), min_size=1, max_size=12))
def test_any_statistics_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, made: list) -> None:
    scores = [
        Score(
            key=Key(task="t", id=f"{name}{i}", language="zh", trial=trial),
            group=name,
            status="scored",
            stats={"mean": mean, "ranking": ranking},
        )
        for i, (mean, ranking, name, trial) in enumerate(made)
    ]
    folder = tmp_path_factory.mktemp("any")
    run = RunDirectory(folder)
    run.write_scores(scores)

    class Of:
        directory = run

    found = read_scores(Of(), ["mean", "ranking"])  # type: ignore[arg-type]
    for trial in {score.key.trial for score in scores}:
        own = [score for score in scores if score.key.trial == trial]
        lines = found["t", "zh", trial]
        assert lines.ids == tuple(score.key.id for score in own)
        assert lines.groups == tuple(score.group for score in own)
        for name in ("mean", "ranking"):
            defined, statistics = lines.statistics(name)
            kept = [score.stats[name] for score in own if score.stats[name] is not None]
            assert defined.tolist() == [score.stats[name] is not None for score in own]
            flat = [row for one in kept for row in (one if name == "ranking" else (one,))]
            assert [tuple(row) for row in statistics.values.tolist()] == [tuple(map(float, row)) for row in flat]
            owner = [i for i, one in enumerate(kept) for _ in (one if name == "ranking" else (one,))]
            assert statistics.owner.tolist() == owner


def broken(tmp_path: Path, old: str, new: str) -> list[Path]:
    folder = write_run(tmp_path / "run", "m", [(FIND, find_items())], ())
    before = (folder / SCORES).read_text("utf-8")
    assert old in before
    edit(folder, SCORES, lambda text: text.replace(old, new, 1))
    return [folder]


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ('"group": "g0"', '"group": "g9"', BadRecord, "the sample's, 'g0'"),
        ('"status": "scored"', '"status": "perfect"', BadRecord, "perfect"),
        ('"group": "g0", ', "", BadRecord, "all three in every line"),
        ('"status": "scored"', '"status": 7', BadRecord, "scores, one JSON object a line"),
        ('"f1@0.5": [1.0, ', '"f1@0.5": [1.0, 0.0, ', BadRecord, "all of one length"),
        ('"f1@0.5": [1.0, ', '"f1@0.5": [null, ', BadRecord, "all of one length"),
        ('"id": "99', '"id": "98', BadRecord, "every key once"),
        ('"id": "99', '"id": "77', Incomplete, "reports n 8, has 8 samples"),
        ('"task": "find"', '"task": "lost"', Incomplete, "reports n 8, has 8 samples and 7 scores"),
        ("{", "", BadRecord, "scores.jsonl"),
    ],
)
def test_scores_of_another_form_are_refused(
    tmp_path: Path, old: str, new: str, error: type[MedGaugeError], said: str
) -> None:
    with pytest.raises(error, match=said):
        boards_of(broken(tmp_path, old, new))


def test_a_score_missing_in_a_later_trial_is_told(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", "m", [(FIND, find_items())], ())
    edit(folder, "results.json", lambda text: text.replace('"truncated": 0', '"trials": 2, "truncated": 0'))
    with pytest.raises(Incomplete, match="has 8 samples and 0 scores"):
        boards_of([folder])


def test_a_run_over_other_samples_is_put_in_place(tmp_path: Path) -> None:
    """One model lacks a sample, and has the others in another order."""
    items = find_items()
    folders = [
        write_run(tmp_path / "a", "a", [(FIND, items)], ()),
        write_run(tmp_path / "b", "b", [(FIND, items[:0:-1])], ()),
    ]
    (board,) = boards_of(folders)
    whole, part = board.columns["a", "none"], board.columns["b", "none"]
    assert part.verdict == "-" + whole.verdict[1:]
    np.testing.assert_array_equal(part.values[1:], whole.values[1:])
    assert np.isnan(part.values[0])
    assert [problem.what for problem in board.problems] == ["samples"]
