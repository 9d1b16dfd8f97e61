"""What a check of submissions finds: the three ways a run can be made sure of, and rows that stay listed."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_runs import edit

from medgauge.errors import Incomplete, MedGaugeError, NotComparable
from medgauge.run import execute
from medgauge.spec import make_plan
from medgauge_leaderboards.submissions import remade
from medgauge_leaderboards.submissions.command import Outcome, check, lock
from medgauge_leaderboards.submissions.folder import run_hash
from medgauge_leaderboards.submissions.status import read_status

FILES = ("spec.json", "samples.jsonl", "outputs.jsonl", "scores.jsonl", "results.json", "manifest.json")
FORM: Mapping[str, Any] = {
    "who": "A Group",
    "contact": "somebody@example.org",
    "title": "A Model 7B",
    "parameters": 7,
    "open_weights": True,
    "licence": "Apache-2.0",
    "trained_on": ["a set"],
    "url": "https://example.org/model",
    "date": "2026-01-31",
}
N = 60
"""Samples in each language, each of one picture alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A lock and the runs behind it. Not to be written to."""

    folder: Path
    lock: Path

    def run(self, name: str) -> Path:
        return self.folder / "runs" / name


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A trusted baseline, and recorded answers that are wrong on the samples at some places."""
    folder = tmp_path_factory.mktemp("board")
    execute(make_plan(["phantom-vqa"], "baseline/prior", limit=N), folder / "runs" / "prior", None)
    samples = [json.loads(line) for line in (folder / "runs/prior/samples.jsonl").read_text("utf-8").splitlines()]
    wrong: dict[str, Callable[[int], bool]] = {
        "mine": lambda i: i % 10 == 0,
        "near": lambda i: i == 1 or (i % 10 == 0 and i != 0),
        "far": lambda i: i % 2 == 0,
        "other": lambda i: i % 7 == 0,
    }
    for name, bad in wrong.items():
        lines = [
            {**{field: s[field] for field in ("id", "task", "language")}, "text": "nonsense" if bad(i) else right(s)}
            for i, s in enumerate(samples)
        ]
        file = folder / f"{name}.jsonl"
        file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
        execute(make_plan(["phantom-vqa"], f"replay:{file}", limit=N), folder / "runs" / name, None)
    made = lock([folder / "runs" / "prior"], folder / "lock.json", 0.02, False)
    return World(folder=folder, lock=made)


def right(sample: Mapping[str, Any]) -> str:
    return str(sample["target"]["text"])


@pytest.fixture
def board(tmp_path: Path, world: World) -> Path:
    """A folder of submissions with its lock and nothing in it yet."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    shutil.copy(world.lock, folder / "lock.json")
    return folder


def submit(board: Path, name: str, run: Path, **changes: Any) -> Path:
    """Hand in a run as it was written, without its pictures. Returns the folder of the submission."""
    folder = board / name
    copy_run(run, folder / "run")
    about = json.loads((run / "manifest.json").read_text("utf-8"))["about"]
    said = {name: about[name] for name in ("parameters", "open_weights") if about[name] is not None}
    (folder / "submission.yaml").write_text(yaml.safe_dump({**FORM, **said, **changes}, allow_unicode=True), "utf-8")
    return folder


def copy_run(run: Path, there: Path) -> None:
    there.mkdir(parents=True)
    for name in FILES:
        shutil.copy(run / name, there / name)


def reproduce(folder: Path, run: Path, changes: Mapping[str, Any] | None = None) -> None:
    """What the board's owners put beside a submission."""
    copy_run(run, folder / "reproduction")
    edit(folder / "reproduction", "manifest.json", lambda text: text.replace('"started": "2', '"started": "1'))
    said = {"run": run_hash(folder / "run"), "by": "The Owners", "date": "2026-02-01", "hardware": "one GPU"}
    (folder / "reproduction.yaml").write_text(yaml.safe_dump({**said, **(changes or {})}), "utf-8")


def checked(board: Path, **options: Any) -> Outcome:
    out = options.pop("out", None)
    return check({"folder": board, **options}, out)


def only(board: Path, **options: Any) -> tuple[int, dict[str, Any]]:
    """Exit code and entry of the one submission."""
    outcome = checked(board, **options)
    (entry,) = outcome.document["submissions"].values()
    return outcome.exit_code, entry


