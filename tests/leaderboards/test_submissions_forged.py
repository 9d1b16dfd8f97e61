"""Attacks on the check of submissions: what a stranger may put into a folder, and what must come of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import edit
from test_submissions_check import World, board, only, reproduce, submit, texts, world

from medgauge_leaderboards.submissions.differences import apart

__all__ = ["board", "world"]
Change = Callable[[dict[str, Any]], object]


def bent(change: Change) -> Callable[[str], str]:
    """A change of a JSON file."""

    def edited(text: str) -> str:
        data = json.loads(text)
        change(data)
        return json.dumps(data, ensure_ascii=False)

    return edited


def line(number: int, change: Change) -> Callable[[str], str]:
    """A change of one line of a JSON lines file."""

    def edited(text: str) -> str:
        lines = text.splitlines()
        lines[number] = bent(change)(lines[number])
        return "\n".join(lines) + "\n"

    return edited


def en(data: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = data["tasks"]["phantom-vqa/en"]
    return made


def put(where: Callable[[dict[str, Any]], dict[str, Any]], name: str, value: object) -> Change:
    return lambda data: where(data).__setitem__(name, value)


def metric(data: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = en(data)["metrics"]["exact_match"]
    return made


FALSE = {
    "value": ("results.json", bent(put(metric, "value", 0.9)), "exact_match: value: claimed 0.9, recomputed 0.8"),
    "a small value": ("results.json", bent(put(metric, "value", 0.80001)), "claimed 0.80001, recomputed 0.8"),
    "interval": ("results.json", bent(put(metric, "low", 0.79)), "exact_match: low: claimed 0.79, recomputed 0."),
    "n undefined": ("results.json", bent(put(metric, "n_undefined", 1)), "n_undefined: claimed 1, recomputed 0"),
    "higher is better": (
        "results.json",
        bent(put(metric, "higher_is_better", False)),
        "claimed False, recomputed True",
    ),
    "status": (
        "results.json",
        bent(lambda d: en(d)["status"].update({"scored": 59, "failed": 1, "no_answer": 0, "refused": 0})),
        "status: ",
    ),
    "truncated": ("results.json", bent(put(en, "truncated", 3)), "truncated: claimed 3, recomputed 0"),
    "slice": (
        "results.json",
        bent(lambda d: next(iter(next(iter(en(d)["slices"].values())).values())).update(n=3)),
        "slices: ",
    ),
    "a metric more": (
        "results.json",
        bent(lambda d: en(d)["metrics"].update(mine=metric(d))),
        "metrics: mine: claimed {",
    ),
    "a slice more": (
        "results.json",
        bent(lambda d: en(d)["slices"].update(mine={"x": {"n": 1, "n_groups": 1, "metrics": {}}})),
        "slices: mine",
    ),
    "parity": (
        "results.json",
        bent(put(lambda d: d["parity"]["phantom-vqa"]["exact_match"], "value", 0.5)),
        "parity: ",
    ),
    "a word more": ("results.json", bent(lambda d: d.update(mine="<b>")), "mine: claimed '<b>', recomputed 'nothing'"),
    "intervals": ("results.json", bent(lambda d: d.update(intervals="magic")), "intervals: claimed 'magic'"),
    "stats": (
        "scores.jsonl",
        line(0, lambda d: d["stats"].update(exact_match=[1.0, 1.0])),
        "stats: exact_match: 0: claimed 1.0, recomputed 0.0",
    ),
    "answer": ("scores.jsonl", line(2, lambda d: d.update(answer={"text": "<b>"})), "answer: text: claimed '<b>'"),
    "detail": ("scores.jsonl", line(2, lambda d: d.update(detail={"mine": 1})), "detail: mine: claimed 1"),
    "group": ("scores.jsonl", line(2, lambda d: d.update(group="z")), "group: claimed 'z'"),
    "a score less": ("scores.jsonl", lambda text: "".join(text.splitlines(True)[1:]), "claimed nothing, recomputed a"),
    "usage": ("manifest.json", bent(lambda d: d["usage"].update(output_tokens=1)), "usage: output_tokens: claimed 1"),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_forged_number_with_right_hashes_is_named(board: Path, world: World, name: str) -> None:
    file, change, said = FALSE[name]
    folder = submit(board, "mine", world.run("mine"))
    edit(folder / "run", file, change)
    code, entry = only(board)
    assert (code, entry["status"]) == (10, None), texts(entry)
    assert said in texts(entry)
    assert file in texts(entry)


DEEP = '"x": ' + "[" * 970 + "]" * 970 + ', "tasks":'
REFUSED: dict[str, tuple[int, str, Callable[[str], str], str]] = {
    "other samples' outputs": (
        2,
        "outputs.jsonl",
        lambda t: t + t.splitlines()[0].replace('"id": "', '"id": "x') + "\n",
        "expected a sample of the lock",
    ),
    "a turn nobody asked": (
        2,
        "outputs.jsonl",
        lambda t: t + bent(lambda d: d["key"].update(trial=1))(t.splitlines()[0]) + "\n",
        "expected a sample of the lock",
    ),
    "an answer twice": (2, "outputs.jsonl", lambda t: t + t.splitlines()[0] + "\n", "one answer to each question"),
    "a missing answer": (4, "outputs.jsonl", lambda t: "".join(t.splitlines(True)[1:]), "no output for"),
    "a cut line": (2, "outputs.jsonl", lambda t: t + '{"key"', "cut short"),
    "NaN": (2, "outputs.jsonl", line(0, lambda d: d.update(usage={"seconds": float("nan")})), "a finite number"),
    "a number that is infinite": (2, "results.json", bent(put(metric, "value", float("inf"))), "a finite number"),
    "an easier target": (
        3,
        "samples.jsonl",
        line(0, lambda d: d["target"].update(text="nonsense")),
        "phantom-vqa/en: target of the samples are not the lock's",
    ),
    "another question": (3, "samples.jsonl", line(0, lambda d: d.update(question="?")), "question of the samples"),
    "another size": (3, "samples.jsonl", line(0, lambda d: d["media"][0].update(size=[9, 9])), "media of the samples"),
    "another slice": (3, "samples.jsonl", line(0, lambda d: d["tags"].update(modality="x")), "tags of the samples"),
    "another patient": (3, "samples.jsonl", line(0, lambda d: d.update(group="z")), "group of the samples"),
    "a sample less": (3, "samples.jsonl", lambda t: "".join(t.splitlines(True)[1:]), "59 samples, the lock has 60"),
    "a sample twice": (
        3,
        "samples.jsonl",
        lambda t: "".join([*t.splitlines(True)[2:3], *t.splitlines(True)[1:]]),
        "ids, ",
    ),
    "another task's sample": (3, "samples.jsonl", line(0, lambda d: d.update(task="vqa-rad")), "'vqa-rad'"),
    "no task": (2, "spec.json", bent(lambda d: d.update(tasks=[])), "field 'tasks'"),
    "a suite": (3, "spec.json", bent(lambda d: d["tasks"][0].update(name="demo")), "task 'demo'; the lock has"),
    "a task twice": (2, "spec.json", bent(lambda d: d["tasks"].append(d["tasks"][0])), "each once"),
    "another version": (3, "spec.json", bent(lambda d: d["tasks"][0].update(version=9)), "version 9, the lock's"),
    "another prompt": (3, "spec.json", bent(lambda d: d["tasks"][0].update(prompts_hash="0")), "has hash '0'"),
    "endless trials": (2, "spec.json", bent(lambda d: d.update(trials=10**9)), "field 'trials'"),
    "trials nobody answered": (3, "spec.json", bent(lambda d: d.update(trials=2)), "trials 1, expected 2"),
    "an unknown box format": (2, "spec.json", bent(lambda d: d["model"].update(box_format="zz")), "unknown box format"),
    "another signature": (3, "results.json", bent(put(metric, "signature", "x")), "was made as 'x', the lock's is"),
    "another n": (3, "results.json", bent(put(en, "n", 6_000)), "n 6000, expected 60"),
    "another primary": (
        3,
        "results.json",
        bent(put(en, "primary", "closed_accuracy")),
        "primary 'closed_accuracy'",
    ),
    "a language less": (
        4,
        "results.json",
        bent(lambda d: d["tasks"].pop("phantom-vqa/zh")),
        "no numbers of phantom-vqa/zh",
    ),
    "a key more": (3, "results.json", bent(lambda d: d["tasks"].update({"x/en": en(d)})), "the lock has no 'x/en'"),
    "an old schema": (2, "results.json", bent(lambda d: d.update(schema_version=2)), "schema_version"),
    "a name twice in JSON": (
        2,
        "results.json",
        lambda t: t.replace('"tasks":', '"tasks": {}, "tasks":', 1),
        "every name once",
    ),
    "a deep claim": (
        2,
        "results.json",
        lambda t: t.replace('"tasks":', DEEP, 1),
        "",
    ),
    "no JSON": (2, "spec.json", lambda t: "[" * 100_000, "reasonable depth"),
    "a licence of its own": (
        3,
        "manifest.json",
        bent(lambda d: d["cards"]["phantom-vqa"].update(licence="CC0")),
        "licence 'CC0'",
    ),
    "a title of its own": (
        3,
        "manifest.json",
        bent(lambda d: d["cards"]["phantom-vqa"].update(title="!")),
        "title '!'",
    ),
    "no card": (2, "manifest.json", bent(lambda d: d.update(cards={})), "no card of phantom-vqa"),
    "a size of its own": (
        2,
        "manifest.json",
        bent(lambda d: d.update(about={"parameters": 70})),
        "'parameters': expected 70",
    ),
    "a script as address": (2, "manifest.json", bent(lambda d: d.update(about={"url": "javascript:1"})), "'url'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_the_locks_or_is_broken_is_refused(board: Path, world: World, name: str) -> None:
    code, file, change, said = REFUSED[name]
    folder = submit(board, "mine", world.run("mine"))
    edit_raw(folder / "run", file, change)
    got, entry = only(board)
    assert (got, entry["status"]) == (code, None), texts(entry)
    assert said in texts(entry)


def edit_raw(run: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a file; one that the manifest of a run lists is signed anew."""
    if name in ("manifest.json", "lock.json"):
        file = run / name
        file.write_text(change(file.read_text("utf-8")), "utf-8")
    else:
        edit(run, name, change)


