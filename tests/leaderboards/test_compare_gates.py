"""Gates through the whole comparison: what is gated, what is refused, and what the second run does."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_runs import Item, edit, write_run
from test_compare_runs import BETTER, REPORT, VQA, WORSE, compare, items, run

from medgauge.errors import Incomplete, MedGaugeError, NotComparable, NothingSelected

GOOD, BAD = "clear lungs", "wrong"
EQUAL = [GOOD if i % 3 else BAD for i in range(120)]
NEARLY = [GOOD if i % 3 or i == 60 else BAD for i in range(120)]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    both = ((VQA, WORSE), (REPORT, WORSE)), ((VQA, BETTER), (REPORT, BETTER))
    return (
        run(tmp_path, "a", *both[0], metrics=("token_f1", "duplicate_rate")),
        run(tmp_path, "b", *both[1], metrics=("token_f1", "duplicate_rate")),
    )


def held(folder: Path, base: Path, candidate: Path, gates: str, **asked: Any) -> dict[str, Any]:
    file = folder / "gates.yaml"
    file.write_text(gates)
    return compare(base, candidate, gates=file, **asked)


def verdicts(made: dict[str, Any]) -> dict[str, str]:
    return {f"{row['key']} {row['metric']}": row["gate"]["verdict"] for row in made["rows"] if row["gate"]}


def test_without_a_gates_file_every_primary_is_gated(pair: tuple[Path, Path]) -> None:
    same, better, worse = compare(pair[0], pair[0]), compare(*pair), compare(*reversed(pair))
    assert [made["exit_code"] for made in (same, better, worse)] == [0, 0, 10]
    assert [made["verdict"] for made in (same, better, worse)] == ["pass", "pass", "regression"]
    keys = {"made-vqa/en exact_match", "made-vqa/zh exact_match", "made-report rouge_l"}
    assert verdicts(worse) == dict.fromkeys(keys, "regressed")
    assert set(verdicts(same).values()) == {"identical"}
    assert compare(pair[0], pair[0], strict=True)["exit_code"] == 0


def test_doubt_is_0_and_11_under_strict_and_never_in_the_smoke_tier(tmp_path: Path) -> None:
    a, b = run(tmp_path, "a", (REPORT, EQUAL)), run(tmp_path, "b", (REPORT, NEARLY))
    made = compare(a, b)
    assert (made["verdict"], made["exit_code"]) == ("inconclusive", 0)
    assert compare(a, b, strict=True)["exit_code"] == 11
    smoke = held(tmp_path, a, b, "tier: smoke", strict=True)
    assert (smoke["verdict"], smoke["exit_code"], smoke["strict"]) == ("inconclusive", 0, False)


def test_tiers_choose_the_mode(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    replay = held(tmp_path, pair[0], pair[1], "tier: replay\ngates: [{task: '*', metric: '*'}]")
    assert replay["exit_code"] == 10, "better is not the same"
    assert verdicts(replay)["made-report token_f1"] == "changed"
    assert len(verdicts(replay)) == 9
    assert held(tmp_path, pair[0], pair[0], "tier: replay")["exit_code"] == 0
    full = held(tmp_path, *pair, "tier: full\ngates: [{task: '*', margin: 0.05}]")  # type: ignore[misc]
    assert {row["gate"]["mode"] for row in full["rows"] if row["gate"]} == {"noninferior"}
    assert full["exit_code"] == 0


def test_the_family_is_adjusted_unless_told_otherwise(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    gates = "gates: [{task: made-vqa/en}, {task: made-report, metric: token_f1}]"
    made = held(tmp_path, *pair, gates)  # type: ignore[misc]
    rows = {row["metric"]: row for row in made["rows"] if row["gate"]}
    assert set(rows) == {"exact_match", "token_f1"}
    assert max(r["p_adjusted"] for r in rows.values()) == pytest.approx(2 * min(r["p"] for r in rows.values()))
    alone = held(tmp_path, *pair, gates + "\nfamily: none")  # type: ignore[misc]
    assert all(row["p_adjusted"] == row["p"] for row in alone["rows"] if row["gate"])


def test_alpha_sets_the_level_of_intervals_and_tests(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    wide = held(tmp_path, *pair, "alpha: 0.001")["rows"][0]["difference"]  # type: ignore[misc]
    usual = compare(*pair)["rows"][0]["difference"]
    assert wide["low"] < usual["low"] < usual["high"] < wide["high"]


ERRORS = [
    ("gates: [{task: made-vqq}]", MedGaugeError, r"task 'made-vqq': the base has made-report, made-vqa/en"),
    (
        "gates: [{task: '*', metric: exact_mtach}]",
        MedGaugeError,
        r"'exact_mtach' of made-report: none that can be gated",
    ),
    ("gates: [{task: '*', metric: duplicate_rate}]", MedGaugeError, "it ranks nothing"),
    ("gates: [{task: '*'}, {task: made-report}]", MedGaugeError, "rouge_l of made-report is gated twice"),
    ("gates: [{task: '*', mode: noninferior, margin: 2.0}]", MedGaugeError, "two points are 0.02"),
    ("gates: [{task: '*', mode: noninferior}]", MedGaugeError, r"margin.*two points"),
    ("gates: [{task: '*', margin: 0.1}]", MedGaugeError, "no margin in mode detect"),
    ("gates: [{task: '*', mode: exact, min_effect: 0.1}]", MedGaugeError, "none in mode exact"),
    ("gates: [{task: '*', mode: detct}]", MedGaugeError, r"gates\.yaml:1: field 'gates.0.mode'"),
    ("gates: [{task: '*', matric: x}]", MedGaugeError, r"field 'gates.0.matric'"),
    ("gatse: []", MedGaugeError, "one of the keys alpha, baseline, ceilings, family, gates, must_pass, tier"),
    ("alpha: 0.05\nalpha: 0.1", MedGaugeError, "a key that comes once"),
    ("alpha: 5", MedGaugeError, "alpha"),
    ("[", MedGaugeError, "not YAML"),
    ("gates: []", NothingSelected, "a gate that checks nothing cannot pass"),
    ("ceilings: [{task: '*', share: unparsed}]", MedGaugeError, "max"),
    ("ceilings: [{task: '*', share: unprased, max: 0.1}]", MedGaugeError, "share"),
    ("ceilings: [{task: made, share: unparsed, max: 0.1}]", MedGaugeError, "task 'made': the base has"),
    ("must_pass: {made: ['1']}", MedGaugeError, "task 'made': the base has"),
    ("must_pass: {made-report: ['999']}", MedGaugeError, "made-report has no sample '999'"),
]


@pytest.mark.parametrize(("gates", "error", "said"), ERRORS)
def test_what_nobody_has_is_an_error(
    tmp_path: Path, pair: tuple[Path, Path], gates: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        held(tmp_path, *pair, gates)  # type: ignore[misc]


def test_a_missing_gates_file_and_a_missing_base(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    with pytest.raises(Incomplete, match="no file"):
        compare(*pair, gates=tmp_path / "none.yaml")
    with pytest.raises(MedGaugeError, match=r"'nobody' is no run folder, no file, and no reference in"):
        compare(Path("nobody"), pair[1], references=tmp_path / "references")
    with pytest.raises(MedGaugeError, match="no such run folder"):
        compare(pair[0], tmp_path / "gone")


def test_a_gated_task_that_the_candidate_has_not_run_is_refused_by_name(
    tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    alone = run(tmp_path, "alone", (VQA, BETTER))
    with pytest.raises(NotComparable, match="made-report is gated, and the candidate has not run it"):
        held(tmp_path, pair[0], alone, "gates: [{task: made-report}]", varying=("tasks",))


def said(texts: Sequence[str], status: dict[int, str]) -> list[Item]:
    made = items(REPORT, texts)
    return [
        replace(one, status=status[i], answer=None) if i in status else one  # type: ignore[arg-type]
        for i, one in enumerate(made)
    ]


@pytest.mark.parametrize(
    ("rule", "violated"),
    [
        ("share: unparsed, max: 0.05", False),
        ("share: unparsed, max: 0.04", True),
        ("share: unparsed, max_increase: 0.03", False),
        ("share: unparsed, max_increase: 0.02", True),
        ("share: failed, max: 0", True),
        ("share: refused, max: 0.01", False),
        ("share: truncated, max: 0", False),
    ],
)
def test_ceilings(tmp_path: Path, rule: str, violated: bool) -> None:
    base = write_run(tmp_path / "a", "a", [(REPORT, said([GOOD] * 40, {0: "no_answer"}))], ())
    status = {0: "no_answer", 1: "no_answer", 2: "failed"}
    candidate = write_run(tmp_path / "b", "b", [(REPORT, said([GOOD] * 40, status))], ())
    made = held(tmp_path, base, candidate, f"gates: []\nceilings: [{{task: '*', {rule}}}]")
    assert [one["violated"] for one in made["ceilings"]] == [violated]
    assert made["exit_code"] == (10 if violated else 0)


def test_samples_that_must_pass(tmp_path: Path) -> None:
    base = write_run(tmp_path / "a", "a", [(REPORT, said([GOOD] * 40, {}))], ())
    candidate = write_run(tmp_path / "b", "b", [(REPORT, said([GOOD] * 38 + [BAD] * 2, {3: "no_answer"}))], ())
    gates = "gates: []\nmust_pass: {made-report: ['0', '3', '39']}"
    made = held(tmp_path, base, candidate, gates)
    assert {one["id"]: (one["passed"], one["status"]) for one in made["must_pass"]} == {
        "0": (True, "scored"),
        "3": (False, "no_answer"),
        "39": (False, "scored"),
    }
    assert made["exit_code"] == 10
    assert held(tmp_path, base, base, gates)["exit_code"] == 0


def test_settings_differ_only_where_that_is_declared(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    other = run(tmp_path, "c", (VQA, BETTER), (REPORT, BETTER), metrics=("token_f1", "duplicate_rate"))
    edit(other, "spec.json", lambda text: text.replace('"prompts_hash": "5f1c0ffee"', '"prompts_hash": "0ther"'))
    with pytest.raises(NotComparable, match=r"prompts.made-report.prompts_hash: '5f1c0ffee' in the base, '0ther' in"):
        compare(pair[0], other)
    made = compare(pair[0], other, varying=("prompts",))
    assert {"prompts"} < {one["part"] for one in made["differing_settings"]}
    edit(other, "spec.json", lambda text: text.replace('"control": "none"', '"control": "blind"'))
    with pytest.raises(NotComparable, match=r"control: 'none' in the base, 'blind' .*--varying control"):
        compare(pair[0], other, varying=("prompts",))
    with pytest.raises(
        MedGaugeError, match=r"--varying 'prompt': expected one of .*control, cot, generation, limit, model"
    ):
        compare(pair[0], other, varying=("prompt",))


def test_a_regression_is_confirmed_or_cleared_by_a_second_run(tmp_path: Path) -> None:
    base = run(tmp_path, "base", (REPORT, [GOOD] * 60))
    bad = run(tmp_path / "one", "mine", (REPORT, [GOOD] * 48 + [BAD] * 12))
    worse = run(tmp_path / "two", "mine", (REPORT, [BAD] * 10 + [GOOD] * 50))
    first = compare(base, bad)
    assert (first["exit_code"], first["rows"][0]["gate"]["confirmed"]) == (10, None)
    twice = compare(base, bad, confirm=worse)
    assert (twice["exit_code"], twice["rows"][0]["gate"]["confirmed"]) == (10, True)
    assert "with a second run" in twice["rows"][0]["gate"]["why"]
    assert twice["rows"][0]["candidate"] == first["rows"][0]["candidate"], "the first run is what is reported"


def test_a_second_run_that_takes_the_loss_back_clears_it(tmp_path: Path) -> None:
    half = [GOOD if i % 20 < 10 else BAD for i in range(120)]
    base = run(tmp_path, "base", (REPORT, half))
    bad = run(tmp_path / "one", "mine", (REPORT, [BAD if i % 20 < 2 else text for i, text in enumerate(half)]))
    fine = run(tmp_path / "two", "mine", (REPORT, [GOOD if i % 20 > 17 else text for i, text in enumerate(half)]))
    assert compare(base, bad)["exit_code"] == 10
    made = compare(base, bad, confirm=fine)
    gate = made["rows"][0]["gate"]
    assert (gate["confirmed"], gate["outcome"], made["exit_code"]) == (False, "inconclusive", 0)
    assert gate["why"].startswith("not confirmed: a loss of 0.1")
    assert compare(base, bad, confirm=fine, strict=True)["exit_code"] == 11


def test_a_second_run_of_another_model_confirms_nothing(tmp_path: Path) -> None:
    base, bad, other = (run(tmp_path, name, (REPORT, [GOOD] * 60)) for name in ("base", "mine", "stranger"))
    with pytest.raises(NotComparable, match=r"are not two runs of one model:\n  model.name"):
        compare(base, bad, confirm=other)


def test_exploratory_slices_are_adjusted_and_never_gate(tmp_path: Path) -> None:
    def tagged(texts: Sequence[str]) -> list[Item]:
        made = items(REPORT, texts, per_group=1)
        return [
            replace(one, sample=replace(one.sample, tags={"organ": "lung" if i % 4 else "heart", "set": "test"}))
            for i, one in enumerate(made)
        ]

    worse = [BAD if i % 4 == 0 and i < 48 else GOOD for i in range(120)]
    a, b = (write_run(tmp_path / n, n, [(REPORT, tagged(t))], ()) for n, t in (("a", [GOOD] * 120), ("b", worse)))
    made = compare(a, b, metrics=("rouge_l",))
    slices = made["slices"]
    assert [(one["tag"], one["value"]) for one in slices] == [("organ", "heart"), ("organ", "lung")], "worst first"
    assert slices[0]["p_adjusted"] == pytest.approx(min(1, 2 * slices[0]["p"]))
    assert slices[0]["difference"]["value"] == pytest.approx(-0.4)
    assert made["rows"][0]["gate"]["verdict"] == "regressed"
    assert made["rows"][0]["gate"]["lost"]["n"] == 12
    quiet = held(tmp_path, a, b, "gates: []\nceilings: [{task: '*', share: failed, max: 0}]")
    assert quiet["exit_code"] == 0
    assert quiet["slices"] == [], "only what is gated is looked at in slices"


def test_answers_that_are_the_same_put_the_blame_on_the_code(pair: tuple[Path, Path]) -> None:
    assert not any("word for word" in note for note in compare(*pair)["notes"])
    texts = (pair[0] / "outputs.jsonl").read_text("utf-8")
    edit(pair[1], "outputs.jsonl", lambda _: texts)
    notes = compare(*pair)["notes"]
    assert sum("word for word the same on both sides" in note for note in notes) == 3


def test_a_lower_is_better_metric_gains_by_falling(tmp_path: Path) -> None:
    low = run(tmp_path, "low", (REPORT, EQUAL), metrics=("empty_rate",))
    high = run(tmp_path, "high", (REPORT, ["" if i % 2 else t for i, t in enumerate(EQUAL)]), metrics=("empty_rate",))
    gates = "gates: [{task: '*', metric: empty_rate}]"
    assert held(tmp_path, low, high, gates)["exit_code"] == 10
    assert verdicts(held(tmp_path, high, low, gates)) == {"made-report empty_rate": "improved"}
    full = gates.replace("}", ", mode: noninferior, margin: 0.02}")
    assert held(tmp_path, low, high, full)["exit_code"] == 10
    assert held(tmp_path, high, low, full)["exit_code"] == 0