def texts(entry: Mapping[str, Any]) -> str:
    return "\n".join(problem["text"] for problem in entry["problems"])


def test_a_run_whose_numbers_come_out_again_is_recomputed(board: Path, world: World, tmp_path: Path) -> None:
    folder = submit(board, "mine", world.run("mine"))
    before = {file.name: file.read_bytes() for file in (folder / "run").iterdir()}
    outcome = checked(board, out=tmp_path / "status.json")
    entry = outcome.document["submissions"]["mine"]
    assert (outcome.exit_code, entry["status"], entry["problems"], entry["notes"]) == (0, "recomputed", [], [])
    assert entry["tasks"] == {"phantom-vqa/en": "recomputed", "phantom-vqa/zh": "recomputed"}
    assert read_status(tmp_path / "status.json") == {run_hash(folder / "run"): "recomputed"}
    assert before == {file.name: file.read_bytes() for file in (folder / "run").iterdir()}, "nothing is written"


def test_the_number_that_is_recomputed_is_the_share_of_right_answers(world: World) -> None:
    """Counted by hand: one in ten was made wrong, over both languages together."""
    results = json.loads((world.run("mine") / "results.json").read_text("utf-8"))
    hits = sum(entry["metrics"]["exact_match"]["value"] * entry["n"] for entry in results["tasks"].values())
    assert hits == pytest.approx(2 * N - len(range(0, 2 * N, 10)))


def test_the_lock_holds_no_word_of_a_sample_and_is_small(world: World) -> None:
    text = world.lock.read_text("utf-8")
    samples = [json.loads(line) for line in (world.run("prior") / "samples.jsonl").read_text("utf-8").splitlines()]
    assert not any(json.dumps(s["question"], ensure_ascii=False) in text for s in samples)
    assert not any(f'"{s["id"]}"' in text or s["media"][0]["sha256"] in text for s in samples)
    assert len(text) < 100_000


def test_results_alone_are_self_reported_and_have_no_row(board: Path, world: World) -> None:
    folder = submit(board, "mine", world.run("mine"))
    (folder / "run").rename(folder / "results")
    for name in ("samples.jsonl", "outputs.jsonl", "scores.jsonl"):
        (folder / "results" / name).unlink()
    code, entry = only(board)
    assert (code, entry["status"]) == (0, "self-reported")
    assert any("not made again: no outputs.jsonl" in note for note in entry["notes"])
    assert any("has no row of it" in note for note in entry["notes"])
    (folder / "results").rename(folder / "run")
    code, entry = only(board)
    assert code == 4
    assert "goes into results/" in texts(entry)


