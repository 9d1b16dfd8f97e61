"""Gates that must not be green by mistake: later trials, gates on nothing, numbers that let everything pass."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_runs import edit, write_run
from test_compare_gates import BAD, GOOD, held, said, verdicts
from test_compare_runs import REPORT, VQA, WORSE, compare, row_of, run

from medgauge.errors import MedGaugeError, NotComparable, NothingSelected
from medgauge.types import Answer
from medgauge_leaderboards.reference import bless

ONE = "gates: [{task: made-report}]"


def asked_again(folder: Path, model: str, *passes: Sequence[str], metrics: Sequence[str] = ()) -> Path:
    """A run in which every sample of the report task was asked once for each of the passes."""
    made = run(folder, model, (REPORT, passes[0]), metrics=metrics, trials=len(passes))
    for trial, texts in enumerate(passes[1:], 1):
        other = run(folder / f"{model}-{trial}", model, (REPORT, texts), metrics=metrics)
        for name in ("scores.jsonl", "outputs.jsonl"):
            lines = [json.loads(line) for line in (other / name).read_text("utf-8").splitlines()]
            more = "".join(json.dumps(line | {"key": line["key"] | {"trial": trial}}) + "\n" for line in lines)
            edit(made, name, lambda text, more=more: text + more)

    def counted(text: str) -> str:
        results = json.loads(text)
        task = results["tasks"][REPORT.name]
        task |= {"trials": len(passes), "status": {k: v * len(passes) for k, v in task["status"].items()}}
        return json.dumps(results)

    edit(made, "results.json", counted)
    return made


@pytest.fixture
def later(tmp_path: Path) -> tuple[Path, Path]:
    """A loss of 27 points in 60, in the last of two trials alone; and one right answer more in the first."""
    good = [GOOD] * 59 + [BAD]
    base = asked_again(tmp_path, "base", good, good, metrics=("exact_match",))
    worse = [BAD if i < 16 else text for i, text in enumerate(good)]
    return base, asked_again(tmp_path, "mine", good, worse, metrics=("exact_match",))


def test_a_loss_in_the_last_trial_is_not_identical(later: tuple[Path, Path]) -> None:
    made = compare(*later)
    row = row_of(made, "made-report", "rouge_l")
    assert (row["gate"]["verdict"], row["changed"], made["exit_code"]) == ("regressed", 16, 10)
    assert row["gate"]["lost"]["n"] == 16
    assert row["gate"]["lost"]["ids"][:3] == ["0", "1", "10"]
    assert row["gate"]["lost"]["by_status"] == {"scored": 16}


def test_the_replay_tier_sees_the_last_trial(tmp_path: Path, later: tuple[Path, Path]) -> None:
    made = held(tmp_path, *later, f"tier: replay\n{ONE}")
    assert (verdicts(made), made["exit_code"]) == ({"made-report rouge_l": "changed"}, 10)


def test_counts_of_several_trials_are_sums_and_describe(later: tuple[Path, Path]) -> None:
    row = row_of(compare(*later), "made-report", "exact_match")
    split = row["discordant"]
    assert (split["base_only"], split["candidate_only"], split["descriptive"]) == (16, 0, True)
    assert split["mcnemar_p"] == pytest.approx(2 * 0.5**16)
    assert row["design_effect"] is None
    assert row["mde"] == pytest.approx(2.8015852 * row["difference"]["se"], rel=1e-6)


def test_a_sample_that_must_pass_is_right_in_every_trial(tmp_path: Path, later: tuple[Path, Path]) -> None:
    made = held(tmp_path, *later, "gates: []\nmust_pass: {made-report: ['3', '40']}")
    assert {one["id"]: one["passed"] for one in made["must_pass"]} == {"3": False, "40": True}
    assert (len(made["must_pass"]), made["exit_code"]) == (2, 10)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    metrics = ("token_f1", "duplicate_rate", "length_ratio")
    a, b = (run(tmp_path, name, (VQA, WORSE), (REPORT, WORSE), metrics=metrics) for name in ("a", "b"))
    return a, b


FRACTIONS = r"lie in 0 to 1.*two points are 0\.02"
MEANINGLESS = [
    ("gates: [{task: made-report, mode: noninferior, margin: .inf}]", "margin"),
    ("gates: [{task: made-report, mode: noninferior, margin: .nan}]", "margin"),
    ("gates: [{task: made-report, min_effect: .inf}]", "min_effect"),
    ("gates: [{task: made-report, min_effect: .nan}]", "min_effect"),
    ("alpha: .nan", "alpha"),
    ("ceilings: [{task: '*', share: failed, max: .nan}]", "max"),
    ("gates: [{task: made-report, metric: token_f1, mode: noninferior, margin: 1}]", FRACTIONS),
    ("gates: [{task: made-report, metric: token_f1, min_effect: 2}]", FRACTIONS),
    ("gates: [{task: made-vqa/en, min_effect: 1}]", FRACTIONS),
    ("gates: [{task: '*', metric: 'token*', min_effect: 2}]", FRACTIONS),
]


@pytest.mark.parametrize(("gates", "said"), MEANINGLESS)
def test_a_number_that_lets_everything_pass_is_refused(
    tmp_path: Path, pair: tuple[Path, Path], gates: str, said: str
) -> None:
    with pytest.raises(MedGaugeError, match=said) as raised:
        held(tmp_path, *pair, gates)
    assert "\n" not in str(raised.value)


def test_another_unit_takes_large_numbers(tmp_path: Path) -> None:
    texts = [f"clear lungs and heart number {i}" for i in range(30)]
    own = [
        replace(one, sample=replace(one.sample, target=Answer(text=text)))
        for one, text in zip(said(texts, {}), texts, strict=True)
    ]
    base = write_run(tmp_path / "a", "a", [(REPORT, own)], ("cider_d",))
    gates = "gates: [{task: made-report, metric: cider_d, min_effect: 2}]"
    assert held(tmp_path, base, base, gates)["exit_code"] == 0


@pytest.mark.parametrize("gates", ["gates: []\nmust_pass: {made-report: []}", "gates: []\nmust_pass: {}"])
def test_a_gate_that_checks_nothing_is_refused(tmp_path: Path, pair: tuple[Path, Path], gates: str) -> None:
    with pytest.raises(NothingSelected, match="a gate that checks nothing cannot pass"):
        held(tmp_path, *pair, gates)


@pytest.mark.parametrize(
    "gates",
    [
        "gates: [{task: made-rep*}]",
        "gates: [{task: made-vqa/en}, {task: made-rep*}]",
        "gates: []\nceilings: [{task: 'made-rep*', share: failed, max: 0.1}]",
        "gates: []\nmust_pass: {made-report: ['1']}",
    ],
)
def test_a_pattern_whose_tasks_the_candidate_has_not_run_is_refused(
    tmp_path: Path, pair: tuple[Path, Path], gates: str
) -> None:
    alone = run(tmp_path, "alone", (VQA, WORSE), metrics=("token_f1",))
    with pytest.raises(NotComparable, match=r"made-report.* is gated, and the candidate has not run"):
        held(tmp_path, pair[0], alone, gates, varying=("tasks",))


def test_a_metric_by_name_is_one_of_every_task(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    with pytest.raises(MedGaugeError, match=r"metric 'rouge_l' of made-vqa/en: .*there are .*token_f1"):
        held(tmp_path, *pair, "gates: [{task: '*', metric: rouge_l}]")
    made = held(tmp_path, *pair, "gates: [{task: '*', metric: 'rouge*'}]")
    assert set(verdicts(made)) == {"made-report rouge_l"}


def test_a_pattern_of_metrics_drops_none_in_silence(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    every, folder = "gates: [{task: '*', metric: '*'}]", tmp_path / "references"
    gated = set(verdicts(held(tmp_path, *pair, every)))
    assert "made-report token_f1" in gated
    assert not any("duplicate_rate" in name or "length_ratio" in name for name in gated), "they rank nothing"
    bless(pair[0], "main", "primaries alone", folder=folder)
    with pytest.raises(MedGaugeError, match=r"token_f1 of made-.*keeps no statistics of it by sample"):
        held(tmp_path, Path("main"), pair[1], every, references=folder)
    bless(pair[0], "main", "all", folder=folder, metrics=("*",))
    assert set(verdicts(held(tmp_path, Path("main"), pair[1], every, references=folder))) == gated
    fewer = run(tmp_path / "fewer", "b", (VQA, WORSE), (REPORT, WORSE))
    with pytest.raises(MedGaugeError, match=r"token_f1 of made-.*the candidate does not have it"):
        held(tmp_path, pair[0], fewer, every)


def unread(folder: Path, name: str, status: dict[int, str]) -> Path:
    """Wrong answers, some of which are not read at all: nothing is measured differently."""
    return write_run(folder / name, name, [(REPORT, said([BAD] * 40, status))], ())


@pytest.mark.parametrize("blessed", [False, True])
def test_exact_sees_answers_that_are_no_longer_read(tmp_path: Path, blessed: bool) -> None:
    base = unread(tmp_path, "a", {})
    candidate = unread(tmp_path, "b", dict.fromkeys(range(26), "no_answer"))
    where: dict[str, Any] = {}
    if blessed:
        where = {"references": tmp_path / "references"}
        bless(base, "main", "x", folder=where["references"])
        base = Path("main")
    made = held(tmp_path, base, candidate, f"tier: replay\n{ONE}", **where)
    (row,) = made["rows"]
    assert (row["changed"], row["gate"]["verdict"], made["exit_code"]) == (0, "changed", 10)
    assert "scored 40 -> 14" in row["gate"]["why"]
    assert "no_answer 0 -> 26" in row["gate"]["why"]


def test_exact_sees_another_answer_unread(tmp_path: Path) -> None:
    base, candidate = unread(tmp_path, "a", {3: "no_answer"}), unread(tmp_path, "b", {4: "no_answer"})
    made = held(tmp_path, base, candidate, f"tier: replay\n{ONE}")
    assert made["exit_code"] == 10
    assert "2 answers have another status, '3' first" in made["rows"][0]["gate"]["why"]
    assert held(tmp_path, base, base, f"tier: replay\n{ONE}")["exit_code"] == 0


def test_exact_looks_at_the_signature_of_every_shared_metric(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    folder = tmp_path / "references"
    bless(pair[0], "main", "primaries alone", folder=folder)
    metrics = ("token_f1", "duplicate_rate", "length_ratio")
    other = run(
        tmp_path / "o", "b", (VQA, WORSE), (REPORT, WORSE), metrics=metrics, resign={"token_f1": "token_f1|v:9"}
    )
    with pytest.raises(NotComparable, match=r"made-report signature of token_f1: .* token_f1\|v:9 in the candidate"):
        held(tmp_path, Path("main"), other, f"tier: replay\n{ONE}", references=folder)
