"""What a run refuses: to bless what is unfinished, edited, contradictory, or nobody's."""

from dataclasses import replace
from pathlib import Path

import pytest
from made import Learns, Says, look, make_plan, make_task, metric

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.run import execute, score_again
from medgauge.types import Key, Usage, answering


def test_scoring_again_does_not_bless_an_unfinished_or_edited_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task(tmp_path / "data")
    run = tmp_path / "run"
    execute(make_plan(task, Says()), run, None)
    monkeypatch.setattr("medgauge.run.load_tasks", lambda names: (task,))
    assert metric(score_again(run).results)["value"] == 1.0
    lines = (run / "outputs.jsonl").read_text().splitlines(keepends=True)
    (run / "outputs.jsonl").write_text("".join(lines[:4]))
    with pytest.raises(MedGaugeError, match=r"outputs.jsonl has changed since manifest.json"):
        score_again(run)
    (run / "manifest.json").unlink()
    with pytest.raises(Incomplete, match="20 samples have no output"):
        score_again(run)
    assert not (run / "manifest.json").exists()
    (run / "outputs.jsonl").write_text("".join([*lines, lines[0].replace("test-0", "nobody")]))
    with pytest.raises(MedGaugeError, match="'made:en:0:0:nobody' belongs to no sample"):
        score_again(run)
    (run / "outputs.jsonl").write_text("".join([*lines[:4], lines[4].replace('"text"', '"txt"'), *lines[5:]]))
    with pytest.raises(MedGaugeError, match=r"outputs.jsonl:5: field 'text'.*\n.*Delete that line"):
        score_again(run)


def test_outputs_without_a_spec_are_nobodys(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    execute(make_plan(task, Says()), tmp_path / "run", None)
    (tmp_path / "run" / "spec.json").unlink()
    with pytest.raises(MedGaugeError, match="whose they are cannot be known"):
        execute(make_plan(task, Says()), tmp_path / "run", None)


def test_fresh_deletes_only_when_the_run_can_start(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    run = tmp_path / "run"
    execute(make_plan(task, Says()), run, None)

    def gone(data_dir: Path | None, split: str) -> None:
        raise Incomplete("no data")

    with pytest.raises(Incomplete, match="no data"):
        execute(make_plan(replace(task, load=gone), Says(), limit=3), run, None, fresh=True)
    assert (run / "manifest.json").exists()
    model = Says()
    execute(make_plan(task, model, limit=3), run, None, fresh=True)
    assert len(model.asked) == 3


@pytest.mark.parametrize("turn", [0, 1])
def test_a_conversation_that_breaks_off_is_failed_or_missing_not_scored(tmp_path: Path, turn: int) -> None:
    class Breaks(Says):
        how = "fails"

        def generate(self, requests):  # type: ignore[no-untyped-def]
            for request in requests:
                if Key.parse(request.id).turn == turn and request.id.endswith("-3"):
                    if self.how == "fails":
                        yield answering(request, finish="failed", error="boom")
                else:
                    yield answering(request, text="right" if request.id.endswith("-3") else look(request))

    task = make_task(tmp_path / "data", turns=2)
    done = execute(make_plan(task, Breaks()), tmp_path / "failed", None)
    assert done.failed == ("made:en:0:0:test-3: boom",)
    assert metric(done.results)["value"] == pytest.approx(23 / 24)
    Breaks.how = "is silent"
    with pytest.raises(Incomplete, match=rf"made:en:0:{turn}:test-3"):
        execute(make_plan(task, Breaks()), tmp_path / "missing", None)


def test_a_language_that_the_card_does_not_list_is_refused(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    loaded = task.load(None, "test")
    odd = replace(loaded, samples=(*loaded.samples[1:], replace(loaded.samples[0], language="zh")))
    with pytest.raises(BadRecord, match=r"language of 'test-0'.*expected one of \('en',\), got 'zh'"):
        execute(make_plan(replace(task, load=lambda data_dir, split: odd), Says()), tmp_path / "run", None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "left", "error": "HTTP 500"}, "goes with finish 'failed'"),
        ({"text": "left", "finish": "failed", "error": "x"}, "goes with finish 'failed'"),
        ({"text": "left", "usage": Usage(seconds=float("nan"))}, "is not finite"),
    ],
)
def test_an_output_that_contradicts_itself_is_refused(tmp_path: Path, fields: dict, said: str) -> None:  # type: ignore[type-arg]
    class Odd(Says):
        def generate(self, requests):  # type: ignore[no-untyped-def]
            for request in requests:
                yield answering(request, **fields)

    with pytest.raises(MedGaugeError, match=said):
        execute(make_plan(make_task(tmp_path / "data"), Odd()), tmp_path / "run", None)


def test_a_train_sample_that_is_asked_in_the_test_is_not_learnt(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data", splits=("train", "test"))
    train, test = task.load(None, "train"), task.load(None, "test")
    (train.root / "7.png").write_bytes((test.root / "7.png").read_bytes())
    model = Learns()
    execute(make_plan(task, model), tmp_path / "run", None)
    assert model.fits == [frozenset(f"train-{i}" for i in range(24) if i != 7)]
