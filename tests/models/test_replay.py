"""Recorded predictions: what is matched, what is refused, and where the complaint points."""

import hashlib
import json

import pytest

from medgauge.errors import BadRecord, MedGaugeError, UnknownName
from medgauge.plugins import catalog
from medgauge.protocols import Learner
from medgauge.types import Key, Message, Request, Text
from medgauge_model_adapters.replay import build


def ask(*ids, task="t", language="en", turn=0):
    keys = [Key(task=task, id=id, language=language, turn=turn) for id in ids]
    return [Request(id=str(key), messages=(Message(role="user", parts=(Text(text="?"),)),)) for key in keys]


def write(path, records, array=False):
    text = (
        json.dumps(records, indent=1) if array else "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    )
    path.write_text(text, encoding="utf-8")
    return str(path)


def said(model, requests):
    return {output.key.id: output.text for output in model.generate(requests)}


@pytest.mark.parametrize("array", [False, True])
def test_answers_by_id_whatever_the_order(tmp_path, array):
    file = write(tmp_path / "run.jsonl", [{"id": 10, "text": "no"}, {"id": "a:b", "text": "是"}], array)
    model = build(file, {})
    assert model.name == "replay:run"
    assert model.box_format == "medrega"
    assert said(model, ask("a:b", "10")) == {"10": "no", "a:b": "是"}


def test_is_a_model_and_not_a_learner(tmp_path):
    model = build(write(tmp_path / "r.json", []), {})
    assert not isinstance(model, Learner)
    assert list(model.generate(ask("1"))) == []


def test_comes_through_the_door(tmp_path):
    model = catalog("models").load("replay")(write(tmp_path / "r.json", [{"id": "1", "text": "x"}]), {})
    assert said(model, ask("1")) == {"1": "x"}


def test_what_has_no_prediction_is_not_answered(tmp_path):
    model = build(write(tmp_path / "r.jsonl", [{"id": "1", "text": "x"}, {"id": "3", "text": "y"}]), {})
    assert said(model, ask("1", "2")) == {"1": "x"}
    assert model.unasked(ask("1", "2")) == 1


def test_an_empty_text_is_an_answer(tmp_path):
    model = build(write(tmp_path / "r.jsonl", [{"id": "1", "text": ""}]), {})
    (output,) = model.generate(ask("1"))
    assert (output.text, output.finish, output.error) == ("", "stop", None)


def test_finish_and_error_are_kept(tmp_path):
    records = [{"id": "1", "text": "long", "finish": "length"}, {"id": "2", "text": "", "error": "out of memory"}]
    outputs = {o.key.id: o for o in build(write(tmp_path / "r.jsonl", records), {}).generate(ask("1", "2"))}
    assert outputs["1"].finish == "length"
    assert (outputs["2"].finish, outputs["2"].error) == ("failed", "out of memory")


def test_task_language_and_turn_are_told_apart(tmp_path):
    records = [
        {"id": "1", "text": "en", "task": "t", "language": "en"},
        {"id": "1", "text": "zh", "task": "t", "language": "zh"},
        {"id": "1", "text": "other", "task": "u"},
        {"id": "1", "text": "second", "task": "t", "language": "en", "turn": 1},
    ]
    model = build(write(tmp_path / "r.jsonl", records), {})
    requests = [*ask("1"), *ask("1", language="zh"), *ask("1", task="u"), *ask("1", turn=1)]
    assert [output.text for output in model.generate(requests)] == ["en", "zh", "other", "second"]


def test_the_string_form_of_a_key_is_an_id(tmp_path):
    model = build(write(tmp_path / "r.jsonl", [{"id": "u:zh:0:0:a:1", "text": "x"}, {"id": "1:2:3", "text": "y"}]), {})
    assert [o.text for o in model.generate([*ask("a:1", task="u", language="zh"), *ask("a:1")])] == ["x"]


def test_a_bare_id_needs_a_single_task(tmp_path):
    model = build(write(tmp_path / "r.jsonl", [{"id": "1", "text": "x"}]), {})
    with pytest.raises(MedGaugeError, match='add "task"'):
        next(model.generate([*ask("1"), *ask("2", task="u")]))


def test_a_bare_id_needs_a_single_language(tmp_path):
    model = build(write(tmp_path / "r.jsonl", [{"id": "1", "text": "x"}]), {})
    with pytest.raises(MedGaugeError, match='add "language"'):
        next(model.generate([*ask("1"), *ask("1", language="zh")]))


def test_two_predictions_for_one_request_are_an_error(tmp_path):
    records = [{"id": "1", "text": "x", "task": "t"}, {"id": "1", "text": "y", "language": "en"}]
    with pytest.raises(MedGaugeError, match="2 predictions fit"):
        list(build(write(tmp_path / "r.jsonl", records), {}).generate(ask("1")))


def test_fingerprint_is_of_the_bytes(tmp_path):
    file = write(tmp_path / "r.jsonl", [{"id": "1", "text": "x"}])
    assert build(file, {}).fingerprint == hashlib.sha256((tmp_path / "r.jsonl").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('{"text": "x"}', "id"),
        ('{"id": null, "text": "x"}', "id"),
        ('{"id": true, "text": "x"}', "id"),
        ('{"id": 1.5, "text": "x"}', "id"),
        ('{"id": "", "text": "x"}', "id"),
        ('{"id": "2"}', "text"),
        ('{"id": "2", "text": null}', "text"),
        ('{"id": "2", "text": 7}', "text"),
        ('{"id": "2", "text": "x", "answer": "y"}', "answer"),
        ('{"id": "2", "text": "x", "language": "fr"}', "language"),
        ('{"id": "2", "text": "x", "finish": "done"}', "finish"),
        ('{"id": "2", "text": "x", "finish": "stop", "error": "e"}', "finish"),
        ('{"id": "2", "text": "x", "turn": -1}', "turn"),
        ('{"id": "2", "text": "x", "trial": "0"}', "trial"),
        ('{"id": "2", "text": NaN}', "NaN"),
        ('{"id": "2", "text": "x", "turn": Infinity}', "Infinity"),
        ('{"id": "2", "text": "x", "text": "y"}', "text"),
        ('{"id": "1", "text": "again"}', "id"),
        ('{"id": 1, "text": "again"}', "id"),
        ('["2", "x"]', "whole line"),
        ('{"id": "2", "text": "x"} {"id": "3", "text": "y"}', "whole line"),
        ('{"id": "2", "text": "x"', "column"),
        ('{"id": ' + "[" * 5000, "whole line|column"),
        ('{"id": ' + "9" * 5000 + ', "text": "x"}', "whole line"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, field):
    file = tmp_path / "r.jsonl"
    file.write_text('{"id": "1", "text": "x"}\n\n' + line + "\n", encoding="utf-8")
    with pytest.raises(BadRecord, match=rf"r\.jsonl:3: field '({field}).*expected .*got"):
        build(str(file), {})


def test_a_bad_element_of_an_array_is_named_by_its_line(tmp_path):
    file = tmp_path / "r.json"
    file.write_text('[\n  {"id": "1",\n   "text": "x"},\n  {"id": "2"}\n]\n', encoding="utf-8")
    with pytest.raises(BadRecord, match=r"r\.json:4: field 'text'"):
        build(str(file), {})


@pytest.mark.parametrize(
    "text", ['[{"id": "1", "text": "x"}', '[{"id": "1", "text": "x"},]', '[{"id": "1", "text": "x"}] x', "[1 2]", "["]
)
def test_a_broken_array_is_refused(tmp_path, text):
    file = tmp_path / "r.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadRecord):
        build(str(file), {})


def test_other_encodings_are_refused_with_the_line(tmp_path):
    file = tmp_path / "r.jsonl"
    file.write_bytes(b'{"id": "1", "text": "x"}\n{"id": "2", "text": "\xff"}\n')
    with pytest.raises(BadRecord, match=r"r\.jsonl:2: .*UTF-8"):
        build(str(file), {})


def test_a_byte_order_mark_is_no_error_and_surrogates_are_made_readable(tmp_path):
    file = tmp_path / "r.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": "1", "text": "\\ud800"}\r\n')
    assert said(build(str(file), {}), ask("1")) == {"1": "\ufffd"}


def test_a_line_separator_inside_a_text_does_not_end_the_record(tmp_path):
    file = write(tmp_path / "r.jsonl", [{"id": "1", "text": "a\u2028b"}])
    assert said(build(file, {}), ask("1")) == {"1": "a\u2028b"}


def test_missing_file_and_unknown_settings(tmp_path):
    with pytest.raises(MedGaugeError, match="cannot read"):
        build(str(tmp_path / "nothing.jsonl"), {})
    with pytest.raises(MedGaugeError, match="expected a file"):
        build("", {})
    file = write(tmp_path / "r.jsonl", [])
    with pytest.raises(MedGaugeError, match="unknown option 'x'"):
        build(file, {"x": "1"})
    with pytest.raises(UnknownName, match="json-pixels"):
        build(file, {"box_format": "json-pixel"})
    assert build(file, {"box_format": "json-1000"}).box_format == "json-1000"


def test_the_real_runs_replay(shared):
    folder = shared / "golden" / "vqa_rad_runs"
    for file in sorted(folder.glob("*.jsonl")):
        ids = [str(json.loads(line)["id"]) for line in file.read_text(encoding="utf-8").splitlines()]
        assert len(said(build(str(file), {}), ask(*ids))) == 451
