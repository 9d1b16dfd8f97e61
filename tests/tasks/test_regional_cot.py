"""Regional CoT: two turns, pure, the last read; what is asked first never tells what kind of picture it is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from family_samples import Case, box_format, cases, kit, make, output

from medgauge.cli.main import cli
from medgauge.cot import Cot, split_cot
from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog
from medgauge.protocols import Style
from medgauge.spec import make_plan
from medgauge.store import RunDirectory
from medgauge.types import Media, Message, Request, Text
from medgauge_tasks.regional_cot.dialogue import next_turn, regions

CASES = [case for case in cases() if case.family in ("vqa", "classification")]
BOX = "<ref>nodule</ref><box>[[100, 200, 300, 450]]</box>"


def style(case: Case, cot: Cot | None, prompts: str = "plain", format: str = "medrega") -> Style:
    return Style(prompts=prompts, language=case.sample.language, box_format=box_format(format), cot=cot)


def turn(case: Case, cot: Cot | None, *said: str, **how: str) -> Request | None:
    outputs = [output(case.sample, text) for text in said]
    return next_turn(kit(case.family).next_request, case.sample, style(case, cot, **how), outputs, options=case.options)


def pictures(message: Message) -> int:
    return sum(isinstance(part, Media) for part in message.parts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("prompts", ["plain", "medrega", "medrega-train", "json"])
def test_two_turns_the_second_with_the_boxes(case: Case, prompts: str) -> None:
    plain = turn(case, None, prompts=prompts)
    first = turn(case, Cot(), prompts=prompts)
    assert plain is not None
    assert first is not None
    assert (first.id, first.media, first.options, first.schema) == (plain.id, case.sample.media, (), None)
    for call in ("history", "fresh"):
        second = turn(case, Cot(call=call), BOX, prompts=prompts)  # type: ignore[arg-type]
        assert second is not None
        assert second.id == plain.id.replace(":0:0:", ":0:1:")
        assert (second.options, second.many) == (plain.options, plain.many)
        assert second.media == case.sample.media
        *before, last = second.messages
        assert "[[100, 200, 300, 450]]" in "".join(p.text for p in last.parts if isinstance(p, Text))
        assert [m.role for m in before] == (["user", "assistant"] if call == "history" else [])
        assert pictures(last) == (call == "fresh")
        assert second.text.endswith([p.text for p in plain.messages[0].parts if isinstance(p, Text)][-1])
        assert turn(case, Cot(call=call), BOX, "yes", prompts=prompts) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("said", ["none", "I see nothing.", "", "[[5, 5, 1, 1]]", "<think>" + BOX])
def test_without_a_box_it_is_asked_plainly_or_told(said: str) -> None:
    case = CASES[0]
    plain = turn(case, None)
    assert plain is not None
    asked = turn(case, Cot(no_box="plain"), said)
    assert asked == replace(plain, id=plain.id.replace(":0:0:", ":0:1:"))
    for call in ("history", "fresh"):
        told = turn(case, Cot(no_box="say", call=call), said)  # type: ignore[arg-type]
        assert told is not None
        assert "No region that matters was found in the image." in told.text
        assert len(told.messages) == (3 if call == "history" and said else 1)


def test_a_box_twice_is_told_once_in_the_models_own_format() -> None:
    case = replace(CASES[0], sample=make("vqa", question="What?", tags={"kind": "open"}, size=(500, 250)))
    box = '{"bbox_2d": [50, 100, 150, 200], "label": "mass"}'
    asked = turn(case, Cot(call="fresh"), f"```json\n[{box}, {box}]\n```", format="json-pixels")
    assert asked is not None
    assert asked.text.count("[50, 100, 150, 200]") == 2 == asked.text.count('"mass"')  # two mentions, each one box
    found = regions(case.sample, [output(case.sample, f"[{box}]")], style(case, Cot(), format="json-pixels"))
    assert [mention.boxes for mention in found] == [((50.0, 100.0, 150.0, 200.0),)]


def test_the_first_turn_does_not_name_the_picture() -> None:
    sample = make("vqa", question="What modality is this?", tags={"kind": "open", "modality": "CT", "organ": "chest"})
    for prompts in ("plain", "medrega", "medrega-train", "json"):
        first = turn(Case(kind="open", sample=sample), Cot(), prompts=prompts)
        assert first is not None
        assert "CT" not in first.text.replace("OBJECT", "")


def test_a_question_without_a_picture_has_one_turn() -> None:
    case = Case(kind="open", sample=replace(make("vqa", question="What?", tags={"kind": "open"}), media=()))
    assert turn(case, Cot()) == turn(case, None)
    assert turn(case, Cot(), "an answer") is None


def test_settings_are_read_and_written_back() -> None:
    assert split_cot({"cot": "none", "seed": "1"}) == (None, {"seed": "1"})
    for cot in (Cot(), Cot(call="fresh", no_box="say")):
        assert split_cot(cot.settings()) == (cot, {})
    for settings, message in (
        ({"cot": "region"}, "cot=region: expected one of regions, none"),
        ({"cot": "regions", "cot_call": "new"}, "cot_call=new: expected one of history, fresh"),
        ({"cot_no_box": "say"}, "cot_no_box: goes with --set cot=regions"),
        ({"cot": "none", "cot_call": "fresh"}, "cot_call: goes with"),
    ):
        with pytest.raises(MedGaugeError, match=message):
            split_cot(settings)


def test_a_task_that_cannot_be_asked_so_is_refused() -> None:
    with pytest.raises(MedGaugeError, match=r"cot=regions: phantom-report cannot be asked so.*vqa and classification"):
        make_plan(["phantom-report", "phantom-vqa"], "baseline/prior", settings={"cot": "regions"})
    spec = make_plan(["phantom-vqa"], "baseline/prior", settings={"cot": "regions", "cot_call": "fresh"}).spec
    assert spec.cot is not None
    assert (spec.cot.call, list(spec.cot.wording)) == ("fresh", ["phantom-vqa"])
    assert spec.style("zh").cot == spec.cot


def record(file: Path, turns: int) -> Path:
    """A model that finds a region in every other picture, and then knows the answer where it found one."""
    task = catalog("tasks").load("pictures-vqa")
    lines = []
    for place, sample in enumerate(task.load(None, "test").samples):
        right = "ABCDEFGH"[sample.target.choice] if sample.target.choice is not None else sample.target.text
        said = [BOX if place % 2 else "none", right if place % 2 else "?"]
        texts = said if turns == 2 else ["?"]
        key = {"id": sample.id, "language": sample.language}
        lines += [json.dumps({**key, "turn": turn, "text": text}) for turn, text in enumerate(texts)]
    file.write_text("\n".join(lines) + "\n")
    return file


def run(*arguments: str) -> Any:
    return cli.main(list(arguments), standalone_mode=False)


def test_both_turns_are_logged_the_last_is_read_and_compare_lays_it_beside_the_plain_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, cot = record(tmp_path / "plain.jsonl", 1), record(tmp_path / "cot.jsonl", 2)
    assert run("run", "pictures-vqa", "--model", f"replay:{plain}", "--out", str(tmp_path / "a")) == 0
    settings = ("--set", "cot=regions", "--set", "cot_no_box=say")
    command = ("run", "pictures-vqa", "--model", f"replay:{cot}", *settings, "--out", str(tmp_path / "b"))
    assert run(*command) == 0
    assert "answer none of the requests" not in capsys.readouterr().err
    done = RunDirectory(tmp_path / "b")
    outputs, samples = done.outputs(), done.samples()
    assert sorted(key.turn for key in outputs) == [0] * len(samples) + [1] * len(samples)
    assert done.spec()["cot"] == {
        "call": "history",
        "first": "regions",
        "no_box": "say",
        "wording": {"pictures-vqa": catalog("tasks").load("pictures-vqa").cot_sets["plain"]},
    }
    assert {score.answer.text for score in done.scores() if score.answer} != {"?"}
    before = (tmp_path / "b" / "results.json").read_bytes()
    assert run("score", str(tmp_path / "b")) == 0
    assert (tmp_path / "b" / "results.json").read_bytes() == before
    capsys.readouterr()
    run("compare", str(tmp_path / "a"), str(tmp_path / "b"), "--varying", "cot", "--json")
    made = json.loads(capsys.readouterr().out)
    assert any(row["difference"]["value"] > 0 for row in made["rows"] if row["primary"])
    assert any(one["field"].startswith("cot") for one in made["differing_settings"])


def test_a_baseline_is_fitted_on_the_question_alone(tmp_path: Path) -> None:
    settings = ("--set", "cot=regions", "--limit", "4")
    assert run("run", "pictures-vqa", "--model", "baseline/prior", *settings, "--out", str(tmp_path / "a")) == 0
    assert run("run", "pictures-vqa", "--model", "baseline/prior", "--limit", "4", "--out", str(tmp_path / "b")) == 0
    one, other = (RunDirectory(tmp_path / name) for name in "ab")
    assert len(one.outputs()) == 2 * len(other.outputs())