def test_a_file_that_was_changed_unsigned_or_never_listed_is_refused(board: Path, world: World) -> None:
    folder = submit(board, "mine", world.run("mine"))
    (folder / "run" / "results.json").write_text("{}")
    assert "results.json changed since manifest.json" in texts(only(board)[1])
    edit_raw(folder / "run", "manifest.json", bent(lambda d: d["files"].pop("results.json")))
    assert "no hash of results.json" in texts(only(board)[1])
    edit_raw(folder / "run", "manifest.json", bent(lambda d: d.update(files=[])))
    code, entry = only(board)
    assert code == 2
    assert "no hashes of files" in texts(entry)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    )
)
@settings(deadline=None)
def test_plain_data_is_not_apart_from_itself_and_a_changed_leaf_is_found(data: Any) -> None:
    assert list(apart(data, json.loads(json.dumps(data)))) == []
    assert list(apart([data, 1.0], [data, 1.001]))
    assert list(apart({"a": data, "b": True}, {"a": data, "b": 1}))
    assert list(apart({"a": data}, {"a": data, "b": 1}))


def test_a_forged_reproduction_is_no_reproduction(board: Path, world: World) -> None:
    """A reproduction whose own numbers do not come out of its answers, or that answers other samples."""
    folder = submit(board, "mine", world.run("mine"))
    reproduce(folder, world.run("near"))
    edit(folder / "reproduction", "results.json", bent(put(metric, "value", 0.8)))
    code, entry = only(board)
    assert (code, entry["status"]) == (10, None)
    assert "reproduction: results.json: phantom-vqa/en: metrics: exact_match: value: claimed 0.8" in texts(entry)
    edit(folder / "reproduction", "samples.jsonl", line(0, lambda d: d["target"].update(text="x")))
    assert only(board)[0] == 3
