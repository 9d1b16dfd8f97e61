"""The run: complete, resumable, honest about what failed and what is missing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made import Learns, Same, Says, make_plan, make_task, metric

from medgauge.errors import BadRecord, Incomplete, MedGaugeError, NothingSelected, SpecMismatch
from medgauge.generation import Generation
from medgauge.prepare import select
from medgauge.run import execute
from medgauge.store import RunDirectory
from medgauge.types import Key, answering


def test_a_whole_run(tmp_path: Path) -> None:
    done = execute(make_plan(make_task(tmp_path / "data"), Says()), tmp_path / "run", None)
    made = metric(done.results)
    assert (made["value"], made["n"], made["n_groups"], made["n_undefined"]) == (1.0, 24, 24, 0)
    assert made["interval"] == "wilson"
    assert made["low"] < 1.0 == made["high"]
    assert done.results["tasks"]["made"]["status"] == {"scored": 24, "no_answer": 0, "refused": 0, "failed": 0}
    assert done.results["tasks"]["made"]["slices"]["half"]["first"]["metrics"]["same"]["n"] == 12
    run = RunDirectory(tmp_path / "run")
    manifest = run.manifest()
    assert manifest["files"] == run.hashes()
    assert set(manifest["files"]) == {"spec.json", "samples.jsonl", "outputs.jsonl", "scores.jsonl", "results.json"}
    assert str(tmp_path) not in "".join(f.read_text() for f in (tmp_path / "run").glob("*.json*"))
    assert all(run.thumbnail(s.sample.media[0].sha256) for s in run.samples())


def test_order_of_outputs_changes_nothing(tmp_path: Path) -> None:
    for name, model in (("a", Says()), ("b", Says(reverse=True))):
        execute(make_plan(make_task(tmp_path / "data"), model), tmp_path / name, None)
    for file in ("results.json", "scores.jsonl", "samples.jsonl"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_resume_asks_only_what_is_left(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    first = Says(stop_after=10)
    with pytest.raises(KeyboardInterrupt):
        execute(make_plan(task, first), tmp_path / "run", None)
    with (tmp_path / "run" / "outputs.jsonl").open("ab") as stream:
        stream.write(b'{"key": {"task": "made", "id": "te')
    second = Says()
    done = execute(make_plan(task, second), tmp_path / "run", None)
    assert len(first.asked) == 10
    assert len(second.asked) == 14
    assert not set(first.asked) & set(second.asked)
    assert metric(done.results)["value"] == 1.0
    third = Says()
    execute(make_plan(task, third), tmp_path / "run", None)
    assert third.asked == []


def test_a_failure_is_counted_never_cached_and_named(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    done = execute(make_plan(task, Says(fail=frozenset({"test-3", "test-4"}))), tmp_path / "run", None)
    assert metric(done.results)["value"] == pytest.approx(22 / 24)
    assert done.results["tasks"]["made"]["status"]["failed"] == 2
    assert done.failed == ("made:en:0:0:test-3: boom", "made:en:0:0:test-4: boom")
    again = Says()
    done = execute(make_plan(task, again), tmp_path / "run", None)
    assert sorted(again.asked) == ["made:en:0:0:test-3", "made:en:0:0:test-4"]
    assert metric(done.results)["value"] == 1.0
    assert not done.failed


def test_half_of_the_outputs_missing(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    half = frozenset(f"test-{i}" for i in range(0, 24, 2))
    with pytest.raises(Incomplete, match="left 12 of 24"):
        execute(make_plan(task, Says(skip=half)), tmp_path / "run", None)
    assert not (tmp_path / "run" / "results.json").exists()
    done = execute(make_plan(task, Says(skip=half)), tmp_path / "run", None, allow_missing=True)
    assert metric(done.results)["value"] == 0.5
    assert metric(done.results)["n"] == 24
    assert done.failed == ()


def test_unreadable_picture_fails_its_sample_and_stays_in_the_denominator(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    task.load(None, "test")
    (tmp_path / "data" / "test" / "5.png").write_bytes(b"not a picture")
    (tmp_path / "data" / "test" / "6.png").write_bytes((tmp_path / "data" / "test" / "8.png").read_bytes()[:40])
    model = Says()
    done = execute(make_plan(task, model), tmp_path / "run", None)
    assert len(model.asked) == 22
    assert metric(done.results)["n"] == 24
    assert metric(done.results)["value"] == pytest.approx(22 / 24)
    assert [line.split(": ")[1] for line in done.failed] == ["unreadable image 5.png", "unreadable image 6.png"]


def test_another_spec_in_the_directory_is_refused(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    execute(make_plan(task, Says()), tmp_path / "run", None)
    with pytest.raises(SpecMismatch, match=r"limit: there None, here 7"):
        execute(make_plan(task, Says(), limit=7), tmp_path / "run", None)


def test_changed_data_in_the_directory_is_refused(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    execute(make_plan(task, Says()), tmp_path / "run", None)
    file = tmp_path / "data" / "test" / "2.png"
    file.write_bytes((tmp_path / "data" / "test" / "3.png").read_bytes())
    with pytest.raises(SpecMismatch, match=r"samples.jsonl line 3 media.0.sha256: there"):
        execute(make_plan(task, Says()), tmp_path / "run", None)


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "run").writing(), pytest.raises(MedGaugeError, match="another process is writing"):
        execute(make_plan(make_task(tmp_path / "data"), Says()), tmp_path / "run", None)


def test_blind_control_sends_no_picture(tmp_path: Path) -> None:
    done = execute(make_plan(make_task(tmp_path / "data"), Says(), control="blind"), tmp_path / "run", None)
    assert metric(done.results)["value"] == 0.5


def test_generation_settings_reach_the_model(tmp_path: Path) -> None:
    class Settings(Says):
        def generate(self, requests):  # type: ignore[no-untyped-def]
            for request in requests:
                yield answering(request, text=str(request.generation.max_new_tokens))

    plan = make_plan(make_task(tmp_path / "data"), Settings(), generation=Generation(max_new_tokens=7))
    execute(plan, tmp_path / "run", None)
    assert {output.text for output in RunDirectory(tmp_path / "run").outputs().values()} == {"7"}


def test_turns_run_in_waves_and_resume(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data", turns=2)
    model = Says(stop_after=10)
    with pytest.raises(KeyboardInterrupt):
        execute(make_plan(task, model), tmp_path / "run", None)
    model = Says()
    done = execute(make_plan(task, model), tmp_path / "run", None)
    assert metric(done.results)["value"] == 1.0
    assert len(model.asked) == 14 + 24
    outputs = RunDirectory(tmp_path / "run").outputs()
    assert {key.turn for key in outputs} == {0, 1}
    assert len(outputs) == 48


def test_out_of_fold_never_answers_what_it_was_fitted_on(tmp_path: Path) -> None:
    model = Learns()
    plan = make_plan(make_task(tmp_path / "data", languages=("en", "zh")), model)
    done = execute(plan, tmp_path / "run", None)
    assert len(model.fits) == 5
    assert len(model.answered) == 48
    assert all(id not in seen for seen, id in model.answered)
    assert all(id.startswith("test-") for seen in model.fits for id in seen)
    assert set(done.results["tasks"]) == {"made/en", "made/zh"}
    assert RunDirectory(tmp_path / "run").spec()["tasks"][0]["fit"] == "out-of-fold"


def test_train_split_is_fitted_on_train_alone(tmp_path: Path) -> None:
    model = Learns()
    plan = make_plan(make_task(tmp_path / "data", splits=("train", "test")), model, control="blind")
    execute(plan, tmp_path / "run", None)
    assert model.fits == [frozenset(f"train-{i}" for i in range(24))]


def test_limit_takes_the_same_spread_ids_in_both_languages(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data", languages=("en", "zh"))
    chosen = select((task,), None, 5)
    en = {s.id for s in chosen.samples if s.language == "en"}
    assert en == {s.id for s in chosen.samples if s.language == "zh"}
    assert len(en) == 5
    assert en != {f"test-{i}" for i in range(5)}


def test_doubled_id_and_empty_selection(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data", n=3)
    loaded = task.load(None, "test")
    doubled = replace(task, load=lambda data_dir, split: replace(loaded, samples=loaded.samples * 2))
    with pytest.raises(BadRecord, match=r"'id': expected an id that comes once, got 'test-0'"):
        execute(make_plan(doubled, Says()), tmp_path / "run", None)
    nothing = replace(task, load=lambda data_dir, split: replace(loaded, samples=()))
    with pytest.raises(NothingSelected):
        execute(make_plan(nothing, Says()), tmp_path / "run2", None)


def test_an_answer_nobody_asked_for_stops_the_run(tmp_path: Path) -> None:
    class Twice(Says):
        def generate(self, requests):  # type: ignore[no-untyped-def]
            for output in Says.generate(self, requests):
                yield output
                yield output

    with pytest.raises(MedGaugeError, match="not asked or answered before"):
        execute(make_plan(make_task(tmp_path / "data"), Twice()), tmp_path / "run", None)


def test_a_metric_undefined_by_the_answer_is_refused(tmp_path: Path) -> None:
    class Bad(Same):
        def measure(self, answer, target):  # type: ignore[no-untyped-def]
            return (0.0, 1.0) if answer is None else None

    task = replace(make_task(tmp_path / "data"), metrics=(Bad(),))
    with pytest.raises(MedGaugeError, match="undefined for the answer"):
        execute(make_plan(task, Says()), tmp_path / "run", None)


def test_results_hold_no_time_and_repeat_byte_for_byte(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    execute(make_plan(task, Says()), tmp_path / "a", None)
    first = (tmp_path / "a" / "results.json").read_bytes()
    execute(make_plan(task, Says()), tmp_path / "a", None)
    assert (tmp_path / "a" / "results.json").read_bytes() == first
    assert json.loads(first)["schema_version"] == 3


def test_key_parses_back_whatever_the_id() -> None:
    for id in ("10", "a:b", "", "中文 | x", ":::"):
        key = Key(task="acme/x", id=id, language="zh", trial=2, turn=1)
        assert Key.parse(str(key)) == key
