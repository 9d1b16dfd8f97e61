"""`medgauge compare`: the table, the JSON and the exit codes; the numbers are tested with the function behind it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from made_runs import card, edit, write_run
from test_compare_runs import BETTER, REPORT, VQA, WORSE, compare, items

from medgauge.cli.compare import compare as command
from medgauge.cli.table import WIDTH
from medgauge.errors import MedGaugeError, NotComparable


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    metrics = ("token_f1", "length_ratio")
    return tuple(  # type: ignore[return-value]
        write_run(tmp_path / name, name, [(VQA, items(VQA, said)), (REPORT, items(REPORT, said))], metrics)
        for name, said in (("base", WORSE), ("mine", BETTER))
    )


def printed(*words: object) -> str:
    done = CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_json_is_the_document(pair: tuple[Path, Path]) -> None:
    assert json.loads(printed(*pair, "--json")) == json.loads(json.dumps(compare(*pair)))


def test_the_table_shows_every_row_and_how_it_is_made(pair: tuple[Path, Path]) -> None:
    text, made = printed(*pair), compare(*pair)
    lines = text.splitlines()
    for row in made["rows"]:
        start = lines.index(row["key"])
        line = next(line for line in lines[start:] if line.startswith(f" {row['metric']} "))
        if row["gate"]:
            verdict = next(line for line in lines if line.startswith(" + improved") and f" {row['key']} " in line)
            assert f"{row['difference']['value']:+.4f}" in verdict
        assert f"{row['base']:.4f}" in line
        assert f"{row['candidate']:.4f}" in line
        assert f"{row['difference']['value']:+.4f}" in line
        assert f"[{row['difference']['low']:+.4f}, {row['difference']['high']:+.4f}]" in line
        assert (" *" in line, " ~" in line) == (row["primary"], row["metric"] == "length_ratio")
        assert row["signature"] in text
    assert text.count("exact_match: in the base alone 0, in the candidate alone 16; McNemar exact p 3.05e-05 +") == 2
    assert all(how in text for how in made["settings"].values())
    assert all(len(line) <= WIDTH for line in lines if "|" not in line)
    assert lines[-1] == "RESULT  pass: 0 regressions, 3 improved, 0 without a regression, 0 inconclusive; exit 0"


def test_a_metric_that_is_undefined_everywhere_is_named_and_has_no_row(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, name, [(VQA, items(VQA, said))], ("mcq_accuracy",))
            for name, said in (("base", WORSE), ("mine", BETTER))]  # fmt: skip
    text = printed(*runs)
    assert "undefined on every sample: mcq_accuracy" in text
    assert "\n mcq_accuracy" not in text


def test_tasks_of_one_run_alone_are_named(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    alone = write_run(tmp_path / "alone", "alone", [(VQA, items(VQA, BETTER))], ("token_f1", "length_ratio"))
    assert "not compared: made-report is in the base alone" in printed(pair[0], alone, "--varying", "tasks")
    assert "not compared: made-report is in the candidate alone" in printed(alone, pair[0])


def test_refusals_keep_their_exit_codes(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    with pytest.raises(MedGaugeError, match="not on both sides") as usage:
        printed(*pair, "--metric", "exact_mtach")
    edit(pair[1], "samples.jsonl", lambda text: text.replace('"group": "g03"', '"group": "g04"'))
    with pytest.raises(NotComparable, match="made-vqa/en group: 2 samples") as refused:
        printed(*pair)
    assert (usage.value.exit_code, refused.value.exit_code) == (2, 3)
    other = card("elsewhere", "report", "rouge_l")
    with pytest.raises(NotComparable, match="share no task"):
        printed(pair[0], write_run(tmp_path / "other", "other", [(other, items(other, WORSE))], ()))
