"""Several trials a sample: asked, stored, scored and averaged as whole passes over the data."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from made import Same, Says, make_plan, make_task

from medgauge.metrics import parse_metric
from medgauge.run import execute
from medgauge.stats import estimates, paired_difference
from medgauge.store import RunDirectory
from medgauge.types import Answer, Key, Output, Request, Score, answering

TRIALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wavers:
    """Right on the first trial; on trial t wrong on every sample whose number divides by t + 1."""

    name: str = "wavers"
    box_format: str = "medrega"
    asked: list[str] = field(default_factory=list)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        for request in requests:
            self.asked.append(request.id)
            key = Key.parse(request.id)
            number = int(key.id.rpartition("-")[2])
            right = ("left", "right")[number % 2]
            wrong = key.trial > 0 and number % (key.trial + 1) == 0
            yield answering(request, text="neither" if wrong else right)


def test_a_number_is_the_mean_over_trials_and_says_how_they_spread(tmp_path: Path) -> None:
    plan = make_plan(make_task(tmp_path / "data"), Wavers())
    plan = replace(plan, spec=replace(plan.spec, trials=TRIALS))
    done = execute(plan, tmp_path / "run", None)
    entry = done.results["tasks"]["made"]
    each = [1.0, 1 - 12 / 24, 1 - 8 / 24]
    assert (entry["n"], entry["trials"], sum(entry["status"].values()), done.n) == (24, TRIALS, 72, 72)
    made = entry["metrics"]["same"]
    assert made["trials"] == pytest.approx(each)
    assert made["value"] == pytest.approx(np.mean(each))
    assert made["trial_sd"] == pytest.approx(np.std(each, ddof=1))
    assert (made["n"], made["n_groups"]) == (24, 24)
    assert made["low"] < made["value"] < made["high"]
    assert entry["slices"]["half"]["first"]["n"] == 12


def test_one_trial_leaves_no_trace(tmp_path: Path) -> None:
    done = execute(make_plan(make_task(tmp_path / "data"), Says()), tmp_path / "run", None)
    assert "trials" not in json.dumps(done.results)


def test_every_trial_has_a_key_of_its_own_and_is_resumed(tmp_path: Path) -> None:
    model = Wavers()
    plan = make_plan(make_task(tmp_path / "data"), model)
    plan = replace(plan, spec=replace(plan.spec, trials=TRIALS))
    execute(plan, tmp_path / "run", None)
    assert len(set(model.asked)) == len(model.asked) == 24 * TRIALS
    run = RunDirectory(tmp_path / "run")
    assert {(key.id, key.trial) for key in run.outputs()} == {
        (f"test-{i}", trial) for i in range(24) for trial in range(TRIALS)
    }
    lines = (run.path / "outputs.jsonl").read_text("utf-8").splitlines(keepends=True)
    (run.path / "outputs.jsonl").write_text("".join(lines[:40]), "utf-8")
    model.asked.clear()
    execute(plan, tmp_path / "run", None)
    assert len(model.asked) == 24 * TRIALS - 40


def test_two_turns_are_asked_in_every_trial(tmp_path: Path) -> None:
    model = Says()
    plan = make_plan(make_task(tmp_path / "data", turns=2), model)
    plan = replace(plan, spec=replace(plan.spec, trials=2))
    done = execute(plan, tmp_path / "run", None)
    assert len(set(model.asked)) == 24 * 2 * 2
    assert done.results["tasks"]["made"]["status"]["scored"] == 48


def scores(trials: int) -> list[Score]:
    """Ten groups of three; trial t is right on those whose number is not below t, and says one thing only."""
    return [
        Score(
            key=Key(task="t", id=str(i), language="en", trial=trial),
            group=f"g{i // 3}",
            status="scored",
            stats={"same": (float(i >= 3 * trial), 1.0)},
        )
        for trial in range(trials)
        for i in range(36)
    ]


def test_the_mean_over_trials_is_that_of_the_trials_alone() -> None:
    metric = Same(proportion=False)
    whole = estimates(metric, scores(4))[""]
    alone = [estimates(metric, [s for s in scores(4) if s.key.trial == trial])[""].value or 0.0 for trial in range(4)]
    assert whole.value == pytest.approx(np.mean(alone))
    assert whole.n == 36


def test_trials_of_one_question_are_no_duplicates() -> None:
    """Every sample says the same in both trials; within one trial no two samples do."""
    metric = parse_metric("duplicate_rate")
    said = [
        Score(
            key=Key(task="t", id=str(i), language="en", trial=trial),
            group=f"g{i}",
            status="scored",
            stats={metric.name: metric.measure(Answer(text=f"finding number {i}"), Answer(text="x"))},
        )
        for trial in range(2)
        for i in range(20)
    ]
    assert estimates(metric, said)[""].value == 0
    merged = [replace(score, key=replace(score.key, trial=0, id=f"{score.key.id}-{score.key.trial}")) for score in said]
    assert estimates(metric, merged)[""].value == 1, "what pooling would say"


def test_paired_differences_take_trials_as_passes() -> None:
    one, other = scores(3), [replace(s, stats={"same": (0.0, 1.0)}) for s in scores(3)]
    made = paired_difference(Same(proportion=False), one, other)
    assert made.n == 36
    assert made.value == pytest.approx(estimates(Same(proportion=False), one)[""].value)
