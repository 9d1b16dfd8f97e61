"""The published tables as data, what is wrong with them, and a user's runs beside them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_runs import Item, card, edit, write_run

from medgauge.cli.main import cli
from medgauge.cot import Cot
from medgauge.errors import BadRecord, MedGaugeError, NothingSelected, UnknownName
from medgauge.plugins import catalog
from medgauge.types import Answer, Box, Media, Sample
from medgauge_leaderboards.paper.audit import audit, page
from medgauge_leaderboards.paper.beside import beside
from medgauge_leaderboards.paper.rows import paper, parts, read_paper, reported

DOCS = Path(__file__).parent.parent.parent / "docs" / "medrega-audit.md"


def test_the_tables_are_those_of_the_paper() -> None:
    rows = reported(paper())
    assert {row.status for row in rows} == {"reported"}
    assert [table.table for table in paper().tables] == [f"Table {n}" for n in range(1, 15)]
    known = {(row.cell, row.model): (row.value, row.mark, row.n) for row in rows}
    assert known["Table 6/slake/BLEU-1", "LLaVA-Med"] == (70.76, "*", 1061)
    assert known["Table 1/T2R/IoU", "MedDr"] == (None, "x", None)
    assert known["Table 8/brain/BLEU-4", "Med-Flamingo"] == (None, "-", None)
    assert known["Table 14/vindr-spinexr, Regional CoT/F1", "MedRegA"] == (61.75, "", None)
    assert known["Table 11/rfmid/F1", "MedRegA"] == (6.55, "", 640)


def test_its_data_sets_are_the_papers_suite() -> None:
    named = {part.task for _, part in parts(paper()) if part.task}
    assert named == set(catalog("suites").load("medrega-paper"))


def test_every_number_of_ours_is_one_that_the_protocol_prints() -> None:
    tasks = catalog("protocols").load("medrega")().tasks
    for table, part in parts(paper()):
        for how in {**table.measured, **part.measured}.values():
            task, _, name = how.partition(" ")
            assert task in tasks, f"{table.table}/{part.part}: {how}"
            assert name


def test_the_audit_finds_what_reading_found() -> None:
    broken = {check.where: round(check.recomputed, 2) for check in audit().broken}
    assert broken == {
        "Table 1/CLS-single/F1/Med-Flamingo": 19.31,
        "Table 1/CLS-single/F1/LLaVA-Med": 24.38,
        "Table 1/CLS-single/F1/RadFM": 20.41,
        "Table 1/CLS-single/F1/MedDr": 35.07,
        "Table 1/CLS-single/F1/MedRegA": 49.69,
        "Table 1/T2R/IoU/MedRegA": 33.92,
        "Table 3/mm/Region F1/MedRegA": pytest.approx(26.6, abs=0.011),
        "Table 3/mm/Alignment P/MedRegA": 26.15,
        "Table 3/mm/Alignment R/MedRegA": 27.04,
        "Introduction: BLEU-1 of Chinese reports, above the best other model": 28.77,
    }
    held = {check.where for check in audit().checks if check.holds}
    assert "Table 1/VQA-en/BLEU-1/MedRegA" in held
    assert "Table 1/CLS-multi/F1/MedRegA" in held
    assert "Table 1/T2R/Region F1/MedRegA" in held


def test_the_page_is_the_audit() -> None:
    assert DOCS.read_text("utf-8") == page(), "run `medgauge compare-paper --audit > docs/medrega-audit.md`"


GOOD = """
title: T
source: S
ours: A
tables:
  - table: Table 1
    models: [A, B]
    parts:
      - {part: x, mean_of: [Table 1/y], values: {F1: "1 2*"}}
      - {part: y, values: {F1: "- x"}}
