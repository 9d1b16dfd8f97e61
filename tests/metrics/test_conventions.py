"""What is missing, empty or broken: a test for each cell of the table in `docs/conventions.md`."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from convention_cases import (
    BLEU,
    BOTH_EMPTY,
    BOXES,
    EMPTY,
    FAMILY,
    FOUND,
    GOLD_EMPTY,
    LABELS,
    LUNGS,
    MASS,
    MISSING,
    NO_POSITIVES,
    NORMAL,
    NOT_FINITE,
    NOTHING_TO_TEST,
    ONLY_GOLD_EMPTY,
    SENTENCE,
    TASK,
    TRUNCATED,
    UNPARSEABLE,
    VQA,
    YES,
    Cell,
    judged,
    labels,
)
from metric_values import boxed, value
from public_door import Gap, judge, medgauge, run_with_a_gap, write

from medgauge.errors import BadRecord
from medgauge.metrics import parse_metric
from medgauge_metrics.tokenize import tokens

TABLE = Path(__file__).resolve().parents[2] / "docs" / "conventions.md"


@pytest.fixture
def gap(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Gap:
    return run_with_a_gap(capsys, tmp_path, TASK[request.param])


def missing(column: str, gap: Gap) -> None:
    assert gap.code == 4
    assert "left 1 of 10 requests without an output" in gap.said
    assert gap.entry["n"] == len(gap.targets) == 5
    assert gap.entry["status"]["failed"] == 1
    value = {name: made["value"] for name, made in gap.entry["metrics"].items()}
    if column == VQA:
        closed, kept = count(gap, lambda t: t.get("polar") is not None)
        assert value["exact_match"] == 4 / 5
        assert value["closed_accuracy"] == kept / closed
    elif column == BLEU:
        said, kept = count(gap, lambda t: len(tokens(t["text"])))
        assert value["bleu1"] == pytest.approx(math.exp(1 - said / kept), abs=1e-12)
    elif column == SENTENCE:
        assert value["rouge_l"] == 4 / 5
    elif column == LABELS:
        wanted, kept = count(gap, lambda t: len(t["labels"]))
        assert wanted > kept
        assert value["micro_f1"] == pytest.approx(2 * kept / (kept + wanted), abs=1e-12)
    else:
        wanted, kept = count(gap, lambda t: len(t["boxes"]))
        assert wanted > kept
        assert value["recall@0.5"] == pytest.approx(kept / wanted, abs=1e-12)
        assert value["precision@0.5"] == 1


def count(gap: Gap, size: Callable[[dict[str, Any]], int]) -> tuple[int, int]:
    """Of all targets, and of those that were answered."""
    sizes = [size(target) for target in gap.targets]
    return sum(sizes), sum(sizes[:-1])


def empty(column: str) -> None:
    """One right answer, one empty, one refused."""
    right = {VQA: YES, BLEU: LUNGS, SENTENCE: LUNGS, LABELS: labels("mass", "mass"), BOXES: FOUND}[column]
    found = judged(
        column, right, right | {"prediction": ""}, right | {"prediction": "no"}, finish=("stop", "stop", "refused")
    )
    assert found.statuses == ["scored", "no_answer", "refused"]
    if column == VQA:
        assert found.value("closed_accuracy") == found.value("exact_match") == 1 / 3
        assert found.value("empty_rate") == 2 / 3
    elif column == BLEU:
        assert found.value("bleu1") == pytest.approx(math.exp(1 - 3), abs=1e-12)
    elif column == SENTENCE:
        assert found.value("rouge_l") == found.value("token_f1") == pytest.approx(1 / 3, abs=1e-12)
    elif column == LABELS:
        assert found.value("micro_f1") == 2 * 1 / (1 + 3)
        assert found.value("sample_f1") == 1 / 3
    else:
        assert (found.value("recall@0.5"), found.value("precision@0.5")) == (1 / 3, 1)


def unparseable(column: str) -> None:
    if column == VQA:
        closed = judged(column, YES, YES | {"prediction": "The heart, perhaps"})
        assert closed.value("closed_accuracy") == closed.value("closed_coverage") == 1 / 2
        option = {"reference": "mass", "choices": ["mass", "cyst"]}
        several = judged(column, option | {"prediction": "A"}, option | {"prediction": "hard to say"})
        assert several.value("mcq_accuracy") == several.value("parse_rate") == 1 / 2
    elif column in (BLEU, SENTENCE):
        found = judged(column, LUNGS | {"prediction": "<?>{ lungs ]"})
        assert found.statuses == ["scored"]
        if column == BLEU:
            assert found.value("bleu1") == pytest.approx(math.exp(1 - 5), abs=1e-12)
        else:
            assert found.value("token_f1") == pytest.approx(2 * 1 / (1 + 5), abs=1e-12)
    elif column == LABELS:
        found = judged(column, labels("mass", "mass"), labels("something else", "mass"))
        assert (found.value("unmapped_rate"), found.value("micro_f1")) == (1 / 2, 2 * 1 / (1 + 2))
        assert found.statuses[1] == "no_answer"
    else:
        found = judged(column, FOUND, MASS | {"prediction": "somewhere on the left"})
        assert found.statuses[1] == "no_answer"
        assert (found.value("recall@0.5"), found.value("precision@0.5")) == (1 / 2, 1)


def truncated(column: str) -> None:
    cut: dict[str, Any] = {
        VQA: YES | {"prediction": "Yes, there is a"},
        BLEU: LUNGS | {"prediction": "The lungs are"},
        SENTENCE: LUNGS | {"prediction": "The lungs are"},
        LABELS: labels("mass, cys", "mass", "cyst"),
        BOXES: MASS | {"prediction": "<ref>mass</ref><box>[[100, 100, 300, 300], [5, 5, 7"},
    }
    found = judged(column, cut[column], finish=("length",))
    assert (found.statuses, found.entry["truncated"], found.value("truncated_rate")) == (["scored"], 1, 1)
    expected = {VQA: 1, BLEU: math.exp(1 - 5 / 3), SENTENCE: 2 * 3 / 8, LABELS: 2 / 3, BOXES: 1}[column]
    name = {VQA: "closed_accuracy", BLEU: "bleu1", SENTENCE: "rouge_l", LABELS: "micro_f1", BOXES: "recall@0.5"}[column]
    assert found.value(name) == pytest.approx(expected, abs=1e-12)


def refused_at_loading(column: str, prediction: str) -> None:
    good = YES if column == VQA else LUNGS
    for reference in ("", " \n", "　"):
        with pytest.raises(BadRecord, match="field 'reference'"):
            judged(column, good | {"prediction": prediction, "reference": reference})


def gold_empty(column: str) -> None:
    if column == LABELS:
        found = judged(column, labels("none"), labels("mass", "mass"))
        assert (found.value("sample_f1"), found.defined("sample_f1")) == (1, 2)
    elif column == BOXES:
        found = judged(column, NORMAL | {"prediction": "none"}, FOUND)
        assert (found.value("f1@0.5"), found.defined("f1@0.5")) == (1, 2)
    else:
        refused_at_loading(column, "yes")


def both_empty(column: str) -> None:
    if column == LABELS:
        found = judged(column, labels("none"), labels("mass", "mass"), labels("cyst", "mass"))
        assert found.value("sample_f1") == 2 / 3
        assert (found.value("specificity/mass"), found.value("micro_f1")) == (1, 1 / 2)
        without = judged(column, labels("mass", "mass"), labels("cyst", "mass"))
        assert without.value("micro_f1") == 1 / 2
    elif column == BOXES:
        half = MASS | {"prediction": "<ref>mass</ref><box>[[100, 100, 300, 300], [600, 600, 700, 700]]</box>"}
        found, without = judged(column, NORMAL | {"prediction": "none"}, half), judged(column, half)
        assert found.value("f1@0.5") == without.value("f1@0.5") == 2 / 3
        assert (found.value("no_finding_specificity"), without.value("no_finding_specificity")) == (1, None)
        for name in ("iou_single_mean", "f1_image@0.5"):
            assert found.value(name) == without.value(name)
            assert found.defined(name) == 1
    else:
        refused_at_loading(column, "")


def only_gold_empty(column: str) -> None:
    if column == LABELS:
        found = judged(column, labels("mass"), labels("mass", "mass"))
        assert (found.value("micro_f1"), found.value("sample_f1")) == (2 / 3, 1 / 2)
        assert found.value("specificity/mass") == 0
    elif column == BOXES:
        found = judged(column, NORMAL | {"prediction": MASS["reference"]}, FOUND)
        assert (found.value("precision@0.5"), found.value("recall@0.5")) == (1 / 2, 1)
        assert (found.value("no_finding_specificity"), found.value("fp_per_image")) == (0, 1 / 2)
    else:
        refused_at_loading(column, "words")


def not_finite(column: str, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    family = FAMILY[column]
    right: dict[str, Any] = {VQA: YES, BLEU: LUNGS, SENTENCE: LUNGS, LABELS: labels("mass", "mass"), BOXES: FOUND}
    fields = {"confidence": 0.5, **({"scores": {"mass": 0.5}} if column == LABELS else {})}
    file = write(folder / "records.jsonl", [right[column] | fields])
    assert medgauge(capsys, "score-records", file, "--task", f"{family}/en", "--json")[0] == 0
    for number in ("NaN", "Infinity", "-Infinity"):
        for name in fields:
            text = write(file, [right[column] | fields]).read_text("utf-8")
            before, after = text.split(f'"{name}"')
            file.write_text(f'{before}"{name}"{after.replace("0.5", number, 1)}', "utf-8")
            code, said, error = medgauge(capsys, "score-records", file, "--task", f"{family}/en", "--json")
            assert (code, said) == (2, "")
            assert "records.jsonl:1" in error
            assert number.removeprefix("-") in error
    if column == BOXES:
        for x2 in (math.nan, math.inf, -math.inf):
            pairs = [(boxed((1, 1, 9, 9)), boxed((1, 1, 9, 9))), (boxed((1, 1, x2, 9)), boxed((1, 1, 9, 9)))]
            assert value(parse_metric("precision@0.5"), pairs) == value(parse_metric("recall@0.5"), pairs) == 1 / 2


def no_positives(column: str) -> None:
    if column == VQA:
        found = judged(column, YES, YES | {"prediction": "no"})
        assert found.value("closed_balanced_accuracy") == found.value("closed_balanced_accuracy/yes") == 1 / 2
        assert "closed_balanced_accuracy/no" not in found.entry["metrics"]
    elif column == LABELS:
        found = judged(column, labels("mass", "mass"), labels("mass, cyst", "mass"))
        assert found.value("macro_f1") == 1
        assert found.value("support") == found.value("support/mass") == 2
        assert found.value("micro_f1") == 2 * 2 / (3 + 2)
    else:
        found = judged(column, FOUND | {"prediction": FOUND["prediction"] + "<ref>cyst</ref><box>[[1, 1, 9, 9]]</box>"})
        assert (found.value("ap_noscore@0.5"), found.value("f1@0.5")) == (1, 2 / 3)


CHECKS: dict[str, Callable[[str], None]] = {
    EMPTY: empty,
    UNPARSEABLE: unparseable,
    TRUNCATED: truncated,
    GOLD_EMPTY: gold_empty,
    BOTH_EMPTY: both_empty,
    ONLY_GOLD_EMPTY: only_gold_empty,
    NO_POSITIVES: no_positives,
}
COLUMNS = (VQA, BLEU, SENTENCE, LABELS, BOXES)
CELLS = [(row, column) for row in CHECKS for column in COLUMNS if (row, column) not in NOTHING_TO_TEST]


def named(cells: Iterable[Cell]) -> list[Any]:
    return [pytest.param(*cell, id=" / ".join(cell)) for cell in cells]


@pytest.mark.parametrize(
    ("column", "gap"), [pytest.param(c, c, id=f"{MISSING} / {c}") for c in COLUMNS], indirect=["gap"]
)
def test_prediction_missing(column: str, gap: Gap) -> None:
    missing(column, gap)


@pytest.mark.parametrize(("row", "column"), named(CELLS))
def test_cell(row: str, column: str) -> None:
    CHECKS[row](column)


@pytest.mark.parametrize("column", [pytest.param(c, id=f"{NOT_FINITE} / {c}") for c in COLUMNS])
def test_not_finite(column: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    not_finite(column, capsys, tmp_path)


@pytest.mark.parametrize("number", ["NaN", "inf", "1e999"])
def test_a_box_written_with_a_number_that_is_not_finite_is_a_false_positive(number: str) -> None:
    found = judged(BOXES, FOUND, MASS | {"prediction": f"<ref>mass</ref><box>[[100, 100, {number}, 300]]</box>"})
    assert (found.value("recall@0.5"), found.value("precision@0.5")) == (1 / 2, 1 / 2)


def test_every_cell_of_the_table_has_its_test() -> None:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("|")]
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert heads == ["case", *COLUMNS]
    written = {(row[0], column): cell for row in rows for column, cell in zip(heads[1:], row[1:], strict=True)}
    assert len(written) == len(rows) * len(COLUMNS) == 45
    tested = {*CELLS, *((row, column) for row in (MISSING, NOT_FINITE) for column in COLUMNS)}
    assert {cell for cell, words in written.items() if words == "–"} == NOTHING_TO_TEST
    assert tested == written.keys() - NOTHING_TO_TEST


def test_words_that_could_not_be_read_are_words_all_the_same() -> None:
    """An unparsed multiple choice is no silence, and an option's own words are not the model's."""
    names = ("empty_rate", "language_compliance", "parse_rate")
    record = {"reference": "B", "choices": ["mass", "normal"]}
    unread = judge("vqa", [record | {"prediction": "Too dark to choose."}], names)
    assert tuple(map(unread.value, names)) == (0, 1, 0)
    foreign = judge("vqa", [record | {"prediction": "因为有气体，答案是B"}], names)
    assert tuple(map(foreign.value, names)) == (0, 0, 1)