def test_samples_that_are_not_handed_in_are_loaded_by_the_card(
    board: Path, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = submit(board, "mine", world.run("mine"))
    (folder / "run").rename(folder / "results")
    for name in ("samples.jsonl", "scores.jsonl"):
        (folder / "results" / name).unlink()
    assert only(board)[1]["status"] == "recomputed", "embedded data are always here"
    load = remade.select

    def needs_data(tasks: Any, data_dir: Path | None, limit: int | None) -> Any:
        if data_dir is None:
            raise Incomplete("phantom-vqa: missing")
        return load(tasks, data_dir, limit)

    monkeypatch.setattr(remade, "select", needs_data)
    code, entry = only(board)
    assert (code, entry["status"]) == (0, "self-reported")
    assert any("its samples are not here: phantom-vqa: missing" in note for note in entry["notes"])
    assert only(board, data_dir=tmp_path)[1]["status"] == "recomputed"


def forged(text: str, metric: str, value: float) -> str:
    data = json.loads(text)
    for entry in data["tasks"].values():
        entry["metrics"][metric]["value"] = value
    return json.dumps(data)


def test_all_are_looked_at_and_the_worst_decides(board: Path, world: World, tmp_path: Path) -> None:
    out = tmp_path / "status.json"
    submit(board, "good", world.run("mine"))
    assert checked(board, out=out).exit_code == 0
    assert out.is_file()
    torn = submit(board, "torn", world.run("other"))
    edit(torn / "run", "outputs.jsonl", lambda text: "".join(text.splitlines(True)[:-1]))
    assert checked(board, out=out).exit_code == 4
    assert not out.exists(), "no status outlives a check that failed"
    broken = submit(board, "broken", world.run("far"))
    (broken / "run" / "extra.sh").write_text("x")
    assert checked(board, out=out).exit_code == 2
    false = submit(board, "false", world.run("near"))
    edit(false / "run", "results.json", lambda text: forged(text, "exact_match", 0.99))
    outcome = checked(board, out=out)
    assert outcome.exit_code == 10
    entries = outcome.document["submissions"]
    found = {name: (entry["status"], [p["code"] for p in entry["problems"]][:1]) for name, entry in entries.items()}
    assert found == {
        "good": ("recomputed", []),
        "torn": (None, [4]),
        "broken": (None, [2]),
        "false": (None, [10]),
    }


def test_the_contact_stays_in_its_file(board: Path, world: World, tmp_path: Path) -> None:
    submit(board, "mine", world.run("mine"))
    outcome = checked(board, out=tmp_path / "status.json")
    assert FORM["contact"] not in json.dumps(outcome.document)
    assert FORM["contact"] not in (tmp_path / "status.json").read_text("utf-8")


def test_two_rows_of_one_name_and_one_run_twice_are_refused(board: Path, world: World) -> None:
    submit(board, "one", world.run("mine"))
    submit(board, "two", world.run("mine"))
    outcome = checked(board)
    assert outcome.exit_code == 2
    assert texts(outcome.document["submissions"]["one"]) == "the same run as two"
    edit(board / "two" / "run", "manifest.json", lambda text: text.replace('"started": "2', '"started": "1'))
    outcome = checked(board)
    assert "is the name of two's as well" in texts(outcome.document["submissions"]["one"])


def test_a_lock_is_of_one_set_of_samples_and_of_all_prompt_sets(world: World, tmp_path: Path) -> None:
    short = tmp_path / "short"
    execute(make_plan(["phantom-vqa"], "baseline/prior", limit=N // 2), short, None)
    with pytest.raises(NotComparable, match="phantom-vqa/en: the runs were asked different samples"):
        lock([world.run("prior"), short], tmp_path / "lock.json", 0.02, False)
    other = tmp_path / "other"
    execute(make_plan(["phantom-vqa"], "baseline/prior", limit=N, settings={"prompts": "medrega"}), other, None)
    made = json.loads(lock([world.run("prior"), other], tmp_path / "lock.json", 0.02, False).read_text("utf-8"))
    assert set(made["tasks"]["phantom-vqa/en"]["prompts"]) == {"plain", "medrega"}
    edit(short, "spec.json", lambda text: text.replace('"version": 1', '"version": 0'))
    with pytest.raises(MedGaugeError, match=r"made with version 0 of phantom-vqa"):
        lock([short], tmp_path / "lock.json", 0.02, False)


def test_a_prompt_set_that_the_lock_lacks_is_refused_unless_it_allows_any(
    board: Path, world: World, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    execute(make_plan(["phantom-vqa"], "baseline/prior", limit=N, settings={"prompts": "medrega"}), other, None)
    submit(board, "other", other)
    code, entry = only(board)
    assert code == 3
    assert "prompt set 'medrega', the lock's plain" in texts(entry)
    lock([world.run("prior")], board / "lock.json", 0.02, True)
    assert only(board)[1]["status"] == "recomputed"


def test_no_lock_and_no_submission(tmp_path: Path, board: Path, world: World) -> None:
    with pytest.raises(MedGaugeError, match="holds no submission") as raised:
        checked(board)
    assert raised.value.exit_code == 5
    (board / "lock.json").unlink()
    with pytest.raises(Incomplete, match="medgauge submissions lock RUN"):
        checked(board)


def test_real_data_are_read_from_the_checkers_own_copy(board: Path, shared: Path, tmp_path: Path) -> None:
    """VQA-RAD: without --data-dir nothing can be made again; with it every number comes out."""
    execute(make_plan(["vqa-rad"], "baseline/prior", limit=40), tmp_path / "run", shared / "data")
    lock([tmp_path / "run"], board / "lock.json", 0.02, False)
    folder = submit(board, "prior", tmp_path / "run")
    (folder / "run").rename(folder / "results")
    (folder / "results" / "samples.jsonl").unlink()
    code, entry = only(board)
    assert (code, entry["status"]) == (0, "self-reported")
    assert any("--data-dir DIR" in note for note in entry["notes"])
    assert only(board, data_dir=shared / "data")[1]["tasks"] == {"vqa-rad": "recomputed"}