"""


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ('"1 2*"', '"1"', "a value for each of 2 models"),
        ('"1 2*"', '"1 two"', "a number or one of"),
        ("Table 1/y", "Table 2/y", "parts that there are.*Table 2/y"),
        ("ours: A", "colour: A", "colour|ours"),
    ],
)
def test_a_broken_table_is_refused(good: str, bad: str, message: str) -> None:
    assert [row.value for row in reported(read_paper(GOOD))] == [1.0, 2.0, None, None]
    with pytest.raises(BadRecord, match=message):
        read_paper(GOOD.replace(good, bad))


def questions(name: str, said: list[str], right: list[str], **changes: Any) -> tuple[Any, list[Item]]:
    made = card(name, "vqa", "exact_match", **changes)
    items = [
        Item(
            sample=Sample(id=f"{i}", task=name, language="en", target=Answer(text=target), group=f"{i}"),
            text=text,
            answer=Answer(text=text),
        )
        for i, (text, target) in enumerate(zip(said, right, strict=True))
    ]
    return made, items


def asked(run: Path, prompts: str) -> Path:
    """The run as if it had been asked with another prompt set."""
    spec = json.loads((run / "spec.json").read_text("utf-8"))
    for task in spec["tasks"]:
        task["prompts"] = prompts
    edit(run, "spec.json", lambda _: json.dumps(spec))
    return run


def notes(found: dict[str, Any], metric: str = "BLEU-1") -> dict[tuple[str, str], str]:
    return {(row["table"], row["part"]): row["ours"]["note"] for row in found["rows"] if row["metric"] == metric}


def values(found: dict[str, Any]) -> dict[tuple[str, str, str], float | None]:
    return {(row["table"], row["part"], row["metric"]): row["ours"]["value"] for row in found["rows"]}


def test_numbers_are_the_protocols_and_averages_are_over_data_sets(tmp_path: Path) -> None:
    right = ["liver", "yes"]
    runs = [
        write_run(tmp_path / "a", "model", [questions("slake", ["liver", "yes"], right)], ()),
        write_run(tmp_path / "b", "model", [questions("vqa-rad", ["liver", "no"], right)], ()),
    ]
    found = beside(runs)
    mine = values(found)
    assert mine["Table 6", "slake", "BLEU-1"] == pytest.approx(100)
    assert mine["Table 6", "vqa-rad", "BLEU-1"] == pytest.approx(50)
    assert mine["Table 6", "vqa-rad", "CloseAcc"] == 0
    assert mine["Table 1", "VQA-en", "BLEU-1"] is None
    assert notes(found)["Table 1", "VQA-en"] == "2 of its 3 data sets are there"
    assert notes(found)["Table 6", "slake"] == "of 2 samples, the paper's of 1061; asked with prompts plain"
    third = write_run(tmp_path / "c", "model", [questions("path-vqa", ["heart", "yes"], right)], ())
    whole = values(beside([*runs, third]))
    assert whole["Table 1", "VQA-en", "BLEU-1"] == pytest.approx((100 + 50 + 50) / 3)
    row = next(row for row in found["rows"] if (row["part"], row["metric"]) == ("slake", "F1"))
    assert row["reported"] == {"status": "reported", "value": 82.06, "mark": "", "n": 1061}
    other = beside(runs, "LLaVA-Med")["rows"]
    row = next(row for row in other if (row["table"], row["part"], row["metric"]) == ("Table 6", "slake", "F1"))
    assert row["reported"] == {"status": "reported", "value": 70.96, "mark": "fine-tuned on this data set", "n": 1061}


def region(tmp_path: Path, model_format: str) -> Path:
    box = Box(xyxy=(100, 200, 300, 400), label="liver")
    sample = Sample(
        id="1",
        task="medregins-t2r-ss",
        language="en",
        choices=("liver",),
        media=(Media(path="1.png", sha256="ab", size=(999, 999)),),
        target=Answer(boxes=(box,)),
        group="1",
    )
    said = "liver[[100, 200, 300, 400]]" if model_format == "medrega" else "liver at 100, 200 to 300, 400"
    item = Item(sample=sample, text=said, answer=Answer(boxes=(replace(box, score=0.5),)))
    return write_run(
        tmp_path / model_format, "model", [(card("medregins-t2r-ss", "text-to-region", "f1@0.5"), [item])], ()
    )


def test_boxes_are_handed_over_in_the_papers_format(tmp_path: Path) -> None:
    run = region(tmp_path, "medrega")
    mine = values(beside([run]))
    assert mine["Table 3", "ss", "Region Acc"] == 100
    assert mine["Table 3", "ss", "IoU"] == pytest.approx(100)
    other = region(tmp_path, "json-pixels")
    spec = json.loads((other / "spec.json").read_text())
    spec["model"]["box_format"] = "json-pixels"
    edit(other, "spec.json", lambda _: json.dumps(spec))
    assert values(beside([other]))["Table 3", "ss", "Region Acc"] == 100


def test_labels_are_scored_by_the_list_of_the_data_set(tmp_path: Path) -> None:
    made = card("mura", "classification", "accuracy")
    items = [
        Item(
            sample=Sample(
                id=f"{i}",
                task="mura",
                language="en",
                choices=("normal", "abnormal"),
                target=Answer(text=label, labels=(label,)),
                group=f"{i}",
            ),
            text=label,
            answer=Answer(text=label, labels=(label,)),
        )
        for i, label in enumerate(("normal", "abnormal"))
    ]
    run = write_run(tmp_path / "a", "model", [(made, items)], ())
    assert values(beside([run]))["Table 11", "mura", "F1"] == 100
    strange = [replace(items[0], sample=replace(items[0].sample, target=Answer(text="odd", labels=("odd",))))]
    other = write_run(tmp_path / "b", "model", [(made, strange)], ())
    (row,) = [row for row in beside([other])["rows"] if row["part"] == "mura"]
    assert row["ours"]["value"] is None
    assert "odd" in row["ours"]["note"]


def test_another_split_is_said_to_be_one(tmp_path: Path) -> None:
    made, items = questions("slake", ["liver", "yes"], ["liver", "yes"], reproducible=False)
    run = write_run(tmp_path / "a", "model", [(made, items)], ())
    (row,) = [r for r in beside([run])["rows"] if (r["table"], r["metric"]) == ("Table 6", "F1")]
    assert row["ours"]["note"] == "another split: the paper's was never released; asked with prompts plain"


def test_another_wording_is_said_and_passes_on_to_the_averages(tmp_path: Path) -> None:
    right = ["liver", "yes"]
    names = {"slake": "medrega", "vqa-rad": "medrega-train", "path-vqa": "plain"}
    runs = [
        asked(write_run(tmp_path / name, "model", [questions(name, right, right)], ()), prompts)
        for name, prompts in names.items()
    ]
    found = notes(beside(runs))
    assert found["Table 6", "slake"] == "of 2 samples, the paper's of 1061"
    assert "asked with" not in found["Table 6", "vqa-rad"]
    assert found["Table 6", "path-vqa"].endswith("; asked with prompts plain")
    assert found["Table 1", "VQA-en"] == "asked with prompts plain"
    asked(runs[2], "medrega")
    assert notes(beside(runs))["Table 1", "VQA-en"] == ""


def test_answers_in_json_are_refused_as_no_evaluator_of_theirs_reads_them(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", "model", [questions("slake", ['{"answer": "yes"}'], ["yes"])], ())
    asked(run, "json")
    with pytest.raises(MedGaugeError, match=r"a: slake was asked with prompts json.*--set prompts=medrega") as caught:
        beside([run])
    assert "\n" not in str(caught.value)


def test_the_label_lists_of_the_cards_are_those_of_the_released_scorer() -> None:
    from medgauge_metrics.compat.medrega.labels import label_lists

    lists, seen = label_lists(), 0
    for _, part in parts(paper()):
        for how in part.measured.values():
            if how.startswith("classification/"):
                known = lists[how.split()[0].removeprefix("classification/")].labels
                assert catalog("tasks").load(part.task).card.label_names("en") == tuple(known), part.task
                seen += 1
    assert seen == 23 + 8


def test_with_regional_cot_it_stands_beside_that_row_alone(tmp_path: Path) -> None:
    made = questions("slake", ["liver", "yes"], ["liver", "yes"])
    plain = write_run(tmp_path / "a", "model", [made], ())
    cot = write_run(tmp_path / "b", "model", [made], (), cot=Cot())
    tables = {(row["table"], row["part"]) for row in beside([cot])["rows"]}
    assert tables == {("Table 14", "slake, Regional CoT")}
    assert ("Table 14", "slake") in {(row["table"], row["part"]) for row in beside([plain, cot])["rows"]}


def test_what_may_not_stand_there_is_refused(tmp_path: Path) -> None:
    made = questions("slake", ["liver", "yes"], ["liver", "yes"])
    one = write_run(tmp_path / "a", "model", [made], ())
    other = write_run(tmp_path / "b", "other", [questions("vqa-rad", ["yes"], ["yes"])], ())
    blind = write_run(tmp_path / "c", "model", [made], (), control="blind")
    elsewhere = write_run(tmp_path / "d", "model", [questions("acme", ["yes"], ["yes"])], ())
    with pytest.raises(MedGaugeError, match=r"one model.*model, other"):
        beside([one, other])
    with pytest.raises(MedGaugeError, match="both hold slake"):
        beside([one, one])
    with pytest.raises(MedGaugeError, match="control run"):
        beside([blind])
    with pytest.raises(NothingSelected, match="none of their tasks"):
        beside([elsewhere])
    with pytest.raises(UnknownName, match="MedDr"):
        beside([one], "MedDoctor")


def test_the_command_prints_both_and_the_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_run(tmp_path / "a", "model", [questions("slake", ["liver", "yes"], ["liver", "yes"])], ())
    cli.main(["compare-paper", str(run)], standalone_mode=False)
    shown = capsys.readouterr().out
    assert "81.55" in shown
    assert "100.00" in shown
    assert "reported: as the paper prints it" in shown
    cli.main(["compare-paper", "--audit"], standalone_mode=False)
    assert capsys.readouterr().out == page()
    cli.main(["compare-paper", "--audit", "--json"], standalone_mode=False)
    made = json.loads(capsys.readouterr().out)
    assert sum(not check["holds"] for check in made["checks"]) == 10
