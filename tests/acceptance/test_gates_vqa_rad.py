"""Gates on five real runs over VQA-RAD: verdicts that are known, and mutations that each end in their exit code."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recorded import medgauge

ROOMS = ("harness", "tasks", "metrics", "model_adapters", "leaderboards")
ROOT = Path(__file__).parents[2]
DATA = "vqa_rad"
Made = Callable[[str, str], Path]


def judged(base: Path, candidate: Path, *words: object, code: int = 0) -> tuple[dict[str, Any], str]:
    """The gated row of exact_match, and the text."""
    text = medgauge("compare", base, candidate, *words, code=code).stdout
    document = json.loads(medgauge("compare", base, candidate, *words, "--json", code=code).stdout)
    (row,) = [row for row in document["rows"] if row["gate"]]
    return row, text


def test_from_rank_4_to_base_is_a_regression_and_back_an_improvement(made: Made) -> None:
    base, rank4 = made("vqa-rad", "base"), made("vqa-rad", "lora-rank4")
    row, text = judged(base, rank4)
    assert (row["metric"], row["gate"]["verdict"]) == ("exact_match", "improved")
    assert (row["discordant"]["base_only"], row["discordant"]["candidate_only"]) == (23, 97)
    assert row["discordant"]["mcnemar_p"] == pytest.approx(5.2636e-12, rel=1e-5)
    assert "in the base alone 23, in the candidate alone 97; McNemar exact p 5.26e-12 +" in text
    assert "+ descriptive: groups hold several samples" in text
    assert row["test"] == "sign-flip", "the verdict comes from the test by groups"
    row, text = judged(rank4, base, code=10)
    assert row["gate"]["verdict"] == "regressed"
    assert text.splitlines()[-1].endswith("exit 10")
    assert "✗ REGRESSED" in text


def test_lora_quick_is_inconclusive_and_says_what_it_could_have_detected(made: Made) -> None:
    base, quick = made("vqa-rad", "base"), made("vqa-rad", "lora-quick")
    row, text = judged(base, quick)
    split = row["discordant"]
    assert (split["base_only"], split["candidate_only"], split["mcnemar_p"]) == (21, 22, 1.0)
    assert row["gate"]["outcome"] == "inconclusive"
    assert f"a difference of {row['mde']:.4g} would have been found with 80 % power" in text
    judged(base, quick, "--strict", code=11)


def test_a_run_against_itself_is_identical(made: Made) -> None:
    row, text = judged(made("vqa-rad", "base"), made("vqa-rad", "base"), "--strict")
    assert row["gate"]["verdict"] == "identical"
    assert "RESULT  pass" in text


def test_a_reference_of_a_real_run_is_small_and_gives_the_same_verdict(made: Made, tmp_path: Path) -> None:
    rank4, folder = made("vqa-rad", "lora-rank4"), tmp_path / "references"
    medgauge("reference", "bless", rank4, "--name", "main", "--reason", "release", "--folder", folder)
    assert (folder / "main.json").stat().st_size < 5_000
    row, _ = judged(Path("main"), made("vqa-rad", "base"), "--references", folder, code=10)
    there, _ = judged(rank4, made("vqa-rad", "base"), code=10)
    assert row == there


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the code, to be mutated."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / "source" / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "source"


def mutate(source: Path, file: str, old: str, new: str) -> None:
    text = (source / file).read_text("utf-8")
    assert old in text
    (source / file).write_text(text.replace(old, new), "utf-8")


def by(source: Path, *words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """The command, by the code of a folder."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(str(source / room) for room in ROOMS)}
    command = [sys.executable, "-m", "medgauge.cli.main", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=env)
    assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture
def answers(shared: Path, tmp_path: Path) -> Path:
    """The recorded answers of rank 4, some of them in the fences that a parser takes off."""
    lines = (shared / "golden" / "vqa_rad_runs" / "lora-rank4.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    for record in records[::2]:
        record["text"] = f"```answer\n{record['text']}\n```"
    file = tmp_path / "answers.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return file


def replayed(
    shared: Path, answers: Path, out: Path, *, data: Path | None = None, limit: int = 60
) -> tuple[object, ...]:
    folder = data or shared / "data"
    return ("run", "vqa-rad", "--data-dir", folder, "--model", f"replay:{answers}", "--out", out, "--limit", limit)


REPLAY = 'tier: replay\ngates: [{task: "*"}]\n'


def test_one_regular_expression_of_a_parser_changed(shared: Path, source: Path, answers: Path, tmp_path: Path) -> None:
    """Stored answers by new code: the replay tier is red and names the task; --diff names the parser."""
    before, after, gates = tmp_path / "before", tmp_path / "after", tmp_path / "gates.yaml"
    gates.write_text(REPLAY)
    by(source, *replayed(shared, answers, before))
    mutate(source, "tasks/medgauge_tasks/reading.py", 'r"```[A-Za-z0-9_-]{0,20}"', 'r"~~~[A-Za-z0-9_-]{0,20}"')
    by(source, *replayed(shared, answers, after))
    said = by(source, "compare", before, after, "--gates", gates, code=10).stdout
    assert re.search("✗ CHANGED +vqa-rad +exact_match", said)
    assert "vqa-rad: the answers are word for word the same on both sides; what differs comes from the code" in said
    diff = by(source, "score", before, "--diff", code=10).stdout
    assert re.search(r"vqa-rad: the code changed: the parser: \d+ answers are read otherwise", diff)
    assert by(source, "score", after, "--diff").stdout.endswith("RESULT  same; exit 0\n")


def test_one_word_of_a_prompt_changed(shared: Path, source: Path, answers: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    by(source, *replayed(shared, answers, before))
    mutate(source, "tasks/medgauge_tasks/vqa/prompts.yaml", "Answer with one word or", "Reply with one word or")
    by(source, *replayed(shared, answers, after))
    refused = by(source, "compare", before, after, code=3).stderr
    assert "prompts.vqa-rad.prompts_hash: " in refused
    assert "--varying prompts" in refused
    assert "identical" in by(source, "compare", before, after, "--varying", "prompts").stdout
    assert "the code changed: the prompt: hash" in by(source, "score", before, "--diff", code=10).stdout


def test_one_sample_dropped(shared: Path, source: Path, answers: Path, tmp_path: Path) -> None:
    by(source, *replayed(shared, answers, tmp_path / "all"))
    by(source, *replayed(shared, answers, tmp_path / "fewer", limit=59))
    for one, other, where in (("all", "fewer", "base"), ("fewer", "all", "candidate")):
        refused = by(source, "compare", tmp_path / one, tmp_path / other, code=3).stderr
        assert re.search(rf"vqa-rad samples: 1 in the {where} alone, '\d+' first", refused)


def test_two_images_swapped(shared: Path, source: Path, answers: Path, tmp_path: Path) -> None:
    by(source, *replayed(shared, answers, tmp_path / "before"))
    lines = (tmp_path / "before" / "samples.jsonl").read_text("utf-8").splitlines()
    pictures = list(dict.fromkeys(json.loads(line)["media"][0]["path"] for line in lines))[:2]
    data = tmp_path / "data"
    shutil.copytree(shared / "data" / DATA, data / DATA, copy_function=shutil.copyfile)
    for folder in [data, *[path for path in data.rglob("*") if path.is_dir()]]:
        folder.chmod(0o755)
    one, other = (next(path for path in data.rglob(Path(name).name)) for name in pictures)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    by(source, *replayed(shared, answers, tmp_path / "after", data=data))
    refused = by(source, "compare", tmp_path / "before", tmp_path / "after", code=3).stderr
    assert re.search(r"vqa-rad media.0.sha256: \d+ samples, '\d+' first", refused)


def test_one_option_of_a_metric_changed(shared: Path, source: Path, answers: Path, tmp_path: Path) -> None:
    before, after, folder = tmp_path / "before", tmp_path / "after", tmp_path / "references"
    by(source, *replayed(shared, answers, before))
    by(source, "reference", "bless", before, "--name", "main", "--reason", "release", "--folder", folder)
    mutate(source, "metrics/medgauge_metrics/text.py", "|norm:v1|refs:any", "|norm:v2|refs:any")
    by(source, *replayed(shared, answers, after))
    said = r"vqa-rad signature of exact_match: exact_match\|.*norm:v1.* in the base, exact_match\|.*norm:v2"
    assert re.search(said, by(source, "compare", before, after, code=3).stderr)
    assert re.search(said, by(source, "compare", "main", after, "--references", folder, code=3).stderr)
    diff = by(source, "score", before, "--diff", code=10).stdout
    assert re.search(r"the metric exact_match: signature .*norm:v1.* when it was scored, .*norm:v2.* today", diff)


def test_a_metric_that_measures_otherwise_under_the_same_signature(
    shared: Path, source: Path, answers: Path, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    by(source, *replayed(shared, answers, before))
    mutate(source, "metrics/medgauge_metrics/textform.py", ".lower()", "")
    diff = by(source, "score", before, "--diff", code=10).stdout
    assert re.search(r"the metric exact_match: \d+ samples are measured otherwise", diff)


def test_a_crash_exits_1_and_is_neither_a_regression_nor_a_pass(
    shared: Path, source: Path, answers: Path, tmp_path: Path
) -> None:
    before, out = tmp_path / "before", tmp_path / "out"
    by(source, *replayed(shared, answers, before))
    by(source, "compare", before, before, "--out", out)
    assert (out / "compare.json").exists()
    mutate(
        source,
        "harness/medgauge/multiplicity.py",
        "order = np.argsort(p",
        "raise RuntimeError\n    order = np.argsort(p",
    )
    done = by(source, "compare", before, before, "--out", out, code=1)
    assert "RuntimeError" in done.stderr
    assert "RESULT" not in done.stdout
    assert list(out.iterdir()) == []


def test_by_code_and_by_model(made: Made) -> None:
    words = ("score", made("vqa-rad", "lora-rank4"), "--diff", "--base", made("vqa-rad", "base"), "--json")
    (document,) = json.loads(medgauge(*words).stdout).values()
    entry = document["tasks"]["vqa-rad"]["metrics"]["exact_match"]
    assert (document["same"], entry["code"]) == (True, 0.0)
    assert entry["model"] == pytest.approx(74 / 451, abs=1e-12)
