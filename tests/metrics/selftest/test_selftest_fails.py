"""The selftest fails, and says where, when a metric is wrong; and it is no empty exercise."""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pytest

from medgauge.cli.selftest import WrongNumbers, tell
from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.protocols import Metric, Statistics
from medgauge.types import Answer, FloatArray, Rows, Vector
from medgauge_metrics.promises import PROPERTIES
from medgauge_metrics.selftest.cases import LABELS, make_case, perfect
from medgauge_metrics.selftest.instances import names_of, our_heads
from medgauge_metrics.selftest.properties import CASES, CHECKS, SEED, exceptions_of
from medgauge_metrics.selftest.rows import Row
from medgauge_metrics.selftest.suite import check, head_of
from medgauge_metrics.selftest.values import statistics, value


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A metric that is right but for what is put in its way."""

    inner: Metric
    change: Callable[[FloatArray, Statistics, FloatArray], FloatArray] = lambda v, s, w: v
    """(values, statistics, weights) to values."""
    spoil: Callable[[Any], Any] = lambda measured: measured

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def prepare(self, targets: Sequence[Answer]) -> "Wrong":
        return Wrong(inner=self.inner.prepare(targets), change=self.change, spoil=self.spoil)

    def measure(self, answer: Answer | None, target: Answer) -> Vector | Rows | None:
        return self.spoil(self.inner.measure(answer, target))

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        return {name: self.change(v, statistics, weights) for name, v in self.inner.reduce(statistics, weights).items()}


def made(name: str, wrong: Callable[[Metric], Any]) -> Callable[[str], Metric]:
    """All metrics as they are, but for one."""
    return lambda asked: wrong(parse_metric(asked)) if asked == name else parse_metric(asked)


def failures(name: str, wrong: Callable[[Metric], Any], *heads: str) -> set[tuple[str, str, str]]:
    """Kind, metric and check (without its language) of all that fails."""
    rows = check(made(name, wrong), heads or (head_of(name),))
    return {(row.kind, row.metric, row.check.partition(" ")[0]) for row in rows if row.outcome == "fail"}


def promised(name: str, wrong: Callable[[Metric], Any]) -> set[str]:
    return {found for kind, _, found in failures(name, wrong) if kind == "promise"}


BROKEN: dict[str, Callable[[FloatArray, Statistics, FloatArray], FloatArray]] = {
    "bounds": lambda v, s, w: v * 3 - 1,
    "perfect": lambda v, s, w: v * 0.999,
    "empty": lambda v, s, w: v * 0.999 + 0.001,
    "order": lambda v, s, w: v * (1 - 0.1 * (s.values[:1, 0].sum() if s.values.size else 0)),
    "copies": lambda v, s, w: v * (1 - 0.5 / (1 + s.units)),
    "monotone": lambda v, s, w: np.where((v > 0.3) & (v < 1), 1 - v, v),
    "shards": lambda v, s, w: v * (1 - 0.01 * s.units),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_broken_promise_is_seen(promise: str) -> None:
    assert promised("token_f1", lambda metric: Wrong(inner=metric)) == set()
    assert promise in promised("token_f1", lambda metric: Wrong(inner=metric, change=BROKEN[promise]))


def test_every_promise_has_a_check_and_is_broken_here() -> None:
    assert set(CHECKS) == set(PROPERTIES) == set(BROKEN)


def test_a_small_error_shows_in_the_known_numbers_alone() -> None:
    """One part in a million keeps every promise but that of the reference itself."""
    nudge = Wrong(inner=parse_metric("rouge_l"), change=lambda v, s, w: np.where(v < 1, v * (1 + 1e-6), v))
    assert failures("rouge_l", lambda _: nudge) == {
        ("known number", "rouge_l", "english:"),
        ("known number", "rouge_l", "chinese:"),
    }


def test_a_metric_that_does_not_see_sides_is_found_by_the_edits() -> None:
    blind = failures("clinical_lite_tuple_f1", lambda _: parse_metric("clinical_lite_finding_f1"))
    assert blind == {("edit", "clinical_lite_finding_f1", "sides")}


def test_a_metric_that_raises_fails_and_the_others_are_still_checked() -> None:
    def raises(measured: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    rows = check(made("bleu4", lambda metric: Wrong(inner=metric, spoil=raises)), ("bleu4", "rouge_l"))
    failed = [row for row in rows if row.outcome == "fail"]
    assert {row.metric for row in failed} == {"bleu4"}
    assert all("raises ZeroDivisionError: division by zero" in row.detail for row in failed)
    assert {row.outcome for row in rows if row.metric == "rouge_l"} == {"pass"}


def test_a_metric_that_cannot_be_made_fails() -> None:
    def unknown(name: str) -> Metric:
        raise MedGaugeError(f"metric {name!r}: nothing there")

    rows = check(unknown, ("bleu4",))
    assert {row.outcome for row in rows} == {"fail"}
    assert {row.kind for row in rows} == {"promise", "known number", "edit"}


def test_what_is_not_installed_is_skipped_and_told() -> None:
    def absent(measured: Any) -> Any:
        raise MedGaugeError("needs nltk")

    rows = check(made("bleu4", lambda metric: Wrong(inner=metric, spoil=absent)), ("bleu4",))
    assert {row.outcome for row in rows} == {"skipped", "exception"}
    assert {row.detail for row in rows if row.outcome == "skipped"} == {"needs nltk"}


def test_the_command_tells_what_is_wrong_and_leaves_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    rows = check(made("bleu4", lambda metric: Wrong(inner=metric, change=BROKEN["bounds"])), ("bleu4", "rouge_l"))
    for as_json in (False, True):
        with pytest.raises(WrongNumbers, match="this installation computes wrong numbers:") as told:
            tell([asdict(row) for row in rows], as_json=as_json)
        assert told.value.exit_code == 1
        assert "bleu4, promise perfect: case 14" in str(told.value)
        assert "bleu4, known number english: sacrebleu" in str(told.value)
        assert "rouge_l" not in str(told.value)
        out = capsys.readouterr().out
        assert json.loads(out)["passed"] is False if as_json else "FAIL" in out


def test_many_failures_are_not_all_told_at_once() -> None:
    rows = [asdict(Row(kind="edit", metric=f"m{n}", check="half en", outcome="fail")) for n in range(30)]
    with pytest.raises(WrongNumbers, match="and 10 more"):
        tell(rows, as_json=True)


def test_this_installation_passes_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "medgauge.cli.main", "selftest", "--json"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["passed"]
    assert {row["kind"] for row in told["checks"]} == {"promise", "known number", "edit"}
    assert {row["outcome"] for row in told["checks"]} <= {"pass", "exception"}
    assert {head_of(row["metric"]) for row in told["checks"]} == set(our_heads())
    assert all(row["detail"] for row in told["checks"] if row["outcome"] == "exception")


@pytest.mark.parametrize("head", our_heads())
def test_the_cases_say_something_of_every_metric(head: str) -> None:
    """Numbers of the cases are defined, and neither best nor worst: a check that meets nothing finds nothing."""
    for name in names_of(head):
        numbers = [value(parse_metric(name), make_case(SEED + n)) for n in range(CASES)]
        assert any(math.isfinite(number) and number not in (0, 1) for number in numbers), numbers


def test_the_cases_hold_every_kind_of_answer() -> None:
    pairs = [pair for n in range(CASES) for pair in make_case(SEED + n)]
    answers = [answer for answer, _ in pairs if answer]
    assert str(make_case(3)) == str(make_case(3)) != str(make_case(4))
    assert len(answers) < len(pairs)
    assert {answer.polar for answer in answers} == {"yes", "no", None}
    assert {answer.scores is None for answer in answers} == {True, False}
    assert any(not all(map(math.isfinite, box.xyxy)) for answer in answers for box in answer.boxes)
    assert all(set(target.labels or ()) <= set(LABELS) for _, target in pairs)
    assert all(box.xyxy[0] < box.xyxy[2] for _, target in pairs for box in target.boxes)


def test_the_perfect_answer_is_the_reference() -> None:
    for _, target in make_case(1):
        answer = perfect(target)
        assert (answer.text, answer.polar, answer.choice, answer.labels) == (
            target.text, target.polar, target.choice, target.labels
        )  # fmt: skip
        assert [box.xyxy for box in answer.boxes] == [box.xyxy for box in target.boxes]


def test_an_exception_may_be_of_a_head_or_of_one_name() -> None:
    assert "bounds" in exceptions_of("length_ratio")
    assert "monotone" in exceptions_of("bleu4(tokenizer=13a)")
    assert exceptions_of("rouge_l") == {}


def test_statistics_of_ranking_metrics_keep_their_rows() -> None:
    metric = parse_metric("auroc")
    pairs = make_case(2)
    made_of = metric.prepare([target for _, target in pairs])
    assert statistics(made_of, pairs).units == len(pairs)
