"""The command line: what goes to stdout, what errors say, and the exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def medgauge(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "medgauge.cli.main", *map(str, words)], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


COMMANDS = (
    *("run", "score", "score-records", "compare", "leaderboard", "list", "show", "demo", "data"),
    *("audit-boxes", "selfcheck-model", "selftest"),
    *("reference", "submissions"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    text = medgauge(command, "--help").stdout
    assert text.startswith("Usage: medgauge")
    assert "Example" in text or command == "demo"


@pytest.mark.parametrize("kind", ["tasks", "suites", "models", "metrics", "box-formats", "protocols"])
def test_list_prints_json_and_a_table(kind: str) -> None:
    rows = json.loads(medgauge("list", kind, "--json").stdout)
    assert rows
    table = medgauge("list", kind).stdout
    assert all(row["name"] in table for row in rows)


def test_tasks_cover_six_families_eight_modalities_and_both_languages() -> None:
    rows = json.loads(medgauge("list", "tasks", "--json").stdout)
    families = {"vqa", "report", "classification", "region-to-text", "text-to-region", "grounded-report"}
    phantoms = [row for row in rows if row["name"].startswith("phantom-")]
    assert {row["family"] for row in phantoms} == families
    assert all(set(row["languages"]) == {"en", "zh"} for row in phantoms)
    assert all({"plain", "medrega"} <= set(row["prompts"]) for row in rows)
    assert {m for row in phantoms for m in row["modality"]} >= {
        "x-ray",
        "ct",
        "mri",
        "ultrasound",
        "fundus",
        "oct",
        "dermoscopy",
        "histology",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "vqa-rda", "--model", "baseline/prior"], "unknown task 'vqa-rda'. Did you mean 'vqa' or 'vqa-rad'"),
        (["run", "vqa-rad", "--model", "baseline/visoin"], "unknown model 'baseline/visoin'. Did you mean 'baseline/"),
        (["run", "vqa-rad", "--model", "replya:x.jsonl"], "unknown model 'replya:x.jsonl'"),
        (["run", "vqa-rad", "--model", "baseline/prior", "--set", "prompts=fancy"], "no prompt set 'fancy'"),
        (["run", "vqa-rad", "--model", "baseline/prior", "--set", "temperature=hot"], "expected a valid number"),
        (["run", "vqa-rad", "--model", "baseline/prior", "--set", "temperature"], "expected KEY=VALUE"),
        (["run", "vqa-rad", "--model", "baseline/prior", "--set", "colour=red"], "colour"),
        (["run", "vqa-rad", "--model", "baseline/prior", "--set", "recorded=blind"], "is no recording"),
        (["run", "vqa-rad", "--model", "baseline/prior", "--set", "temperature=nan"], "expected a finite number"),
        (["run", "vqa-rad", "--model", "baseline/prior", "--set", "max_new_tokens=-5"], "max_new_tokens >= 1"),
        (["run", "phantom-vqa", "--model", "baseline/prior", "--limit", "2", "--out", "/dev/null/x"], "/dev/null"),
        (["run", "vqa-rad", "--model", f"replay:{'x' * 300}"], "xxx"),
        (["run", "vqa-rad", "--model", "replay:nowhere.jsonl"], "nowhere.jsonl"),
        (["score", "nowhere"], "nowhere"),
        (["list", "tsaks"], "tsaks"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_usage_errors_exit_2_in_one_line_without_a_traceback(words: list[str], said: str) -> None:
    done = subprocess.run([sys.executable, "-m", "medgauge.cli.main", *words], capture_output=True, text=True)
    assert done.returncode in (2, 4)
    assert done.returncode == 2 or "nowhere.jsonl" in words[-1]
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    words = ("phantom-vqa", "--model", "baseline/prior", "--data-dir", folder / "data", "--out", folder / "run")
    medgauge("run", *words, "--limit", 12)
    return folder / "run"


def test_run_prints_results_as_json_and_talks_on_stderr(run: Path) -> None:
    data = run.parent / "data"
    words = ("phantom-vqa", "--model", "baseline/prior", "--data-dir", data, "--out", run, "--limit", 12, "--json")
    done = medgauge("run", *words)
    assert json.loads(done.stdout) == json.loads((run / "results.json").read_text("utf-8"))
    assert "24 outputs kept" in done.stderr


def test_score_again_changes_nothing(run: Path) -> None:
    before = {name: (run / name).read_bytes() for name in ("results.json", "scores.jsonl", "outputs.jsonl")}
    medgauge("score", run)
    assert before == {name: (run / name).read_bytes() for name in before}


def test_show_a_run_and_a_sample(run: Path) -> None:
    assert "exact_match" in medgauge("show", run).stdout
    id = json.loads((run / "samples.jsonl").read_text("utf-8").splitlines()[0])["id"]
    assert "said" in medgauge("show", run, id).stdout
    entries = json.loads(medgauge("show", run, id, "--json").stdout)
    assert {entry["sample"]["language"] for entry in entries} == {"en", "zh"}
    assert (
        "no sample 'nothing-like-it'; there are 24, such as" in medgauge("show", run, "nothing-like-it", code=2).stderr
    )


def records(folder: Path, *rows: object) -> Path:
    file = folder / "records.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return file


def test_score_records_in_both_languages(tmp_path: Path) -> None:
    file = records(tmp_path, {"prediction": "肺部。", "reference": "肺部"}, {"prediction": "心脏", "reference": "肺部"})
    made = json.loads(medgauge("score-records", file, "--task", "vqa/zh", "--json").stdout)
    assert (made["protocol"], made["task"], made["n"]) == ("medgauge", "vqa/zh", 2)
    assert made["metrics"]["exact_match"] == 0.5
    file = records(tmp_path, {"prediction": "the lungs are clear", "reference": "The lungs are clear."})
    made = json.loads(medgauge("score-records", file, "--task", "report/en", "--json").stdout)
    assert made["metrics"]["rouge_l"] == 1.0


def test_score_records_with_a_metric_more(tmp_path: Path) -> None:
    file = records(tmp_path, {"prediction": "Impression: clear", "reference": "Findings: no.\nImpression: clear."})
    more = ("--metric", "rouge_l(section=impression)")
    made = json.loads(medgauge("score-records", file, "--task", "report/en", *more, "--json").stdout)
    assert made["metrics"]["rouge_l(section=impression)"] == 1.0
    assert "section:impression" in made["estimates"]["rouge_l(section=impression)"]["signature"]
    assert made["intervals"].startswith("bootstrap|by:group|")
    refused = medgauge("score-records", file, "--task", "report/en", "--metric", "rouge_k", code=2)
    assert "rouge_l" in refused.stderr
    foreign = ("--protocol", "medrega", "--metric", "rouge_l")
    assert "medrega" in medgauge("score-records", file, "--task", "report/en", *foreign, code=2).stderr


def test_protocols_and_metrics_say_what_they_are() -> None:
    protocols = {row["name"]: row for row in json.loads(medgauge("list", "protocols", "--json").stdout)}
    assert {"medgauge", "medrega", "multimedeval", "medevalkit"} <= protocols.keys()
    assert "never ranked" in protocols["medrega"]["title"]
    assert all(row["title"] for row in json.loads(medgauge("list", "metrics", "--json").stdout))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"prediction": "x"}, "reference"),
        ({"prediction": "x", "reference": ""}, "reference"),
        ({"prediction": 3, "reference": "y"}, "prediction"),
    ],
)
def test_score_records_names_the_broken_record(tmp_path: Path, row: object, said: str) -> None:
    file = records(tmp_path, {"prediction": "x", "reference": "y"}, row)
    error = medgauge("score-records", file, "--task", "vqa/en", code=2).stderr
    assert "records.jsonl:2" in error
    assert said in error


def test_score_records_with_boxes(tmp_path: Path) -> None:
    row = {"prediction": "cyst[[0, 0, 500, 999]]", "reference": "<ref>cyst</ref><box>[[0, 0, 499, 999]]</box>"}
    file = records(tmp_path, row | {"width": 100, "height": 50})
    made = json.loads(medgauge("score-records", file, "--task", "text-to-region/en", "--json").stdout)
    assert made["metrics"]["f1@0.5"] == 1.0
    assert made["metrics"]["iou_single_mean"] == pytest.approx(499 / 500)


def test_wrong_task_and_protocol_of_records(tmp_path: Path) -> None:
    file = records(tmp_path, {"prediction": "x", "reference": "y"})
    assert "Did you mean 'vqa'" in medgauge("score-records", file, "--task", "vqaa/en", code=2).stderr
    assert "expected vqa/en or vqa/zh" in medgauge("score-records", file, "--task", "vqa/fr", code=2).stderr
    assert (
        "protocol 'medreg'"
        in medgauge("score-records", file, "--task", "vqa/en", "--protocol", "medreg", code=2).stderr
    )


def test_records_of_one_picture_are_one_group(tmp_path: Path) -> None:
    rows = [{"prediction": "x" if i % 20 < 10 else "y", "reference": "x", "group": f"g{i % 20}"} for i in range(200)]
    made = json.loads(medgauge("score-records", records(tmp_path, *rows), "--task", "vqa/en", "--json").stdout)
    estimate = made["estimates"]["exact_match"]
    assert (estimate["n"], estimate["n_groups"]) == (200, 20)
    assert estimate["high"] - estimate["low"] > 0.35, "200 independent records would give 0.14"


def test_a_doubled_name_in_a_record_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text('{"prediction": "no", "prediction": "yes", "reference": "yes"}')
    assert "every name once" in medgauge("score-records", file, "--task", "vqa/en", code=2).stderr


def test_a_recording_is_no_control_unless_it_says_so(run: Path, tmp_path: Path) -> None:
    keys = [json.loads(line)["key"] for line in (run / "outputs.jsonl").read_text("utf-8").splitlines()]
    rows = [{"id": k["id"], "language": k["language"], "text": "yes"} for k in keys]
    file = records(tmp_path, *rows, {"id": "typo", "text": "yes"})
    words = ("phantom-vqa", "--model", f"replay:{file}", "--limit", 12, "--control", "blind")
    done = medgauge("run", *words, "--out", tmp_path / "run", code=2)
    assert "--set recorded=blind" in done.stderr
    done = medgauge("run", *words, "--set", "recorded=blind", "--out", tmp_path / "run")
    assert "1 recorded predictions answer none of the requests" in done.stderr


def test_scoring_several_runs_prints_one_document(run: Path) -> None:
    whole = json.loads(medgauge("score", run, run, "--json").stdout)
    assert set(whole) == {"schema_version", "intervals", "tasks", "parity"}, "the same run twice is one run"
    other = run.parent / "other"
    medgauge("run", "phantom-vqa", "--model", "baseline/prior", "--limit", 12, "--out", other)
    whole = json.loads(medgauge("score", run, other, "--json").stdout)
    assert set(whole) == {str(run), str(other)}


def test_a_file_with_an_empty_line_only_selects_nothing(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text("\n")
    assert "holds no record" in medgauge("score-records", file, "--task", "vqa/en", code=5).stderr


def test_failed_share_over_the_limit_exits_4_with_results_written(run: Path, tmp_path: Path) -> None:
    keys = [json.loads(line)["key"] for line in (run / "outputs.jsonl").read_text("utf-8").splitlines()]
    rows = [{"id": k["id"], "language": k["language"], "text": "yes"} for k in keys]
    rows[0] |= {"text": "", "finish": "failed", "error": "the server went away"}
    rows[1] |= {"text": "", "finish": "failed", "error": "the server went away"}
    words = ("phantom-vqa", "--model", f"replay:{records(tmp_path, *rows)}", "--data-dir", run.parent / "data")
    words = (*words, "--limit", 12, "--out", tmp_path / "run")
    done = medgauge("run", *words, code=4)
    assert "the server went away" in done.stderr
    assert "2 of 24 samples failed, over --max-failed 0.05" in done.stderr
    tasks = json.loads((tmp_path / "run" / "results.json").read_text("utf-8"))["tasks"]
    assert sum(entry["n"] for entry in tasks.values()) == 24
    assert sum(entry["status"]["failed"] for entry in tasks.values()) == 2
    medgauge("run", *words, "--max-failed", 0.1)


def test_recorded_trials_are_scored_as_passes_and_again(run: Path, tmp_path: Path) -> None:
    keys = [json.loads(line)["key"] for line in (run / "outputs.jsonl").read_text("utf-8").splitlines()]
    rows = [
        {"id": k["id"], "language": k["language"], "text": text, "trial": trial}
        for k in keys
        for trial, text in enumerate(
            ("yes" if k["language"] == "en" else "是", "no" if k["language"] == "en" else "否")
        )
    ]
    words = ("phantom-vqa", "--model", f"replay:{records(tmp_path, *rows)}", "--limit", 12, "--trials", 2)
    done = medgauge("run", *words, "--out", tmp_path / "trials")
    assert "n 12 x 2 trials (" in done.stdout
    assert "trial sd" in done.stdout
    tasks = json.loads((tmp_path / "trials" / "results.json").read_text("utf-8"))["tasks"]
    for entry in tasks.values():
        made = entry["metrics"]["exact_match"]
        assert made["value"] == pytest.approx(sum(made["trials"]) / 2)
        assert made["trial_sd"] == pytest.approx(abs(made["trials"][0] - made["trials"][1]) / 2**0.5)
    assert medgauge("score", tmp_path / "trials").stdout == done.stdout
    refused = medgauge("run", "phantom-vqa", "--model", "baseline/prior", "--trials", 2, code=2)
    assert "greedy answers are all the same" in refused.stderr
